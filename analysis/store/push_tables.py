"""Rows of the pushes table, by column, from aligned threads and straight from the spool."""

from collections.abc import Sequence
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from analysis.store.columns import SCHEMAS, TIME, array, session_array
from analysis.store.observation import Content, Observation
from analysis.store.responses import ThreadKey
from analysis.store.sessions import Sessions
from ptt_spider.items import VOTE


class ThreadPushes(NamedTuple):
    """Pushes of one thread to write, by column."""

    key: ThreadKey
    number: int
    floors: Sequence[int]
    contents: Sequence[Content]
    first_seen_at: Sequence[int]
    removed_at: Sequence[int | None]


def push_table(threads: list[ThreadPushes], sessions: Sessions) -> pa.Table:
    """Pushes that alignment found to be new or changed."""
    keys, lengths, floors, contents, first_seen, removed = zip(*threads, strict=True)
    boards = chain.from_iterable(repeat(key[0], n) for key, n in zip(keys, lengths, strict=True))
    post_ids = chain.from_iterable(repeat(key[1], n) for key, n in zip(keys, lengths, strict=True))
    tags, users, texts, ips, pushed_at, times, authors = zip(*chain.from_iterable(contents), strict=True)
    pushed_at = array(pushed_at, TIME)
    columns = (
        list(boards), list(post_ids), list(chain.from_iterable(floors)), tags, list(map(VOTE.__getitem__, tags)),
        users, texts, ips, pushed_at, times, session_array(pushed_at, sessions), authors,
        list(chain.from_iterable(first_seen)), list(chain.from_iterable(removed)),
    )  # fmt: skip
    return pa.table({
        name: array(values, kind)
        for (name, kind), values in zip(SCHEMAS["pushes"].items(), columns, strict=True)
    })  # fmt: skip


def first_push_table(threads: list[tuple[ThreadKey, Observation]], sessions: Sessions) -> pa.Table:
    """All pushes of pages that are the first look at their threads, straight from the spool's arrays."""
    lengths = np.array([len(page.raw) for _, page in threads])
    owner = pa.array(np.repeat(np.arange(len(threads)), lengths))
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    raw = chain.from_iterable(page.raw for _, page in threads)
    _, tags, users, texts, ips, moments, times, authors = zip(*raw, strict=True)
    pushed_at = pa.array(moments, pa.string()).cast(TIME)
    given = {
        "board": pa.array([key[0] for key, _ in threads]).take(owner),
        "post_id": pa.array([key[1] for key, _ in threads]).take(owner),
        "floor": np.arange(len(tags)) - starts + 1,
        "tag": tags,
        "vote": list(map(VOTE.__getitem__, tags)),
        "user_id": users,
        "text": texts,
        "ip": ips,
        "pushed_at": pushed_at,
        "time_text": times,
        "session_on": session_array(pushed_at, sessions),
        "is_author": authors,
        "first_seen_at": np.repeat(np.array([page.fetched_at for _, page in threads]), lengths),
        "removed_at": pa.nulls(len(tags), TIME),
    }
    return pa.table({name: array(given[name], kind) for name, kind in SCHEMAS["pushes"].items()})

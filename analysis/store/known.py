"""What the store knows of threads, for the crawl to decide what to ask for (`ptt_spider.frontier`)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import duckdb

from analysis.sql import statement
from ptt_spider import clock
from ptt_spider.aid import name_seconds
from ptt_spider.frontier import Key, KnownThread

_EPOCH: Final = clock.from_unix(0)


def load_known(
    con: duckdb.DuckDBPyConnection, boards: Iterable[str], since: datetime | None = None
) -> dict[Key, KnownThread]:
    """(board, post_id) -> what is known, of threads posted since ``since`` that were had, were gone or failed.

    ``con`` is the work database's or a publication's. Threads that were only seen on an index are not in it.
    """
    parameters = {"boards": list(boards), "since": since}
    known = {}
    for board, post_id, *values in con.execute(statement("store/known_threads"), parameters).fetchall():
        thread = _thread(post_id, values)
        if since is None or thread.posted_at >= since:
            known[board, post_id] = thread
    return known


def _thread(post_id: str, values: list[Any]) -> KnownThread:
    (
        fetched_at, posted_at, nrec, pushes, last_pushed_at, growth, poll_url, longpoll_url, poll_offset, poll_at,
        author, deleted, failed, damaged,
    ) = values  # fmt: skip
    return KnownThread(
        fetched_at=_moment(fetched_at),
        posted_at=_moment(posted_at) or clock.from_unix(name_seconds(post_id)),
        nrec=nrec,
        pushes=pushes,
        last_pushed_at=_moment(last_pushed_at),
        growth=growth,
        poll_url=poll_url,
        longpoll_url=longpoll_url,
        poll_offset=poll_offset,
        poll_at=_moment(poll_at),
        author=author,
        deleted=deleted,
        failed=failed,
        damaged=damaged,
    )


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)

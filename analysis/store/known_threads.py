"""What the store holds of the threads that a batch speaks of, read in a few statements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import orjson

from analysis.store.align import PushRow
from analysis.store.columns import read, run, table
from analysis.store.observation import Content, Observation, PollState, decode_floors, digest_of
from analysis.store.responses import Listed, ThreadKey


@dataclass(slots=True)
class Stored:
    """One thread as it is stored."""

    observations: list[Observation] = field(default_factory=list)
    rows: dict[int, PushRow] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """internal.texts by digest."""
    bodies: dict[str, str] = field(default_factory=dict)
    """Bodies that stand in posts and post_versions, by digest."""
    polls: dict[int, PollState] = field(default_factory=dict)


def touch(con: duckdb.DuckDBPyConnection, threads: Iterable[ThreadKey]) -> None:
    """Names the threads that the other statements speak of."""
    run(con, "touch", table("threads", threads))


def read_stored(con: duckdb.DuckDBPyConnection) -> dict[ThreadKey, Stored]:
    """The touched threads that have responses in the store."""
    found: dict[ThreadKey, Stored] = defaultdict(Stored)
    for board, post_id, *values in read(con, "known_observations"):
        found[board, post_id].observations.append(_observation(values))
    if not found:
        return {}
    for board, post_id, floor, *content, first_seen_at, removed_at in read(con, "known_pushes"):
        found[board, post_id].rows[floor] = PushRow(Content._make(content), first_seen_at, removed_at)
    for board, post_id, digest, text in read(con, "known_texts"):
        found[board, post_id].texts[digest] = text
    for board, post_id, body in read(con, "known_bodies"):
        found[board, post_id].bodies[digest_of(body.encode())] = body
    for board, post_id, fetched_at, *poll in read(con, "known_polls"):
        found[board, post_id].polls[fetched_at] = PollState(*poll)
    for stored in found.values():
        headers = {digest: orjson.loads(stored.texts[digest]) for digest in _header_digests(stored)}
        for observation in stored.observations:
            observation.header = headers.get(observation.header_digest or "", {})
    return dict(found)


def _header_digests(stored: Stored) -> set[str]:
    return {o.header_digest for o in stored.observations if o.header_digest}


def _observation(values: list[Any]) -> Observation:
    kind, fetched_at, digest, source, base, partial, header_digest, body_digest, floors, pending = values
    return Observation(
        kind,
        fetched_at,
        digest,
        source,
        base_fetched_at=base,
        partial=partial,
        header_digest=header_digest,
        body_digest=body_digest,
        contents=[row and Content._make(row) for row in orjson.loads(pending)] if pending else None,
        floors=decode_floors(floors),
        pending=bool(pending),
    )


def merge_listings(con: duckdb.DuckDBPyConnection, rows: list[Listed]) -> list[tuple[Any, ...]]:
    """Index rows of touched threads, joined with what internal.listings has of them: the newest row, first and last
    time. Of rows of the same moment the greater one counts, so that the order of loading does not.
    """
    newest: dict[ThreadKey, tuple[Any, ...]] = {}
    first: dict[ThreadKey, int] = {}
    stored = [((board, post_id), last, (title, author, mark, nrec), begun)
              for board, post_id, title, author, mark, nrec, begun, last in read(con, "known_listings")]  # fmt: skip
    fresh = [((r.board, r.post_id), r.listed_at, (r.title, r.author, r.mark, r.nrec), r.listed_at) for r in rows]
    for key, at, values, begun in stored + fresh:
        newest[key] = max(newest.get(key, ()), (at, *values))
        first[key] = min(first.get(key, begun), begun)
    return [(*key, *values, first[key], at) for key, (at, *values) in newest.items()]

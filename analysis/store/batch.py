"""Part of a spool file, gathered by thread and written in a few statements."""

from collections import defaultdict
from itertools import chain
from typing import Any, NamedTuple

import duckdb

from analysis.store.columns import run, table
from analysis.store.known_threads import Stored, merge_listings, read_stored, touch
from analysis.store.observation import Observation
from analysis.store.responses import Failed, Linked, Listed, Taken, ThreadKey, Told
from analysis.store.rows import Rows
from analysis.store.sessions import Sessions

MAX_PUSHES = 150_000
"""Pushes that one batch gathers: some 100 MB of Python objects."""


class Written(NamedTuple):
    """What a batch changed."""

    new_posts: int
    new_pushes: int
    changed_threads: int


class Batch:
    """Takes what responses told, then writes it within the caller's transaction."""

    def __init__(self) -> None:
        self.threads: dict[ThreadKey, list[Observation]] = defaultdict(list)
        self.listed: list[Listed] = []
        self.failed: list[Failed] = []
        self.linked: list[Linked] = []
        self.pushes = 0

    @property
    def full(self) -> bool:
        return self.pushes >= MAX_PUSHES or len(self.listed) >= MAX_PUSHES or len(self.threads) >= MAX_PUSHES // 10

    def add(self, taken: Taken) -> None:
        match taken:
            case Told(thread, observation):
                self.threads[thread].append(observation)
                self.pushes += len(observation.raw)
            case Listed():
                self.listed.append(taken)
            case Failed():
                self.failed.append(taken)
            case Linked():
                self.linked.append(taken)

    def write(self, con: duckdb.DuckDBPyConnection, sessions: Sessions) -> Written:
        """Writes everything. Raises pa.ArrowException and duckdb.Error for values that no column takes."""
        touch(con, chain(self.threads, ((row.board, row.post_id) for row in self.listed)))
        stored = read_stored(con) if self.threads else {}
        rows = Rows()
        for key, fresh in self.threads.items():
            rows.take(key, stored.get(key) or Stored(), fresh)
        rows.write(con, sessions)
        if self.listed:
            _replace(con, "listings", merge_listings(con, self.listed))
        run(con, "update_nrec", table("threads", ()))
        if self.failed:
            run(con, "insert_failures", table("failures", self.failed))
        if self.linked:
            run(con, "insert_linked_pages", table("linked_pages", [linked.row for linked in self.linked]))
            # The publisher behind a shortener is known from now on, and with it which posts tell the same story.
            stale = {(*linked.row[:2], step) for linked in self.linked for step in ("news", "stories")}
            run(con, "insert_dirty", table("dirty", sorted(stale)))
        return Written(rows.new_posts, rows.new_pushes, len({row[:2] for row in rows.dirty}))


def _replace(con: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[Any, ...]]) -> None:
    batch = table(name, rows)
    run(con, f"delete_{name}", batch)
    run(con, f"insert_{name}", batch)

"""Per-thread results that views would otherwise work out over ten million pushes each time.

``internal.thread_moods`` (step ``moods``, after the scores) and ``internal.stories`` (step ``stories``, after the
news): each equals its ``…_now`` view. Threads are marked in ``internal.dirty`` by the loader.
"""

from typing import Final

import duckdb

from analysis.batches import THREADS, work_off
from analysis.sql import statement
from analysis.transaction import transaction

MOODS: Final = "moods"
STORIES: Final = "stories"


def derive_moods(con: duckdb.DuckDBPyConnection, *, threads: int = THREADS) -> int:
    """Brings ``internal.thread_moods`` up to date with pushes, scores and the active engine; how many threads.

    Run it after the scores. When another engine has become active, every thread is done again.
    """
    if con.execute(statement("aggregates/engine_changed")).fetchall()[0][0]:
        with transaction(con):
            con.execute("DELETE FROM internal.thread_moods")
            con.execute(statement("aggregates/all_stale"))

    def reckon() -> None:
        con.execute(
            "DELETE FROM internal.thread_moods AS m USING batch AS b WHERE m.board = b.board AND m.post_id = b.post_id"
        )
        con.execute(statement("aggregates/moods"))

    return work_off(con, MOODS, reckon, threads=threads)


def derive_stories(con: duckdb.DuckDBPyConnection) -> int:
    """Works ``internal.stories`` out anew if any thread is marked; how many news posts it holds then, else 0."""
    with transaction(con):
        stale = con.execute("SELECT count(*) FROM internal.dirty WHERE step = ?", [STORIES]).fetchall()[0][0]
        if not stale:
            return 0
        con.execute("DELETE FROM internal.stories")
        con.execute("INSERT INTO internal.stories BY NAME FROM internal.stories_now")
        con.execute("DELETE FROM internal.dirty WHERE step = ?", [STORIES])
        return int(con.execute("SELECT count(*) FROM internal.stories").fetchall()[0][0])

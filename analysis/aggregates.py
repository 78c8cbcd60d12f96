"""Results that views would otherwise work out over ten million pushes each time.

``internal.thread_moods`` and ``internal.periods`` (step ``moods``, after the scores) and ``internal.stories`` (step
``stories``, after the news): each equals its ``…_now`` view. Threads are marked in ``internal.dirty`` by the loader.
"""

from typing import Final

import duckdb

from analysis.batches import THREADS, work_off
from analysis.sql import statement
from analysis.transaction import transaction

MOODS: Final = "moods"
STORIES: Final = "stories"
WEEKS: Final = 13
"""Weeks of periods that are reckoned at once: some 300,000 pushes of a large board."""


def derive_moods(con: duckdb.DuckDBPyConnection, *, threads: int = THREADS) -> int:
    """Brings ``internal.thread_moods`` and ``internal.periods`` up to date with pushes, scores and the active engine;
    how many threads.

    Run it after the scores. When another engine has become active, every thread is done again; what an older backup
    did not bring, is made up for.
    """
    if con.execute(statement("aggregates/engine_changed")).fetchall()[0][0]:
        with transaction(con):
            con.execute("DELETE FROM internal.thread_moods")
            con.execute(statement("aggregates/all_stale"))
    con.execute(statement("aggregates/outdated"))

    def reckon() -> None:
        con.execute(
            "DELETE FROM internal.thread_moods AS m USING batch AS b WHERE m.board = b.board AND m.post_id = b.post_id"
        )
        con.execute(statement("aggregates/moods"))
        con.execute(statement("aggregates/stale_periods"))

    done = work_off(con, MOODS, reckon, threads=threads)
    _fill_periods(con)
    return done


def _fill_periods(con: duckdb.DuckDBPyConnection) -> None:
    """A period that is missing is stale; a kill between two transactions costs nothing but time.

    Days that no push stands for any more are taken away, so that they are not asked for again and again.
    """
    while True:
        con.execute(statement("aggregates/missing_periods"), {"weeks": WEEKS})
        if not con.execute("FROM missing_periods LIMIT 1").fetchall():
            return
        with transaction(con):
            made = con.execute(statement("aggregates/periods")).fetchall()[0][0]
            gone = con.execute(statement("aggregates/orphaned_days")).fetchall()[0][0]
        if not made and not gone:
            return


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

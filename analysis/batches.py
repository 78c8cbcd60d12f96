"""Bounded batches of threads whose derived rows are stale, each in one transaction with the work done on it.

A step that is killed between two batches has lost nothing and repeats nothing: the rows of ``internal.dirty`` go in
the same transaction that writes the results.
"""

from collections.abc import Callable

import duckdb

from analysis.transaction import transaction

THREADS = 2_000
"""Threads a batch: about 120,000 pushes, some tens of MB."""


def work_off(con: duckdb.DuckDBPyConnection, step: str, work: Callable[[], object], *, threads: int = THREADS) -> int:
    """Calls ``work`` for one batch of ``step`` after another until none is stale; how many threads there were."""
    done = 0
    while True:
        with transaction(con):
            count = next_batch(con, step, threads)
            if not count:
                return done
            work()
            batch_done(con, step)
        done += count


def next_batch(con: duckdb.DuckDBPyConnection, step: str, threads: int = THREADS) -> int:
    """Fills the temporary table ``batch(board, post_id)`` with stale threads of ``step``, oldest first; how many.

    The order makes habits cheap: a thread's votes then change only threads that are not done yet.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE batch AS SELECT DISTINCT d.board, d.post_id, p.posted_at"
        " FROM internal.dirty d LEFT JOIN posts p USING (board, post_id) WHERE d.step = $step"
        " ORDER BY p.posted_at NULLS FIRST, d.board, d.post_id LIMIT $threads",
        {"step": step, "threads": threads},
    )
    row = con.execute("SELECT count(*) FROM batch").fetchone()
    return int(row[0]) if row else 0


def batch_done(con: duckdb.DuckDBPyConnection, step: str) -> None:
    """Takes the batch's threads off the list of stale ones; call inside the transaction that wrote the results."""
    con.execute(
        "DELETE FROM internal.dirty USING batch b"
        " WHERE dirty.step = $step AND dirty.board = b.board AND dirty.post_id = b.post_id",
        {"step": step},
    )

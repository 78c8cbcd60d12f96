"""The store's ``votes`` and ``thread_effects``, kept up with its pushes.

Two stages. A thread whose pushes changed gets its votes anew and marks the threads whose voters' habits that
changes (step ``habits``); then habits and effects of all marked threads are reckoned. Whatever the order in which
threads arrive, the result is that of one computation over everything.
"""

from typing import Final

import duckdb
import numpy as np

from analysis.batches import THREADS, work_off
from analysis.sql import statement
from analysis.transaction import transaction
from analysis.votes.effects import thread_effects

STEP: Final = "votes"
HABITS: Final = "habits"
PRIOR_WEIGHT: Final = 5.0
"""Votes that the board's rate weighs in a user's habit. This and the next six stand in macros/120_votes.sql too, as
a test checks; the choice: benchmarks/votes.py --select, docs/method.md."""
FADE_DAYS: Final = 14.0
"""Half-life of the recent habit."""
FADE_WEIGHT: Final = 10.0
"""Votes that the lifelong habit weighs in the recent one."""
SLOW_DAYS: Final = 60.0
"""Half-life of habits by kind of thread and by author."""
KIND_WEIGHT: Final = 25.0
"""Votes that the recent habit weighs in that by category and reply."""
AUTHOR_WEIGHT: Final = 8.0
"""Votes that the habit by kind weighs in that by the thread's author."""
SUREST: Final = 0.995
"""No habit is taken for surer than this, whoever voted 推 a thousand times running."""
BASE_RATE: Final = 0.85
"""推 among the Stock board's votes of 2016–2018: what a board is taken for before it has votes."""
BASE_WEIGHT: Final = 100.0


_WIDER: Final = 5
"""Threads of a batch of the second stage for each of the first: it reads all that its voters ever voted."""


def _recast(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(statement("votes/cast"))
    con.execute(statement("votes/changed"))
    ((since,),) = con.execute("SELECT min(since) FROM changed_votes").fetchall()
    con.execute(statement("votes/touched"), {"since": since})
    con.execute("DELETE FROM votes USING batch b WHERE votes.board = b.board AND votes.post_id = b.post_id")
    con.execute(statement("votes/insert"), {"base": BASE_RATE})


def _refresh_rates(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(statement("votes/rates"), {"base": BASE_RATE, "weight": BASE_WEIGHT})
    con.execute(statement("votes/rates_changed"))
    con.execute("DELETE FROM internal.board_rates")
    con.execute("INSERT INTO internal.board_rates BY NAME SELECT * FROM new_rates")


def _reckon_habits(con: duckdb.DuckDBPyConnection) -> None:
    ((since, until),) = con.execute("SELECT min(posted_at), max(posted_at) FROM batch").fetchall()
    if since is not None:  # else all of the batch's threads are gone
        con.execute(statement("votes/habits"), {"since": since, "until": until})


def _reckon_effects(con: duckdb.DuckDBPyConnection) -> None:
    import pyarrow as pa

    columns = con.sql(statement("votes/rows")).to_arrow_table()
    boards, posts = (columns[name].to_numpy(zero_copy_only=False) for name in ("board", "post_id"))
    first = np.ones(len(boards), dtype=bool)
    first[1:] = (boards[1:] != boards[:-1]) | (posts[1:] != posts[:-1])
    thread = np.cumsum(first) - 1
    voted = columns["y"].is_valid().to_numpy(zero_copy_only=False)
    y, p_user = (columns[name].to_numpy(zero_copy_only=False)[voted].astype(float) for name in ("y", "p_user"))
    effects = thread_effects(y, p_user, thread[voted], int(first.sum()))
    con.execute(
        "DELETE FROM thread_effects USING batch b"
        " WHERE thread_effects.board = b.board AND thread_effects.post_id = b.post_id"
    )
    numbers = {
        name: pa.array(values, from_pandas=True)
        for name, values in effects._asdict().items()  # NaN -> null
    }
    rows = pa.table({"board": pa.array(boards[first]), "post_id": pa.array(posts[first]), **numbers})
    con.register("effect_rows", rows)
    con.execute("INSERT INTO thread_effects BY NAME SELECT * FROM effect_rows")
    con.unregister("effect_rows")


def _stale(con: duckdb.DuckDBPyConnection) -> bool:
    row = con.execute("SELECT count(*) FROM internal.dirty WHERE step = $step", {"step": HABITS}).fetchone()
    return bool(row and row[0])


def derive_votes(con: duckdb.DuckDBPyConnection, *, threads: int = THREADS) -> int:
    """Brings ``votes`` and ``thread_effects`` up to date; how many threads changed.

    Idempotent and restartable: one transaction a batch, each from ``internal.dirty`` with step ``votes``, then with
    step ``habits``, which the first stage (and a changed rate of the board) fills. Only pushes that still stand
    count; user ids are compared case-insensitively.
    """
    con.execute(statement("votes/rates_table"))
    con.execute(statement("votes/outdated"))
    done = work_off(con, STEP, lambda: _recast(con), threads=threads)
    if not _stale(con):  # nothing came, so no rate of the board moved either
        return done
    with transaction(con):
        _refresh_rates(con)

    def reckon() -> None:
        _reckon_habits(con)
        _reckon_effects(con)

    work_off(con, HABITS, reckon, threads=threads * _WIDER)
    return done

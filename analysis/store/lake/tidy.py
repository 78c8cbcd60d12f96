"""Keeping a lake small: few large files instead of many small ones, and no past beyond PTT_LAKE_KEEP."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from analysis.sql import connection
from analysis.store.lake.address import ALIAS, Lake, attach, unreachable
from analysis.store.lake.session import session_of
from ptt_spider import clock


class Tidied(NamedTuple):
    """What `tidy` did."""

    before: int
    """Data files in use."""
    after: int
    deleted: int
    """Files that nothing needs any more."""


def tidy(data: Path, lake: Lake, keep: timedelta | None, *, forget: bool = False) -> Tidied:
    """Merges files, drops snapshots older than ``keep`` (None: keeps all) and the files that only they needed.

    Files go an hour after nothing refers to them, for readers that have just opened them, and what killed writers left
    behind after a day; with ``forget`` all at once, and rows that were deleted are in no file any more. Publications
    wait while it runs. Raises LakeUnreachable.
    """
    now = clock.now()
    session = session_of(data, lake)
    session.claim(())
    steps = [f"ducklake_flush_inlined_data('{ALIAS}')"]
    if forget:
        steps += [f"ducklake_rewrite_data_files('{ALIAS}', delete_threshold => 0.0)"]
    else:
        steps += [f"ducklake_rewrite_data_files('{ALIAS}')", f"ducklake_merge_adjacent_files('{ALIAS}')"]
    if forget or keep is not None:
        oldest = now if forget else now - (keep or timedelta())
        steps.append(f"ducklake_expire_snapshots('{ALIAS}', older_than => '{oldest.isoformat()}'::TIMESTAMPTZ)")
    unused = (
        "cleanup_all => true" if forget else f"older_than => '{(now - timedelta(hours=1)).isoformat()}'::TIMESTAMPTZ"
    )
    lost = f"older_than => '{(now - timedelta(days=1)).isoformat()}'::TIMESTAMPTZ"
    steps += [f"ducklake_cleanup_old_files('{ALIAS}', {unused})", f"ducklake_delete_orphaned_files('{ALIAS}', {lost})"]
    with connection() as con, session.committing():
        con.execute("SET memory_limit = '2GB'")
        attach(con, lake)
        try:
            before = _files(con)
            gone = [len(con.execute(f"CALL {step}").fetchall()) for step in steps][-2:]
            return Tidied(before, _files(con), sum(gone))
        except duckdb.Error as error:
            raise unreachable(lake, error) from error


def _files(con: duckdb.DuckDBPyConnection) -> int:
    query = "SELECT coalesce(sum(file_count), 0) FROM ducklake_table_info(?)"
    return int(con.execute(query, [ALIAS]).fetchall()[0][0])

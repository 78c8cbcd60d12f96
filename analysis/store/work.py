"""The writer's own database, ``data/work.duckdb``. Nobody else opens it; readers get copies (`publish`)."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from analysis import sql
from analysis.config import load_settings
from analysis.errors import PttError
from analysis.store.disk import is_disk_full, plain_disk_errors
from analysis.store.lake.address import Lake, lake_of
from analysis.store.lake.push import recover
from analysis.store.migrations import migrate
from analysis.store.sessions import sync_trading_days

WORK_NAME: Final = "work.duckdb"
PUBLISHED_NAME: Final = "ptt.duckdb"
CATALOG: Final = "ptt"
STORAGE_VERSION: Final = "v1.2.0"
"""Old enough that every DuckDB from 1.2 on reads it, whichever wrote it."""
MEMORY_LIMIT: Final = "2GB"


class StoreDamaged(PttError):
    """The database cannot be opened; the message names the file and the remedy."""


def open_work(data: Path, boards: Iterable[str] | None = None, *, shared: bool = True) -> duckdb.DuckDBPyConnection:
    """The store open for writing, migrated, with today's views; made where it is missing.

    Call it while holding the folder's lock (`analysis.store.lock.hold`). A lost work file is made again from the
    published one, which holds all of it. With PTT_STORE=ducklake it begins with what other hosts have published of
    ``boards`` (default: PTT_BOARD), unless not ``shared``. Raises StoreTooNew, StoreDamaged, OSError (disk full, no
    permission).
    """
    data.mkdir(parents=True, exist_ok=True)
    lake = lake_of(data) if shared else None
    if lake:
        recover(data, lake, data / PUBLISHED_NAME)
    path = data / WORK_NAME
    if not path.exists() or not path.stat().st_size:  # an empty file would be a new store, and be published as one
        _restore(data, path)
    con = sql.connection()
    try:
        with plain_disk_errors(path):
            _prepare(con, data, path)
            if lake:
                _join(con, data, lake, boards)
    except BaseException:
        con.close()
        raise
    return con


def _prepare(con: duckdb.DuckDBPyConnection, data: Path, path: Path) -> None:
    con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET temp_directory = {sql.literal(data / 'tmp')}")
    attach(con, path)
    migrate(con, path)
    sql.apply(con)
    sync_trading_days(con)


def _join(con: duckdb.DuckDBPyConnection, data: Path, lake: Lake, boards: Iterable[str] | None) -> None:
    from analysis.store.lake.pull import join
    from analysis.store.publish import publish

    if join(con, data, lake, boards or load_settings(data).board):
        publish(data, con)


def attach(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attaches a store for writing and makes it the default. Raises StoreDamaged."""
    try:
        con.execute(f"ATTACH {sql.literal(path)} AS {CATALOG} (STORAGE_VERSION '{STORAGE_VERSION}')")
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise StoreDamaged(
                f"{path} 被別的程式開著：請關掉它（讀資料請開 {PUBLISHED_NAME}），再執行一次。"
            ) from error
        if is_disk_full(error):
            raise
        raise StoreDamaged(_damaged(path)) from error
    except (duckdb.Error, RuntimeError) as error:
        raise StoreDamaged(_damaged(path)) from error
    con.execute(f"USE {CATALOG}")


def _damaged(path: Path) -> str:
    return f"{path} 打不開（檔案損壞或不是資料庫）：請把它移走再執行一次，會從 {PUBLISHED_NAME} 重建。"


def _restore(data: Path, path: Path) -> None:
    published = data / PUBLISHED_NAME
    if not published.exists():
        return
    part = path.with_suffix(".duckdb.part")
    shutil.copyfile(published, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    path.with_name(f"{WORK_NAME}.wal").unlink(missing_ok=True)  # it belongs to the file that was lost
    part.rename(path)

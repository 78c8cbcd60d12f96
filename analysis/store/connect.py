"""How users read the store: always read-only, always the newest publication."""

from pathlib import Path

import duckdb

from analysis.config import absolute, load_settings
from analysis.errors import PttError, StoreNotFound
from analysis.sql import connection, literal
from analysis.store.lake.address import lake_of
from analysis.store.work import CATALOG, PUBLISHED_NAME


def connect(data_dir: str | Path | None = None) -> duckdb.DuckDBPyConnection:
    """The published store, read-only, times shown in Taipei's zone.

    Each call sees the newest publication, also while older connections live in the same process: it is an in-memory
    database with the store attached, where a second ``duckdb.connect(path)`` would be given the old file again.
    ``data_dir`` as for ``ptt --data``: where None, PTT_DATA, the folder of ptt.toml, ./data. Never creates a file.
    With PTT_STORE=ducklake it is the lake: all boards of all hosts. Raises StoreNotFound, naming the path and
    `ptt run`.
    """
    data = absolute(data_dir) if data_dir is not None else load_settings().data
    lake = lake_of(data)
    if lake:
        from analysis.store.lake.read import open_lake

        return open_lake(lake)
    return open_published(data)


def open_published(data: Path) -> duckdb.DuckDBPyConnection:
    """As `connect`, but always this folder's own publication."""
    path = data / PUBLISHED_NAME
    if not path.is_file():
        raise StoreNotFound(f"找不到資料庫 {path}：請先執行 ptt run（或 ptt demo 看示範），或用 --data 指定資料夾。")
    con = connection()
    try:
        con.execute(f"ATTACH {literal(path)} AS {CATALOG} (READ_ONLY)")
        con.execute(f"USE {CATALOG}")
    except duckdb.Error as error:
        con.close()
        raise PttError(
            f"{path} 打不開：請檢查權限；若檔案損壞，執行 ptt load 重新發布。{str(error).splitlines()[0]}"
        ) from error
    return con

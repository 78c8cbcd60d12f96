"""How users read the store: always read-only, always the newest publication."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from analysis.config import load_settings
from analysis.errors import PttError, StoreNotFound
from analysis.sql import literal
from analysis.store.lake.address import lake_of
from analysis.store.work import CATALOG, PUBLISHED_NAME

if TYPE_CHECKING:
    import pandas as pd

_NAME = re.compile(r"\w+", re.ASCII)


def connect(data_dir: str | Path | None = None) -> duckdb.DuckDBPyConnection:
    """The published store, read-only, times shown in Taipei's zone.

    Each call sees the newest publication, also while older connections live in the same process: it is an in-memory
    database with the store attached, where a second ``duckdb.connect(path)`` would be given the old file again.
    ``data_dir`` as for ``ptt --data``: where None, PTT_DATA, the folder of ptt.toml, ./data. Never creates a file.
    With PTT_STORE=ducklake it is the lake: all boards of all hosts. Raises StoreNotFound, naming the path and
    `ptt run`.
    """
    data = Path(data_dir).expanduser().absolute() if data_dir is not None else load_settings().data
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
    con = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        con.execute("SET TimeZone = 'Asia/Taipei'")
        con.execute("SET enable_progress_bar = false")  # DuckDB 2.0 writes it into standard output
        con.execute(f"ATTACH {literal(path)} AS {CATALOG} (READ_ONLY)")
        con.execute(f"USE {CATALOG}")
    except duckdb.Error as error:
        con.close()
        raise PttError(
            f"{path} 打不開：請檢查權限；若檔案損壞，執行 ptt load 重新發布。{str(error).splitlines()[0]}"
        ) from error
    return con


def frame(view_or_query: str, *, data_dir: str | Path | None = None, **filters: Any) -> "pd.DataFrame":
    """A view, a table, a table macro or a query as a DataFrame.

    Filters are columns: ``frame("news_sentiment", board="Stock", symbols=None)``; a list means any of its values,
    None means null. For a macro they are its parameters: ``frame("stock", symbol="2330", days=7)``. Raises
    StoreNotFound, and PttError for a name that the store does not have.
    """
    with connect(data_dir) as con:
        statement, parameters = _compose(con, view_or_query.strip(), filters)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of pandas, within DuckDB's own conversion
            return con.execute(statement, parameters).df()


def _compose(con: duckdb.DuckDBPyConnection, source: str, filters: Mapping[str, Any]) -> tuple[str, list[Any]]:
    for name in filters:
        if not _NAME.fullmatch(name):
            raise PttError(f"篩選條件 {name!r} 不是欄位名稱。")
    if _NAME.fullmatch(source):
        if _count(con, "duckdb_functions()", "function_type = 'table_macro' AND function_name", source):
            arguments = ", ".join(f"{name} := ?" for name in filters)
            return f"SELECT * FROM {source}({arguments})", list(filters.values())  # noqa: S608 - names checked above
        if not _count(con, "duckdb_columns()", "table_name", source):
            raise PttError(f"資料庫裡沒有 {source}：ptt sql '.schema' 列出所有的表與檢視。")
    else:
        source = f"({source.rstrip(';')})"
    conditions, parameters = [], []
    for name, value in filters.items():
        if value is None:
            conditions.append(f'"{name}" IS NULL')
        elif isinstance(value, list | tuple | set):
            conditions.append(f'list_contains(?, "{name}")')
            parameters.append(list(value))
        else:
            conditions.append(f'"{name}" = ?')
            parameters.append(value)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT * FROM {source}{where}", parameters  # noqa: S608 - the user's own query, read-only


def _count(con: duckdb.DuckDBPyConnection, catalog: str, column: str, name: str) -> bool:
    query = f"SELECT count(*) FROM {catalog} WHERE database_name = ? AND {column} = ?"  # noqa: S608 - both ours
    found = con.execute(query, [CATALOG, name])
    return bool(found.fetchall()[0][0])

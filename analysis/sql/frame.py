"""What the store says, as a DataFrame."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from analysis.errors import UsageError
from analysis.sql.ask import explain
from analysis.store.connect import connect
from analysis.store.work import CATALOG

if TYPE_CHECKING:
    import pandas as pd

_NAME = re.compile(r"\w+", re.ASCII)


def frame(view_or_query: str, *, data_dir: str | Path | None = None, **filters: Any) -> "pd.DataFrame":
    """A view, a table, a table macro or a query as a DataFrame.

    Filters are columns: ``frame("news_sentiment", board="Stock", symbols=None)``; a list means any of its values,
    None means null. For a macro they are its parameters: ``frame("stock", symbol="2330", days=7)``. Raises
    StoreNotFound, UsageError for a name that the store does not have or a query that is wrong, and PttError where the
    store cannot be read.
    """
    source = view_or_query.strip()
    if not source:
        raise UsageError('沒有查詢：請給檢視的名稱或 SQL，例如 frame("news_sentiment")。')
    with connect(data_dir) as con:
        statement, parameters = _compose(con, source, filters)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of pandas, within DuckDB's own conversion
            try:
                return con.execute(statement, parameters).df()
            except duckdb.Error as error:
                raise explain(error) from error


def _compose(con: duckdb.DuckDBPyConnection, source: str, filters: Mapping[str, Any]) -> tuple[str, list[Any]]:
    for name in filters:
        if not _NAME.fullmatch(name):
            raise UsageError(f"篩選條件 {name!r} 不是欄位名稱。")
    if _NAME.fullmatch(source):
        if _count(con, "duckdb_functions()", "function_type = 'table_macro' AND function_name", source):
            arguments = ", ".join(f"{name} := ?" for name in filters)
            return f"SELECT * FROM {source}({arguments})", list(filters.values())  # noqa: S608 - names checked above
        if not _count(con, "duckdb_columns()", "table_name", source):
            raise UsageError(f"資料庫裡沒有 {source}：ptt sql '.schema' 列出所有的表與檢視。")
    else:
        source = f"(\n{source.rstrip(';')}\n)"  # lines of its own: the query may end with a comment
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

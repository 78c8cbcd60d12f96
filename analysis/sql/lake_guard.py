"""Which queries `ptt sql` sends to a lake (PTT_STORE=ducklake).

There the connection has DuckDB's extensions for DuckLake and PostgreSQL, whose functions reach past the tables: they
run SQL in the catalog, connect to other servers, expire snapshots and delete files. What a query would call is read
from DuckDB's own syntax tree of it, so that quotes, comments, schemas and nesting make no difference; what has no such
tree (all but SELECT and its kind) is refused. So nothing can define a macro, or prepare a statement, to call later.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import duckdb

MAY_READ: Final = frozenset(
    {
        "ducklake_current_snapshot", "ducklake_last_committed_snapshot", "ducklake_list_files", "ducklake_options",
        "ducklake_settings", "ducklake_snapshots", "ducklake_table_changes", "ducklake_table_deletions",
        "ducklake_table_info", "ducklake_table_insertions",
    }
)  # fmt: skip
"""The extensions' functions that only tell of the lake."""
_REACH_OUT: Final = ("ducklake_", "postgres_", "pg_clear_", "read_postgres_", "__ducklake_")
_RUN_TEXT: Final = frozenset({"query", "query_table", "json_execute_serialized_sql"})
"""They run a text that is no part of the tree."""
_CHANGE: Final = frozenset(
    {
        "checkpoint", "force_checkpoint", "enable_logging", "disable_logging", "truncate_duckdb_logs",
        "enable_profiling", "disable_profiling",
    }
)  # fmt: skip
LAKE: Final = "lake"
"""The lake's name in the connection. DuckLake's functions are in it too: lake.snapshots is ducklake_snapshots."""
CATALOG: Final = "__ducklake_metadata_"
"""The lake's PostgreSQL, as a database that DuckDB has attached."""


def is_lake(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the connection is one to a lake (`analysis.store.lake.read.open_lake`)."""
    return bool(con.execute("SELECT 1 FROM duckdb_databases() WHERE type = 'ducklake'").fetchall())


def refusal(con: duckdb.DuckDBPyConnection, kind: str, text: str) -> str:
    """Why a statement is not sent to a lake, as one line; empty where it may be. ``text`` is known to be SQL."""
    tree = _tree(con, _explained(text) if kind == "EXPLAIN" else text)
    if tree is None:
        return (
            f"ptt sql 對共用資料庫只收查詢，不收 {kind}："
            "請用 SELECT、FROM、WITH、VALUES、DESCRIBE、SHOW、SUMMARIZE、EXPLAIN；PIVOT 請用 IN 寫出各欄。"
        )
    for name in _names(tree):
        if is_refused(name):
            return f"ptt sql 只能讀共用資料庫的表：不能用 {name}。"
    return ""


def is_refused(name: str) -> bool:
    """Whether a function, or a database, is none that a query may name."""
    name = name.lower()
    if name in MAY_READ:
        return False
    return name.startswith(_REACH_OUT) or name in _RUN_TEXT or name in _CHANGE


def _tree(con: duckdb.DuckDBPyConnection, text: str) -> Any:
    ((answer,),) = con.execute("SELECT system.main.json_serialize_sql(?)", [text]).fetchall()
    tree = json.loads(answer)
    return None if tree["error"] else tree["statements"]


def _explained(text: str) -> str:
    """The statement behind EXPLAIN or EXPLAIN ANALYZE; what has options is then none."""
    content = text.encode()
    starts = [start for start, _ in duckdb.tokenize(text)]
    after = 2 if len(starts) > 2 and content[starts[1] : starts[2]].strip().lower() == b"analyze" else 1
    return content[starts[after] :].decode() if len(starts) > after else ""


def _names(tree: Any) -> Iterator[str]:
    """Functions that a tree calls, and databases or schemas of the tables that it reads."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("function_name", "catalog_name", "schema_name", "catalog", "schema") and isinstance(value, str):
                yield value
            else:
                yield from _names(value)
        if LAKE in (str(tree.get(key)).lower() for key in ("catalog", "schema")):  # only functions have these keys
            yield f"ducklake_{tree.get('function_name')}"
    elif isinstance(tree, list):
        for value in tree:
            yield from _names(value)

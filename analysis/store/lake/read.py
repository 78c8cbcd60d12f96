"""Reading the lake from anywhere: its tables by their usual names, with this program's views and macros over them."""

import duckdb

from analysis import sql
from analysis.errors import PttError, StoreNotFound
from analysis.sql import literal, statement
from analysis.store.lake.address import ALIAS, Lake, attach, unreachable
from analysis.store.migrations import StoreTooNew, migrations
from analysis.store.work import CATALOG


def open_lake(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A connection to the lake as `analysis.store.connect.connect` gives it; the lake itself is attached as ``lake``.

    Views and macros live in this connection's memory, not in the lake: DuckLake keeps no macro with defaults, and each
    reader has those of its own program. Raises StoreNotFound, LakeUnreachable, StoreTooNew,
    PttError (no extension, a lake of an older version).
    """
    con = sql.connection()
    try:
        # DuckLake reads its statistics anew for each of a view's scans, and @known-at-0845 has 382: 4.2 of the 6.1 s
        # of CPU time that it took to plan. Scans, joins and views over 300,000 comments take no longer without.
        con.execute("SET disabled_optimizers = 'statistics_propagation'")
        attach(con, lake, read_only=True)
        con.execute(f"SET allowed_directories = [{literal(lake.files)}]")  # for those who forbid all other files
        con.execute(f"ATTACH ':memory:' AS {CATALOG}")
        con.execute(f"USE {CATALOG}")
        con.execute("CREATE SCHEMA internal")
        query = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL"
        names = [name for (name,) in con.execute(query, [ALIAS]).fetchall()]
        if "internal.heads" not in names:
            raise _nothing(lake)
        for name in names:
            if name != "main.store_info":
                con.execute(f"CREATE VIEW {name} AS FROM {ALIAS}.{name}")
        con.execute(statement("lake/store_info"))
        if not con.execute("SELECT 1 FROM internal.heads LIMIT 1").fetchall():
            raise _nothing(lake)
        _apply(con, lake)
    except duckdb.Error as error:
        con.close()
        raise unreachable(lake, error) from error
    except BaseException:
        con.close()
        raise
    return con


def _apply(con: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """This program's views over tables of maybe another version: many fit; where one does not, who upgrades."""
    try:
        sql.apply(con, over_views=True)
    except duckdb.Error as error:
        ((present,),) = con.execute(f"SELECT max(version) FROM {ALIAS}.internal.migrations").fetchall()  # noqa: S608 - ours
        known = migrations()[-1].version
        if present > known:
            raise StoreTooNew(
                f"共用資料庫 {lake.catalog} 的版本是 {present}，這個程式只認得到 {known}：請在這台機器升級 ptt-pulse。"
            ) from error
        if present < known:
            raise PttError(
                f"共用資料庫 {lake.catalog} 的版本是 {present}，這個程式是 {known}："
                "請先在抓取的主機升級 ptt-pulse 並執行 ptt run。"
            ) from error
        raise


def _nothing(lake: Lake) -> StoreNotFound:
    return StoreNotFound(f"{lake.catalog} 裡還沒有發布過的資料：請先在抓取的主機執行 ptt run。")

"""`ptt sql` of a lake: the extensions that bring it here reach further than a query may."""

import duckdb
import pytest

from analysis.errors import UsageError
from analysis.sql import ask, lake_guard, prompt
from analysis.sql.cookbook import queries
from analysis.store.lake.address import _EXTENSIONS, _extension

CATALOG = "__ducklake_metadata_lake"
PAST = f"postgres_query('{CATALOG}', 'SELECT 1')"
WAYS = {
    "plainly": f"FROM {PAST}",
    "another server": "FROM postgres_scan('host=127.0.0.1 dbname=postgres user=ptt', 'pg_catalog', 'pg_class')",
    "by CALL": f"CALL postgres_execute('{CATALOG}', 'DELETE FROM ducklake_snapshot')",
    "quoted": f"""FROM "Postgres_Query"('{CATALOG}', 'SELECT 1')""",
    "by its schema": f"FROM system.main.{PAST}",
    "by a quoted schema": f"""FROM "system"."main"."POSTGRES_query"('{CATALOG}', 'SELECT 1')""",
    "with comments": f"FROM postgres_query/**/ -- x\n ('{CATALOG}', 'SELECT 1')",
    "nested": f"WITH a AS (WITH b AS (SELECT (SELECT count(*) FROM {PAST}) AS n) FROM b) SELECT * FROM posts, a",
    "in a condition": f"SELECT 1 FROM posts WHERE EXISTS (FROM {PAST})",
    "in an order": f"SELECT 1 FROM posts ORDER BY (SELECT count(*) FROM {PAST})",
    "beside others": f"SELECT 1 UNION ALL (SELECT 2 UNION ALL SELECT count(*) FROM {PAST})",
    "as a scalar": "SELECT postgres_query('a', 'b')",
    "over a window": "SELECT pg_clear_cache() OVER ()",
    "second": f"SELECT 1; FROM {PAST}",
    "described": f"DESCRIBE FROM {PAST}",
    "summarized": f"SUMMARIZE FROM {PAST}",
    "pivoted": f"PIVOT (FROM {PAST}) ON a IN (1) USING count(*)",
    "explained": f"/* 說明 */ EXPLAIN FROM {PAST}",
    "explained and run": f"EXPLAIN ANALYZE FROM {PAST}",
    "explained with options": "EXPLAIN (FORMAT json) FROM pg_clear_cache()",
    "explained twice": "EXPLAIN ANALYZE SELECT 1; EXPLAIN ANALYZE FROM pg_clear_cache()",
    "as text": f"FROM query('FROM postgres_query(''{CATALOG}'', ''SELECT 1'')')",
    "as a table's name": f"FROM query_table('{CATALOG}.public.ducklake_snapshot')",
    "as a tree": "FROM json_execute_serialized_sql(json_serialize_sql('FROM pg_clear_cache()'))",
    "by a macro": f"CREATE TEMP MACRO m() AS TABLE FROM {PAST}; FROM m()",
    "by a view": f"CREATE TEMP VIEW v AS FROM {PAST}",
    "by a table": f"CREATE TEMP TABLE t AS FROM {PAST}",
    "by a variable": f"SET VARIABLE n = (SELECT count(*) FROM {PAST})",
    "prepared": f"PREPARE p AS FROM {PAST}",
    "the catalog's tables": f"FROM {CATALOG}.public.ducklake_snapshot",
    "the catalog's tables, quoted": f"""SELECT * FROM posts, "{CATALOG.upper()}"."ducklake_snapshot" """,
    "snapshots": "CALL ducklake_expire_snapshots('lake', older_than => now())",
    "snapshots by FROM": "FROM ducklake_expire_snapshots('lake', older_than => now())",
    "files": "FROM ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "other files": "FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)",
    "rows": "DELETE FROM lake.pushes",
    "options": "FROM ducklake_set_option('lake', 'parquet_compression', 'zstd')",
    "a merge, as the lake's own": "FROM lake.merge_adjacent_files()",
    "an option, as the lake's own": "FROM lake.set_option('expire_older_than', '1 minute')",
    "an option, by the lake's schema": "FROM lake.main.set_option('parquet_compression', 'zstd')",
    "a message, as the lake's own": """SELECT * FROM posts, "Lake"."main"."SET_commit_message"('a', 'b')""",
    "rows, as the lake's own": "FROM lake.flush_inlined_data()",
    "a profile": "FROM enable_profiling()",
    "a profile in a file": "FROM system.main.enable_profiling(format := 'json', save_location := '/tmp/ptt.json')",
    "no profile": "FROM disable_profiling()",
    "leaving": "DETACH lake",
    "a setting": "SET threads = 1",
    "a checkpoint": "FROM checkpoint('lake')",
    "a secret": "CREATE SECRET s (TYPE s3, KEY_ID 'x')",
}
OURS = ("共用資料庫", "只能讀資料庫", "寫成 Parquet", "一次一個查詢")
"""What our refusals say; DuckDB's own errors do not."""
GOOD = (
    "FROM ducklake_snapshots('lake')",
    "FROM lake.snapshots()",
    "FROM lake.main.options()",
    "SELECT count(*) FROM lake.pushes AT (TIMESTAMP => now())",
    "EXPLAIN SELECT * FROM posts",
    "explain analyze SELECT * FROM posts",
    "DESCRIBE posts",
    "SUMMARIZE posts",
    "SHOW TABLES",
    "VALUES ('postgres_query'), ('DROP TABLE posts')",
    "PIVOT pushes ON tag IN ('推', '噓') USING count(*) GROUP BY board",
    "WITH query AS (SELECT 1 AS postgres_query) SELECT postgres_query FROM query",
)


@pytest.fixture
def con(lake, run, page, tmp_path):
    run(tmp_path / "a", page(1))
    with ask.open_locked(tmp_path / "a") as con:
        yield con


def test_no_query_reaches_past_the_lakes_tables(con, lake, lake_services, tmp_path):
    state = "SELECT (SELECT count(*) FROM ducklake_snapshot), (SELECT count(*) FROM ducklake_data_file)"
    before = lake_services.postgres.query(lake.name, state)
    let_through = []
    for way, query in WAYS.items():
        for attempt in (lambda q: list(ask.ask(con, q).rows), lambda q: ask.copy_parquet(con, q, None, tmp_path / "x")):
            with pytest.raises(UsageError) as told:
                attempt(query)
            if not any(word in str(told.value) for word in OURS):
                let_through.append((way, str(told.value)))
            assert "\n" not in str(told.value)
    assert let_through == []
    assert lake_services.postgres.query(lake.name, state) == before
    assert not (tmp_path / "x").exists()


def test_questions_are_answered(con):
    for query in GOOD:
        assert list(ask.ask(con, query).rows), query
    for query in queries().values():
        assert not lake_guard.refusal(con, "SELECT", query.text), query.name
    list(ask.ask(con, queries()["boo-givers"].text, queries()["boo-givers"].defaults).rows)
    for command in (".tables", ".schema", ".schema posts"):
        assert prompt.dot_command(con, command.split(), 100)


def test_every_function_of_the_extensions_is_known():
    """A version of them with another function says so here."""
    query = "SELECT DISTINCT function_name FROM duckdb_functions()"
    with duckdb.connect() as con:
        before = set(con.execute(query).fetchall())
        for name in _EXTENSIONS:
            con.execute(f"LOAD '{_extension(name)}'")
        added = {name for (name,) in set(con.execute(query).fetchall()) - before}
    assert added >= lake_guard.MAY_READ
    assert {name for name in added - lake_guard.MAY_READ if not lake_guard.is_refused(name)} == {"murmur3_32"}

"""The files of the store itself, which DuckDB lets every query touch, are as closed to ``ptt sql`` as all others."""

import shutil
from pathlib import Path

import duckdb
import pytest

from analysis.errors import UsageError
from analysis.sql import ask

WAYS = (
    "COPY (SELECT 1) TO '{path}' (FORMAT csv, USE_TMP_FILE false)",
    "SELECT 1; COPY posts TO '{path}' (FORMAT csv)",
    "/* SELECT */ copy (SELECT 1) TO '{path}' (FORMAT csv)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{path}' (FORMAT csv, USE_TMP_FILE false)",
    "PREPARE p AS COPY (SELECT 1) TO '{path}' (FORMAT csv, USE_TMP_FILE false)",
    "ATTACH '{path}' AS other",
)

GOOD = (
    "EXPLAIN SELECT 1",
    "DESCRIBE posts",
    "SHOW TABLES",
    "SUMMARIZE posts",
    "PRAGMA table_info('posts')",
    "WITH a AS (SELECT 1 AS n) FROM a",
    "VALUES (1)",
    "CREATE TEMP TABLE t AS SELECT 1; FROM t",
    "SET VARIABLE n = 3; SELECT getvariable('n')",
)


@pytest.fixture
def data(tmp_path: Path, board_data: Path) -> Path:
    shutil.copyfile(board_data / "ptt.duckdb", tmp_path / "ptt.duckdb")
    return tmp_path


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["ptt.duckdb", "ptt.duckdb.wal"])
def test_no_query_writes_the_store(data: Path, way: str, name: str) -> None:
    before = (data / "ptt.duckdb").read_bytes()
    with ask.open_locked(data) as con, pytest.raises(UsageError) as caught:
        list(ask.ask(con, way.format(path=data / name)).rows)
    assert "\n" not in str(caught.value)
    assert [path.name for path in data.iterdir()] == ["ptt.duckdb"]
    assert (data / "ptt.duckdb").read_bytes() == before


def test_a_parquet_answer_cannot_be_sent_elsewhere(data: Path, tmp_path: Path) -> None:
    before = (data / "ptt.duckdb").read_bytes()
    sly = f"SELECT 1) TO '{data / 'ptt.duckdb'}' (FORMAT csv, USE_TMP_FILE false) --"
    with ask.open_locked(data, may_write=tmp_path / "a.parquet") as con, pytest.raises(UsageError):
        ask.copy_parquet(con, sly, None, tmp_path / "a.parquet")
    assert (data / "ptt.duckdb").read_bytes() == before


def test_a_query_that_cannot_be_looked_at_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lake's guard asks DuckDB for the query's syntax tree, and a connection can fail there too."""
    monkeypatch.setattr("analysis.sql.lake_guard.is_lake", lambda con: True)
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (a INTEGER PRIMARY KEY); BEGIN")
        with pytest.raises(duckdb.Error):
            con.execute("INSERT INTO t VALUES (1), (1)")  # from now on this transaction answers nothing
        with pytest.raises(UsageError) as caught:
            ask.ask(con, "SELECT 1")
    assert "\n" not in str(caught.value)


def test_reading_goes_on(data: Path) -> None:
    with ask.open_locked(data) as con:
        for query in GOOD:
            assert list(ask.ask(con, query).rows), query

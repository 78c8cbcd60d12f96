"""What a lake is told of the store's tables, without any service (the lake itself: tests/services/lake)."""

import re

from analysis.store.lake.pull import _load_again
from analysis.store.lake.push import LOADED
from analysis.store.lake.tables import HERE, for_lake, tables
from analysis.store.migrations import migrations


def test_every_table_is_published_by_a_key_of_its_own_or_stays_here(memory_store):
    query = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'ptt'"
    present = {name for (name,) in memory_store.execute(query).fetchall()}
    assert {table.name for table in tables(memory_store, "ptt")} == present - HERE
    for table in tables(memory_store, "ptt"):
        columns = {row[0] for row in memory_store.execute(f"DESCRIBE {table.name}").fetchall()}
        assert table.by_board == ("board" in columns), f"{table.name}: rows of a board are its writer's"


def test_migrations_without_what_parquet_cannot_have():
    texts = [for_lake(step).sql for step in migrations()]
    assert not re.search(r"PRIMARY KEY|COMPRESSION|UNIQUE|CREATE INDEX", "".join(texts))
    assert texts[0].count("CREATE TABLE") == migrations()[0].sql.count("CREATE TABLE") + 1


def test_what_was_loaded_waits_again_also_where_nothing_ever_waited(memory_store, tmp_path):
    """A backfill puts its files straight beside the loaded ones; nothing made the spool's folder then."""
    (tmp_path / LOADED).mkdir()
    (tmp_path / LOADED / "a.jsonl").write_text("{}\n")
    _load_again(memory_store, tmp_path)
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["a.jsonl"]
    assert not list((tmp_path / LOADED).iterdir())

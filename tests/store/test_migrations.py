import gzip
import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from analysis.store.load import load_file
from analysis.store.lock import hold
from analysis.store.migrations import Migration, StoreTooNew, migrate, migrations, schema_version
from analysis.store.work import attach, open_work
from ptt_spider.spool import PageSeen

STORED = sorted(Path(__file__).parent.glob("versions/*.duckdb.gz"))
"""A store as each version wrote it, with one thread in it; `python tests/store/store_version.py` adds one."""


def _columns(con):
    return con.execute(
        "SELECT schema_name, table_name, column_name, data_type, is_nullable FROM duckdb_columns()"
        " WHERE database_name = 'ptt' AND NOT internal ORDER BY ALL"
    ).fetchall()


@pytest.fixture
def con(tmp_path):
    with duckdb.connect() as con:
        attach(con, tmp_path / "work.duckdb")
        yield con


def test_numbers_run_without_gaps():
    assert [step.version for step in migrations()] == list(range(1, len(migrations()) + 1))


def test_steps_are_applied_once_and_named(con, tmp_path):
    assert schema_version(con) == 0
    assert migrate(con, tmp_path) == len(migrations())
    assert migrate(con, tmp_path) == 0
    assert schema_version(con) == migrations()[-1].version
    names = con.execute("SELECT name FROM internal.migrations ORDER BY version").fetchall()
    assert names == [(step.name,) for step in migrations()]


def test_a_step_that_fails_leaves_no_trace(con, tmp_path):
    migrate(con, tmp_path)
    before = _columns(con)
    good = Migration(len(migrations()) + 1, "good", "ALTER TABLE posts ADD COLUMN first_added VARCHAR")
    bad = Migration(good.version + 1, "bad", "ALTER TABLE posts ADD COLUMN second_added VARCHAR; SELECT no_such_column")
    with pytest.raises(duckdb.Error):
        migrate(con, tmp_path, [*migrations(), good, bad])
    assert schema_version(con) == good.version
    added = set(_columns(con)) - set(before)
    assert {row[2] for row in added} == {"first_added"}


def test_a_newer_store_is_refused_with_the_remedy(data):
    with open_work(data) as con:
        con.execute("INSERT INTO internal.migrations VALUES (99, 'from the future', now())")
    before = (data / "work.duckdb").read_bytes()
    with pytest.raises(StoreTooNew, match="pip install -U") as caught:
        open_work(data)
    assert "99" in str(caught.value)
    assert str(data / "work.duckdb") in str(caught.value)
    assert (data / "work.duckdb").read_bytes() == before


def test_every_older_version_has_a_stored_file():
    assert [path.name[:4] for path in STORED] == [f"{step.version:04d}" for step in migrations()]


@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.name[:4])
def test_a_store_of_an_older_version_becomes_todays(kit, data, tmp_path, stored):
    with hold(data, "test"), open_work(data) as con:
        todays = _columns(con)
    old = tmp_path / "old"
    old.mkdir()
    with gzip.open(stored) as packed, (old / "work.duckdb").open("wb") as file:
        shutil.copyfileobj(packed, file)
    with hold(old, "test"), open_work(old) as con:
        assert _columns(con) == todays
        assert con.execute("SELECT title, nrec FROM posts").fetchall() == [("[新聞] 台積電法說會", 3)]
        assert con.execute("SELECT floor, user_id, removed_at IS NULL FROM pushes ORDER BY floor").fetchall() == [
            (1, "reader", True), (2, "other", False),
        ]  # fmt: skip
        later = PageSeen(kit.BEGIN + timedelta(hours=9), "crawl", kit.post(pushes=[kit.push(1), kit.push(2, minute=7)]))
        load_file(con, kit.write_spool(old / "spool", "later", [later]))
        assert con.execute("SELECT count(*), max(floor) FROM pushes").fetchall() == [(3, 3)]

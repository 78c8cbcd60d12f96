"""A work file that is gone or empty, as after a power cut: the published store gives it back, never the reverse."""

import shutil
from pathlib import Path

import duckdb
import pytest

import analysis
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work


def posts(data: Path) -> int:
    with analysis.connect(data) as con:
        return con.execute("SELECT count(*) FROM posts").fetchone()[0]


@pytest.fixture
def data(tmp_path: Path, board_data: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    for path in (board_data / "ptt.duckdb", board_data / "lake.json"):
        if path.exists():
            shutil.copyfile(path, data / path.name)
    return data


def test_an_empty_work_file_is_no_new_store(data: Path) -> None:
    before = posts(data)
    (data / "work.duckdb").write_bytes(b"")
    with hold(data, "test"), open_work(data) as con:
        publish(data, con)
    assert posts(data) == before > 50


def test_the_log_of_a_lost_work_file_is_not_replayed(data: Path) -> None:
    before = posts(data)
    con = duckdb.connect(str(data / "work.duckdb"))
    con.execute("PRAGMA disable_checkpoint_on_shutdown; CREATE TABLE later AS SELECT 1")
    con.close()
    assert (data / "work.duckdb.wal").stat().st_size
    (data / "work.duckdb").unlink()
    with hold(data, "test"), open_work(data) as con:
        publish(data, con)
    assert posts(data) == before

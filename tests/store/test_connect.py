import subprocess
import sys
from datetime import timedelta

import pytest

import analysis
from analysis.errors import PttError, StoreNotFound
from analysis.store.lake.address import lake_of
from analysis.store.load import load_file
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work
from ptt_spider.spool import PageSeen


@pytest.fixture(scope="module")
def published(kit, empty_work, tmp_path_factory):
    data = tmp_path_factory.mktemp("published")
    (data / "work.duckdb").write_bytes(empty_work.read_bytes())
    pushes = [kit.push(1), kit.push(2, "噓", "other", "看壞", 3)]
    page = PageSeen(kit.BEGIN + timedelta(hours=1), "crawl", kit.post(pushes=pushes))
    with hold(data, "test"), open_work(data) as con:
        load_file(con, kit.write_spool(data / "spool", "a", [page]))
        publish(data, con)
    return data


def test_a_store_that_is_not_there_is_named_and_not_made(tmp_path, elsewhere, in_a_lake):
    with elsewhere():
        place = lake_of().catalog if in_a_lake else str(tmp_path / "none" / "ptt.duckdb")
        with pytest.raises(StoreNotFound, match="ptt run") as caught:
            analysis.connect(tmp_path / "none")
    assert place in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "ptt.duckdb").write_bytes(b"hello" * 999)
    with pytest.raises(PttError, match=r"ptt\.duckdb"):
        analysis.connect(tmp_path)


def test_the_folder_comes_from_the_settings(published, monkeypatch, tmp_path):
    monkeypatch.setenv("PTT_DATA", str(published))
    monkeypatch.chdir(tmp_path)
    with analysis.connect() as con:
        assert con.execute("SELECT count(*) FROM pushes").fetchall() == [(2,)]


def test_times_are_shown_in_taipei(published):
    with analysis.connect(published) as con:
        assert con.execute("SELECT posted_at::VARCHAR FROM posts").fetchall() == [("2026-01-28 09:00:00+08",)]


def test_a_quote_in_the_path_is_no_matter(published, tmp_path):
    odd = tmp_path / "it's data"
    odd.mkdir()
    (odd / "ptt.duckdb").write_bytes((published / "ptt.duckdb").read_bytes())
    with analysis.connect(odd) as con:
        assert con.execute("SELECT count(*) FROM posts").fetchall() == [(1,)]


def test_frame_reads_tables_queries_and_macros(published):
    assert list(analysis.frame("pushes", data_dir=published, tag="噓").user_id) == ["other"]
    assert list(analysis.frame("pushes", data_dir=published, tag=["噓", "→", "推"], removed_at=None).floor) == [1, 2]
    query = "SELECT user_id, count(*) AS n FROM pushes GROUP BY ALL;"
    assert list(analysis.frame(query, data_dir=published, user_id="reader").n) == [1]
    thread = analysis.frame("thread", data_dir=published, post_id="M.1769562000.A.C89")
    assert len(thread) == 2


@pytest.mark.parametrize(("source", "filters"), [("no_such_view", {}), ("pushes", {"floor = 1; --": 1})])
def test_frame_says_what_it_does_not_know(published, source, filters):
    with pytest.raises(PttError):
        analysis.frame(source, data_dir=published, **filters)


def test_importing_the_package_does_not_load_duckdb():
    code = "import sys, analysis; assert 'duckdb' not in sys.modules; analysis.connect; assert 'duckdb' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError):
        _ = analysis.nothing

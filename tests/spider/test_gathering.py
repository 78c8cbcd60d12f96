"""From where an incremental run asks: the last run that left no gap, never one that failed or was filtered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from analysis import gathering
from analysis.config import Settings
from analysis.errors import PttError
from analysis.store.disk import DiskFull
from analysis.store.work import open_work
from ptt_spider import clock
from ptt_spider.crawling import CrawlJob, CrawlReport, Failure


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    con = open_work(tmp_path_factory.mktemp("store"))
    yield con
    con.close()


@pytest.fixture
def con(store):
    yield store
    store.execute("DELETE FROM crawls")


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path, watch_days=0)


def job(tmp_path, **fields) -> CrawlJob:
    return replace(CrawlJob(data_dir=tmp_path), run_id=f"run{id(fields)}{len(fields)}{datetime.now()}", **fields)  # noqa: DTZ005


def ran(con, made: CrawlJob, outcome: str = "done", ended: bool = True) -> datetime:
    """A run of the job; when it began."""
    gathering._begin(con, "ptt run", made)
    if ended:
        gathering._finish(con, CrawlReport(made.run_id, clock.now(), clock.now(), outcome=outcome))
    return con.execute("SELECT started_at FROM crawls WHERE run_id = ?", [made.run_id]).fetchall()[0][0]


def since_last(con, settings, made: CrawlJob) -> CrawlJob:
    return gathering._since_last(con, made, settings)


def test_an_empty_store_asks_for_seven_days(con, settings, tmp_path):
    first = since_last(con, settings, job(tmp_path))
    assert (first.last, first.since, first.revisit) == (timedelta(days=7), None, True)


@pytest.mark.parametrize(
    ("outcome", "counts"), [("done", True), ("partly", True), ("failed", False), ("stopped", False)]
)
def test_what_ended_without_a_gap_counts(con, settings, tmp_path, outcome, counts):
    began = ran(con, job(tmp_path, last=timedelta(days=7)), outcome)
    following = since_last(con, settings, job(tmp_path))
    if counts:
        assert following.new_since == following.since == began - gathering.OVERLAP
    else:
        assert following.since is None


def test_a_lost_index_page_leaves_a_gap_a_lost_thread_does_not(con, settings, tmp_path):
    for post_id, gap in (("M.1.A.000", False), (None, True)):
        made = job(tmp_path, last=timedelta(days=7))
        gathering._begin(con, "ptt run", made)
        lost = [Failure("Stock", post_id, "http://x/", "逾時")]
        gathering._finish(con, CrawlReport(made.run_id, clock.now(), clock.now(), outcome="partly", failures=lost))
        newest = con.execute("SELECT settings ->> 'sweep' FROM crawls WHERE run_id = ?", [made.run_id]).fetchall()
        assert newest == [("false" if gap else "true",)]


def test_killed_and_filtered_runs_leave_the_older_one_in_force(con, settings, tmp_path):
    began = ran(con, job(tmp_path, last=timedelta(days=7)))
    now = clock.now()
    ran(con, job(tmp_path, new_since=began, since=began), ended=False)
    for filtered in (
        {"category": "新聞"},
        {"search": "x"},
        {"pages": 1},
        {"until": now},
        {"hot": True},
        {"since": now + timedelta(days=1)},
    ):
        ran(con, job(tmp_path, **filtered))
    assert since_last(con, settings, job(tmp_path)).new_since == began - gathering.OVERLAP


def test_a_board_that_was_not_in_the_run_is_new(con, settings, tmp_path):
    ran(con, job(tmp_path, last=timedelta(days=7)))
    assert since_last(con, settings, job(tmp_path, boards=("Stock", "Gossiping"))).last == timedelta(days=7)


def test_watched_days_reach_further_back_than_the_last_run(con, settings, tmp_path):
    ran(con, job(tmp_path, last=timedelta(days=7)))
    following = since_last(con, Settings(data=tmp_path, watch_days=3), job(tmp_path))
    assert clock.now() - following.since > timedelta(days=2, hours=23)
    assert following.new_since > following.since


def test_the_gap_between_full_runs_is_measured(con, tmp_path):
    assert gathering._until_next(con) == timedelta(hours=1)
    for hours in (0, 3, 6, 9):
        made = job(tmp_path, last=timedelta(days=7))
        ran(con, made)
        at = clock.now() + timedelta(hours=hours)
        con.execute("UPDATE crawls SET started_at = ? WHERE run_id = ?", [at, made.run_id])
    assert gathering._until_next(con) == timedelta(hours=3)


def test_what_cannot_be_derived_is_told_and_ends_no_crawl(con, settings, monkeypatch):
    published, notes = [], []
    monkeypatch.setattr("analysis.store.publish.publish", lambda data, _: published.append(data))

    def broken(*_):
        raise PttError("模型檔讀不到")

    monkeypatch.setattr("analysis.derive.derive_all", broken)
    listener = gathering.Listener()
    listener.note = notes.append
    gathering.derive_and_publish(con, settings, listener)
    assert (notes, published) == (["模型檔讀不到"], [settings.data])
    with pytest.raises(PttError):
        gathering.derive_and_publish(con, settings)
    assert len(published) == 2


def test_a_full_disk_ends_it(con, settings, monkeypatch, tmp_path):
    def full(*_):
        raise DiskFull(tmp_path)

    monkeypatch.setattr("analysis.derive.derive_all", full)
    with pytest.raises(DiskFull):
        gathering.derive_and_publish(con, settings, gathering.Listener())

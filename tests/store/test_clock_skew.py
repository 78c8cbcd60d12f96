"""A clock that was too fast once: its run hides no gap, and the next one says what is wrong."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis import gathering
from analysis.config import Settings
from analysis.store.work import open_work
from ptt_spider import clock
from ptt_spider.crawling import CrawlJob, CrawlReport


class Notes(gathering.Listener):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, line: str) -> None:
        self.said.append(line)


@pytest.fixture
def con(tmp_path: Path) -> Any:
    with open_work(tmp_path) as con:
        yield con


def test_a_run_dated_into_the_future_is_no_last_sweep(
    con: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    job = CrawlJob(data_dir=tmp_path, last=timedelta(days=7))
    for ahead, run_id in ((timedelta(0), "right"), (timedelta(days=30), "fast")):
        monkeypatch.setattr(clock, "now", lambda ahead=ahead: now + ahead)
        gathering._begin(con, "ptt run", replace(job, run_id=run_id))
        gathering._finish(con, CrawlReport(run_id, clock.now(), clock.now()))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=10))
    asked = gathering._since_last(con, CrawlJob(data_dir=tmp_path), Settings(data=tmp_path))
    assert asked.new_since == now - gathering.OVERLAP


def test_pages_of_the_future_are_told(con: Any) -> None:
    listener = Notes()
    gathering._warn_of_clock(con, listener)
    assert listener.said == []
    con.execute(
        "INSERT INTO posts BY NAME SELECT 'Stock' AS board, 'M.1.A.000' AS post_id, 'x' AS aid, 'x' AS url,"
        " false AS is_reply, false AS is_forward, now() AS posted_at, current_date AS posted_on, '' AS body,"
        " 0 AS push_count, 0 AS boo_count, 0 AS arrow_count, 0 AS capture_lag, false AS truncated, false AS damaged,"
        " now() AS first_seen_at, now() + INTERVAL 30 DAY AS fetched_at"
    )
    gathering._warn_of_clock(con, listener)
    assert "校正時鐘" in listener.said[0]

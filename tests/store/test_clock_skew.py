"""A clock that was too fast once: its run hides no gap, and the next one says what is wrong."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis import gathering
from analysis.config import Settings
from analysis.store.load import load_waiting
from analysis.store.work import open_work
from ptt_spider import clock
from ptt_spider.crawling import CrawlJob, CrawlReport
from ptt_spider.spool import PageSeen, SpoolWriter


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


BASE = datetime(2026, 1, 28, 12, 0, tzinfo=clock.TAIPEI)


def tell(
    con: Any, data: Path, kit: Any, hours: float, floors: str, ahead: timedelta = timedelta(0), **fields: Any
) -> None:
    """A page of the thread with these pushes, seen by a clock that is ahead."""
    pushes = [kit.push(number, text=text) for number, text in enumerate(floors, 1)]
    record = PageSeen(BASE + timedelta(hours=hours) + ahead, "crawl", kit.post(pushes=pushes, **fields))
    writer = SpoolWriter(data / "spool", f"{hours}")
    writer.write(record)
    writer.close()
    load_waiting(con, data)


def rows(con: Any) -> list[tuple[Any, ...]]:
    return con.execute("SELECT floor, text, first_seen_at, removed_at FROM pushes ORDER BY floor").fetchall()


@pytest.mark.parametrize("days", [1, 30])
def test_what_a_fast_clock_saw_is_no_later_than_now(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """b is taken down while the clock is ahead, c comes after it was set right: nothing else is removed."""
    ahead, listener, settings = timedelta(days=days), Notes(), Settings(data=tmp_path)
    tell(con, tmp_path, kit, 1, "ab")
    tell(con, tmp_path, kit, 2, "ab", ahead)
    tell(con, tmp_path, kit, 3, "a", ahead)
    monkeypatch.setattr(clock, "now", lambda: BASE + timedelta(hours=3))
    gathering._settle_clock(con, settings, listener)
    assert "時鐘曾經太快" in listener.said[0]
    tell(con, tmp_path, kit, 5, "ac")
    at = [BASE + timedelta(hours=hours) for hours in range(6)]
    assert rows(con) == [(1, "a", at[1], None), (2, "b", at[1], at[3]), (3, "c", at[5], None)]
    assert con.execute("SELECT fetched_at FROM posts").fetchall() == [(at[5],)]
    with open_work(tmp_path / "right") as right:  # the same responses, had the clock been right
        for hours, floors in ((5, "ac"), (1, "ab"), (3, "a"), (2, "ab")):
            tell(right, tmp_path / "right", kit, hours, floors)
        for table in ("posts", "pushes", "internal.observations", "internal.poll_state"):
            query = f"SELECT * FROM {table} ORDER BY ALL"
            assert con.execute(query).fetchall() == right.execute(query).fetchall(), table
    monkeypatch.setattr(clock, "now", lambda: BASE + timedelta(hours=6))
    gathering._settle_clock(con, settings, listener)
    assert len(listener.said) == 1


def test_a_clock_that_is_behind_changes_nothing_and_is_told(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Notes()
    gathering._settle_clock(con, Settings(data=tmp_path), listener)
    assert listener.said == []
    tell(con, tmp_path, kit, 1, "ab")
    before = rows(con)
    monkeypatch.setattr(clock, "now", lambda: BASE - timedelta(days=9))
    gathering._settle_clock(con, Settings(data=tmp_path), listener)
    assert "校正時鐘" in listener.said[0]
    assert rows(con) == before


FAST = timedelta(hours=8)
U, V = "M.1769562060.A.001", "M.1769562120.A.002"


def fast_all_day(con: Any, data: Path, kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock 8 hours ahead that is right again six minutes after the last page, 28 hours from BASE."""
    tell(con, data, kit, 18, "ab", FAST)
    tell(con, data, kit, 22, "abc", FAST)
    tell(con, data, kit, 28, "a", FAST, post_id=U)
    monkeypatch.setattr(clock, "now", lambda: at(28.1))


def at(hours: float) -> datetime:
    return BASE + timedelta(hours=hours)


def observed(con: Any) -> list[tuple[Any, ...]]:
    return con.execute("SELECT fetched_at FROM internal.observations ORDER BY fetched_at").fetchall()


def test_pages_of_a_fast_clock_on_both_sides_of_now_keep_their_order(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, listener = Settings(data=tmp_path), Notes()
    tell(con, tmp_path, kit, 1, "a", post_id=V)
    fast_all_day(con, tmp_path, kit, monkeypatch)
    runs = [  # right; killed by what set the clock right
        ("right", at(1) - timedelta(minutes=1), at(1) + timedelta(minutes=1)),
        ("killed", at(36) - timedelta(minutes=1), at(28.1)),
    ]
    for run_id, started, finished in runs:
        gathering._begin(con, "ptt run", CrawlJob(data_dir=tmp_path, run_id=run_id))
        con.execute("UPDATE crawls SET started_at = ?, finished_at = ? WHERE run_id = ?", [started, finished, run_id])
    gathering._settle_clock(con, settings, listener)
    assert "時鐘曾經太快" in listener.said[0]
    assert observed(con) == [(at(1),), (at(18.1),), (at(22.1),), (at(28.1),)]
    assert con.execute("SELECT run_id, started_at, finished_at FROM crawls ORDER BY started_at").fetchall() == [
        runs[0],
        ("killed", at(28.1) - timedelta(minutes=1), at(28.1)),
    ]
    tell(con, tmp_path, kit, 29, "abcd")
    query = "SELECT text, first_seen_at, removed_at FROM pushes WHERE post_id NOT IN (?, ?) ORDER BY floor"
    assert con.execute(query, [U, V]).fetchall() == [
        ("a", at(18.1), None), ("b", at(18.1), None), ("c", at(22.1), None), ("d", at(29), None)
    ]  # fmt: skip


def test_where_the_clock_jumped_cannot_be_told_nothing_is_changed(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Notes()
    fast_all_day(con, tmp_path, kit, monkeypatch)
    before = rows(con)
    gathering._settle_clock(con, Settings(data=tmp_path), listener)
    assert ["看不出" in line for line in listener.said] == [True]
    assert observed(con) == [(at(26),), (at(30),), (at(36),)]
    assert rows(con) == before


def test_nothing_goes_back_to_before_it_was_written(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was set right while a run went on: a post of that hour was seen in that hour."""
    listener = Notes()
    tell(con, tmp_path, kit, 1, "a", post_id=V)
    fast_all_day(con, tmp_path, kit, monkeypatch)
    tell(con, tmp_path, kit, 28.05, "", post_id="M.1769663000.A.003", posted_at=at(28))
    before = observed(con)
    gathering._settle_clock(con, Settings(data=tmp_path), listener)
    assert "看不出" in listener.said[0]
    assert observed(con) == before


def test_a_store_that_a_fast_clock_began_goes_back_as_a_whole(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (1, 2):
        tell(con, tmp_path, kit, hours, "ab", timedelta(days=30))
    monkeypatch.setattr(clock, "now", lambda: at(2))
    gathering._settle_clock(con, Settings(data=tmp_path), Notes())
    assert observed(con) == [(at(1),), (at(2),)]


def test_the_end_of_a_killed_run_hides_no_jump(
    con: Any, tmp_path: Path, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock that was set right wrote it into the middle of the jump."""
    tell(con, tmp_path, kit, 20, "a")
    tell(con, tmp_path, kit, 20.2, "ab", FAST)
    gathering._begin(con, "ptt run", CrawlJob(data_dir=tmp_path, run_id="killed"))
    con.execute("UPDATE crawls SET started_at = ?, finished_at = ?", [at(28.1), at(24)])
    monkeypatch.setattr(clock, "now", lambda: at(24))
    gathering._settle_clock(con, Settings(data=tmp_path), Notes())
    assert observed(con) == [(at(20),), (at(24),)]
    assert con.execute("SELECT finished_at FROM crawls").fetchall() == [(at(24),)]

"""The plan told before a walk: posts and minutes within a factor of 1.5, whatever the days are like."""

import asyncio
import random
from bisect import bisect_left
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.pages import markup as m
from ptt_spider import clock
from ptt_spider.clock import TAIPEI
from ptt_spider.job import CrawlJob, CrawlReport, Listener, Plan
from ptt_spider.spiders.listing import Listing
from ptt_spider.spiders.planning import Planning
from ptt_spider.spiders.run import Run

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=TAIPEI)  # a Sunday morning
DAYS = 3 * 365
NEWS = 0.3
DELETED = 0.2


class Board:
    """Three years of posts, none asked for: weekends, nights, holidays and a rush, a fifth of the rows deleted."""

    def __init__(self, end: datetime = NOW, days: int = DAYS) -> None:
        chance = random.Random(4)
        self.times: list[float] = []
        for day in range(days):
            at = (end - timedelta(days=days - day)).replace(hour=0)
            posts = 4 if at.weekday() >= 5 else 40
            posts = 1 if at.month == 2 and at.day < 12 else 400 if (at.year, at.month) == (2025, 4) else posts
            self.times += sorted(
                moment
                for moment in (at.timestamp() + chance.triangular(0, 86400, 54000) for _ in range(posts))
                if moment < end.timestamp()
            )
        self.linked = [chance.random() >= DELETED for _ in self.times]
        self.news = [chance.random() < NEWS for _ in self.times]
        self.newest = -(-len(self.times) // 20)
        self.asked: list[str] = []

    async def get(self, url: str) -> Any:
        self.asked.append(url)
        name = url.rsplit("/", 1)[1]
        number = int(name.removeprefix("index").removesuffix(".html") or self.newest)
        rows = []
        for place in range((number - 1) * 20, min(number * 20, len(self.times))):
            name = f"M.{int(self.times[place])}.A.{place % 4096:03X}"
            title = "[新聞] 一則" if self.news[place] else "Re: [標的] 一檔"
            rows.append(m.row(title, "x1", " 3/04", post_id=name if self.linked[place] else None))
        return SimpleNamespace(status=200, body=m.index(rows, number, self.newest).encode(), request=None)

    def posts(self, since: float, until: float = float("inf"), category: str | None = None) -> int:
        first, last = bisect_left(self.times, since), bisect_left(self.times, until)
        wanted = range(first, last)
        return sum(self.linked[place] and (category is None or self.news[place]) for place in wanted)

    def plan(self, **options: Any) -> Plan:
        job = CrawlJob(data_dir=Path("nowhere"), **options)
        told: list[Plan] = []
        run = Run(job, self, lambda _: None, CrawlReport("x", NOW), Listener(on_plan=told.append))  # type: ignore[arg-type]
        listing = Listing(run, "Stock")

        async def plan() -> None:
            since = job.since.timestamp() if job.since else None
            await Planning(run, listing, "Stock", since).plan(await listing.newest())

        asyncio.run(plan())
        assert run.total == told[0].posts
        return told[0]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture(scope="module")
def board() -> Board:
    return Board()


def about(number: float) -> Any:
    """Within a factor of 1.5, or a page."""
    return pytest.approx(number, rel=1 / 3, abs=20)


@pytest.mark.parametrize("days", [1, 2, 3, 4, 7, 12, 20, 30, 90, 340, 400, 700, 1000, 5000])
def test_posts_and_minutes_of_any_span(board: Board, days: int) -> None:
    board.asked.clear()
    since = NOW - timedelta(days=days)
    plan = board.plan(since=since)
    posts = board.posts(since.timestamp())
    assert plan.posts == about(posts)
    assert plan.seconds == about(posts * (1 + 1 / 20 / (1 - DELETED)))
    assert len(board.asked) <= 16


@pytest.mark.parametrize(("days", "until"), [(700, 300), (30, 3), (400, 395)])
def test_a_span_that_ends_before_now(board: Board, days: int, until: int) -> None:
    since, end = NOW - timedelta(days=days), NOW - timedelta(days=until)
    assert board.plan(since=since, until=end).posts == about(board.posts(since.timestamp(), end.timestamp()))


@pytest.mark.parametrize("days", [30, 400, 1000])
def test_one_category(board: Board, days: int) -> None:
    since = NOW - timedelta(days=days)
    assert board.plan(since=since, category="新聞").posts == about(board.posts(since.timestamp(), category="新聞"))


@pytest.mark.parametrize("days", [250, 400, 1000])
def test_a_board_on_which_nobody_has_posted_for_months(days: int) -> None:
    board, since = Board(NOW - timedelta(days=240)), NOW - timedelta(days=days)
    assert board.plan(since=since).posts == about(board.posts(since.timestamp()))


def test_a_slow_site_is_told_by_the_pages_that_were_asked_for(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 1000, 40))
    monkeypatch.setattr("ptt_spider.spiders.planning.time.monotonic", lambda: next(moments))
    since = NOW - timedelta(days=700)
    board.asked.clear()
    plan = board.plan(since=since)
    assert plan.seconds > plan.posts * 2  # 40 seconds for at most 16 pages

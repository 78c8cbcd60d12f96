"""Figures made by hand, and a copy of the demo's store that a test may spoil."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analysis.digest.figures import (
    Coverage,
    DayFigures,
    Figures,
    NewsFigures,
    QuoteFigures,
    StockFigures,
    WeekFigures,
)
from analysis.digest.weeks import Week
from ptt_spider.clock import TAIPEI

WEEK = Week(date(2026, 1, 19))


def make_week(**given: Any) -> WeekFigures:
    plain = {
        "posts": 40,
        "news": 12,
        "comments": 1000,
        "users": 200,
        "pushes": 600,
        "boos": 100,
        "square": 40_000.0,
        "mood": 0.0,
        "mood_se": 0.02,
        "sessions": 5,
    }
    return WeekFigures(**plain | given)


def make_news(number: int = 1, **given: Any) -> NewsFigures:
    plain = {
        "post_id": f"M.17690000{number:02}.A.{number:03X}",
        "title": f"[新聞] 第{number}則消息",
        "url": f"https://www.ptt.cc/bbs/Stock/M.17690000{number:02}.A.{number:03X}.html",
        "source_domain": "news.example.org",
        "push_count": 30 - number, "boo_count": 3, "arrow_count": 9, "voters": 30,
        "approval": 0.4, "approval_low": 0.1, "approval_high": 0.6,
        "news_tone": 0.5, "crowd_mood": 0.3, "crowd_mood_se": 0.1,
        "comments_scored": 40, "symbols": ("2330",), "posted_at": datetime(2026, 1, 20, 10, number, tzinfo=TAIPEI),
    }  # fmt: skip
    return NewsFigures(**plain | given)


def make_figures(**given: Any) -> Figures:
    days = tuple(DayFigures(date(2026, 1, 19 + n), 6, 100 + n, 0.1, 0.03, n < 5) for n in range(7))
    whole = Coverage(listed=40, fetched=40, failed=0, gone=0, gap_hours=0.3)
    news = (
        *(make_news(n) for n in range(1, 7)),
        *(
            make_news(n, push_count=5, boo_count=40 - n, approval=-0.7, approval_low=-0.9, approval_high=-0.4)
            for n in (7, 8)
        ),
    )
    quotes = tuple(
        QuoteFigures(post.post_id, floor, tag, f"{tag}這一則的第{floor}句話 {post.post_id[-3:]}", 0.1 * floor)
        for post in news
        for floor, tag in enumerate(("推", "噓", "推"), 1)
    )
    stock = StockFigures("2330", "台積電", 120, 90, 0.2, 0.05)
    plain = {
        "board": "Stock", "week": WEEK, "now": make_week(), "before": make_week(comments=990), "days": days,
        "news": news,
        "stocks": (stock, StockFigures("2454", "聯發科", 3, 3, 0.9, 0.1)),
        "stocks_before": {"2330": StockFigures("2330", "台積電", 60, 45, 0.0, 0.05)},
        "quotes": quotes, "coverage": whole, "coverage_before": whole, "usual": 0.0, "engine": "ptt 1",
    }  # fmt: skip
    return Figures(**plain | given)


@pytest.fixture(scope="session")
def figures() -> Callable[..., Figures]:
    """``figures(now=…)``: a whole week's figures, with parts replaced."""
    return make_figures


@pytest.fixture(scope="session")
def week_figures() -> Callable[..., WeekFigures]:
    return make_week


@pytest.fixture(scope="session")
def news_figures() -> Callable[..., NewsFigures]:
    return make_news


@pytest.fixture
def spoiled(demo_store: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's store, open for writing in a folder of its own (``spoiled`` commits at once)."""
    copy = tmp_path / "ptt.duckdb"
    shutil.copyfile(demo_store / "ptt.duckdb", copy)
    with duckdb.connect(str(copy)) as con:
        con.execute("SET TimeZone = 'Asia/Taipei'")
        yield con

"""Trading days: generated, corrected by hand, and held against what the board posted."""

import re
from datetime import UTC, date, datetime

import duckdb
import pytest

from analysis.trading_days import session_on, trading_days
from ptt_spider.clock import TAIPEI


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2026-01-28 12:33", "2026-01-28"),
        ("2026-01-28 13:30", "2026-01-28"),
        ("2026-01-28 13:30:01", "2026-01-29"),
        ("2026-01-30 20:00", "2026-02-02"),
        ("2026-02-11 15:00", "2026-02-23"),  # Lunar New Year
        ("2024-10-30 14:00", "2024-11-01"),  # typhoon on 2024-10-31
        ("2016-09-09 18:00", "2016-09-10"),  # make-up Saturday
        ("2024-07-23 14:00", "2024-07-26"),
    ],
)
def test_a_moment_belongs_to_the_first_session_that_closes_after_it(moment, session):
    assert session_on(at(moment)) == date.fromisoformat(session)


def test_other_zones_are_understood():
    assert session_on(datetime(2026, 1, 28, 5, 30, tzinfo=UTC)) == date(2026, 1, 28)
    assert session_on(datetime(2026, 1, 28, 5, 31, tzinfo=UTC)) == date(2026, 1, 29)


def test_outside_the_table_nothing_is_said():
    assert session_on(at("1999-01-04 09:00")) is None
    assert session_on(at("2031-01-06 09:00")) is None


def test_a_year_has_some_240_to_250_sessions():
    years = [day.year for day in trading_days()]
    assert all(240 <= years.count(year) <= 252 for year in range(2004, 2028))


def test_days_whose_trading_statistics_were_posted_are_sessions(shared):
    """Titles such as 106年08月31日信用交易統計, May 2016 to September 2018: 582 days."""
    path = shared / "data" / "stock_posts_2016_2018.parquet"
    titles = duckdb.sql(f"SELECT title FROM '{path}' WHERE title LIKE '%年%月%日%'").fetchall()
    pattern = re.compile(r"(10\d)年(\d{1,2})月(\d{1,2})日\s*(?:三大法人|信用交易)")
    posted = {date(int(m[1]) + 1911, int(m[2]), int(m[3])) for (title,) in titles for m in [pattern.search(title)] if m}
    assert len(posted) > 500
    assert posted <= set(trading_days())

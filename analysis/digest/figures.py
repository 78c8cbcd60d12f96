"""What a digest is made of, read from the published store: numbers and texts, no words yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import duckdb

from analysis.digest.weeks import Week
from analysis.sql import statement

SESSION_MINUTES: Final = 270
USUAL_WEEKS: Final = 4
USUAL_COMMENTS: Final = 100


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """A week's posts and the comments on them up to the cut."""

    posts: int
    news: int
    comments: int
    users: int
    pushes: int
    boos: int
    square: float
    """Σ n² over threads of n comments."""
    mood: float | None
    mood_se: float | None
    sessions: int | None
    """Trading days; None where the calendar does not reach the week."""


@dataclass(frozen=True, slots=True)
class NewsFigures:
    """A [新聞] post as it stood at the cut. Scales are [−1, 1]; None where nothing was judged."""

    post_id: str
    title: str
    url: str
    source_domain: str | None
    push_count: int
    boo_count: int
    arrow_count: int
    voters: int
    approval: float | None
    approval_low: float | None
    approval_high: float | None
    news_tone: float | None
    crowd_mood: float | None
    crowd_mood_se: float | None
    comments_scored: int
    symbols: tuple[str, ...]
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    posts: int
    comments: int
    mood: float | None
    se: float | None
    trading: bool


@dataclass(frozen=True, slots=True)
class StockFigures:
    symbol: str
    name: str
    comments: int
    users: int
    mood: float | None
    mood_se: float | None


@dataclass(frozen=True, slots=True)
class QuoteFigures:
    post_id: str
    floor: int
    tag: str
    text: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the week the store saw."""

    listed: int
    fetched: int
    failed: int
    gone: int
    gap_hours: float
    """Longest stretch of trading hours without a post or push."""
    bad_runs: int = 0
    """Runs of the week that failed or did only part of their work."""
    last_reason: str = ""
    """Why the last of them did."""

    @property
    def missing(self) -> int:
        """Listed posts that the store does not have and that were not deleted."""
        return max(0, self.listed - self.fetched - self.gone)


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers of one issue."""

    board: str
    week: Week
    now: WeekFigures
    before: WeekFigures
    days: tuple[DayFigures, ...]
    news: tuple[NewsFigures, ...]
    stocks: tuple[StockFigures, ...]
    stocks_before: Mapping[str, StockFigures]
    quotes: tuple[QuoteFigures, ...]
    coverage: Coverage
    coverage_before: Coverage
    usual: float | None
    """Mood of the board's comments as a rule: the mean of the four weeks before. Forums grumble. None: not known."""
    engine: str


def read_figures(con: duckdb.DuckDBPyConnection, board: str, week: Week) -> Figures:
    """The figures of a week; all zero or empty where the store has nothing of it.

    ``con`` is a connection of `analysis.connect`. Nothing after the week's cut counts, so that the issue of a week
    stays the same; what was deleted or removed since is left out.
    """
    given, given_before = _given(board, week), _given(board, week.before)
    news = tuple(
        NewsFigures(**{**row, "symbols": tuple(row["symbols"] or ())}) for row in _rows(con, "digest/news", given)
    )
    quotes = _rows(con, "digest/quotes", {"board": board, "cut": week.cut, "ids": [item.post_id for item in news]})
    before = [
        WeekFigures(**_rows(con, "digest/week", _given(board, earlier))[0]) for earlier in week.earlier(USUAL_WEEKS)
    ]
    stocks_before = (StockFigures(**row) for row in _rows(con, "digest/stocks", given_before))
    return Figures(
        board=board,
        week=week,
        now=WeekFigures(**_rows(con, "digest/week", given)[0]),
        before=before[0],
        days=tuple(DayFigures(**row) for row in _rows(con, "digest/days", given)),
        news=news,
        stocks=tuple(StockFigures(**row) for row in _rows(con, "digest/stocks", given)),
        stocks_before={row.symbol: row for row in stocks_before},
        quotes=tuple(QuoteFigures(**row) for row in quotes),
        coverage=_coverage(con, given),
        coverage_before=_coverage(con, given_before),
        usual=usual_mood([(earlier.comments, earlier.mood) for earlier in before]),
        engine=_engine(con),
    )


def usual_mood(weeks: Iterable[tuple[int, float | None]]) -> float | None:
    """Mean mood of the weeks that have enough comments to tell, each given as (comments, mood); None where none has."""
    moods = [mood for comments, mood in weeks if mood is not None and comments >= USUAL_COMMENTS]
    return sum(moods) / len(moods) if moods else None


def _given(board: str, week: Week) -> dict[str, Any]:
    return {"board": board, "start": week.start, "cut": week.cut}


def newest_week(con: duckdb.DuckDBPyConnection, board: str, now: datetime) -> Week | None:
    """The last week that had ended by ``now`` and has posts of the board; None where there is none."""
    for (monday,) in con.execute(statement("digest/weeks"), {"board": board}).fetchall():
        if Week(monday).end < now.date():
            return Week(monday)
    return None


def longest_gap(days: list[list[int]]) -> float:
    """Hours of trading time in the longest stretch without activity; a list of active minutes (0…269) for each session.

    >>> longest_gap([[0, 60], [269]])
    7.98...
    """
    longest, last = 0, 0
    for number, minutes in enumerate(days):
        for minute in minutes:
            at = number * SESSION_MINUTES + minute
            longest, last = max(longest, at - last), at
    return max(longest, len(days) * SESSION_MINUTES - last) / 60


def _coverage(con: duckdb.DuckDBPyConnection, given: Mapping[str, Any]) -> Coverage:
    activity, runs = _rows(con, "digest/activity", given), _rows(con, "digest/runs", given)
    return Coverage(
        **_rows(con, "digest/coverage", {key: given[key] for key in ("board", "start")})[0],
        gap_hours=longest_gap([list(row["minutes"] or ()) for row in activity]),
        bad_runs=len(runs),
        last_reason=(runs[0]["reason"] or "") if runs else "",
    )


def _engine(con: duckdb.DuckDBPyConnection) -> str:
    found = con.execute("SELECT engine, engine_version FROM store_info").fetchone()
    return f"{found[0]} {found[1]}" if found and found[0] else "–"


def _rows(con: duckdb.DuckDBPyConnection, name: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = con.execute(statement(name), dict(given))
    names = [column[0] for column in found.description]
    return [dict(zip(names, map(_settled, row), strict=True)) for row in found.fetchall()]


def _settled(value: Any) -> Any:
    """Floats to nine digits: several cores add them up in another order each time, and issues must be rebuilt alike."""
    return round(value, 9) if isinstance(value, float) else value

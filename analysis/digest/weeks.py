"""ISO weeks in Taipei's time."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple, Self

from analysis.errors import UsageError
from ptt_spider.clock import TAIPEI

CUT: Final = time(7, 30)
"""Votes and comments of a week count until this time on the Monday after it, so that two weeks have the same chance."""
_NAME = re.compile(r"(\d{4})-?W(\d{1,2})", re.ASCII | re.IGNORECASE)

_YEARS: Final = (1995, 9000)
"""There was no PTT before; near the calendar's ends the week before or after overflows."""


class Week(NamedTuple):
    """A week from Monday to Sunday."""

    start: date
    """Its Monday."""

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """``2026-W04`` as a week. Raises UsageError for anything else, week 53 of a year without one included."""
        match = _NAME.fullmatch(text.strip())
        try:
            if match and _YEARS[0] <= int(match[1]) < _YEARS[1]:
                return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))
        except ValueError:
            pass
        raise UsageError(f"--week {text!r} 不是 ISO 週：請用 2026-W04 這樣的形式。")

    @property
    def end(self) -> date:
        """Its Sunday."""
        return self.start + timedelta(days=6)

    @property
    def cut(self) -> datetime:
        return datetime.combine(self.start + timedelta(days=7), CUT, TAIPEI)

    @property
    def before(self) -> "Week":
        return Week(self.start - timedelta(days=7))

    def earlier(self, count: int) -> list["Week"]:
        """The weeks before, the newest first."""
        return [Week(self.start - timedelta(days=7 * back)) for back in range(1, count + 1)]

    @property
    def name(self) -> str:
        year, number, _ = self.start.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def span(self) -> str:
        """``1/19–1/25``."""
        return f"{self.start.month}/{self.start.day}–{self.end.month}/{self.end.day}"

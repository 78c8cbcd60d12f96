"""The years of a page's times.

A push says ``MM/DD HH:MM`` and no year. A file only grows at its end, so its lines stand in the order of time: each
has the least year that does not put it before what stands above it, the post's own time first. ``※ 編輯`` lines carry
a year and are anchors. A gap of more than a year cannot be seen; then the least year is what the page implies.
"""

from calendar import isleap
from datetime import datetime, timedelta
from typing import Final

from ptt_spider.clock import TAIPEI

SLACK: Final = timedelta(hours=1)
"""How far a line may lie before the one above it: clocks differ, and a push says no seconds."""
HALF_A_YEAR: Final = timedelta(days=180)
_LAST_YEAR: Final = 9990
_CACHE_LIMIT: Final = 100_000

_clocks: dict[str, tuple[int, int, int, int] | None] = {}


def clock_of(text: str) -> tuple[int, int, int, int] | None:
    """``MM/DD HH:MM`` -> (month, day, hour, minute); None for anything else, such as a date without clock."""
    try:
        return _clocks[text]
    except KeyError:
        if len(_clocks) > _CACHE_LIMIT:
            _clocks.clear()
        result = _clocks[text] = _read_clock(text)
        return result


def _read_clock(text: str) -> tuple[int, int, int, int] | None:
    if len(text) != 11 or text[2] != "/" or text[5] != " " or text[8] != ":" or not text.isascii():
        return None
    fields = text[:2], text[3:5], text[6:8], text[9:]
    if not all(field.isdigit() for field in fields):
        return None
    month, day, hour, minute = map(int, fields)
    try:
        datetime(2024, month, day, hour, minute, tzinfo=TAIPEI)
    except ValueError:
        return None
    return month, day, hour, minute


class Timeline:
    """Gives the lines of one page their times, top to bottom."""

    def __init__(self, start: datetime | None) -> None:
        """``start``: the post's time, or the last time known above the first line; None: no year can be told."""
        self._last = self._anchored = start
        self.known: dict[str, datetime | None] = {}
        """Times placed since the last line moved on, for callers in a hurry; `place` answers all."""

    def anchor(self, moment: datetime) -> None:
        """A line with its year stands here.

        One that lies before the post was pasted from elsewhere. One that lies more than half a year before the line
        above it shows that the line above was forged or spoilt, and the years begin again from the anchor.
        """
        if self._last is None or moment > self._last:
            self._last = moment
        elif self._anchored is None or moment < self._anchored - SLACK or moment > self._last - HALF_A_YEAR:
            return
        else:
            self._last = moment
        self._anchored = moment
        self.known.clear()

    def place(self, time_text: str) -> datetime | None:
        """The time of a line that says ``MM/DD HH:MM``; None where it says something else."""
        try:
            return self.known[time_text]
        except KeyError:
            moment = self._place(time_text)
            self.known[time_text] = moment
            return moment

    def _place(self, time_text: str) -> datetime | None:
        clock = clock_of(time_text)
        if clock is None or self._last is None:
            return None
        moment = _least(clock, self._last - SLACK)
        if moment is not None and moment > self._last:
            self._last = moment
            # What was placed up to SLACK before may now lie too far back.
            self.known.clear()
        return moment


def _least(clock: tuple[int, int, int, int], floor: datetime) -> datetime | None:
    month, day, hour, minute = clock
    year = floor.year
    if (month, day, hour, minute) < (floor.month, floor.day, floor.hour, floor.minute):
        year += 1
    if month == 2 and day == 29:
        while not isleap(year):
            year += 1
    return datetime(year, month, day, hour, minute, tzinfo=TAIPEI) if year <= _LAST_YEAR else None

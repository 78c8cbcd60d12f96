"""The years of a page's times.

A push says ``MM/DD HH:MM`` and no year. A file only grows at its end, so its lines stand in the order of time: each
has the least year that does not put it before what stands above it, the post's own time first. ``※ 編輯`` lines carry
a year and are anchors. A gap of more than a year with no anchor after it cannot be seen; then the least year is what
the page implies. What contradicts an anchor below it has no time at all.
"""

from calendar import isleap
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from ptt_spider.clock import TAIPEI

SLACK: Final = timedelta(hours=1)
"""How far a line may stand before the one above it: machines' clocks differ, and the header's time is cut to seconds."""
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

    def __init__(self, start: datetime | None, anchors: Sequence[datetime] = ()) -> None:
        """``start``: the post's time, or the last time known above the first line; None: no year can be told.

        ``anchors``: times of all lines that carry a year, top to bottom. Those before ``start`` or before an anchor
        above them are pasted from elsewhere and count for nothing.
        """
        self._last = start
        self._anchors: list[datetime | None] = []
        self._known: dict[str, datetime | None] = {}
        floor = start
        for moment in anchors:
            believed = floor is None or moment >= floor - SLACK
            self._anchors.append(moment if believed else None)
            if believed:
                floor = moment
        self._next = 0
        self._ceiling = self._find_ceiling()

    def _find_ceiling(self) -> datetime | None:
        return next((moment + SLACK for moment in self._anchors[self._next :] if moment), None)

    def pass_anchor(self) -> None:
        """The next of the anchors stands here."""
        moment = self._anchors[self._next]
        self._next += 1
        if moment is not None:
            self._last = moment if self._last is None else max(moment, self._last)
            self._ceiling = self._find_ceiling()
            self._known.clear()

    def place(self, time_text: str) -> datetime | None:
        """The time of a line that says ``MM/DD HH:MM``; None where it says something else or contradicts an anchor."""
        try:
            return self._known[time_text]
        except KeyError:
            moment = self._place(time_text)
            self._known[time_text] = moment
            return moment

    def _place(self, time_text: str) -> datetime | None:
        clock = clock_of(time_text)
        if clock is None or self._last is None:
            return None
        moment = _least(clock, self._last - SLACK)
        if moment is None or (self._ceiling is not None and moment > self._ceiling):
            return None
        if moment > self._last:
            self._last = moment
            # What was placed up to SLACK before may now lie too far back.
            self._known.clear()
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

"""Days on which Taiwan's exchanges trade, and the session in which news could first be traded on.

``closed_weekdays.csv`` is generated (``make_closed.py``); ``overrides.csv`` corrects it by hand, a typhoon or a make-up
Saturday at a time.
"""

import csv
from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from ptt_spider.clock import TAIPEI

FIRST_DAY: Final = date(2004, 1, 1)
LAST_DAY: Final = date(2027, 12, 31)
"""Beyond these days the table says nothing."""
CLOSE: Final = time(13, 30)
"""Close of TWSE and TPEx, Taipei time."""


def _rows(name: str) -> list[dict[str, str]]:
    with (files(__package__) / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def trading_days() -> tuple[date, ...]:
    """Trading days from 2004 to 2027, ascending."""
    states = {date.fromisoformat(row["day"]): row["state"] for row in _rows("overrides.csv")}
    closed = {date.fromisoformat(row["day"]) for row in _rows("closed_weekdays.csv")}
    every = (FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return tuple(
        day
        for day in every
        if states.get(day, "open" if day.weekday() < 5 and day not in closed else "closed") == "open"
    )


def session_on(moment: datetime) -> date | None:
    """The first trading day whose 13:30 close is not before ``moment`` (aware); None outside the table's years."""
    local = moment.astimezone(TAIPEI)
    from_day = local.date() if local.time() <= CLOSE else local.date() + timedelta(days=1)
    days = trading_days()
    place = bisect_left(days, from_day)
    return days[place] if local.date() >= FIRST_DAY and place < len(days) else None

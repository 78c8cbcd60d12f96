"""Taipei time. The site knows no other zone, and Taiwan has had no daylight saving since 1980."""

from datetime import datetime, timedelta, timezone

TAIPEI = timezone(timedelta(hours=8), "Asia/Taipei")


def now() -> datetime:
    """This moment in Taipei, to the microsecond."""
    return datetime.now(TAIPEI)


def from_unix(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, TAIPEI)

"""When a text says that it was published.

Newspapers, agencies and their readers spell it in some twenty ways: ``2026/01/28 12:33``, ``2026-01-28T12:33+08:00``,
``民國115年1月28日 下午12時33分``, ``January 28, 2026 12:33 PM GMT+8``, ``28 Jan 2026``. Without a zone the time is
Taipei's; without a clock it is that day's first minute.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ptt_spider.clock import TAIPEI

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<{0}>3[01]|[12]\d|0?[1-9])"
_DATES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<roc>民國|中華民國)\s*(?P<y>\d{2,3})\s*[年/.-]\s*(?P<m>1[0-2]|0?[1-9])\s*[月/.-]\s*" + _DAY.format("d"),
        r"(?<![\d.])(?P<y>(?:19|20)\d\d|[89]\d(?=\s*年)|1[0-4]\d)\s*(?:年|[-/.‧－／])\s*"
        r"(?P<m>1[0-2]|0?[1-9])\s*(?:月|[-/.‧－／])\s*" + _DAY.format("d"),
        r"(?<!\d)(?P<y>20\d\d)(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])(?!\d)",
        _MONTH.format("n") + r"\s*" + _DAY.format("d") + r"(?:st|nd|rd|th)?\s*,?\s+(?:at\s+)?(?P<y>20\d\d|19\d\d)",
        r"(?<!\d)" + _DAY.format("d") + r"(?:st|nd|rd|th)?[\s-]+" + _MONTH.format("n") + r"[\s,-]+(?P<y>20\d\d|19\d\d)",
        r"(?<!\d)(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>20\d\d)(?!\d)",
    )
)
_YEARLESS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d/.-])(?P<m>1[0-2]|0?[1-9])\s*(?:月|[-/])\s*" + _DAY.format("d") + r"(?![\d/-])",
        r"\b" + _MONTH.format("n") + r"\s+" + _DAY.format("d") + r"\b",
        r"\b" + _DAY.format("d") + r"\s+" + _MONTH.format("n") + r"\b",
    )
)
_HALF = r"上午|下午|中午|凌晨|清晨|早上|傍晚|晚間|晚上|a\.?m\.?|p\.?m\.?"
_CLOCK: Final = re.compile(
    rf"(?P<before>{_HALF})?\s*(?<!\d)(?P<h>[01]?\d|2[0-4])\s*(?:[:：]\s*(?P<min>[0-5]\d)(?:\s*:\s*(?P<s>[0-5]\d)(?:\.\d+)?)?"
    rf"|[時点點]\s*(?:(?P<min2>[0-5]?\d)\s*分)?(?:\s*(?P<s2>[0-5]?\d)\s*秒)?|(?=\s*[ap]\.?m\b))"
    rf"(?!\d)\s*(?P<after>a\.?m\.?|p\.?m\.?)?",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(
    r"\s*[(（]?\s*(?:(?P<z>Z)(?![a-z])|(?:GMT|UTC)?\s*(?P<sign>[+-])\s*(?P<oh>\d{1,2})(?::?(?P<om>[0-5]\d))?(?![\d/:])"
    r"|(?P<name>GMT|UTC|E[SD]?T|P[SD]?T|JST|KST|HKT|SGT|BST|CES?T|美東時間|美西時間|格林威治時間|日本時間|東京時間)(?![a-z]))",
    re.IGNORECASE,
)
_ZONES: Final[dict[str, tzinfo]] = {
    "gmt": UTC, "utc": UTC, "格林威治時間": UTC,
    "jst": timezone(timedelta(hours=9)), "kst": timezone(timedelta(hours=9)),
    "日本時間": timezone(timedelta(hours=9)), "東京時間": timezone(timedelta(hours=9)),
    "hkt": TAIPEI, "sgt": TAIPEI,
}  # fmt: skip
_PLACES: Final = {"e": "America/New_York", "美東": "America/New_York", "p": "America/Los_Angeles",
                  "美西": "America/Los_Angeles", "b": "Europe/London", "c": "Europe/Paris"}  # fmt: skip
_REACH: Final = 40
"""Characters between a date and the clock that belongs to it: ``2026/01/28（週三） 下午 12:33``."""


class _Day(NamedTuple):
    year: int | None
    month: int
    day: int
    start: int
    end: int


def _year(match: re.Match[str]) -> int:
    year = int(match["y"])
    return year + 1911 if year < 200 else year


def _date(match: re.Match[str]) -> _Day | None:
    groups = match.groupdict()
    if "a" in groups:
        month, day = int(groups["a"]), int(groups["b"])
        if month > 12:
            month, day = day, month
    else:
        month = _MONTHS[groups["n"].lower()] if "n" in groups else int(groups["m"])
        day = int(groups["d"])
    year = _year(match) if "y" in groups else None
    try:
        datetime(year or 2024, month, day, tzinfo=TAIPEI)
    except ValueError:
        return None
    return _Day(year, month, day, match.start(), match.end())


def _find_date(text: str, patterns: tuple[re.Pattern[str], ...]) -> _Day | None:
    found = (_date(match) for pattern in patterns for match in [pattern.search(text)] if match)
    return min((day for day in found if day), key=lambda day: day.start, default=None)


def _hour(match: re.Match[str]) -> int:
    hour = int(match["h"])
    half = (match["before"] or match["after"] or "").lower().replace(".", "")
    if half in ("pm", "下午", "傍晚", "晚間", "晚上", "中午") and hour < 12 and not (half == "中午" and hour == 11):
        return hour + 12
    return 0 if hour == 12 and half in ("am", "凌晨", "上午", "清晨", "早上") else hour


def _zone(text: str) -> tzinfo:
    match = _ZONE.match(text)
    if not match:
        return TAIPEI
    if match["z"]:
        return UTC
    if match["sign"]:
        offset = timedelta(hours=int(match["oh"]), minutes=int(match["om"] or 0))
        return timezone(-offset if match["sign"] == "-" else offset) if offset < timedelta(hours=15) else TAIPEI
    name = match["name"].lower()
    if name in _ZONES:
        return _ZONES[name]
    return ZoneInfo(next(place for key, place in _PLACES.items() if name.startswith(key)))


def parse_time(text: str, near: datetime | None = None) -> datetime | None:
    """The first point of time that ``text`` names, as an aware datetime; None where it names no day.

    A date without a year (``1月28日 12:33``) needs ``near``, a time that the text cannot be younger than by more
    than two days: the post's own. Without it such a date gives None, never a guess.
    """
    date = _find_date(text, _DATES)
    if date is None and near is not None:
        date = _find_date(text, _YEARLESS)
    if date is None:
        return None
    clock = _CLOCK.search(text, date.end, date.end + _REACH)
    if clock and "\n\n" in text[date.end : clock.start()]:
        clock = None
    if not clock:  # `12:33 2026/01/28`
        before = list(_CLOCK.finditer(text, max(0, date.start - 20), date.start))
        clock = before[-1] if before else None
    year = date.year
    if year is None and near is not None:
        latest = near.astimezone(TAIPEI) + timedelta(days=2)
        year = latest.year - ((date.month, date.day) > (latest.month, latest.day))
    try:
        moment = datetime(year or 0, date.month, date.day, tzinfo=TAIPEI)
    except ValueError:
        return None
    if clock:
        minute = int(clock["min"] or clock["min2"] or 0)
        second = int(clock["s"] or clock["s2"] or 0)
        zone = _zone(text[clock.end() : clock.end() + 20])
        moment = moment.replace(tzinfo=zone) + timedelta(hours=_hour(clock), minutes=minute, seconds=second)
    return moment

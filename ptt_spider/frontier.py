"""Which pages to ask for next: pure decisions about revisits, hot threads, and the index page where a time begins.

Nothing here asks the site. Times of posts are the seconds in their file names, the only time an index page tells.
"""

import math
import re
from collections.abc import Generator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ptt_spider.aid import name_seconds
from ptt_spider.items import IndexPage, IndexRow

HEAD_BYTES = 100 * 1024
TAIL_BYTES = 50 * 1024
"""A file over HEAD + TAIL is served as its first 100 KiB and last 50 KiB [pttbbs/string.go]."""
PUSH_BYTES = 100
"""Bytes of a comment in the file, where nothing better is known: 1,500 of them make about 150 KiB."""
ROWS_PER_PAGE = 20

DEFAULT_SCHEDULE = "6h:20m 1d:2h 3d:8h 14d:2d 60d:14d"

DAMAGED_EVERY = timedelta(hours=1)
"""How often a page that came damaged is asked for again."""

Key = tuple[str, str]
Why = Literal["new", "moved", "due", "failed", "full"]


class KnownThread(NamedTuple):
    """What the store knows of a thread."""

    fetched_at: datetime | None
    """Of the newest page or growth that was stored; None where the thread was never had."""
    posted_at: datetime
    nrec: int | None = None
    """As the index showed it last; None if it was never seen on one."""
    pushes: int = 0
    last_pushed_at: datetime | None = None
    growth: float = 0.0
    """Comments an hour, measured over the last hour before ``fetched_at`` (or since the post, if that is less)."""
    poll_url: str | None = None
    longpoll_url: str | None = None
    poll_offset: int | None = None
    poll_at: datetime | None = None
    """fetched_at of the page or growth that ``poll_url`` and ``poll_offset`` came from."""
    author: str | None = None
    deleted: bool = False
    failed: bool = False
    """Asked for and not had since it was last fetched."""
    damaged: bool = False


class Step(NamedTuple):
    """Threads younger than ``age`` are asked for again after ``every``."""

    age: timedelta
    every: timedelta


Schedule = tuple[Step, ...]

_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhdw])", re.ASCII)
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_span(text: str) -> timedelta:
    """``20m``, ``12h``, ``3d`` -> timedelta. Raises ValueError."""
    match = _SPAN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no span such as 20m, 12h or 3d")
    return timedelta(seconds=float(match[1]) * _UNIT[match[2]])


def parse_schedule(text: str) -> Schedule:
    """``6h:20m 1d:2h`` -> steps by age: younger than 6 h every 20 min, younger than a day every 2 h, older never.

    An empty text gives the default. Raises ValueError that names the part which cannot be read.
    """
    steps = []
    for part in (text.strip() or DEFAULT_SCHEDULE).replace(",", " ").split():
        age, colon, every = part.partition(":")
        if not colon:
            raise ValueError(f"{part!r} is no AGE:EVERY such as 1d:2h")
        steps.append(Step(parse_span(age), parse_span(every)))
    return tuple(sorted(steps))


def is_due(known: KnownThread, now: datetime, schedule: Schedule) -> bool:
    """Whether a thread's age alone calls for another look: → and 爆 do not show on the index."""
    if known.deleted:
        return False
    if known.failed or known.fetched_at is None:
        return True
    if known.damaged and now - known.fetched_at >= DAMAGED_EVERY:
        return True
    age = now - known.posted_at
    every = next((step.every for step in schedule if age < step.age), None)
    return every is not None and now - known.fetched_at >= every


def why_fetch(
    row: IndexRow, known: KnownThread | None, now: datetime, schedule: Schedule, *, full: bool = False
) -> Why | None:
    """Why the thread of a linked index row is to be asked for, or None where nothing says that it changed."""
    if known is None:
        return "new"
    if known.failed or known.fetched_at is None:
        return "failed"
    if full:
        return "full"
    if known.deleted or (known.nrec is not None and row.nrec != known.nrec):
        return "moved"
    return "due" if is_due(known, now, schedule) else None


def due_threads(known: Mapping[Key, KnownThread], board: str, now: datetime, schedule: Schedule) -> list[str]:
    """post_ids of a board's threads whose age calls for another look, newest first."""
    due = [
        (state.posted_at, key[1]) for key, state in known.items() if key[0] == board and is_due(state, now, schedule)
    ]
    return [post_id for _, post_id in sorted(due, reverse=True)]


def hides_pushes(known: KnownThread, until_next: timedelta, *, safety: float = 1.5) -> bool:
    """Whether comments made before the next full run would fall into the gap that a large file does not serve.

    What lies between the larger of (what was read, the first 100 KiB) and the last 50 KiB at that time is not
    served. Growth is the measured one times ``safety``.
    """
    if known.deleted or known.fetched_at is None:
        return False
    size = known.poll_offset or known.pushes * PUSH_BYTES
    push_bytes = size / known.pushes if known.poll_offset and known.pushes >= 20 else PUSH_BYTES
    hours = until_next.total_seconds() / 3600
    then = size + known.growth * safety * hours * push_bytes
    return then - TAIL_BYTES > max(size, HEAD_BYTES)


def hot_threads(known: Mapping[Key, KnownThread], now: datetime, until_next: timedelta) -> list[Key]:
    """Threads that `hides_pushes`, fastest first; only those that still grew within their last day."""
    hot = [
        (state.growth, key)
        for key, state in known.items()
        if now - (state.last_pushed_at or state.posted_at) < timedelta(days=1) and hides_pushes(state, until_next)
    ]
    return [key for _, key in sorted(hot, reverse=True)]


# -- index pages and times ------------------------------------------------------------------------------------------


class PageTimes(NamedTuple):
    """Seconds of the oldest and the newest link in a page's own rows."""

    oldest: int
    newest: int


def row_seconds(row: IndexRow) -> int | None:
    """Seconds of a row's post, None for a deleted row."""
    try:
        return name_seconds(row.post_id) if row.post_id else None
    except ValueError:
        return None


def page_times(rows: Iterable[IndexRow]) -> PageTimes | None:
    """Times of the rows in their own place: pinned ones stand elsewhere in time. None without any link."""
    seconds = [s for row in rows if not row.pinned and (s := row_seconds(row)) is not None]
    return PageTimes(min(seconds), max(seconds)) if seconds else None


class Place(NamedTuple):
    """Where a time begins: pages before ``first`` are older than it, ``last`` has it; the same page unless pages
    without any link hide the place."""

    first: int
    last: int


def find_page(
    newest: int, at: float, hint: float | None = None, top: PageTimes | None = None
) -> Generator[int, PageTimes | None, Place]:
    """Finds the oldest page that has a post at ``at`` (unix seconds) or later, among pages 1…``newest``.

    A generator: yields the number of the page to look at, is sent its `PageTimes` (None for a page without links),
    returns the place; ``newest`` where no older page qualifies (that page itself is not looked at). Takes at most
    ceil(log2(newest)) questions, 14 for 10,000 pages, and 3 more where pages without any link lie on the way. Fewer
    as a rule: it guesses from ``hint`` and from the times seen (``top``: those of the newest page), within what the
    questions left can settle.
    """
    low, high = 0, newest  # pages up to low are older than `at`; high qualifies
    left, spare = max(math.ceil(math.log2(max(newest, 2))), 1), 3
    empty: set[int] = set()
    seen = {newest: top} if top else {}
    while high - low > 1 and left > 0:
        guess = _between(low, high, at, seen)
        if guess is None and hint is not None and low < hint < high:
            guess = hint
        page = _next_probe(low, high, left, guess, empty)
        if page is None:
            break
        times = yield page
        if times is None:
            empty.add(page)
            left, spare = (left, spare - 1) if spare else (left - 1, 0)
            continue
        left -= 1
        seen[page] = times
        if times.newest < at:
            low = page
        else:
            high = page
            if times.oldest < at:
                low = page - 1
    return Place(low + 1, high)


def _between(low: int, high: int, at: float, seen: Mapping[int, PageTimes]) -> float | None:
    """Where even pace between the nearest pages seen puts ``at``."""
    older, newer = seen.get(low), seen.get(high)
    if older is None or newer is None or newer.oldest <= older.newest:
        return None
    return low + (high - low) * (at - older.newest) / (newer.oldest - older.newest)


def _next_probe(low: int, high: int, left: int, guess: float | None, empty: set[int]) -> int | None:
    """The page nearest to the guess (else the middle) that leaves no more than the questions left can settle."""
    room = 1 << (left - 1)
    first, last = max(low + 1, high - room), min(high - 1, low + room)
    if first > last:  # empty pages ate questions: halve, and let the answer be careful
        first, last = low + 1, high - 1
    target = (low + high) // 2 if guess is None else round(guess)
    target = min(max(target, first), last)
    for step in range(high - low):
        for page in (target - step, target + step):
            if low < page < high and page not in empty:
                return page
    return None


def guess_page(newest: IndexPage, at: float, now: float) -> float | None:
    """Where the pace of the newest page puts ``at``; None where that page tells no pace."""
    times = page_times(newest.rows)
    linked = sum(1 for row in newest.rows if not row.pinned and row.post_id)
    if newest.number is None or times is None or linked < 2:
        return None
    span = max(now - times.oldest, 60.0)
    return max(1.0, newest.number - (times.newest - at) / span * linked / ROWS_PER_PAGE)


class Missing:
    """Finds known threads that the index no longer lists, page by page from new to old.

    Between the oldest link of two pages that follow each other, every thread of the board is listed on one of the
    two; one that the store knows and neither lists was taken down or moved: to be asked for.
    """

    def __init__(self, known: Mapping[Key, KnownThread], board: str) -> None:
        alive = ((_seconds(key[1]), key[1]) for key, state in known.items() if key[0] == board and not state.deleted)
        self._threads = sorted(((s, post_id) for s, post_id in alive if s is not None), reverse=True)
        self._place = 0
        self._newer_edge: int | None = None
        self._listed: set[str] = set()

    def page(self, rows: Iterable[IndexRow]) -> list[str]:
        """post_ids that should have been on this page or the one before it; call once a page, in walking order."""
        rows = list(rows)
        times = page_times(rows)
        listed = {row.post_id for row in rows if row.post_id}
        if times is None:
            return []
        edge = self._newer_edge if self._newer_edge is not None else times.newest
        missing = []
        while self._place < len(self._threads) and self._threads[self._place][0] >= times.oldest:
            seconds, post_id = self._threads[self._place]
            self._place += 1
            if seconds < edge and post_id not in listed and post_id not in self._listed:
                missing.append(post_id)
        self._newer_edge = times.oldest
        self._listed = listed
        return missing


def _seconds(post_id: str) -> int | None:
    try:
        return name_seconds(post_id)
    except ValueError:
        return None

"""What a board is going to cost, before its articles are asked for: from the index pages that find where it begins."""

import re
import time
from datetime import timedelta

from ptt_spider import clock
from ptt_spider.aid import is_name, name_seconds
from ptt_spider.frontier import ROWS_PER_PAGE, due_threads, guess_page, page_times, row_seconds
from ptt_spider.items import IndexPage, IndexRow
from ptt_spider.job import Plan
from ptt_spider.spiders.listing import Listed, Listing
from ptt_spider.spiders.run import Run, now

NEAR_PAGES = 5
"""A range of fewer pages is not worth a search for its end: the walk finds it."""
_CATEGORY = re.compile(r"^\s*(?:(?:Re|Fw|R)\s*:\s*)*[\[［【]\s*([^\]］】]*?)\s*[\]］】]", re.IGNORECASE)
_LEAST_PACE = 0.01
_SAMPLES = 6
_MEASURED = 3
"""So many pages asked for tell the pace that a site allows."""


class Planning:
    """The plan of one board's walk."""

    def __init__(self, run: Run, listing: Listing, board: str, since: float | None) -> None:
        self._run = run
        self._listing = listing
        self._board = board
        self._since = since
        self._until = run.job.until.timestamp() if run.job.until else None

    async def plan(self, newest: Listed) -> Listed:
        """Tells how much there is to do; returns the page where the walk starts. Raises RunEnds."""
        job, start, last = self._run.job, newest, newest.page.number or 1
        begun, before = time.monotonic(), len(self._listing.looked)
        if self._until is not None:
            last = (await self._listing.find(newest.page, self._until)).last
            if last != newest.page.number:
                start = await self._listing.numbered(last) or newest
        first = 1 if self._since is None else await self._first(newest.page, start.page, last, self._since)
        if job.pages:
            first = max(first, last - job.pages + 1)
        if job.category:
            await self._sample(first, last)
        asked = len(self._listing.looked) - before
        pace = (time.monotonic() - begun) / asked if asked >= _MEASURED else 0.0
        self._tell(start.page, first, last, max(pace, job.delay, _LEAST_PACE))
        return start

    async def _first(self, newest: IndexPage, start: IndexPage, last: int, since: float) -> int:
        """The oldest page of the range. A store that knows most of it needs no exact answer."""
        times = page_times(start.rows)
        if last == 1 or (times is not None and times.oldest < since):
            return last
        guess = guess_page(newest, since, now().timestamp())
        first = max(1, min(int(guess), last)) if guess else 1
        if self._known_in_range() >= max(last - first, 1) * ROWS_PER_PAGE / 2:
            return first
        if last - first < NEAR_PAGES and times is not None:
            # The newest page may tell of a quiet night, or of a board where nobody has posted for months.
            number = max(last - NEAR_PAGES, 1)
            probe = await self._listing.numbered(number)
            older = page_times(probe.page.rows) if probe else None
            if older is not None and older.newest < since <= times.oldest:
                share = (since - older.newest) / max(times.oldest - older.newest, 1)
                return min(number + 1 + int((last - number) * share), last)
            if older is not None and number == 1:
                return 1
        return (await self._listing.find(newest, since)).first

    async def _sample(self, first: int, last: int) -> None:
        """Pages from all over the range: where it begins and ends, few rows say how many are of the category."""
        looked = {page.number for page in self._listing.looked}
        for part in range(1, _SAMPLES + 1):
            number = first + (last - first) * part // (_SAMPLES + 1)
            if first < number < last and number not in looked:
                looked.add(number)
                await self._listing.numbered(number)

    def _tell(self, start: IndexPage, first: int, last: int, pace: float) -> None:
        run, job = self._run, self._run.job
        posts = self._posts(start, first, last)
        run.total += posts
        asked = posts if job.full else max(posts - self._known_in_range(), 0)
        if job.revisit:
            due = due_threads(job.known, self._board, now(), job.schedule)
            asked += len(due)
            run.total += sum(not self._in_range(posted(post_id)) for post_id in due)
        since = job.since or (clock.from_unix(self._since) if self._since else None)
        days = job.last / timedelta(days=1) if job.last else None
        if run.listener.on_plan:
            seconds = (asked + last - first) * pace
            run.listener.on_plan(Plan(self._board, since, job.until, asked, seconds, job.delay, days))

    def _posts(self, start: IndexPage, first: int, last: int) -> int:
        """Posts of the range: the pages that were looked at tell how many rows are deleted, or of another category."""
        looked = {page.number: page for page in (*self._listing.looked, start)}
        rows = [row for page in looked.values() for row in page.rows if not row.pinned]
        within = [row for row in rows if self._is_within(row)]
        deleted = sum(row.post_id is None for row in rows) / max(len(rows), 1)
        linked = within if len(within) >= _SAMPLES * ROWS_PER_PAGE / 2 else [row for row in rows if row.post_id]
        share = sum(map(self._has_category, linked)) / max(len(linked), 1)
        ends = {number: looked[number] for number in {first, last} & looked.keys() if number is not None}
        at_ends = sum(self._is_within(row) for page in ends.values() for row in page.rows if not row.pinned)
        between = last - first + 1 - len(ends)
        return round((at_ends + between * ROWS_PER_PAGE * (1 - deleted)) * share)

    def _has_category(self, row: IndexRow) -> bool:
        return self._run.job.category is None or category_of(row.title) == self._run.job.category

    def _is_within(self, row: IndexRow) -> bool:
        seconds = row_seconds(row)
        return seconds is not None and self._in_range(seconds)

    def _known_in_range(self) -> int:
        return sum(
            1
            for (board, _), state in self._run.job.known.items()
            if board == self._board and state.fetched_at and self._in_range(state.posted_at.timestamp())
        )

    def _in_range(self, seconds: float) -> bool:
        return (self._since is None or seconds >= self._since) and (self._until is None or seconds < self._until)


def posted(post_id: str) -> int:
    """Seconds in a file name; 0 for one without any."""
    return name_seconds(post_id) if is_name(post_id) else 0


def category_of(title: str) -> str | None:
    """First bracket after Re:/Fw: on an index row: ``新聞``."""
    match = _CATEGORY.match(title)
    return match[1] if match else None

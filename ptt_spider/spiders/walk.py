"""A board from new to old, page by page: read the index page, ask for what is due on it, spool the listing, go on.

The listing is spooled after its threads: a run killed in between finds the same threads due the next time.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

from ptt_spider import clock
from ptt_spider.aid import is_name, name_seconds
from ptt_spider.frontier import (
    ROWS_PER_PAGE,
    Missing,
    due_threads,
    guess_page,
    page_times,
    row_seconds,
    why_fetch,
)
from ptt_spider.items import IndexPage, IndexRow, Post
from ptt_spider.job import Plan
from ptt_spider.spiders.listing import Listed, Listing
from ptt_spider.spiders.run import Ask, Run, now
from ptt_spider.spiders.threads import Threads
from ptt_spider.spool import IndexSeen

NEAR_PAGES = 5
"""A range of fewer pages is not worth a search for its end: the walk finds it."""
_CATEGORY = re.compile(r"^\s*(?:(?:Re|Fw|R)\s*:\s*)*[\[［【]\s*([^\]］】]*?)\s*[\]］】]", re.IGNORECASE)


class Walk:
    """The walk over one board."""

    def __init__(self, run: Run, threads: Threads, board: str) -> None:
        self._run = run
        self._threads = threads
        self._board = board
        self._listing = Listing(run, board)
        self._journal = run.journal(run.job, board)
        self._since = run.job.since.timestamp() if run.job.since else None
        self._until = run.job.until.timestamp() if run.job.until else None
        self._missing = None if run.job.category or run.job.search else Missing(run.job.known, board)

    async def posts(self) -> AsyncIterator[Post]:
        """Walks, yielding each post whose page was read. Raises RunEnds."""
        job = self._run.job
        newest = await self._listing.newest()
        if job.last and (times := page_times(newest.page.rows)):
            self._since = min(times.newest, now().timestamp()) - job.last.total_seconds()
        start = newest if job.search or not newest.page.number else await self._plan(newest)
        async for post in self._walk(start):
            yield post
        self._journal.finish()
        due = due_threads(job.known, self._board, now(), job.schedule) if job.revisit else self._failed_before()
        for post_id in due:
            self._run.done += job.revisit and not self._in_range(_posted(post_id))
            if (again := await self._fetch(post_id)) is not None:
                yield again

    async def fetch_new(self) -> AsyncIterator[Post]:
        """The newest page alone: its unknown threads. What a hot run looks at beside the hot threads."""
        newest = await self._listing.newest()
        for row in reversed(newest.page.rows):
            if row.post_id is None or row.pinned or self._run.known(self._board, row.post_id):
                continue
            if post := await self._fetch(row.post_id):
                yield post

    # -- plan ---------------------------------------------------------------------------------------------------

    async def _plan(self, newest: Listed) -> Listed:
        """Tells how much there is to do; returns the page where the walk starts."""
        job, start, last = self._run.job, newest, newest.page.number or 1
        if self._until is not None:
            last = (await self._listing.find(newest.page, self._until)).last
            if last != newest.page.number:
                start = await self._listing.numbered(last) or newest
        first = 1
        if self._since is not None:
            guess = guess_page(newest.page, self._since, now().timestamp())
            first = max(1, int(guess)) if guess else 1
            if last - first >= NEAR_PAGES and self._known_in_range() < (last - first) * ROWS_PER_PAGE / 2:
                first = (await self._listing.find(newest.page, self._since)).first
        if job.pages:
            first = max(first, last - job.pages + 1)
        self._tell_plan(start.page, first, last)
        return start

    def _tell_plan(self, start: IndexPage, first: int, last: int) -> None:
        run, job = self._run, self._run.job
        listed = [row for row in start.rows if not row.pinned]
        wanted = sum(map(self._wanted, listed))
        posts = (last - first) * ROWS_PER_PAGE + wanted
        run.total += posts
        asked = posts if job.full else max(posts - self._known_in_range(), 0)
        if job.category:
            asked = round(asked * wanted / max(len(listed), 1))
        if job.revisit:
            due = due_threads(job.known, self._board, now(), job.schedule)
            asked += len(due)
            run.total += sum(not self._in_range(_posted(post_id)) for post_id in due)
        seconds = (asked + last - first) * max(job.delay, 0.01)
        since = job.since or (clock.from_unix(self._since) if self._since else None)
        days = job.last / timedelta(days=1) if job.last else None
        if run.listener.on_plan:
            run.listener.on_plan(Plan(self._board, since, job.until, asked, seconds, job.delay, days))

    def _known_in_range(self) -> int:
        return sum(
            1
            for (board, _), state in self._run.job.known.items()
            if board == self._board and state.fetched_at and self._in_range(state.posted_at.timestamp())
        )

    # -- walk ---------------------------------------------------------------------------------------------------

    async def _walk(self, start: Listed) -> AsyncIterator[Post]:
        listed: Listed | None = start
        stand = self._journal.read()
        walked = 0
        while listed is not None:
            page = listed.page
            async for post in self._threads_of(page):
                yield post
            await self._threads.settle()
            self._run.put(IndexSeen(listed.at, "crawl", self._board, page.rows))
            self._run.progress(self._board)
            walked += 1
            if self._is_past(page) or walked == self._run.job.pages:
                return
            if stand is not None and self._is_before(page, stand.begun_at.timestamp()):
                listed, stand = await self._jump(page, stand.page), None
                continue
            if stand is None:
                self._journal.write(page.number)
            listed = await self._listing.older(page)

    async def _jump(self, page: IndexPage, to: int) -> Listed | None:
        """Over the pages that an earlier run of this walk dealt with; its last one is read again, for rows may have
        shifted onto it."""
        number = page.number or 1
        if number - to < 2:
            return await self._listing.older(page)
        self._run.skip((number - to - 1) * ROWS_PER_PAGE)
        self._missing = None
        self._run.note(f"上次抓到第 {to} 頁，從那裡接著抓。")
        return await self._listing.numbered(to) or await self._listing.older(page)

    async def _threads_of(self, page: IndexPage) -> AsyncIterator[Post]:
        run, job = self._run, self._run.job
        for row in reversed(page.rows):
            if row.post_id is None:
                continue
            known = run.known(self._board, row.post_id)
            why = why_fetch(row, known, now(), job.schedule, full=job.full)
            if row.pinned:
                # A pinned row stands in its own place too; here it only tells that a known thread moved.
                if known is None or why is None or why == "full":
                    continue
            elif not self._wanted(row):
                continue
            else:
                run.done += 1
            if why is None:
                run.report.requests_saved += 1
            elif (post := await self._fetch(row.post_id)) is not None:
                yield post
        for post_id in self._missing.page(page.rows) if self._missing else ():
            if (post := await self._fetch(post_id, whole=True)) is not None:
                yield post

    def _failed_before(self) -> list[str]:
        """Threads of the range that an earlier run asked for in vain, on pages that this one need not have read."""
        return [
            post_id
            for (board, post_id), state in self._run.job.known.items()
            if board == self._board and state.failed and self._in_range(state.posted_at.timestamp())
        ]

    async def _fetch(self, post_id: str, *, whole: bool = False) -> Post | None:
        return await self._threads.fetch(Ask(self._board, post_id, self._run.known(self._board, post_id), whole))

    def _wanted(self, row: IndexRow) -> bool:
        seconds = row_seconds(row)
        if seconds is None or not self._in_range(seconds):
            return False
        return self._run.job.category is None or category_of(row.title) == self._run.job.category

    def _in_range(self, seconds: float) -> bool:
        return (self._since is None or seconds >= self._since) and (self._until is None or seconds < self._until)

    def _is_past(self, page: IndexPage) -> bool:
        return self._since is not None and self._is_before(page, self._since)

    @staticmethod
    def _is_before(page: IndexPage, seconds: float) -> bool:
        """Whether a page is wholly older than a time; pinned rows and pages without links tell nothing."""
        times = page_times(page.rows)
        return times is not None and times.newest < seconds


def _posted(post_id: str) -> int:
    """Seconds in a file name; 0 for one without any."""
    return name_seconds(post_id) if is_name(post_id) else 0


def category_of(title: str) -> str | None:
    """First bracket after Re:/Fw: on an index row: ``新聞``."""
    match = _CATEGORY.match(title)
    return match[1] if match else None

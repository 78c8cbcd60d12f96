"""A board from new to old, page by page: read the index page, ask for what is due on it, spool the listing, go on.

The listing is spooled after its threads: a run killed in between finds the same threads due the next time.
"""

from collections.abc import AsyncIterator

from ptt_spider.frontier import ROWS_PER_PAGE, Missing, due_threads, page_times, row_seconds, why_fetch
from ptt_spider.items import IndexPage, IndexRow, Post
from ptt_spider.spiders.listing import Listed, Listing
from ptt_spider.spiders.planning import Planning, category_of, posted
from ptt_spider.spiders.run import Ask, Run, now
from ptt_spider.spiders.threads import Threads
from ptt_spider.spool import IndexSeen


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
        start = newest
        if newest.page.number and not job.search:
            start = await Planning(self._run, self._listing, self._board, self._since).plan(newest)
        async for post in self._walk(start):
            yield post
        self._journal.finish()
        due = due_threads(job.known, self._board, now(), job.schedule) if job.revisit else self._failed_before()
        for post_id in due:
            self._run.done += job.revisit and not self._in_range(posted(post_id))
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

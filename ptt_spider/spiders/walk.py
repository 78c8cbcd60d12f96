"""A board from new to old, page by page: read the index page, ask for what is due on it, spool the listing, go on.

The listing is spooled after its threads: a run killed in between finds the same threads due the next time.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from ptt_spider import clock
from ptt_spider.crawling import Plan
from ptt_spider.errors import DamagedIndex, NotAnIndex
from ptt_spider.frontier import (
    ROWS_PER_PAGE,
    Missing,
    Place,
    due_threads,
    find_page,
    guess_page,
    page_times,
    row_seconds,
    why_fetch,
)
from ptt_spider.items import IndexPage, IndexRow, Post
from ptt_spider.middlewares import ForbiddenByRobots
from ptt_spider.pages import parse_index
from ptt_spider.spiders.asking import RunEnds, Unanswered
from ptt_spider.spiders.run import Ask, Run, now
from ptt_spider.spiders.threads import GONE, Threads
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
        self._since = run.job.since.timestamp() if run.job.since else None
        self._until = run.job.until.timestamp() if run.job.until else None
        self._new_since = run.job.new_since.timestamp() if run.job.new_since else None
        self._missing = None if run.job.category or run.job.search else Missing(run.job.known, board)

    async def posts(self) -> AsyncIterator[Post]:
        """Walks, yielding each post whose page was read. Raises RunEnds."""
        job = self._run.job
        page = await self._first_page()
        if job.last and (times := page_times(page.rows)):
            self._since = min(times.newest, now().timestamp()) - job.last.total_seconds()
        start = page
        if not job.search and page.number:
            start = await self._plan(page)
        async for post in self._walk(start):
            yield post
        if job.revisit:
            for post_id in due_threads(job.known, self._board, now(), job.schedule):
                if (again := await self._fetch(post_id)) is not None:
                    yield again

    async def fetch_new(self) -> AsyncIterator[Post]:
        """The newest page alone: its unknown threads. What a hot run looks at beside the hot threads."""
        page = await self._first_page()
        for row in reversed(page.rows):
            if row.post_id is None or row.pinned or self._run.known(self._board, row.post_id):
                continue
            if post := await self._fetch(row.post_id):
                yield post

    # -- pages --------------------------------------------------------------------------------------------------

    async def _first_page(self) -> IndexPage:
        job, board = self._run.job, self._board
        if job.search:
            url = self._run.url(f"/bbs/{board}/search?{urlencode({'q': job.search})}")
        else:
            url = self._run.url(f"/bbs/{board}/index.html")
        try:
            page = await self._page(url)
        except ForbiddenByRobots:
            what = "搜尋" if job.search else f"看板 {board}"
            raise RunEnds(f"robots.txt 禁止{what}（{url}）：不抓取。") from None
        except Unanswered as error:
            raise RunEnds(f"連不上 {url}（{error}）：請檢查網路與 --site，稍後再執行一次。") from None
        if page is None:
            raise RunEnds(f"看板 {board} 不存在（{url} 回應 404）：請檢查看板名稱，大小寫要相符。")
        return page

    async def _page(self, url: str) -> IndexPage | None:
        """The index page at ``url``, None for a 404. Raises Unanswered, ForbiddenByRobots, RunEnds."""
        response = await self._run.asker.get(url)
        if response.status in GONE:
            return None
        try:
            page = parse_index(response.body, url)
        except DamagedIndex:
            # Half a page lists half of its posts: ask once more before believing it.
            response = await self._run.asker.get(url)
            try:
                page = parse_index(response.body, url)
            except DamagedIndex as error:
                page = error.page
                self._run.failed(self._board, None, url, f"索引頁不完整：{error}")
            except NotAnIndex as error:
                raise Unanswered(f"不是索引頁：{error.reason}") from None
        except NotAnIndex as error:
            if error.reason == "not_found":
                return None
            raise Unanswered(f"不是索引頁：{error.reason}") from None
        return page

    def _count(self, page: IndexPage) -> None:
        times = page_times(page.rows)
        if self._new_since is not None and times is not None and times.newest < self._new_since:
            self._run.report.watch_pages += 1
        else:
            self._run.report.index_pages += 1

    # -- plan ---------------------------------------------------------------------------------------------------

    async def _plan(self, newest: IndexPage) -> IndexPage:
        """Tells how much there is to do; returns the page where the walk starts."""
        job, last = self._run.job, newest.number or 1
        start, first = newest, None
        if self._until is not None:
            place = await self._find(newest, self._until)
            last = place.last
            if last != newest.number:
                start = await self._numbered(last) or newest
        if self._since is not None:
            guess = guess_page(newest, self._since, now().timestamp())
            first = max(1, int(guess)) if guess else 1
            if last - first >= NEAR_PAGES and not self._mostly_known((last - first) * ROWS_PER_PAGE):
                first = (await self._find(newest, self._since)).first
        elif job.pages:
            first = last - job.pages + 1
        first = max(1, first or 1, last - job.pages + 1 if job.pages else 1)
        self._tell_plan(start, first, last)
        return start

    def _tell_plan(self, start: IndexPage, first: int, last: int) -> None:
        run, job = self._run, self._run.job
        listed = [row for row in start.rows if not row.pinned]
        posts = (last - first) * ROWS_PER_PAGE + sum(1 for row in listed if self._wanted(row))
        run.total += posts
        known = self._known_in_range()
        asked = posts if job.full else max(posts - known, 0)
        if run.job.category:
            asked = round(asked * sum(map(self._wanted, listed)) / max(len(listed), 1))
        seconds = (asked + last - first) * max(job.delay, 0.01)
        since = job.since or (clock.from_unix(self._since) if self._since else None)
        if on_plan := run.listener.on_plan:
            on_plan(
                Plan(
                    self._board,
                    since,
                    job.until,
                    asked,
                    seconds,
                    job.delay,
                    job.last / timedelta(days=1) if job.last else None,
                )
            )

    def _known_in_range(self) -> int:
        return sum(
            1
            for (board, _), state in self._run.job.known.items()
            if board == self._board and state.fetched_at and self._in_range(state.posted_at.timestamp())
        )

    def _mostly_known(self, rows: int) -> bool:
        return self._known_in_range() >= rows / 2

    async def _find(self, newest: IndexPage, at: float) -> Place:
        search = find_page(newest.number or 1, at, guess_page(newest, at, now().timestamp()), page_times(newest.rows))
        times = None
        try:
            number = next(search)
            while True:
                page = await self._numbered(number)
                times = page_times(page.rows) if page else None
                number = search.send(times)
        except StopIteration as stop:
            place: Place = stop.value
            return place

    async def _numbered(self, number: int) -> IndexPage | None:
        url = self._run.url(f"/bbs/{self._board}/index{number}.html")
        self._run.report.index_pages += 1
        try:
            return await self._page(url)
        except (Unanswered, ForbiddenByRobots) as error:
            raise RunEnds(f"索引頁 {url} 讀不到（{error}）：已抓的都已存好，請稍後再執行一次。") from None

    # -- walk ---------------------------------------------------------------------------------------------------

    async def _walk(self, start: IndexPage) -> AsyncIterator[Post]:
        page: IndexPage | None = start
        walked = 0
        while page is not None:
            at = now()
            self._count(page)
            walked += 1
            async for post in self._threads_of(page):
                yield post
            self._run.put(IndexSeen(at, "crawl", self._board, page.rows))
            self._run.progress(self._board)
            if page.older_url is None or self._is_past(page) or walked == self._run.job.pages:
                return
            page = await self._older(page.older_url)

    async def _older(self, path: str) -> IndexPage | None:
        url = self._run.url(urlsplit(path)._replace(scheme="", netloc="").geturl())
        try:
            page = await self._page(url)
        except (Unanswered, ForbiddenByRobots) as error:
            raise RunEnds(f"索引頁 {url} 讀不到（{error}）：已抓的都已存好，請稍後再執行一次。") from None
        if page is None:
            self._run.failed(self._board, None, url, "索引頁 404")
        return page

    async def _threads_of(self, page: IndexPage) -> AsyncIterator[Post]:
        run, job = self._run, self._run.job
        for row in reversed(page.rows):
            if row.post_id is None:
                continue
            known = run.known(self._board, row.post_id)
            if row.pinned:
                # A pinned row stands in its own place too; here it only tells that a known thread moved.
                if known is None or why_fetch(row, known, now(), job.schedule) is None:
                    continue
            elif not self._wanted(row):
                continue
            else:
                run.done += 1
            if known and why_fetch(row, known, now(), job.schedule, full=job.full) is None:
                run.report.requests_saved += 1
                continue
            if (post := await self._fetch(row.post_id)) is not None:
                yield post
        for post_id in self._missing.page(page.rows) if self._missing else ():
            if (post := await self._fetch(post_id, whole=True)) is not None:
                yield post

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
        """Whether a page is wholly older than the range; pinned rows and pages without links tell nothing."""
        times = page_times(page.rows)
        return self._since is not None and times is not None and times.newest < self._since


def category_of(title: str) -> str | None:
    """First bracket after Re:/Fw: on an index row: ``新聞``."""
    match = _CATEGORY.match(title)
    return match[1] if match else None

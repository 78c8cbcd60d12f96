"""A board's index and search pages: asked for, counted, and searched for the place where a time begins."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from ptt_spider.errors import DamagedIndex, NotAnIndex
from ptt_spider.frontier import Place, find_page, guess_page, page_times
from ptt_spider.items import IndexPage
from ptt_spider.middlewares import ForbiddenByRobots, SiteRefused, refusal
from ptt_spider.pages import parse_index
from ptt_spider.spiders.asking import NoBoard, RunEnds, Unanswered, fetched_at, refused_line
from ptt_spider.spiders.run import Run, now
from ptt_spider.spiders.threads import GONE

_REASONS = {"over18": "年齡確認頁", "error_page": "錯誤頁", "empty": "空白頁", "not_ptt": "別的網站的頁面"}

_LOOKED = 64


class Listed(NamedTuple):
    """An index or search page as it was at a time."""

    page: IndexPage
    at: datetime


class Listing:
    """Asks for the index pages of one board."""

    def __init__(self, run: Run, board: str) -> None:
        self._run = run
        self._board = board
        self.looked: list[IndexPage] = []
        """The first pages that were read, `_LOOKED` at most: what a plan reckons from."""

    async def newest(self) -> Listed:
        """The newest index page, or the first page of the job's search. Raises RunEnds: there is nothing without it."""
        search, board = self._run.job.search, self._board
        path = f"/bbs/{board}/search?{urlencode({'q': search})}" if search else f"/bbs/{board}/index.html"
        url = self._run.url(path)
        try:
            listed = await self._ask(url)
        except ForbiddenByRobots:
            what = "搜尋" if search else f"看板 {board}"
            raise RunEnds(f"robots.txt 禁止{what}（{url}）：不抓取。") from None
        except Unanswered as error:
            raise RunEnds(f"連不上 {url}（{error}）：請檢查網路與 --site，稍後再執行一次。") from None
        if listed is None:
            raise NoBoard(f"看板 {board} 不存在（{url} 回應 404）：請檢查看板名稱，大小寫要相符。", url)
        return listed

    async def numbered(self, number: int) -> Listed | None:
        """Page ``number``, None for a 404. Raises RunEnds."""
        return await self._needed(self._run.url(f"/bbs/{self._board}/index{number}.html"))

    async def older(self, page: IndexPage) -> Listed | None:
        """The page before, by its link; None on the oldest one. Raises RunEnds."""
        if page.older_url is None:
            return None
        url = self._run.url(urlsplit(page.older_url)._replace(scheme="", netloc="").geturl())
        listed = await self._needed(url)
        if listed is None:
            self._run.failed(self._board, None, url, "索引頁 404")
        return listed

    async def find(self, newest: IndexPage, at: float) -> Place:
        """Where ``at`` (unix seconds) begins in the index, found by the times in file names. Raises RunEnds."""
        hint = guess_page(newest, at, now().timestamp())
        search = find_page(newest.number or 1, at, hint, page_times(newest.rows))
        try:
            number = next(search)
            while True:
                listed = await self.numbered(number)
                number = search.send(page_times(listed.page.rows) if listed else None)
        except StopIteration as stop:
            place: Place = stop.value
            return place

    async def _needed(self, url: str) -> Listed | None:
        try:
            return await self._ask(url)
        except (Unanswered, ForbiddenByRobots) as error:
            raise RunEnds(f"索引頁 {url} 讀不到（{error}）：已抓的都已存好，請稍後再執行一次。") from None

    async def _ask(self, url: str) -> Listed | None:
        """The page, None for a 404. Half a page lists half of its posts: it is asked for once more before it is
        believed. Raises Unanswered, ForbiddenByRobots, RunEnds."""
        damaged: DamagedIndex | None = None
        listed: Listed | None = None
        for _ in range(2):
            response = await self._run.asker.get(url)
            if response.status in GONE:
                return None
            try:
                listed = Listed(parse_index(response.body, url), fetched_at(response))
                break
            except DamagedIndex as error:
                damaged, listed = error, Listed(error.page, fetched_at(response))
            except NotAnIndex as error:
                if error.reason == "not_found":
                    return None
                if answer := refusal(response):  # a board's index refused, though robots.txt was not
                    raise RunEnds(refused_line(SiteRefused(urlsplit(url).netloc, answer))) from None
                raise Unanswered(f"不是索引頁：{_REASONS.get(error.reason, error.reason)}") from None
        else:
            self._run.failed(self._board, None, url, f"索引頁不完整：{damaged}")
        if listed:
            self._count(listed.page)
            if len(self.looked) < _LOOKED:
                self.looked.append(listed.page)
        return listed

    def _count(self, page: IndexPage) -> None:
        """Pages older than the last complete run are read only to watch known threads."""
        new_since, times = self._run.job.new_since, page_times(page.rows)
        if new_since is not None and times is not None and times.newest < new_since.timestamp():
            self._run.report.watch_pages += 1
        else:
            self._run.report.index_pages += 1

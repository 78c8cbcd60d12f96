"""One thread at a time: its new bytes by the poll protocol where the page offered it, else the whole article."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.http import Response

from ptt_spider import clock
from ptt_spider.aid import post_url
from ptt_spider.errors import DamagedPage, NotAnArticle
from ptt_spider.frontier import KnownThread
from ptt_spider.items import Post
from ptt_spider.middlewares import ForbiddenByRobots
from ptt_spider.pages import parse_article, parse_growth
from ptt_spider.spiders.asking import TIMED_OUT, Unanswered, fetched_at
from ptt_spider.spiders.run import Ask, Run
from ptt_spider.spool import GoneSeen, GrowthSeen, PageSeen

LONG_POLL_TIMEOUT = 10
"""Delays that a long poll may stay silent; whether the live one answers at once for an idle thread is not known."""
SHORTEST_TIMEOUT = 1.0
SILENT_POLLS = 3
"""Long polls in a row without an answer after which a run polls no more."""
GONE = (404, 410)
_WORDS = {
    "over18": "年齡確認頁",
    "not_found": "找不到文章",
    "error_page": "站方錯誤頁",
    "challenge": "驗證頁",
    "empty": "空白頁",
    "not_ptt": "不是 PTT 的頁面",
    "no_content": "沒有文章內容",
}
_PASSING = {_WORDS[reason] for reason in ("error_page", "empty", "not_ptt")}
FORBIDDEN = "robots.txt 禁止"


class Threads:
    """Fetches threads into the spool."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._polling = True
        self.read_at = clock.now()
        self.silent = 0
        """Long polls in a row that gave no answer in time."""

    async def fetch(self, ask: Ask) -> Post | None:
        """Asks for a thread once a run; the post where its whole page was read. What cannot be had is put down as a
        failure. Raises RunEnds."""
        if not self._run.asked.first_time(ask):
            return None
        known = ask.known if ask.known and ask.known.fetched_at else None
        if known:
            self._run.report.revisits += 1
        try:
            whole = ask.whole or self._run.job.full or not self._polling or self.silent >= SILENT_POLLS
            if known and not whole and await self.poll(ask, known):
                return None
            return await self.whole(ask)
        finally:
            self._run.progress(ask.board)

    async def settle(self) -> None:
        """Returns once all threads that were asked for are done: here, at once (others: `ptt_spider.hosts`)."""

    async def whole(self, ask: Ask) -> Post | None:
        """Asks for the article itself; ``read_at`` then says when it came."""
        run = self._run
        url = post_url(ask.board, ask.post_id, run.job.site)
        post: Post | str | None = None
        for _ in range(2):  # half a page or an empty one may be an accident on the way: a second one is believed
            try:
                response = await run.asker.get(url)
            except (ForbiddenByRobots, Unanswered) as error:
                run.failed(ask.board, ask.post_id, url, str(error) if isinstance(error, Unanswered) else FORBIDDEN)
                return None
            self.read_at = fetched_at(response)
            post = None if response.status in GONE else _parse(response, url)
            again = post in _PASSING if isinstance(post, str) else post is not None and post.damaged
            if response.status != 200 or not again:
                break
        if isinstance(post, str):
            run.failed(ask.board, ask.post_id, url, post)
            return None
        if post is None:
            self._gone(ask, self.read_at, response.status)
            return None
        run.put(PageSeen(self.read_at, "crawl", post))
        run.report.posts += 1
        run.report.pushes += len(post.pushes)
        if run.job.follow_links and (ask.known is None or ask.known.fetched_at is None or run.job.full):
            await self._follow(post)
        return post

    async def _follow(self, post: Post) -> None:
        """The news page behind a new post's 原文連結; what goes wrong there is no failure of the post's."""
        from ptt_spider.linked.fetch import fetch_linked, source_link

        if post.category != "新聞" or post.is_reply:
            return
        link = (self._run.job.find_link or source_link)(post)
        if link:
            self._run.put(await fetch_linked(self._run.asker.crawler, post, link))
            self._run.report.linked += 1

    def _gone(self, ask: Ask, at: datetime, status: int) -> None:
        self._run.put(GoneSeen(at, "crawl", ask.board, ask.post_id, status))
        self._run.report.gone += 1

    # -- the poll protocol [pttweb.go: /v1/longpoll and /poll] --------------------------------------------------

    async def poll(self, ask: Ask, known: KnownThread, *, spool_idle: bool = True) -> GrowthSeen | None:
        """The new bytes, none perhaps; None: ask for the whole article. That nothing came is worth a record where
        it tells when the thread was last looked at, not every few seconds."""
        run = self._run
        base = known.poll_at or known.fetched_at
        if not (known.poll_url and known.longpoll_url and known.poll_offset and base):
            return None
        try:
            size, at = await self._json(known.longpoll_url, long=True)
            if not isinstance(size.get("size"), int) or "sig" not in size:
                return None
            key = cache_key(known.poll_url)
            if size["size"] < known.poll_offset or size.get("cacheKey", key) != key:
                return None  # another file than the one that was read: it was edited
            growth: GrowthSeen | None
            if size["size"] == known.poll_offset:
                growth = GrowthSeen(
                    at, "crawl", ask.board, ask.post_id, base, (), (), known.poll_url, known.poll_offset
                )
            else:
                growth = await self._growth(ask, known, base, size)
        except ForbiddenByRobots:
            run.note(f"robots.txt 禁止 {known.poll_url.split('?')[0]}：改為重抓整篇文章。")
            self._polling = False
            return None
        if growth is None:
            return None
        if spool_idle or growth.poll_offset != known.poll_offset:
            run.put(growth)
        run.report.polls += 1
        run.report.pushes += len(growth.pushes)
        return growth

    async def _growth(self, ask: Ask, known: KnownThread, base: datetime, size: dict[str, Any]) -> GrowthSeen | None:
        poll_url = known.poll_url or ""
        query = urlencode({"size": size["size"], "size-sig": size["sig"]})
        answer, at = await self._json(f"{poll_url}{'&' if '?' in poll_url else '?'}{query}")
        if not answer.get("success") or not isinstance(answer.get("contentHtml"), str):
            return None
        after = max(filter(None, (known.last_pushed_at, known.posted_at)))
        pushes, replies = parse_growth(answer["contentHtml"], ask.board, ask.post_id, after, known.author, 1)
        following = answer.get("pollUrl")
        return GrowthSeen(
            at, "crawl", ask.board, ask.post_id, base, pushes, replies,
            following if isinstance(following, str) else None, size["size"],
        )  # fmt: skip

    async def _json(self, path: str, *, long: bool = False) -> tuple[dict[str, Any], datetime]:
        """The object that an address of the protocol answers, and when; an empty one for 404, 500 and anything else."""
        timeout = max(self._run.job.delay * LONG_POLL_TIMEOUT, SHORTEST_TIMEOUT) if long else None
        try:
            response: Response = await self._run.asker.get(self._run.url(path), timeout=timeout, retry=False)
            answer = json.loads(response.body) if response.status == 200 else None
        except (Unanswered, ValueError) as error:
            self.silent = self.silent + 1 if long and str(error) == TIMED_OUT else 0
            return {}, clock.now()
        self.silent = 0
        return (answer if isinstance(answer, dict) else {}), fetched_at(response)


def _parse(response: Response, url: str) -> Post | str | None:
    """The post; None where the page says that there is none (any more); a few words where it is something else."""
    try:
        return parse_article(response.body, url)
    except DamagedPage as error:
        return error.post
    except NotAnArticle as error:
        return None if error.reason == "not_found" else _WORDS[error.reason]
    except Exception as error:  # one page that our parser cannot take must not end the run: the archive has it
        return f"解析失敗（{type(error).__name__}），修正後可用 ptt reparse 補回"


def cache_key(poll_url: str) -> str | None:
    """Which file a poll address continues: an edit puts another one in its place, even one of the same size."""
    return parse_qs(urlsplit(poll_url).query).get("cacheKey", [None])[0]

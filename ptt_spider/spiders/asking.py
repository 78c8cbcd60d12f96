"""One request at a time, with what can go wrong as two kinds of error: this address, or the whole run."""

from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from ptt_spider import clock
from ptt_spider.causes import cause
from ptt_spider.middlewares import ForbiddenByRobots, RobotsUnanswered, SiteRefused

ERROR_STATUS = 500
TIMED_OUT = "逾時"
LATER = "已抓的都已存好，請到時再執行一次，會從中斷處繼續。"
BLOCKED = "雲端主機常被擋：請改在自己的網路抓取，再用 ptt import *.warc.gz 匯入。"
DOWN_AFTER = 5
"""Addresses in a row without an answer after which the site counts as down."""


class Unanswered(Exception):
    """An address gave no usable answer, retries included; the message says why, in a few words for users."""


class RunEnds(Exception):
    """The run cannot go on; the message is the one line that users read."""


class NoBoard(RunEnds):
    """There is no such board; ``url`` is the address that said so."""

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.url = url


class Asker:
    """Asks for pages through Scrapy's downloader: robots, pace, retries, refusals and the archive apply."""

    def __init__(self, crawler: Crawler, site: str) -> None:
        self.crawler = crawler
        self._site = site
        self._silent = 0

    async def get(self, url: str, *, timeout: float | None = None, retry: bool = True) -> Response:
        """The response, whatever its status below 500. Raises Unanswered, ForbiddenByRobots, RunEnds."""
        meta: dict[str, Any] = {"dont_retry": not retry}
        if not retry:
            meta["autothrottle_dont_adjust_delay"] = True  # a long poll is slow by design, not for want of strength
        if timeout is not None:
            meta["download_timeout"] = timeout
        try:
            response = await self.crawler.engine.download_async(Request(url, meta=meta, dont_filter=True))
        except SiteRefused as error:
            raise RunEnds(refused_line(error)) from error
        except (ForbiddenByRobots, RunEnds):
            raise
        except Exception as error:
            if retry:
                self._count_silence(why_unanswered(error))
            raise Unanswered(why_unanswered(error)) from error
        if response.status >= ERROR_STATUS:
            if retry:
                self._count_silence(f"狀態 {response.status}")
            raise Unanswered(f"狀態 {response.status}")
        self._silent = 0
        return response

    def _count_silence(self, why: str) -> None:
        self._silent += 1
        if self._silent >= DOWN_AFTER:
            raise RunEnds(
                f"{self._site} 連續 {self._silent} 頁沒有回應（{why}）：已抓的都已存好，"
                "請稍後再執行一次，會從中斷處繼續。"
            )


def fetched_at(response: Response) -> datetime:
    """When the response came, to the microsecond, as the raw archive has it."""
    at = response.request.meta.get("fetched_at") if response.request else None
    return at if isinstance(at, datetime) else clock.now()


def why_unanswered(error: BaseException) -> str:
    """A few words on a download error."""
    if isinstance(error, RobotsUnanswered) and error.__cause__:
        error = error.__cause__
    match error:
        case SiteRefused():
            return f"拒絕（{error.answer}）"
        case CannotResolveHostError():
            return "找不到主機"
        case DownloadConnectionRefusedError():
            return "連線被拒"
        case DownloadTimeoutError():
            return TIMED_OUT
        case ResponseDataLossError():
            return "回應中斷"
        case DownloadCancelledError():
            return "內容過大"
        case IgnoreRequest():
            text = str(error)
            return "內容過大" if "decompressed" in text or "max size" in text else f"轉址太多次（{text}）"
    return f"連線失敗：{cause(error)}"


def refused_line(error: SiteRefused) -> str:
    """The one line that users read: what the site said, and what to do."""
    answer = "驗證頁（Cloudflare challenge）" if error.answer == "challenge" else error.answer
    if error.wait:
        return f"{error.host} 要求等 {error.wait:.0f} 秒後再來（{answer}）：" + LATER
    return f"{error.host} 拒絕了這台主機（{answer}）。" + BLOCKED

"""Between spider and site: robots.txt, refusals and backing off, the raw archive."""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from ptt_spider import clock
from ptt_spider.pages import page_problem
from ptt_spider.warc import Archive

ROBOT = "ptt-pulse"
"""The name that robots.txt rules may address."""


MAX_CRAWL_DELAY = 60.0
"""Seconds between two requests that a Crawl-delay of robots.txt may ask for."""


class ForbiddenByRobots(IgnoreRequest):
    """robots.txt forbids the address."""


class RobotsUnanswered(IgnoreRequest):
    """robots.txt could not be had, retries included: no IgnoreRequest is retried again for the page itself."""


class SiteRefused(IgnoreRequest):
    """The site does not want this client now; ``answer`` is what it said, ``wait`` seconds it asked for, if it did."""

    def __init__(self, host: str, answer: str, wait: float | None = None) -> None:
        self.host = host
        self.answer = answer
        self.wait = wait
        super().__init__(f"{host}: {answer}")


class RobotsMiddleware:
    """Obeys robots.txt of each host: 404 and other 4xx allow everything, 5xx forbids everything [RFC 9309]."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, Protego | None] = {}
        self._last: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            self._rules[host] = await self._fetch(host, request)
        rules = self._rules[host]
        if rules is not None and not rules.can_fetch(request.url, ROBOT):
            raise ForbiddenByRobots(f"robots.txt forbids {request.url}")
        if rules is not None and (delay := rules.crawl_delay(ROBOT)):
            request.meta["crawl_delay"] = delay = min(delay, MAX_CRAWL_DELAY)
            await asyncio.sleep(self._last.get(host, 0.0) + delay - time.monotonic())
            self._last[host] = time.monotonic()

    async def _fetch(self, host: str, request: Request) -> Protego | None:
        meta = {"robots": True} | {key: request.meta[key] for key in ("linked", "download_slot") if key in request.meta}
        try:
            response = await self._crawler.engine.download_async(Request(f"{host}/robots.txt", meta=meta))
        except IgnoreRequest:
            raise
        except Exception as error:
            raise RobotsUnanswered(f"{host}/robots.txt: {error}") from error
        if response.status >= 500:
            raise SiteRefused(urlsplit(host).netloc, f"robots.txt {response.status}")
        return Protego.parse(response.body.decode("utf-8", "replace")) if response.status == 200 else None


class RefusalMiddleware:
    """Backs off for the whole site when it answers 403, 429, 503 or a challenge; ends the run at the third in a row.

    Retry-After is honoured as seconds and as a date; one longer than ``PATIENCE`` ends the run at once. Without it the
    waits are 10 and 20 times the delay. 429 and 503 are asked again until then, 403 and challenges once: one page that
    is always refused must not end every run.
    """

    IN_A_ROW = 3
    PATIENCE = 900.0

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._in_a_row = 0
        self._resume_at = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("linked"):
            return
        wait = self._resume_at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.meta.get("linked"):
            return response
        answer = refusal(response)
        spider: Any = self._crawler.spider
        paces: Any = getattr(spider, "paces", None)
        pace = paces.of(request.meta["download_slot"]) if paces else None
        if answer is None:
            self._in_a_row = 0
            if pace:
                pace.answered()
            return response
        self._in_a_row += 1
        host = urlsplit(request.url).netloc
        asked = retry_after(response)
        first = max(spider.job.delay * 10, 0.1)
        in_a_row = self._in_a_row
        if pace:  # other hosts' refusals count as well, and all of them wait
            in_a_row = max(in_a_row, pace.refused(asked, first))
        if in_a_row >= self.IN_A_ROW or (asked or 0) > self.PATIENCE:
            if pace:
                pace.stop(answer, asked)
            raise SiteRefused(host, answer, asked)
        wait = first * 2 ** (in_a_row - 1) if asked is None else asked
        self._resume_at = time.monotonic() + wait
        spider.note(f"{host} 回應 {answer}，整站暫停 {wait:.0f} 秒後再試")
        tries = request.meta.get("refused", 0) + 1
        if request.meta.get("robots") or (tries > 1 and answer not in ("429", "503")):
            return response
        again = request.replace(dont_filter=True)
        again.meta["refused"] = tries
        return again


def refusal(response: Response) -> str | None:
    """``403``, ``429``, ``503`` or ``challenge`` for a page that says: not you, not now. None for any other."""
    body = response.body
    if b'id="main-content"' in body or b"r-list-container" in body:
        return None
    if response.status in (200, 403, 503) and b"<" in body[:2048] and page_problem(body) == "challenge":
        return "challenge"
    return str(response.status) if response.status in (403, 429, 503) else None


def retry_after(response: Response) -> float | None:
    """Seconds that Retry-After asks for, given as a number or as a date (against the response's own clock)."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        said = (response.headers.get("Date") or b"").decode("latin-1")
        now = parsedate_to_datetime(said) if said else datetime.now(UTC)
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


class ArchiveMiddleware:
    """Notes when each response came, and writes it, retried and refused ones too, into the raw archive where there is
    one. Record and archive carry the same time: a reparse then replaces what the crawl had read."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        at = request.meta["fetched_at"] = clock.now()
        archive: Archive | None = getattr(self._crawler.spider, "archive", None)
        body: bytes | None = response.body
        if archive is not None and (redact_page := self._crawler.spider.job.redact_page):  # type: ignore[union-attr]
            body = redact_page(response.url, response.body)
        if archive is not None and body is not None:
            headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items()
                for value in values
            ]
            archive.write(response.url, at, response.status, headers, body)
        return response

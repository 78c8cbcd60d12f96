"""One token bucket a site for all hosts, and one back-off: together they ask as a single host would."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from typing import Any

from redis import RedisError
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from ptt_spider.hosts.connection import PREFIX, Server
from ptt_spider.middlewares import SiteRefused

REFUSALS = (403, 429, 503)
FIRST_STOP = 60.0
"""Seconds for which every host keeps away from a site that refused three times in a row and named no time."""


class Pace:
    """The bucket of one site. Its clock is Redis's own: the hosts' may differ."""

    def __init__(self, server: Server, site: str, host: str, lease: float) -> None:
        self._server = server
        self._site = site
        self._host = host
        self._lease = round(lease * 1000)
        self._next, self._busy, self._pause, self._stop, self._row = (
            f"{PREFIX}{{{site}}}:{name}" for name in ("next", "busy", "pause", "stop", "refusals")
        )

    @contextlib.asynccontextmanager
    async def turn(self, interval: float) -> AsyncIterator[None]:
        """Waits for the token and holds it while a request is under way, as one host has one request in flight.

        A host that is killed meanwhile holds it up for one lease. Raises SiteRefused, RedisGone.
        """
        keys = (self._next, self._busy, self._pause, self._stop)
        while True:
            wait, *why = await self._server.patiently(
                lambda: self._server.script("enter", keys, math.ceil(interval * 1000), self._host, self._lease)
            )
            if wait == 0:
                break
            if wait < 0:
                answer, _, asked = why[0].decode().partition("|")
                raise SiteRefused(self._site, answer, float(asked) if asked else None)
            await asyncio.sleep(wait / 1000)
        renewal = asyncio.ensure_future(self._renew())
        try:
            yield
        finally:
            renewal.cancel()
            self._own(0)

    def hold(self) -> None:
        """Nobody asks until `refused` has told how long nobody should."""
        with contextlib.suppress(RedisError):
            self._server.redis.set(self._pause, "1", px=1000, nx=True)

    def refused(self, asked: float | None, first_wait: float) -> int:
        """Notes a refusal and pauses the site, by our own ``first_wait`` (doubled each time) unless it ``asked`` for
        a time: how many refusals there were in a row, of any host. 0 while Redis is away."""
        with contextlib.suppress(RedisError):
            wait = -1 if asked is None else round(asked * 1000)
            return int(self._server.script("refuse", (self._pause, self._row), wait, round(first_wait * 1000)))
        return 0

    def stop(self, answer: str, asked: float | None) -> None:
        """No host asks any more for as long as the site said."""
        with contextlib.suppress(RedisError):
            why = f"{answer}|{'' if asked is None else asked}"
            self._server.redis.set(self._stop, why, px=round(max(asked or 0.0, FIRST_STOP) * 1000))

    def answered(self) -> None:
        """A good answer ends a row of refusals."""
        with contextlib.suppress(RedisError):
            self._server.redis.delete(self._row)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease / 3000)
            self._own(self._lease)

    def _own(self, lease: int) -> None:
        with contextlib.suppress(RedisError):
            self._server.script("own", (self._busy,), self._host, lease)


class Paces:
    """The buckets of all sites that a crawl asks."""

    def __init__(self, server: Server, host: str, lease: float) -> None:
        self._given = (server, host, lease)
        self._paces: dict[str, Pace] = {}

    def of(self, site: str) -> Pace:
        if site not in self._paces:
            server, host, lease = self._given
            self._paces[site] = Pace(server, site, host, lease)
        return self._paces[site]


class PacedHandler(HTTP11DownloadHandler):
    """Sends a request once the site's bucket gives leave: the last thing before the wire, so that robots.txt,
    retries and redirects pay for a token too, and nothing waits between token and request."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._paced = crawler

    async def download_request(self, request: Request) -> Response:
        slot = str(request.meta.get("download_slot"))
        spider: Any = self._paced.spider
        pace: Pace = spider.paces.of(slot)
        async with pace.turn(self._interval(slot, request)):
            response = await super().download_request(request)
            if response.status in REFUSALS:
                pace.hold()
            return response

    def _interval(self, slot: str, request: Request) -> float:
        """Seconds until the next request: the delay as AutoThrottle has it here, or robots.txt's, if that is more."""
        engine: Any = self._paced.engine
        here = engine.downloader.slots.get(slot)
        return max(here.delay if here else 0.0, float(request.meta.get("crawl_delay", 0.0)))

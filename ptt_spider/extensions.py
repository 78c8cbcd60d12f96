"""Counts what a run asks of the site."""

from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler


class Requests:
    """How many requests went out, robots.txt and retries included."""

    def __init__(self) -> None:
        self.sent = 0
        self.robots = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        counter = cls()
        crawler.signals.connect(counter.count, signal=signals.request_reached_downloader)
        return counter

    def count(self, request: Request) -> None:
        self.sent += 1
        self.robots += request.url.endswith("/robots.txt")

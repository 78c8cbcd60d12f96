"""From the spider into the spool: records are on their way to the disk before the next request goes out."""

import asyncio
import contextlib
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from ptt_spider.spool import Record, SpoolWriter


class SpoolPipeline:
    """Owns the run's `SpoolWriter`. The spider hands it records by `put`, at once and in order; what it yields to
    Scrapy are copies for feeds (``-O out.jsonl``), which pass here unchanged."""

    ROLL_EVERY = 1.0
    """Seconds between looks at whether the open file is due."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._writer: SpoolWriter | None = None
        self._ticker: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.spider_closed, signal=signals.spider_closed)
        return pipeline

    def open_spider(self) -> None:
        spider: Any = self._crawler.spider
        self._writer = spider.make_writer()
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    def put(self, record: Record) -> None:
        """Spools one record. Raises OSError (disk full)."""
        if self._writer is None:
            raise RuntimeError("the spool is not open")
        self._writer.write(record)

    def sync(self) -> None:
        """Returns once the records are on the disk. Raises OSError (disk full)."""
        if self._writer is not None:
            self._writer.sync()

    def process_item(self, item: Any) -> Any:
        return item

    async def _tick(self) -> None:
        spider: Any = self._crawler.spider
        while self._writer is not None:
            await asyncio.sleep(self.ROLL_EVERY)
            try:
                self._writer.roll_if_due()
            except OSError as error:
                spider.fail(error)
                return

    async def spider_closed(self) -> None:
        if self._ticker:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        writer, self._writer = self._writer, None
        if writer:
            writer.close()

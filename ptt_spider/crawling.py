"""Runs one crawl in this process: a job in, spool files and a report out. Scrapy stays behind this door."""

import contextlib
import queue
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from ptt_spider.causes import cause
from ptt_spider.job import (
    LEAST_DELAY,
    CrawlJob,
    CrawlReport,
    Failure,
    Listener,
    Plan,
    Progress,
    RefResult,
    is_loopback,
)
from ptt_spider.spool import Record

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "LEAST_DELAY", "CrawlJob", "CrawlNotBegun", "CrawlReport", "Failure", "Listener", "Plan", "Progress", "RefResult",
    "crawl", "is_loopback",
]  # fmt: skip


class CrawlNotBegun(Exception):
    """The crawler could not be set up, so there is no report; the message is one line, the cause is chained."""


def crawl(
    job: CrawlJob,
    *,
    on_plan: Callable[[Plan], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_spool: Callable[[Path], None] | None = None,
    on_note: Callable[[str], None] | None = None,
    on_record: Callable[[Record], None] | None = None,
) -> CrawlReport:
    """Runs the job and returns its report; once a process, since Scrapy's reactor starts once.

    ``on_plan`` is called for each board before its articles, ``on_progress`` after each response, ``on_note`` with
    lines worth reading (a pause, a feature that robots.txt forbids), ``on_record`` with each record, ``on_spool`` in
    a worker thread for each complete spool file, one at a time, while the crawl goes on. Ctrl-C and SIGTERM end the
    run with everything spooled (outcome ``stopped``). Raises what ``on_spool`` raised, OSError (disk full) and
    CrawlNotBegun.
    """
    from scrapy.crawler import AsyncCrawlerProcess

    from ptt_spider.settings import crawl_settings
    from ptt_spider.spiders.board import BoardSpider

    listener = Listener(on_plan, on_progress, on_note, on_record)
    settings = crawl_settings(USER_AGENT=job.user_agent, DOWNLOAD_DELAY=job.delay, LOG_ENABLED=False)
    if job.delay <= 0:
        settings["AUTOTHROTTLE_ENABLED"] = False  # a loopback site needs no patience
    if job.follow_links:
        settings["TWISTED_DNS_RESOLVER"] = "ptt_spider.linked.guard.GuardedResolver"
        settings["PTT_TRUSTED_HOSTS"] = _trusted_hosts(job.site)
    process = AsyncCrawlerProcess(settings | {"LOG_INSTALL_ROOT_HANDLER": False})
    _quiet_logs()  # making a process configured them anew
    crawler = process.create_crawler(BoardSpider)
    worker = _Worker(on_spool)
    outcome: dict[str, Any] = {}
    task = process.crawl(crawler, job=job, listener=listener, on_roll=worker.take, outcome=outcome)
    worker.on_error = lambda error: crawler.spider.fail(error) if crawler.spider else None  # type: ignore[attr-defined]
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process.start()
    finally:
        worker.finish()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if error := worker.error or outcome.get("error"):
        raise error
    if "report" not in outcome:
        raise _why_not_begun(task)
    report: CrawlReport = outcome["report"]
    return report


def _why_not_begun(task: "asyncio.Task[None]") -> Exception:
    """An OSError as it is: it names its file. Anything else as CrawlNotBegun."""
    error = task.exception() if task.done() and not task.cancelled() else None
    if isinstance(error, OSError):
        return error
    said = f"（{type(error).__name__}：{cause(error)}）" if error else ""
    not_begun = CrawlNotBegun(f"抓取沒有開始{said}：已存的資料沒有變，請檢查設定後再執行一次。")
    not_begun.__cause__ = error
    return not_begun


def _trusted_hosts(site: str) -> list[str]:
    """Hosts that may have private addresses: the site, and the proxies that the environment names."""
    urls = [site, *getproxies().values()]
    return [host for url in urls if (host := urlsplit(url if "//" in url else f"//{url}").hostname)]


class _Worker:
    """One thread that hands complete spool files to ``on_spool`` in order. After an error it takes no more: the files
    wait for the next load."""

    def __init__(self, on_spool: Callable[[Path], None] | None) -> None:
        self._on_spool = on_spool
        self._queue: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="spool-loader", daemon=True)
        self.error: BaseException | None = None
        self.on_error: Callable[[BaseException], None] | None = None
        if on_spool:
            self._thread.start()

    def take(self, path: Path) -> None:
        if self._on_spool:
            self._queue.put(path)

    def finish(self) -> None:
        if self._on_spool:
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (path := self._queue.get()) is not None:
            if self.error is not None or self._on_spool is None:
                continue
            try:
                self._on_spool(path)
            except Exception as error:
                self.error = error
                self._tell(error)

    def _tell(self, error: BaseException) -> None:
        from twisted.internet import reactor

        if self.on_error:
            with contextlib.suppress(Exception):
                reactor.callFromThread(self.on_error, error)


def _quiet_logs() -> None:
    """Scrapy's own log says nothing here: the report and the notes do, in one line each."""
    import logging

    for name in ("scrapy", "twisted", "asyncio", "py.warnings", "protego"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False

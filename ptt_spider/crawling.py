"""Runs one crawl in this process: a job in, spool files and a report out. Scrapy stays behind this door."""

import contextlib
import ipaddress
import queue
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

from ptt_spider import USER_AGENT, __version__, clock
from ptt_spider.aid import SITE, PostRef
from ptt_spider.frontier import Key, KnownThread, Schedule, parse_schedule
from ptt_spider.items import Post
from ptt_spider.spool import Record

Outcome = Literal["done", "partly", "failed", "stopped"]


LEAST_DELAY: Final = 0.5
"""Seconds between two requests to a site that is not on this machine."""


@dataclass(frozen=True)
class CrawlJob:
    """What to ask for, how politely, and where to put it."""

    data_dir: Path
    """Folder of ``spool/`` and ``raw/``."""
    boards: tuple[str, ...] = ("Stock",)
    site: str = SITE
    since: datetime | None = None
    """Posts from then on; None: as far back as ``pages`` or the board goes."""
    until: datetime | None = None
    """Posts before then."""
    last: timedelta | None = None
    """Posts of this span before the board's newest post (or before now, if that is earlier); ``since`` then follows."""
    new_since: datetime | None = None
    """A complete run saw everything before: index pages older than this are read only to watch known threads."""
    pages: int | None = None
    """At most so many index pages a board."""
    category: str | None = None
    search: str | None = None
    """Query in the site's own words: ``author:x recommend:10 word``; the search pages are walked instead."""
    refs: tuple[PostRef, ...] = ()
    """Ask for these posts alone; without a board they are looked for on the first of ``boards``."""
    full: bool = False
    """Ask again for what is known."""
    revisit: bool = False
    """After the walk, ask again for known threads whose age calls for it."""
    hot: bool = False
    """Ask only for threads whose growth would hide pushes before the next full run, ``until_next`` from now."""
    until_next: timedelta = timedelta(hours=1)
    follow: bool = False
    """Stay with the first of ``refs`` and read its comments as they come, for ``follow_for`` or until Ctrl-C."""
    follow_for: timedelta | None = None
    follow_links: bool = False
    """Also fetch the page behind 原文連結 of posts that are new."""
    find_link: Callable[[Post], str | None] | None = None
    """Finds that link in a post; None: the plain reading of `ptt_spider.linked.fetch.source_link`."""
    delay: float = 1.0
    """Seconds between two requests; 0 for loopback sites only."""
    contact: str = ""
    raw: bool = True
    redis: str = ""
    """Address of the Redis over which several hosts crawl as one (`ptt_spider.hosts`); empty: this host is alone."""
    lease: float = 30.0
    """Seconds without a sign of life after which another host does what this one had begun."""
    known: Mapping[Key, KnownThread] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=lambda: parse_schedule(""))
    redact: Callable[[Record], Record | None] | None = None
    redact_page: Callable[[str, bytes], bytes | None] | None = None
    """Address and body of a response -> the body as it may be archived, None where nothing of it may."""
    """Applied to each record before it is spooled; None drops it."""
    run_id: str = field(default_factory=lambda: clock.now().strftime("%Y%m%dT%H%M%S.%f"))

    def __post_init__(self) -> None:
        parts = urlsplit(self.site)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"--site {self.site!r} 不是網址：請用 https://www.ptt.cc 這樣的形式。")
        if not self.delay >= (0 if is_loopback(self.site) else LEAST_DELAY):  # not a number is no delay either
            raise ValueError(
                f"PTT_DELAY={self.delay:g} 只能用於本機的測試站：對 {self.site} 請至少用 {LEAST_DELAY} 秒（預設 1）。"
            )

        if self.redis and urlsplit(self.redis).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("PTT_REDIS 不是 Redis 的位址：請用 redis://主機:6379/0 這樣的形式。")
        if self.redis and find_spec("scrapy_redis") is None:
            raise ValueError("PTT_REDIS 需要額外的套件：請執行 pip install 'ptt-pulse[redis]'。")

    @property
    def user_agent(self) -> str:
        """Short and honest, with the contact where one is set; never a browser's."""
        return USER_AGENT.format(contact=self.contact) if self.contact else f"ptt-pulse/{__version__}"


def is_loopback(site: str) -> bool:
    """Whether a site is on this machine."""
    host = urlsplit(site).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Plan(NamedTuple):
    """What a board is going to cost, reckoned before its articles are asked for."""

    board: str
    since: datetime | None
    until: datetime | None
    posts: int
    """About how many articles will be asked for."""
    seconds: float
    delay: float
    days: float | None = None
    """The span that was asked for as such (`CrawlJob.last`)."""


class Progress(NamedTuple):
    """Where a run stands."""

    board: str
    index_pages: int
    posts: int
    pushes: int
    done: int
    """Listed posts dealt with, known ones included."""
    total: int
    rate: float
    """Articles a second so far."""
    eta_seconds: float | None


class Failure(NamedTuple):
    """An address that was asked for and could not be had."""

    board: str
    post_id: str | None
    url: str
    reason: str


class RefResult(NamedTuple):
    """What became of a post that was asked for by name."""

    board: str
    post_id: str
    state: Literal["found", "changed", "gone", "failed"]


@dataclass
class CrawlReport:
    """What a run did; the columns of ``crawls``."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None = None
    requests: int = 0
    """All that went out, robots.txt, retries and refusals included."""
    robots_requests: int = 0
    requests_saved: int = 0
    """Known threads on the index pages read that needed no request: nothing moved and no revisit was due."""
    index_pages: int = 0
    """Index and search pages read to find posts, watch pages apart."""
    watch_pages: int = 0
    """Index pages read only to see which known threads moved."""
    revisits: int = 0
    """Known threads asked for again, by poll or whole."""
    polls: int = 0
    """Revisits that asked for the new bytes alone."""
    posts: int = 0
    pushes: int = 0
    gone: int = 0
    linked: int = 0
    failures: list[Failure] = field(default_factory=list)
    refs: list[RefResult] = field(default_factory=list)
    joined: bool = False
    """Another host walked the index: this run's own beginning says nothing of what was covered."""
    outcome: Outcome = "done"
    reason: str | None = None
    """One line in Traditional Chinese for every outcome but done."""


@dataclass(frozen=True)
class Listener:
    """Whom a run tells; each callable is optional."""

    on_plan: Callable[[Plan], None] | None = None
    on_progress: Callable[[Progress], None] | None = None
    on_note: Callable[[str], None] | None = None
    on_record: Callable[[Record], None] | None = None


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
    run with everything spooled (outcome ``stopped``). Raises what ``on_spool`` raised, and OSError (disk full).
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
    process.crawl(crawler, job=job, listener=listener, on_roll=worker.take, outcome=outcome)
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
    report: CrawlReport = outcome["report"]
    return report


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

"""What a crawl is asked for and what it answers: job, plan, progress, report. It does nothing itself."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from ptt_spider import USER_AGENT, __version__, clock
from ptt_spider.aid import SITE, PostRef, is_board
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
    """Applied to each record before it is spooled; None drops it."""
    redact_page: Callable[[str, bytes], bytes | None] | None = None
    """Address and body of a response -> the body as it may be archived, None where nothing of it may."""
    run_id: str = field(default_factory=lambda: clock.now().strftime("%Y%m%dT%H%M%S.%f"))

    def __post_init__(self) -> None:
        _check_site(self.site)
        if isinstance(self.boards, str) or not self.boards or not all(map(is_board, self.boards)):
            raise ValueError(f"看板 {self.boards!r} 不能用：請給看板的英文名稱，例如 ('Stock',)。")
        if self.pages is not None and self.pages < 1:
            raise ValueError(f"索引頁數 {self.pages} 不能用：請用 1 以上的整數，或 None（不限）。")
        if not self.delay >= (0 if is_loopback(self.site) else LEAST_DELAY):  # not a number is no delay either
            raise ValueError(
                f"PTT_DELAY={self.delay:g} 只能用於本機的測試站：對 {self.site} 請至少用 {LEAST_DELAY} 秒（預設 1）。"
            )
        if self.redis:
            _check_redis(self.redis)

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


def _check_site(site: str) -> None:
    """Raises ValueError for what is no address of a site, its parts included."""
    try:
        parts = urlsplit(site)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # half a bracket, a port out of range, signs that turn into others
        good = False
    if not good or not site.isprintable() or " " in site:
        raise ValueError(f"--site {site!r} 不是網址：請用 https://www.ptt.cc 這樣的形式。")


def _check_redis(url: str) -> None:
    """Raises ValueError for an address that cannot be used, quoting nothing: half a password looks like a port."""
    wrong = (
        "PTT_REDIS 不是 Redis 的位址：請用 redis://主機:6379/0 這樣的形式；密碼裡的 / ? # @ 要寫成 %2F %3F %23 %40。"
    )
    if url.partition("://")[0] not in ("redis", "rediss", "unix"):
        raise ValueError(wrong)
    if find_spec("scrapy_redis") is None:
        raise ValueError("PTT_REDIS 需要額外的套件：請執行 pip install 'ptt-pulse[redis]'。")
    from redis import ConnectionPool, RedisError

    try:
        parts = urlsplit(url)
        parse_qsl(parts.query, strict_parsing=bool(parts.query))
        number = parts.path.strip("/")
        cut = parts.scheme != "unix" and number and not number.isdecimal()
        ConnectionPool.from_url(url).make_connection()  # reads all of it, and connects to nothing
    except (ValueError, TypeError, RedisError):
        raise ValueError(wrong) from None
    if cut or parts.fragment:  # redis-py would drop it, and ask the host that half a password names
        raise ValueError(wrong)


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
    state: Literal["found", "changed", "gone", "missing", "failed"]
    """Gone: had before, and not there now; missing: the site has no such post, and we never had it."""


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

"""One crawl into the store: lock, leftovers, crawl, load and publish while it goes on, the run's row in ``crawls``."""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from analysis.config import Settings, check_boards
from analysis.errors import PttError, UsageError
from analysis.sql import statement
from analysis.transaction import transaction
from ptt_spider import clock
from ptt_spider.crawling import CrawlJob, CrawlNotBegun, CrawlReport, Plan, Progress, crawl
from ptt_spider.frontier import parse_schedule
from ptt_spider.hosts import host_name
from ptt_spider.items import Post
from ptt_spider.spool import Record

EXIT_CODES = {"done": 0, "failed": 1, "partly": 3, "stopped": 3}
FIRST_DAYS = 7
"""What a first run on an empty store asks for."""
OVERLAP = timedelta(hours=1)
"""The site caches its pages for minutes: a post may be older than the run that first could see it."""
CLOCK_SLACK = timedelta(minutes=10)


class Listener:
    """Whom a crawl tells; the default says nothing."""

    def plan(self, plan: Plan) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def note(self, line: str) -> None: ...
    def record(self, record: Record) -> None: ...
    def close(self) -> None: ...


def base_job(settings: Settings, boards: Iterable[str] | None = None, *, site: str | None = None) -> CrawlJob:
    """A job with what the settings say. Raises UsageError for a delay, a site or a key that cannot be used."""
    from analysis.store.privacy import keeps_raw, redactor
    from analysis.store.scrub_archive import page_redactor

    try:
        schedule = parse_schedule(settings.revisit)
    except ValueError as error:
        raise UsageError(f"PTT_REVISIT={settings.revisit!r} 不能用（{error}）：見 docs/crawling.md。") from None
    try:
        return CrawlJob(
            run_id=f"{clock.now():%Y%m%dT%H%M%S.%f}" + (f"-{host_name()}" if settings.redis else ""),
            redis=settings.redis,
            data_dir=settings.data,
            boards=tuple(dict.fromkeys(check_boards(list(boards)) if boards else settings.board)),
            site=(site or settings.site).rstrip("/"),
            delay=settings.delay,
            contact=settings.contact,
            raw=keeps_raw(settings),
            schedule=schedule,
            redact=redactor(settings),
            redact_page=page_redactor(settings),
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def gather(
    settings: Settings, command: str, job: CrawlJob, listener: Listener, *, incremental: bool = False
) -> CrawlReport:
    """Runs ``job`` into the store and publishes. ``incremental``: ask from where the last gapless run began, or for
    the last seven days on an empty store, and revisit what is due.

    The caller holds the lock (`analysis.store.lock.hold`). A failed run has its row in ``crawls`` too; its posts and
    pushes stay as they were. Raises PttError and OSError for what the store could not take (disk full).
    """
    from analysis.store.known import load_known
    from analysis.store.load import load_waiting
    from analysis.store.work import open_work

    if job.follow_links:
        job = replace(job, find_link=_source_url)
    con = open_work(settings.data, job.boards)
    try:
        con.execute(statement("crawl/interrupted"), [clock.now()])
        if load_waiting(con, settings.data).files:
            derive_and_publish(con, settings, listener)
        _settle_clock(con, settings, listener)
        job = replace(job, known=load_known(con, job.boards))
        if incremental:
            job = _since_last(con, job, settings)
        if job.hot:
            job = replace(job, until_next=_until_next(con))
        _begin(con, command, job)
        return _crawl(con, settings, job, listener)
    finally:
        con.close()


def _source_url(post: Post) -> str | None:
    from analysis.news.fields import parse_news

    return parse_news(post.title, post.body, post.posted_at).source_url


def derive_and_publish(con: duckdb.DuckDBPyConnection, settings: Settings, listener: Listener | None = None) -> None:
    """What follows a load: news, mentions, votes and scores of the threads that changed, then a publication.

    With a ``listener``, one who crawls on: what cannot be derived (a model that does not load) is told and left for
    the next time, and what was loaded is published. Raises PttError otherwise, and where the disk is full.
    """
    from analysis.derive import derive_all
    from analysis.store.disk import DiskFull
    from analysis.store.publish import publish

    try:
        derive_all(con, settings)
    except DiskFull:
        raise
    except PttError as error:
        if listener is None:
            publish(settings.data, con)
            raise
        listener.note(str(error))
    publish(settings.data, con)


def _crawl(con: duckdb.DuckDBPyConnection, settings: Settings, job: CrawlJob, listener: Listener) -> CrawlReport:
    from analysis.ingest import clean
    from analysis.store.load import load_waiting

    def on_spool(_: Path) -> None:
        load_waiting(con, settings.data)
        derive_and_publish(con, settings, listener)

    try:
        report = crawl(
            job,
            on_plan=listener.plan,
            on_progress=listener.progress,
            on_spool=on_spool,
            on_note=listener.note,
            on_record=listener.record,
        )
    except BaseException as error:
        _record_failure(con, settings, job, error)
        if isinstance(error, CrawlNotBegun):
            raise PttError(str(error)) from error
        raise
    finally:
        listener.close()
    load_waiting(con, settings.data)
    _finish(con, report)
    derive_and_publish(con, settings)
    clean(settings, listener.note)
    return report


def _record_failure(con: duckdb.DuckDBPyConnection, settings: Settings, job: CrawlJob, error: BaseException) -> None:
    """So that a failed run shows; what made it fail is being raised already, and may forbid this too."""
    from analysis.store.publish import publish

    with contextlib.suppress(PttError, OSError, duckdb.Error):
        _finish(con, CrawlReport(job.run_id, clock.now(), clock.now(), outcome="failed", reason=str(error)))
        publish(settings.data, con)


def _last_sweep(con: duckdb.DuckDBPyConnection, job: CrawlJob) -> datetime | None:
    given = {"boards": list(job.boards), "now": clock.now()}
    last: datetime | None = con.execute(statement("crawl/last_sweep"), given).fetchall()[0][0]
    return last


def _settle_clock(con: duckdb.DuckDBPyConnection, settings: Settings, listener: Listener) -> None:
    """A page seen "later" than now counts as the newer one: pushes that only today's page has would look removed.

    What a clock that was ahead has written, all that follows its jump ahead (`crawl/clock_jump`), goes back by what its
    newest page is ahead: right where the clock ran ahead until now, and in any case in the same order as before. Where
    no such jump is to be found, where the site itself wrote of times after now (this clock is behind), and in a store
    that other hosts share, it is left to the user, who is told.
    """
    from analysis.store.lake.address import address

    seen, written = con.execute(statement("crawl/future")).fetchall()[0]
    now = clock.now()
    if seen is None or seen <= now + CLOCK_SLACK:
        return
    when = f"{seen.astimezone(clock.TAIPEI):%Y-%m-%d %H:%M}"
    if address(settings) or (written and written > now + CLOCK_SLACK):
        listener.note(
            f"資料庫裡有 {when} 抓的頁面，比這台機器的時鐘還晚：請先校正時鐘；"
            "時鐘若曾經太快，到那個時間之前，新推文會被當成已刪除。"
        )
        return
    given = {"now": now, "ahead": seen - now}
    jump = con.execute(statement("crawl/clock_jump"), given | {"slack": CLOCK_SLACK}).fetchone()
    if jump is None or jump[0] is None:
        listener.note(
            f"資料庫裡有 {when} 抓的頁面，比這台機器的時鐘還晚，看不出時鐘從何時開始太快，抓取時間都沒有改："
            "請確認時鐘已校正；到那個時間之前，新推文會被當成已刪除。"
        )
        return
    with transaction(con):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE clock_ahead AS"
            " SELECT $moment::TIMESTAMPTZ AS moment, $ahead::INTERVAL AS ahead",
            {"moment": jump[0], "ahead": given["ahead"]},
        )
        con.execute(statement("crawl/settle_future"))
    listener.note(f"這台機器的時鐘曾經太快：資料庫裡從它跳快起到 {when} 的抓取時間已往前改到現在以前，順序不變。")


def _since_last(con: duckdb.DuckDBPyConnection, job: CrawlJob, settings: Settings) -> CrawlJob:
    last = _last_sweep(con, job)
    now = clock.now()
    if last is None:
        return replace(job, last=timedelta(days=FIRST_DAYS), revisit=True)
    new_since = last.astimezone(clock.TAIPEI) - OVERLAP
    watched = now - timedelta(days=settings.watch_days)
    return replace(job, since=min(new_since, watched), new_since=new_since, revisit=True)


def _until_next(con: duckdb.DuckDBPyConnection) -> timedelta:
    """How long until the next full run may come: the usual gap between them, an hour where none is known."""
    gap = con.execute(statement("crawl/hourly")).fetchall()[0][0]
    return timedelta(hours=min(max(gap or 1.0, 0.25), 24.0))


def is_sweep(job: CrawlJob, last: datetime | None = None) -> bool:
    """Whether a finished run of this job leaves no gap: all posts from ``since`` on, nothing filtered away."""
    filtered = job.until or job.pages or job.category or job.search or job.refs or job.hot
    return not filtered and (job.new_since is not None or last is None or job.since is None or job.since <= last)


def _begin(con: duckdb.DuckDBPyConnection, command: str, job: CrawlJob) -> None:
    last = _last_sweep(con, job)
    settings = {
        "site": job.site,
        "since": job.since and job.since.isoformat(),
        "last_days": job.last and job.last.days,
        "until": job.until and job.until.isoformat(),
        "pages": job.pages,
        "category": job.category,
        "search": job.search,
        "refs": len(job.refs),
        "full": job.full,
        "hot": job.hot,
        "follow_links": job.follow_links,
        "delay": job.delay,
        "sweep": is_sweep(job, last),
    }
    given = {key: value for key, value in settings.items() if value not in (None, 0, False)} | {"delay": job.delay}
    con.execute(statement("crawl/begin"), [job.run_id, command, list(job.boards), clock.now(), json.dumps(given)])


def _finish(con: duckdb.DuckDBPyConnection, report: CrawlReport) -> None:
    """The run's row. One that was stopped, or lacks an index page, left a gap: the next one begins where it began.
    Threads that could not be had leave none: they are known as failed. Of several hosts' runs the one that walked the
    index to its end counts."""
    con.execute(
        statement("crawl/finish"),
        [
            report.finished_at or clock.now(),
            report.index_pages,
            report.posts,
            report.pushes,
            report.requests,
            report.requests_saved,
            report.revisits,
            report.watch_pages,
            len(report.failures),
            EXIT_CODES[report.outcome],
            report.reason,
            report.outcome in ("done", "partly")
            and not report.joined
            and all(failure.post_id for failure in report.failures),
            report.run_id,
        ],
    )

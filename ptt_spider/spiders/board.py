"""The spider ``board``: drives one `CrawlJob`, from `ptt_spider.crawling.crawl` or from ``scrapy crawl board``."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler

from ptt_spider import clock
from ptt_spider.extensions import Requests
from ptt_spider.frontier import KnownThread, hot_threads
from ptt_spider.items import Post
from ptt_spider.job import CrawlJob, CrawlReport, Listener, RefResult
from ptt_spider.pipelines import SpoolPipeline
from ptt_spider.spiders.arguments import job_from_arguments
from ptt_spider.spiders.asking import Asker, NoBoard, RunEnds
from ptt_spider.spiders.following import Following
from ptt_spider.spiders.run import Ask, Run, now
from ptt_spider.spiders.threads import Threads
from ptt_spider.spiders.walk import Walk
from ptt_spider.spool import SpoolWriter
from ptt_spider.warc import Archive


class BoardSpider(scrapy.Spider):
    """Boards of PTT into the spool and the raw archive, one request at a time.

    Arguments of ``scrapy crawl board``: ``board`` (several by commas), ``since``, ``until``, ``pages``, ``category``,
    ``search``, ``url`` (several by blanks), ``site``, ``delay``, ``data``, ``full``; ``-O out.jsonl`` gives the posts.
    """

    name = "board"

    def __init__(
        self,
        *args: Any,
        job: CrawlJob,
        listener: Listener | None = None,
        on_roll: Callable[[Path], None] | None = None,
        outcome: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(*args)
        self.job = job
        self.report = CrawlReport(self.job.run_id, clock.now())
        self._alone = listener is None
        """Started by ``scrapy crawl``: nobody else tells how the run ended."""
        self._listener = listener or Listener(on_note=self.logger.warning)
        self._on_roll = on_roll
        self._outcome = outcome if outcome is not None else {}
        self.paces: Any = None
        """Token buckets that are shared with other hosts (`ptt_spider.hosts.pace`), where the job names a Redis."""
        self._server: Any = None
        self._missing: set[str] = set()
        self.archive = Archive(self.job.data_dir / "raw", self.job.run_id) if self.job.raw else None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        if "job" not in kwargs:  # scrapy crawl board: it would show a traceback, and end with 1
            try:
                kwargs = {"job": job_from_arguments(kwargs)}
            except ValueError as error:
                sys.stderr.write(f"scrapy crawl board: {error}\n")
                raise SystemExit(2) from None
        spider = super().from_crawler(crawler, *args, **kwargs)
        if not crawler.settings.frozen:
            crawler.settings.set("USER_AGENT", spider.job.user_agent, "spider")
            crawler.settings.set("DOWNLOAD_DELAY", spider.job.delay, "spider")
            if spider.job.redis:
                spider.share(crawler)
        return spider

    def share(self, crawler: Crawler) -> None:
        """Asks no faster than all hosts on the job's Redis may together."""
        from ptt_spider.hosts import host_name
        from ptt_spider.hosts.connection import Server
        from ptt_spider.hosts.pace import Paces

        self.host = host_name()
        self._server = Server(self.job.redis, self.note)
        self.paces = Paces(self._server, self.host, self.job.lease)
        paced = dict.fromkeys(("http", "https"), "ptt_spider.hosts.pace.PacedHandler")
        crawler.settings.set("DOWNLOAD_HANDLERS", crawler.settings.getdict("DOWNLOAD_HANDLERS") | paced, "spider")

    def make_writer(self) -> SpoolWriter:
        return SpoolWriter(self.job.data_dir / "spool", self.job.run_id, on_roll=self._on_roll)

    def note(self, line: str) -> None:
        if self._listener.on_note:
            self._listener.on_note(line)

    def fail(self, error: BaseException) -> None:
        """Ends the run with an error from outside the spider: the loader's, a full disk."""
        self._outcome.setdefault("error", error)
        self._closing = asyncio.ensure_future(self.crawler.stop_async())

    async def start(self) -> AsyncIterator[Any]:
        """Does the job. Yields posts where a feed wants them."""
        pipeline = self.crawler.get_item_pipeline(SpoolPipeline)
        if pipeline is None:
            raise RuntimeError("SpoolPipeline is not enabled")
        run = Run(self.job, Asker(self.crawler, self.job.site), pipeline.put, self.report, self._listener)
        feed = bool(self.settings.getdict("FEEDS"))
        self._outcome["report"] = self.report
        self.report.outcome, self.report.reason = "stopped", "中途停止：已抓的都已存好，再執行一次會從中斷處繼續。"
        try:
            if self._server and not (feed or self.job.refs):
                await self._together(run, pipeline)
            else:
                async for post in self._posts(run):
                    if feed:
                        yield as_item(post)
            self._settle()
        except RunEnds as end:
            self.report.outcome, self.report.reason = "failed", str(end)
        except Exception as error:  # a full disk, a bug: the caller hears of it, not Scrapy's log
            self._outcome.setdefault("error", error)
        finally:
            self._close()

    def _close(self) -> None:
        counter = self.crawler.get_extension(Requests)
        if counter:
            self.report.requests, self.report.robots_requests = counter.sent, counter.robots
        self.report.finished_at = clock.now()
        if self._alone and self.report.reason:
            self.logger.error(self.report.reason)
        if self.archive:
            self.archive.close()
        if self._server:
            self._server.close()

    def _settle(self) -> None:
        failures = self.report.failures
        missing = [ref for ref in self.report.refs if ref.state == "missing"]
        if failures:
            shown = "、".join(f"{f.url}（{f.reason}）" for f in failures[:3])
            more = f" 等 {len(failures)} 頁" if len(failures) > 3 else ""
            self.report.outcome = "partly"
            self.report.reason = f"有 {len(failures)} 頁沒抓到：{shown}{more}；下次執行會再試。"
        elif missing:
            shown = "、".join(f"{ref.board}/{ref.post_id}" for ref in missing[:3])
            more = f" 等 {len(missing)} 篇" if len(missing) > 3 else ""
            self.report.outcome = "failed" if len(missing) == len(self.report.refs) else "partly"
            self.report.reason = f"網站上沒有 {shown}{more}（404）：請檢查網址或 AID，也可能早已刪除。"
        else:
            self.report.outcome, self.report.reason = "done", None

    async def _posts(self, run: Run) -> AsyncIterator[Post]:
        threads = Threads(run)
        if self.job.follow:
            ref = self.job.refs[0]
            board = ref.board or self.job.boards[0]
            await Following(run, threads, board, ref.post_id).run()
            if self.report.gone:
                had = self.report.posts or _was_had(run.known(board, ref.post_id))
                self.report.refs.append(RefResult(board, ref.post_id, "gone" if had else "missing"))
            return
        if self.job.refs:
            async for post in self._refs(run, threads):
                yield post
            return
        if self.job.hot:
            async for post in self._hot(run, threads, self.job.boards):
                yield post
        for board in self.job.boards:
            async for post in self._board(run, threads, board):
                yield post

    async def _board(self, run: Run, threads: Threads, board: str) -> AsyncIterator[Post]:
        """A board's posts. One that does not exist ends a run with others only if none of them does."""
        walk = Walk(run, threads, board)
        try:
            async for post in walk.fetch_new() if self.job.hot else walk.posts():
                yield post
        except NoBoard as error:
            self._missing.add(board)
            if self._missing.issuperset(self.job.boards):
                raise
            run.failed(board, None, error.url, "看板不存在，請檢查名稱")

    async def _hot(self, run: Run, threads: Threads, boards: Collection[str]) -> AsyncIterator[Post]:
        for board, post_id in hot_threads(self.job.known, now(), self.job.until_next):
            if board not in boards:
                continue
            if (grown := await threads.fetch(Ask(board, post_id, run.known(board, post_id)))) is not None:
                yield grown

    async def _together(self, run: Run, pipeline: SpoolPipeline) -> None:
        """The same boards with other hosts: one of them walks, all of them ask for threads."""
        from ptt_spider.hosts.together import Together

        async def walk_over(threads: Threads, board: str) -> AsyncIterator[Post]:
            if self.job.hot:
                async for post in self._hot(run, threads, (board,)):
                    yield post
            async for post in self._board(run, threads, board):
                yield post

        await Together(run, self, self._server, self.host, pipeline.sync).crawl(walk_over)

    async def _refs(self, run: Run, threads: Threads) -> AsyncIterator[Post]:
        run.total = len(self.job.refs)
        for ref in self.job.refs:
            board = ref.board or self.job.boards[0]
            known = run.known(board, ref.post_id)
            gone, pushes, failures = self.report.gone, self.report.pushes, len(self.report.failures)
            post = await threads.fetch(Ask(board, ref.post_id, known))
            run.done += 1
            if self.report.gone > gone:
                state = "gone" if _was_had(known) else "missing"
            elif len(self.report.failures) > failures:
                state = "failed"
            elif post:
                state = "changed" if known and len(post.pushes) != known.pushes else "found"
            else:
                state = "changed" if self.report.pushes > pushes else "found"
            self.report.refs.append(RefResult(board, ref.post_id, state))  # type: ignore[arg-type]
            if post:
                yield post


def _was_had(known: KnownThread | None) -> bool:
    return known is not None and known.fetched_at is not None


def as_item(post: Post) -> dict[str, Any]:
    """A post as a plain item for feeds: the columns' names, pushes and replies as dicts."""
    return post._asdict() | {
        "pushes": [push._asdict() for push in post.pushes],
        "replies": [reply._asdict() for reply in post.replies],
    }

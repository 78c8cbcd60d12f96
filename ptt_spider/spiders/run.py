"""What the parts of one run share: the job, the way to ask, the spool, the report, and whom to tell."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ptt_spider import clock
from ptt_spider.frontier import Key, KnownThread
from ptt_spider.job import CrawlJob, CrawlReport, Failure, Listener, Progress
from ptt_spider.journal import Journal
from ptt_spider.spiders.asking import Asker
from ptt_spider.spool import FailedSeen, GrowthSeen, Record


class Ask(NamedTuple):
    """A thread to be asked for."""

    board: str
    post_id: str
    known: KnownThread | None
    whole: bool = False
    """Ask for the article itself: only its own page says whether it was taken down."""


class Asked:
    """Threads asked for in this run: none twice, however index pages shift.

    All of the known ones, of the others the last ``NEW``: a row shifts by a page or two, not by 500, and memory must
    not grow with the length of a walk.
    """

    NEW = 10_000

    def __init__(self) -> None:
        self._known: set[Key] = set()
        self._new: dict[Key, None] = {}

    def first_time(self, ask: Ask) -> bool:
        """Whether this thread was not asked for before; it is from now on."""
        key = (ask.board, ask.post_id)
        if key in self._known or key in self._new:
            return False
        if ask.known is not None:
            self._known.add(key)
            return True
        self._new[key] = None
        if len(self._new) > self.NEW:
            del self._new[next(iter(self._new))]
        return True


class Run:
    """State of one run."""

    def __init__(
        self, job: CrawlJob, asker: Asker, put: Callable[[Record], None], report: CrawlReport, listener: Listener
    ) -> None:
        self.job = job
        self.asker = asker
        self.report = report
        self.asked = Asked()
        self.journal: Callable[[CrawlJob, str], Journal] = Journal
        self.total = 0
        self.done = 0
        self._skipped = 0
        self._put = put
        self.listener = listener
        self._begun = time.monotonic()
        self._noted: set[str] = set()

    def put(self, record: Record) -> None:
        """Spools a record, redacted as the job says."""
        if self.job.redact:
            redacted = self.job.redact(record)
            if redacted is None:
                return
            record = self._with_authors(redacted)
        self._put(record)
        if self.listener.on_record:
            self.listener.on_record(record)

    def _with_authors(self, record: Record) -> Record:
        """A redacted growth names its author as the store does, which the parser could not compare with the page."""
        if not isinstance(record, GrowthSeen):
            return record
        known = self.known(record.board, record.post_id)
        author = (known.author or "").lower() if known else ""
        pushes = (push._replace(is_author=bool(author) and (push.user_id or "").lower() == author)
                  for push in record.pushes)  # fmt: skip
        return record._replace(pushes=tuple(pushes))

    def known(self, board: str, post_id: str) -> KnownThread | None:
        return self.job.known.get((board, post_id))

    def url(self, path: str) -> str:
        return f"{self.job.site.rstrip('/')}/{path.lstrip('/')}"

    def failed(self, board: str, post_id: str | None, url: str, reason: str) -> None:
        """Puts down an address that could not be had, and goes on."""
        self.report.failures.append(Failure(board, post_id, url, reason))
        if post_id:
            self.put(FailedSeen(now(), "crawl", board, post_id, reason))

    def note(self, line: str) -> None:
        """A line worth reading, once a run."""
        if line not in self._noted and self.listener.on_note:
            self._noted.add(line)
            self.listener.on_note(line)

    def skip(self, rows: int) -> None:
        """Rows that an earlier run dealt with: done, and no measure of this run's pace."""
        self.done += rows
        self._skipped += rows

    def progress(self, board: str) -> None:
        if self.listener.on_progress is None:
            return
        report, seconds = self.report, max(time.monotonic() - self._begun, 1e-6)
        rate = report.posts / seconds
        left = max(self.total - self.done, 0)
        share = (self.done - self._skipped) / seconds
        self.listener.on_progress(
            Progress(
                board,
                report.index_pages + report.watch_pages,
                report.posts,
                report.pushes,
                self.done,
                max(self.total, self.done),
                rate,
                left / share if share else None,
            )
        )


def now() -> datetime:
    return clock.now()

"""A crawler in processes of its own, and what it left behind."""

import base64
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ptt_spider import spool
from ptt_spider.crawling import CrawlJob, CrawlReport
from ptt_spider.frontier import KnownThread
from ptt_spider.spool import GoneSeen, GrowthSeen, IndexSeen, PageSeen


@dataclass
class Outcome:
    """How a crawl ended."""

    status: int
    told: dict[str, Any]

    @property
    def report(self) -> CrawlReport:
        return self.told["report"]

    @property
    def notes(self) -> list[str]:
        return self.told["notes"]


class Crawls:
    """Runs `CrawlJob`s. ``start`` returns the pid at once, ``wait`` its outcome; calling does both."""

    def __init__(self, folder: Path) -> None:
        self._out = folder / "told.pickle"
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", str(Path(__file__).parent / "crawl_child.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, data: Path, site: str, **options: Any) -> Outcome:
        self.start(data, site, **options)
        return self.wait()

    def start(self, data: Path, site: str, *, privacy: str = "full", explode: bool = False, **options: Any) -> int:
        self._out.unlink(missing_ok=True)
        job = CrawlJob(**{"data_dir": data, "site": site, "delay": 0, **options})
        spec = {"job": job, "out": str(self._out), "privacy": privacy, "explode": explode}
        assert self._child.stdin
        self._child.stdin.write(base64.b64encode(pickle.dumps(spec)).decode() + "\n")
        self._child.stdin.flush()
        return int(self._line())

    def wait(self) -> Outcome:
        status = os.waitstatus_to_exitcode(int(self._line()))
        return Outcome(status, pickle.loads(self._out.read_bytes()) if self._out.exists() else {})

    def _line(self) -> str:
        assert self._child.stdout
        return self._child.stdout.readline()

    def close(self) -> None:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.close()
        self._child.wait(20)
        self._child.stdout.close()


@pytest.fixture(scope="session")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawls]:
    runner = Crawls(tmp_path_factory.mktemp("crawls"))
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Crawls]]:
    """Three hosts: processes that know nothing of each other."""
    runners = [Crawls(tmp_path_factory.mktemp("host")) for _ in range(3)]
    yield runners
    for runner in runners:
        runner.close()


@pytest.fixture
def site(faulty_site: Any) -> Iterator[Any]:
    with faulty_site() as running:
        yield running


def growth(pushes: Any, fetched_at: Any) -> float:
    """Comments an hour, as the store measures it."""
    ages = [(fetched_at - push.pushed_at).total_seconds() for push in pushes if push.pushed_at]
    recent = [age for age in ages if -60 <= age <= 3600]
    return len(recent) / max(max(recent, default=3600), 60) * 3600


class Spooled:
    """All records in a data folder's spool, those of killed runs included."""

    def __init__(self, data: Path) -> None:
        self.records = [spool.decode(line) for path in spool.waiting(data / "spool") for line in spool.read_lines(path)]

    def of(self, kind: type) -> list[Any]:
        return [record for record in self.records if isinstance(record, kind)]

    @property
    def posts(self) -> dict[str, Any]:
        return {record.post.post_id: record.post for record in self.of(PageSeen)}

    def known(self) -> dict[tuple[str, str], KnownThread]:
        """What a store would know after loading, as far as these tests need it."""
        known: dict[tuple[str, str], KnownThread] = {}
        nrec = {(row.board, row.post_id): row.nrec for seen in self.of(IndexSeen) for row in seen.rows}
        for record in sorted(self.records, key=lambda record: record.fetched_at):
            match record:
                case PageSeen(fetched_at, _, post):
                    known[post.board, post.post_id] = KnownThread(
                        fetched_at=fetched_at,
                        posted_at=post.posted_at,
                        nrec=nrec.get((post.board, post.post_id)),
                        pushes=len(post.pushes),
                        last_pushed_at=max((p.pushed_at for p in post.pushes if p.pushed_at), default=None),
                        growth=growth(post.pushes, fetched_at),
                        poll_url=post.poll_url,
                        longpoll_url=post.longpoll_url,
                        poll_offset=post.poll_offset,
                        poll_at=fetched_at,
                        author=post.author,
                    )
                case GrowthSeen():
                    key = (record.board, record.post_id)
                    known[key] = known[key]._replace(
                        fetched_at=record.fetched_at,
                        poll_at=record.fetched_at,
                        poll_url=record.poll_url,
                        poll_offset=record.poll_offset,
                        pushes=known[key].pushes + len(record.pushes),
                    )
                case GoneSeen():
                    key = (record.board, record.post_id)
                    if key in known:
                        known[key] = known[key]._replace(deleted=True)
        return known


@pytest.fixture
def spooled() -> type[Spooled]:
    return Spooled


@pytest.fixture
def kill() -> Any:
    return lambda pid: os.kill(pid, signal.SIGKILL)

"""WARC files to Dask's workers, what they made of them into the store: one loader, any number of workers."""

import contextlib
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from analysis.backfill.texts import MOST, Texts
from analysis.backfill.work import FOLDER, SIDE, SOURCE, Job, Side, read_file, read_side
from analysis.config import Settings
from analysis.derive import derive_all
from analysis.errors import PttError, UsageError
from analysis.sql import statement
from analysis.store.load import SPOOL_NAME, LoadReport, load_waiting
from analysis.store.privacy import redactor
from ptt_spider import spool
from ptt_spider.causes import cause
from ptt_spider.reparse import Reparser

DEATHS = 2
"""How many workers may die over one file before it is left out."""
DASK = {
    "distributed.scheduler.allowed-failures": DEATHS,
    "logging.distributed": "critical",
    # Measuring itself takes 5 of 100 parts of the time, and nobody looks at it here.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
}
TLS = tuple(f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY"))
"""Dask's own settings of a client."""
EXTRA = "ptt backfill 需要 Dask：請執行 pip install 'ptt-pulse[dask]'；少量檔案也可以用 ptt reparse 檔案…。"


class Came(NamedTuple):
    """A file that a worker came back with, or why none could."""

    path: Path
    key: str | None
    problem: str


@dataclass
class Backfilled:
    """What a backfill did."""

    files: int = 0
    new_files: int = 0
    """Files of which something was not in the store before."""
    bytes: int = 0
    responses: int = 0
    posts: int = 0
    load: LoadReport = field(default_factory=LoadReport)
    problems: list[str] = field(default_factory=list)
    unknown: int = 0
    """Texts that the loader judged itself: those of polls."""
    seconds: float = 0.0


def backfill(
    con: duckdb.DuckDBPyConnection, settings: Settings, paths: list[Path], came: Iterator[Came], texts: Texts
) -> Backfilled:
    """Loads files as workers finish them (``came``), derives; the tables are those of `ptt reparse` of ``paths``.

    The caller holds the lock and publishes. ``came`` must not begin before it is asked: what an older store does not
    hold is removed first, to be read again. A kill leaves folders in ``backfill/`` that the next one goes on from.
    Raises PttError, OSError (disk full).
    """
    begun, result = time.perf_counter(), Backfilled()
    result.load.add(load_waiting(con, settings.data))
    _drop_lost(con, settings.data / FOLDER)
    sides: dict[Path, Side] = {}
    for path, key, problem in came:
        result.files += 1
        if key is None:
            result.problems.append(f"{path}（{problem}）")
            continue
        side = sides[path] = read_side(settings.data / FOLDER / key / SIDE)
        result.bytes += path.stat().st_size
        result.responses += side.responses
        result.posts += side.posts
        result.new_files += _load(con, settings, settings.data / FOLDER / key, side, texts, result.load)
        if side.torn:
            result.problems.append(f"{path}（檔案不完整，讀到最後一筆完整的記錄為止）")
        if len(texts) > MOST:
            _derive_texts(con, settings, texts)
    _load_polls(con, settings, [sides[path] for path in paths if path in sides], result)
    _derive_texts(con, settings, texts)
    derive_all(con, settings)
    for part in (settings.data / FOLDER).glob("*.part"):
        shutil.rmtree(part, ignore_errors=True)
    result.unknown = texts.unknown
    result.seconds = time.perf_counter() - begun
    return result


def _drop_lost(con: duckdb.DuckDBPyConnection, folders: Path) -> None:
    """Removes folders of which something is neither there nor in the store: an older one was put back."""
    for folder in sorted(side.parent for side in folders.glob(f"*/{SIDE}")):
        if folder.suffix == ".part":  # a worker of a run before may still write it
            continue
        try:
            chunks = read_side(folder / SIDE).chunks
        except (ValueError, TypeError, LookupError):  # another version's: its files are read again, if at all
            chunks = None
        if chunks is None or not all((folder / name).exists() or _loaded(con, name, digest) for name, digest in chunks):
            shutil.rmtree(folder)


def _loaded(con: duckdb.DuckDBPyConnection, name: str, digest: str) -> bool:
    return bool(con.execute(statement("store/spool_file_loaded"), [name, digest]).fetchall()[0][0])


def _load(
    con: duckdb.DuckDBPyConnection, settings: Settings, folder: Path, side: Side, texts: Texts, report: LoadReport
) -> bool:
    """Loads what is not in the store yet; whether there was anything."""
    new = False
    for name, digest in side.chunks:
        if (folder / name).exists():
            (settings.data / SPOOL_NAME).mkdir(parents=True, exist_ok=True)
            (folder / name).rename(settings.data / SPOOL_NAME / name)
            report.add(load_waiting(con, settings.data))
            new = True
        elif not _loaded(con, name, digest):
            shutil.rmtree(folder)
            raise PttError(f"{folder} 的內容不在這個資料庫裡：已清除，請再執行一次 ptt backfill。")
        with contextlib.suppress(OSError, ValueError):  # without it the loader works out what it says
            texts.add((folder / name).with_suffix(".texts"))
    return new


def _load_polls(con: duckdb.DuckDBPyConnection, settings: Settings, sides: list[Side], result: Backfilled) -> None:
    """Polls that continue a page of an earlier file, read in the order of the files, as if they were one archive."""
    reparser, redact = Reparser(SOURCE), redactor(settings)
    lines = []
    for side in sides:
        result.problems += side.skipped
        for record in reparser.records(side.deferred):
            kept = redact(record) if redact else record
            if kept is not None:
                lines.append(spool.encode(kept))
        reparser.continues(side.standing)
    result.problems += [reason for _, reason in reparser.skipped]
    result.responses += len(lines)
    if not lines:
        return
    content = b"".join(lines)
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:24]}-polls.jsonl"
    if not _loaded(con, name, digest):
        folder = settings.data / SPOOL_NAME
        folder.mkdir(parents=True, exist_ok=True)
        part = folder.parent / f"{name}.part"
        part.write_bytes(content)
        part.rename(folder / name)
        result.load.add(load_waiting(con, settings.data))


def _derive_texts(con: duckdb.DuckDBPyConnection, settings: Settings, texts: Texts) -> None:
    """The steps that read texts, with what the workers found out; then the texts are done with."""
    from analysis.news.derive import derive_news
    from analysis.sentiment.scoring import score_threads
    from analysis.stocks.derive import derive_mentions
    from analysis.store.disk import plain_disk_errors
    from analysis.store.privacy import enforce_deleted

    with plain_disk_errors(settings.data):
        enforce_deleted(con, settings.deleted, raw=settings.data / "raw")
        derive_news(con, parse=texts.news)
        derive_mentions(con, find=texts.mentions)
        score_threads(con, texts)
    for path in texts.files:  # not those of folders that wait, or that workers write at this moment
        path.unlink(missing_ok=True)
    texts.clear()


# -- Dask -----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def workers(count: int, scheduler: str | None) -> Iterator[Any]:
    """A Dask client: of the scheduler at an address, else of ``count`` processes of this machine.

    Raises UsageError without the extra, PttError for a scheduler that does not answer.
    """
    if find_spec("distributed") is None:
        raise UsageError(EXTRA)
    import dask

    dask.config.set(DASK)
    distributed: Any = import_module("distributed")
    with contextlib.ExitStack() as stack:
        if scheduler is None:
            # Its own TLS keys: without them any user of this machine could have the workers run code.
            cluster = distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
                security=True, memory_limit=0, silence_logs="CRITICAL",
            )  # fmt: skip
            stack.enter_context(cluster)
            yield stack.enter_context(cluster.get_client())
            return
        try:
            client = stack.enter_context(distributed.Client(scheduler, timeout=10))
        except (OSError, ValueError, TimeoutError) as error:
            raise PttError(
                f"連不上 Dask 排程器 {scheduler}（{cause(error)}）：請檢查位址，或不給 --scheduler。"
            ) from None
        except TypeError as error:  # Dask's way to say that it found no certificates
            if not scheduler.startswith("tls://"):
                raise
            raise UsageError(
                f"連不上 Dask 排程器 {scheduler}：缺 TLS 憑證，請設定環境變數 {'、'.join(TLS)}（都是 PEM 檔的路徑）。"
            ) from error
        yield client


def read_all(client: Any, paths: list[Path], job: Job, on_file: Callable[[Came], None]) -> Iterator[Came]:
    """Files in the order in which workers finish them. What a dead worker had begun another one does again."""
    distributed: Any = import_module("distributed")
    futures = {client.submit(read_file, path, job, pure=False): path for path in paths}
    for future in distributed.as_completed(futures):
        path = futures[future]
        try:
            came = Came(path, future.result(), "")
        except distributed.KilledWorker:
            came = Came(path, None, f"讀它的行程死了 {DEATHS + 1} 次")
        except OSError as error:
            came = Came(path, None, cause(error))
        except Exception as error:  # one file that our parser cannot take must not end the others
            came = Came(path, None, f"{type(error).__name__}: {str(error)[:200]}")
        on_file(came)
        yield came
        future.release()

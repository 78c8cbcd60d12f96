"""What a worker does with one WARC file. Nothing here asks the store: it may run on any host that sees the folders."""

import base64
import hashlib
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import orjson

import ptt_spider
from analysis.config import Settings
from analysis.errors import PttError, UsageError
from analysis.store.migrations import migrations
from analysis.store.privacy import Redact, key_check, key_path, redactor, tombstones
from analysis.store.responses import ThreadKey
from ptt_spider.reparse import Reparser, Seen, Standing
from ptt_spider.spool import GoneSeen, GrowthSeen, PageSeen, Record, encode
from ptt_spider.warc import ArchivedResponse, read_archive

FOLDER: Final = "backfill"
"""In the data folder: a folder for each file that was read."""
SIDE: Final = "side.json"
LINES: Final = "threads.jsonl"
"""Spool lines that speak of one thread each."""
INDEX: Final = "threads.parquet"
"""Where in LINES each of them is."""
LISTS: Final = "lists.jsonl"
"""All other spool lines: those of index pages."""
SOURCE: Final = "reparse"


class Job(NamedTuple):
    """What workers are told beside the file or part."""

    data: Path
    settings: dict[str, Any]
    folders: tuple[Path, ...]
    """Those of all files: revisit records find their bodies there."""
    engines: tuple[tuple[str, str, str, bool], ...] = ()
    """The store's engines: name, version, hash of the weights, whether views show it."""
    program: str = ""
    """The loader's, as `program` tells it."""
    judges: tuple[tuple[str, str, str], ...] = ()
    """The engines that the loader scores with: name, version, hash of the weights."""
    key_check: str = ""
    """Tells the loader's privacy key apart from others; empty where none is needed. The key itself is not sent."""
    key_file: str = ""
    """Where the loader has it."""

    @classmethod
    def of(cls, settings: Settings, paths: Iterable[Path]) -> Self:
        """Only what workers need: other settings hold passwords, and a scheduler may be far away."""
        told = settings.model_dump(include={"data", "privacy", "privacy_key", "engine"})
        check = key_check(settings)
        return cls(
            settings.data,
            told,
            tuple(dict.fromkeys(path.parent for path in paths)),
            program=program(),
            key_check=check,
            key_file=f"{socket.gethostname()} 的 {key_path(settings)}" if check else "",
        )

    @property
    def known_settings(self) -> Settings:
        return Settings.model_construct(**self.settings)


class Side(NamedTuple):
    """What is known of a file that was read; kept, so that it is not read again."""

    responses: int
    posts: int
    skipped: list[str]
    torn: bool
    deferred: list[ArchivedResponse]
    standing: Standing


def read_file(path: Path, job: Job) -> str:
    """Reads one file into ``backfill/KEY`` of the data folder, unless it is there already; the key.

    The name follows from the content: a second worker that does the same, because the first one seemed dead, changes
    nothing. Raises OSError; PttError where program or key are not the loader's.
    """
    same_program(job)
    same_key(job)
    key = key_of(path, job)
    with made_once(job.data / FOLDER / key, SIDE) as folder:
        if folder:
            _read(path, job, folder, key)
    return key


def same_program(job: Job) -> None:
    """Raises PttError where this worker's program is not the loader's: a store has the rows of one."""
    if program() != job.program:
        raise PttError(
            f"{socket.gethostname()} 上的是 {program()}，和 ptt backfill 的 {job.program} 不同："
            "請裝同一版，重開那裡的 dask worker，再執行一次。"
        )


def same_key(job: Job) -> None:
    """Raises PttError where this worker's key does not know who was forgotten, or hashes people to other names."""
    try:
        same = key_check(job.known_settings) == job.key_check
    except UsageError:  # it has none, or another one than the folder's
        same = False
    if not same:
        raise PttError(
            f"{socket.gethostname()} 的金鑰 {key_path(job.known_settings)} 不在，或和 ptt backfill 的不同："
            f"請把 {job.key_file} 複製過去，再執行一次。"
        )


@contextmanager
def made_once(done: Path, proof: str) -> Iterator[Path | None]:
    """A folder to fill that becomes ``done`` whole or not at all; None if that is there, the file ``proof`` in it."""
    if (done / proof).exists():
        yield None
        return
    part = done.with_name(f"{done.name}.{os.uname().nodename}-{os.getpid()}-{os.urandom(3).hex()}.part")
    part.mkdir(parents=True)
    try:
        yield part
        try:
            part.rename(done)
        except OSError:
            if not (done / proof).exists():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def key_of(path: Path, job: Job) -> str:
    """Names a file by its bytes, our parsers, and what may be kept of it."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    settings = job.known_settings
    rule = (settings.privacy, _forgotten(settings))
    rules = hashlib.sha256(f"{_parsers()} {rule}".encode()).hexdigest()
    return f"{content[:24]}-{rules[:8]}"


def _read(path: Path, job: Job, folder: Path, key: str) -> None:
    redact = redactor(job.known_settings)
    torn: list[Path] = []
    deferred: list[ArchivedResponse] = []
    reparser = Reparser(SOURCE, deferred=deferred)
    beside = [near for place in job.folders for near in place.glob("*.warc*")]
    records = kept(reparser.records(read_archive([path], beside=beside, torn=torn.append)), redact)
    responses, posts = write_lines(folder, key, records)
    skipped = [reason for _, reason in reparser.skipped]
    _write_side(folder / SIDE, Side(responses, posts, skipped, bool(torn), deferred, reparser.standing))


def kept(records: Iterable[Record], redact: Redact | None) -> Iterator[Record]:
    """What privacy settings leave of them."""
    for record in records:
        left = redact(record) if redact else record
        if left is not None:
            yield left


def write_lines(folder: Path, key: str, records: Iterable[Record]) -> tuple[int, int]:
    """LINES, INDEX and LISTS of a file; how many records and article pages. On the disk when this returns."""
    count = posts = place = 0
    index: list[tuple[str, str, str, int, int]] = []
    with (folder / LINES).open("wb") as lines, (folder / LISTS).open("wb") as lists:
        for record in records:
            line = encode(record)
            thread = _thread(record)
            if thread:
                index.append((key, *thread, place, len(line)))
                place += lines.write(line)
            else:
                lists.write(line)
            count += 1
            posts += isinstance(record, PageSeen)
        for file in (lines, lists):
            file.flush()
            os.fsync(file.fileno())
    _write_index(folder / INDEX, index)
    return count, posts


def _thread(record: Record) -> ThreadKey | None:
    match record:
        case PageSeen():
            return record.post.board, record.post.post_id
        case GrowthSeen() | GoneSeen():
            return record.board, record.post_id
    return None


def _write_index(path: Path, rows: list[tuple[str, str, str, int, int]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = {"file": pa.string(), "board": pa.string(), "post_id": pa.string(), "place": pa.int64(), "size": pa.int64()}
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    pq.write_table(
        pa.table([pa.array(values, kind) for values, kind in zip(columns, names.values(), strict=True)], list(names)),
        path,
    )


@lru_cache(maxsize=1)
def program() -> str:
    """What two hosts need in common for their rows to be one store's."""
    return f"ptt-pulse {ptt_spider.__version__}（資料庫版本 {migrations()[-1].version}，解析程式 {_parsers()[:8]}）"


@lru_cache(maxsize=1)
def _parsers() -> str:
    """Digest of the code between bytes and spool: a newer parser reads every file anew."""
    root = Path(ptt_spider.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*root.glob("pages/*.py"), *root.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _forgotten(settings: Settings) -> list[str]:
    return sorted(map(str, tombstones(settings.data)))


# -- side.json ------------------------------------------------------------------------------------------------------


def _write_side(path: Path, side: Side) -> None:
    fields = side._asdict()
    fields["deferred"] = [
        [r.url, r.fetched_at, r.status, list(r.headers), base64.b64encode(r.body).decode(), str(r.path)]
        for r in side.deferred
    ]
    fields["standing"] = {
        "threads": [[*key, *seen] for key, seen in side.standing.threads.items()],
        "longpolls": [[address, *key] for address, key in side.standing.longpolls.items()],
    }
    with path.open("wb") as file:
        file.write(orjson.dumps(fields, default=tuple))
        file.flush()
        os.fsync(file.fileno())


def read_side(path: Path) -> Side:
    """The inverse of what a worker wrote. Raises OSError; ValueError, TypeError, LookupError: another version's."""
    fields = orjson.loads(path.read_bytes())
    fields["deferred"] = [
        ArchivedResponse(
            url, datetime.fromisoformat(at), status, [(n, v) for n, v in headers], base64.b64decode(body), Path(place)
        )
        for url, at, status, headers, body, place in fields["deferred"]
    ]
    threads = {
        (board, post_id): Seen(datetime.fromisoformat(at), author, datetime.fromisoformat(last), poll_url, offset)
        for board, post_id, at, author, last, poll_url, offset in fields["standing"]["threads"]
    }
    longpolls = {address: (board, post_id) for address, board, post_id in fields["standing"]["longpolls"]}
    fields["standing"] = Standing(threads, longpolls)
    return Side(**fields)

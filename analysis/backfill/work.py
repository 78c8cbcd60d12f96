"""What a worker does with one WARC file. Nothing here asks the store: it may run on any host that sees the folders."""

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import orjson

import ptt_spider
from analysis.backfill import texts
from analysis.config import Settings
from analysis.sentiment.engine import Engine, get_engine
from ptt_spider.items import Post
from ptt_spider.reparse import Reparser, Seen, Standing
from ptt_spider.spool import PageSeen, Record, SpoolWriter
from ptt_spider.warc import ArchivedResponse, read_archive

FOLDER: Final = "backfill"
"""In the data folder: a folder for each file that was read."""
SIDE: Final = "side.json"
SOURCE: Final = "reparse"
POSTS: Final = 2_000
"""Article pages of a spool file, and of the texts that go with it."""


class Job(NamedTuple):
    """What workers are told beside the file."""

    data: Path
    settings: dict[str, Any]
    paths: tuple[Path, ...]
    """All files: revisit records find their bodies there."""

    @classmethod
    def of(cls, settings: Settings, paths: Sequence[Path]) -> Self:
        """Only what workers need: other settings hold passwords, and a scheduler may be far away."""
        return cls(
            settings.data, settings.model_dump(include={"data", "privacy", "privacy_key", "engine"}), tuple(paths)
        )


class Side(NamedTuple):
    """What is known of a file that was read; kept, so that it is not read again."""

    chunks: list[tuple[str, str]]
    """Spool files: name, SHA-256."""
    responses: int
    posts: int
    skipped: list[str]
    torn: bool
    deferred: list[ArchivedResponse]
    standing: Standing


def read_file(path: Path, job: Job) -> str:
    """Reads one file into ``backfill/KEY`` of the data folder, unless it is there already; the key.

    The folder appears whole or not at all, and its name follows from the content: a second worker that does the same,
    because the first one seemed dead, changes nothing. Raises OSError.
    """
    key = key_of(path, job)
    done = job.data / FOLDER / key
    if (done / SIDE).exists():
        return key
    part = done.with_name(f"{key}.{os.uname().nodename}-{os.getpid()}-{os.urandom(3).hex()}.part")
    part.mkdir(parents=True)
    try:
        _read(path, job, part, key)
        try:
            part.rename(done)
        except OSError:
            if not (done / SIDE).exists():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return key


def key_of(path: Path, job: Job) -> str:
    """Names a file by its bytes, our parsers, and what may be kept of it."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    settings = Settings.model_construct(**job.settings)
    kept = (settings.privacy, _forgotten(settings))
    rules = hashlib.sha256(f"{_parsers()} {kept}".encode()).hexdigest()
    return f"{content[:24]}-{rules[:8]}"


def _read(path: Path, job: Job, folder: Path, key: str) -> None:
    from analysis.store.privacy import redactor

    settings = Settings.model_construct(**job.settings)
    redact, engine = redactor(settings), _engine(settings.engine)
    torn: list[Path] = []
    deferred: list[ArchivedResponse] = []
    reparser = Reparser(SOURCE, deferred=deferred)
    chunks: list[tuple[str, str]] = []
    posts: list[Post] = []
    responses = count = 0

    def complete(file: Path) -> None:
        with file.open("rb") as content:
            chunks.append((file.name, hashlib.file_digest(content, "sha256").hexdigest()))
        texts.write(file.with_suffix(".texts"), texts.judge(posts, engine))
        posts.clear()

    writer = SpoolWriter(folder, key, on_roll=complete, max_posts=POSTS, max_seconds=1e9, first_seconds=1e9)
    for record in _kept(reparser, read_archive([path], beside=job.paths, torn=torn.append), redact):
        if isinstance(record, PageSeen):  # before it is written: that may complete the file
            posts.append(record.post)
            count += 1
        responses += 1
        writer.write(record)
    writer.close()
    skipped = [reason for _, reason in reparser.skipped]
    _write_side(folder / SIDE, Side(chunks, responses, count, skipped, bool(torn), deferred, reparser.standing))


def _kept(reparser: Reparser, responses: Iterator[ArchivedResponse], redact: Any) -> Iterator[Record]:
    for record in reparser.records(responses):
        kept = redact(record) if redact else record
        if kept is not None:
            yield kept


@lru_cache(maxsize=1)
def _engine(name: str) -> Engine:
    return get_engine(name)


@lru_cache(maxsize=1)
def _parsers() -> str:
    """Digest of the code between bytes and spool: a newer parser reads every file anew."""
    root = Path(ptt_spider.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*root.glob("pages/*.py"), *root.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _forgotten(settings: Settings) -> list[str]:
    from analysis.store.privacy import tombstones

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
    """The inverse of what a worker wrote. Raises OSError, ValueError."""
    fields = orjson.loads(path.read_bytes())
    fields["chunks"] = [(name, digest) for name, digest in fields["chunks"]]
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

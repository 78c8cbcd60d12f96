"""The spool: what a crawl learned, one JSON line a response, waiting to be loaded.

A file is ``NAME.jsonl.part`` while its writer holds a flock on it, and ``NAME.jsonl`` once complete. Each line is
handed to the operating system before the next request goes out, so a killed crawl loses nothing that was spooled;
a last line without its newline was never acknowledged and is dropped. Pushes are arrays in the order of `Push`.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from ptt_spider.items import IndexRow, Post, Push, Reply


class PageSeen(NamedTuple):
    """An article page."""

    fetched_at: datetime
    source: str
    """crawl, reparse or import."""
    post: Post


class GrowthSeen(NamedTuple):
    """The bytes that a poll added to a page seen before; floors count from 1 within them."""

    fetched_at: datetime
    source: str
    board: str
    post_id: str
    base_fetched_at: datetime
    """fetched_at of the page or growth that this continues."""
    pushes: tuple[Push, ...]
    replies: tuple[Reply, ...]
    poll_url: str | None
    poll_offset: int | None


class IndexSeen(NamedTuple):
    """The rows of an index or search page."""

    fetched_at: datetime
    source: str
    board: str
    rows: tuple[IndexRow, ...]


class GoneSeen(NamedTuple):
    """The site answered that the post does not exist (any more)."""

    fetched_at: datetime
    source: str
    board: str
    post_id: str
    status: int


class FailedSeen(NamedTuple):
    """A post that was asked for and could not be had."""

    fetched_at: datetime
    source: str
    board: str
    post_id: str
    reason: str


class LinkedSeen(NamedTuple):
    """A news page behind 原文連結."""

    fetched_at: datetime
    source: str
    board: str
    post_id: str
    source_url: str
    final_url: str | None
    domain: str | None
    status: int | None
    title: str | None
    site_name: str | None
    published_at: datetime | None
    text: str | None
    error: str | None


Record = PageSeen | GrowthSeen | IndexSeen | GoneSeen | FailedSeen | LinkedSeen

_KINDS: dict[str, type[Any]] = {
    "page": PageSeen,
    "growth": GrowthSeen,
    "listed": IndexSeen,
    "gone": GoneSeen,
    "failed": FailedSeen,
    "linked": LinkedSeen,
}
_NAMES = {cls: kind for kind, cls in _KINDS.items()}
_TIMES = ("fetched_at", "base_fetched_at", "published_at")


def encode(record: Record) -> bytes:
    """One line, newline included: ``{"kind": …, fields …}``; lone surrogates become U+FFFD."""
    fields: dict[str, Any] = {"kind": _NAMES[type(record)], **record._asdict()}
    if isinstance(record, PageSeen):
        fields["post"] = record.post._asdict()
    try:
        # default: orjson refuses named tuples, and without it every page would take the slow way below
        return orjson.dumps(fields, default=tuple, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return orjson.dumps(_mend(fields), option=orjson.OPT_APPEND_NEWLINE)


def decode(line: bytes) -> Record:
    """The inverse of `encode`. Raises ValueError for a line that is no record."""
    fields = orjson.loads(line)
    try:
        cls = _KINDS[fields.pop("kind")]
        for name in _TIMES:
            if fields.get(name):
                fields[name] = datetime.fromisoformat(fields[name])
        if cls is PageSeen:
            fields["post"] = _post(fields["post"])
        elif cls is GrowthSeen:
            fields["pushes"] = _pushes(fields["pushes"])
            fields["replies"] = _replies(fields["replies"])
        elif cls is IndexSeen:
            fields["rows"] = tuple(IndexRow(*row) for row in fields["rows"])
        record: Record = cls(**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no spool record: {error}") from error
    return record


def _post(fields: dict[str, Any]) -> Post:
    for name in ("posted_at", "edited_at"):
        if fields[name]:
            fields[name] = datetime.fromisoformat(fields[name])
    fields["pushes"] = _pushes(fields["pushes"])
    fields["replies"] = _replies(fields["replies"])
    return Post(**fields)


def _pushes(rows: list[list[Any]]) -> tuple[Push, ...]:
    return tuple(Push._make((*row[:5], row[5] and datetime.fromisoformat(row[5]), *row[6:])) for row in rows)


def _replies(rows: list[list[Any]]) -> tuple[Reply, ...]:
    return tuple(Reply(row[0], row[1], row[2] and datetime.fromisoformat(row[2])) for row in rows)


def _mend(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _mend(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mend(inner) for inner in value]
    return value


class SpoolWriter:
    """Writes records to rolling files in ``folder``; ``on_roll`` gets each file once it is complete and on disk.

    A file rolls at ``max_posts`` article pages or when ``max_seconds`` have passed since it was begun; the first file
    of a run rolls after ``first_seconds``, so that a first crawl can be queried soon. Raises OSError (disk full).
    """

    def __init__(
        self,
        folder: Path,
        run_id: str,
        *,
        on_roll: Callable[[Path], None] | None = None,
        max_posts: int = 2000,
        max_seconds: float = 600.0,
        first_seconds: float = 45.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._run_id = run_id
        self._on_roll = on_roll
        self._max_posts = max_posts
        self._limits = (first_seconds, max_seconds)
        self._clock = clock
        self._file: BinaryIO | None = None
        self._sequence = 0
        self._posts = 0
        self._begun = 0.0

    def write(self, record: Record) -> None:
        """Appends one record; it survives a kill of this process once this returns."""
        file = self._file or self._open()
        file.write(encode(record))
        file.flush()
        self._posts += isinstance(record, PageSeen)
        self.roll_if_due()

    def roll_if_due(self) -> None:
        """Rolls a file that is full or old; call it now and then while nothing is written."""
        if self._file is None:
            return
        age_limit = self._limits[min(self._sequence - 1, 1)]
        if self._posts >= self._max_posts or self._clock() - self._begun >= age_limit:
            self.roll()

    def sync(self) -> None:
        """Waits until what was written survives the machine's sudden end, too."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            _fsync_folder(self._folder)

    def roll(self) -> Path | None:
        """Completes the open file, if any: fsync, rename, fsync of the folder."""
        if self._file is None:
            return None
        part = Path(self._file.name)
        done = part.with_suffix("")
        self._file.flush()
        os.fsync(self._file.fileno())
        part.rename(done)
        self._file.close()
        self._file = None
        _fsync_folder(self._folder)
        if self._on_roll:
            self._on_roll(done)
        return done

    close = roll

    def _open(self) -> BinaryIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sequence += 1
        path = self._folder / f"{self._run_id}-{self._sequence:05d}.jsonl.part"
        file = path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file = file
        self._posts = 0
        self._begun = self._clock()
        return file


def waiting(folder: Path) -> list[Path]:
    """Complete files in the order of their runs, with what killed writers left (``.part`` without a lock)."""
    for part in sorted(folder.glob("*.jsonl.part")):
        _adopt(part)
    return sorted(folder.glob("*.jsonl"))


def read_lines(path: Path) -> Iterator[bytes]:
    """The acknowledged lines of a spool file."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _adopt(part: Path) -> None:
    with part.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # a living crawl still writes it
        if part.exists():
            part.rename(part.with_suffix(""))


def _fsync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

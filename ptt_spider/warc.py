"""The raw archive: every response as WARC records under ``data/raw``, one gzip member a record.

A body that the same address gave before becomes a revisit record that points at the earlier one. A file ends at a
whole record or, after a kill, with a torn one that readers skip: every record is handed to the operating system
before the next request goes out. Bodies are stored as they were after content decoding.
"""

import base64
import fcntl
import hashlib
import logging
import sqlite3
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ptt_spider import __version__

MAX_BYTES = 256 * 1024 * 1024
"""A file rolls above this size."""
REVISIT_WITHIN = timedelta(days=30)
"""No revisit record points further back, so that old files can be dropped."""

_log = logging.getLogger(__name__)
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_SAME_BODY = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NO_BREAKS = str.maketrans("\r\n", "  ")
_HOP_HEADERS = {"content-encoding", "content-length", "transfer-encoding", "set-cookie", "connection", "keep-alive"}


class ArchivedResponse(NamedTuple):
    """One response of the archive, its body resolved."""

    url: str
    fetched_at: datetime
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    path: Path


class Archive:
    """Writes one run's responses into ``folder``. Raises OSError (disk full)."""

    def __init__(self, folder: Path, run_id: str, *, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._run_id = run_id
        self._max_bytes = max_bytes
        self._file: BinaryIO | None = None
        self._sequence = 0
        self._index: _Index | None = None

    def write(
        self, url: str, fetched_at: datetime, status: int, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        """Appends one response; it survives a kill of this process once this returns."""
        file = self._file if self._file and self._file.tell() < self._max_bytes else self._open()
        index = self._index or self._open_index()
        at, payload_digest = fetched_at.astimezone(UTC), _digest(body)
        kept = [(name, value) for name, value in headers if name.lower() not in _HOP_HEADERS]
        http = _headers(f"HTTP/1.1 {status} {_PHRASES.get(status, 'Unknown')}", [*kept, ("Content-Length", len(body))])
        original = index.original(url, payload_digest, at - REVISIT_WITHIN) if body else None
        block = http if original else http + body
        fields: list[tuple[str, object]] = [
            ("WARC-Type", "revisit" if original else "response"),
            ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid4()}>"),
            ("WARC-Date", _iso(at)),
            ("WARC-Target-URI", url),
            ("WARC-Payload-Digest", payload_digest),
            ("WARC-Block-Digest", _digest(block)),
            ("Content-Type", "application/http; msgtype=response"),
        ]
        if original:
            fields.append(("WARC-Profile", _SAME_BODY))
            fields.append(("WARC-Refers-To-Target-URI", url))
            fields.append(("WARC-Refers-To-Date", original.date))
        self._append(file, _member(fields, block))
        name = Path(file.name).name
        if original:
            index.refer(name, original.file)
        else:
            index.remember(url, payload_digest, _iso(at), name)

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
        if self._index:
            self._index.close()
            self._index = None

    def _open(self) -> BinaryIO:
        if self._file:
            self._file.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sequence += 1
        name = f"{self._run_id}-{self._sequence:05d}.warc.gz"
        self._file = (self._folder / name).open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)  # nobody may rewrite it before it is whole
        info = f"software: ptt-pulse/{__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
        fields: list[tuple[str, object]] = [
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid4()}>"),
            ("WARC-Date", _iso(datetime.now(UTC))),
            ("WARC-Filename", name),
            ("Content-Type", "application/warc-fields"),
        ]
        self._append(self._file, _member(fields, info))
        return self._file

    def _open_index(self) -> "_Index":
        self._index = _Index(self._folder)
        return self._index

    @staticmethod
    def _append(file: BinaryIO, member: bytes) -> None:
        file.write(member)
        file.flush()


def read_archive(
    paths: Iterable[Path], *, beside: Iterable[Path] = (), torn: Callable[[Path], object] | None = None
) -> Iterator[ArchivedResponse]:
    """The responses of WARC files (``.warc`` or ``.warc.gz``, of any origin) in their order, revisits resolved.

    Revisits find their bodies in the files given, in ``beside`` and in the ones that lie in their folders; one whose
    original is gone is left out and logged. A torn end is skipped, and told to ``torn``. Raises OSError.
    """
    paths = list(paths)
    bodies = _Bodies([*paths, *beside])
    for path in paths:
        for record in _records(path, torn):
            if record.rec_type not in ("response", "revisit") or record.http_headers is None:
                continue
            body = record.content_stream().read()
            if _is_torn(record):
                _log.warning("%s: 檔尾不完整，讀到最後一筆完整的記錄為止", path)
                if torn:
                    torn(path)
                break
            if record.rec_type == "revisit":
                found = bodies.find(record)
                if found is None:
                    _log.warning("%s: 找不到 %s 重複內容的原件，略過", path, _target(record))
                    continue
                body = found
            else:
                bodies.remember(record, path)
            yield ArchivedResponse(
                _target(record),
                datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
                int(record.http_headers.get_statuscode()),
                record.http_headers.headers,
                body,
                path,
            )


def archive_files(folder: Path) -> list[Path]:
    """The WARC files of a raw folder, oldest run first."""
    return sorted(folder.glob("*.warc.gz"))


def prunable(folder: Path, before: datetime) -> list[Path]:
    """Files last written before ``before`` that no younger file's revisit records need."""
    files = {path.name: path for path in archive_files(folder)}
    old = {name for name, path in files.items() if path.stat().st_mtime < before.timestamp()}
    needed = set()
    if (folder / _Index.NAME).exists():
        index = _Index(folder)
        try:
            needed = {to for at, to in index.references() if at in files and at not in old}
        finally:
            index.close()
    return [files[name] for name in sorted(old - needed)]


# -- parts ----------------------------------------------------------------------------------------------------------


class _Original(NamedTuple):
    date: str
    file: str


class _Index:
    """What each address gave last, so that the next run can point at it. Losing it costs disk space, nothing else."""

    NAME = "digests.sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._con = sqlite3.connect(folder / self.NAME, isolation_level=None)
        self._con.execute("PRAGMA journal_mode=WAL").fetchone()
        self._con.execute("PRAGMA synchronous=OFF")
        self._con.execute("CREATE TABLE IF NOT EXISTS last (url TEXT PRIMARY KEY, digest TEXT, date TEXT, file TEXT)")
        self._con.execute("CREATE TABLE IF NOT EXISTS refs (at TEXT, needs TEXT, PRIMARY KEY (at, needs))")

    def original(self, url: str, digest: str, since: datetime) -> _Original | None:
        row = self._con.execute("SELECT digest, date, file FROM last WHERE url = ?", (url,)).fetchone()
        if row is None or row[0] != digest or row[1] < _iso(since) or not (self._folder / row[2]).exists():
            return None
        return _Original(row[1], row[2])

    def remember(self, url: str, digest: str, date: str, file: str) -> None:
        self._con.execute("INSERT OR REPLACE INTO last VALUES (?, ?, ?, ?)", (url, digest, date, file))

    def refer(self, at: str, needs: str) -> None:
        self._con.execute("INSERT OR IGNORE INTO refs VALUES (?, ?)", (at, needs))

    def references(self) -> list[tuple[str, str]]:
        return self._con.execute("SELECT at, needs FROM refs").fetchall()

    def close(self) -> None:
        self._con.close()


class _Bodies:
    """Finds the bodies that revisit records point at: in the file being read, and in the ones beside it."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._places: dict[tuple[str, str], tuple[Path, int | None]] = {}
        self._unread = sorted({*paths, *(near for path in paths for near in path.parent.glob("*.warc.gz"))})

    def remember(self, record: Any, path: Path) -> None:
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        if digest:
            self._places[_target(record), digest] = (path, None)

    def find(self, record: Any) -> bytes | None:
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        key = (record.rec_headers.get_header("WARC-Refers-To-Target-URI") or _target(record), digest)
        while key not in self._places and self._unread:
            path = self._unread.pop()
            for other in _records(path):
                if other.rec_type == "response":
                    other.content_stream().read()
                    self.remember(other, path)
        if key not in self._places:
            return None
        for other in _records(self._places[key][0]):
            if other.rec_type == "response" and _target(other) == key[0]:
                body: bytes = other.content_stream().read()
                if other.rec_headers.get_header("WARC-Payload-Digest") == digest:
                    return body
        return None


def _records(path: Path, torn: Callable[[Path], object] | None = None) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    with path.open("rb") as file:
        try:
            yield from ArchiveIterator(file)
        except (ArchiveLoadFailed, zlib.error, EOFError, AttributeError) as error:  # Attribute…: no Target-URI
            _log.warning("%s: 檔尾不完整，讀到最後一筆完整的記錄為止（%s）", path, error)
            if torn:
                torn(path)


def _is_torn(record: Any) -> bool:
    """Whether the file ended before the record did: warcio hands out what there is of its body without a word."""
    while getattr(record.raw_stream, "limit", 0) > 0:
        if not record.raw_stream.read(65536):
            return True
    return False


def _target(record: Any) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI"))


def _member(fields: list[tuple[str, object]], block: bytes) -> bytes:
    """A record as one gzip member. Level 6: level 9 takes twice the time for one part in a hundred."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    head = _headers("WARC/1.1", [*fields, ("Content-Length", len(block))])
    return packer.compress(head) + packer.compress(block) + packer.compress(b"\r\n\r\n") + packer.flush()


def _headers(first: str, fields: Iterable[tuple[str, object]]) -> bytes:
    lines = (f"{name}: {str(value).translate(_NO_BREAKS)}" for name, value in fields)
    return "\r\n".join([first, *lines, "", ""]).encode("utf-8", "replace")


def _digest(content: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

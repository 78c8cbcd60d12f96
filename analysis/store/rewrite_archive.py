"""WARC files written anew without what has to go: record by record, what stays byte by byte."""

import contextlib
import fcntl
import io
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

Scrub = Callable[[str, bytes], bytes | None]
"""Address and body of a response -> its body as it may stay, None where nothing of it may. With an empty body: None
where nothing of that address may stay."""


class ArchiveBusy(Exception):
    """A crawl still writes the file."""


def rewrite_all(paths: Iterable[Path], scrub: Scrub, unreached: list[str]) -> int:
    """How many records of these files, oldest first, were dropped or rewritten.

    What could not be rewritten is named in ``unreached``.
    """
    rewriter = Rewriter(scrub)
    for path in paths:
        try:
            rewriter.rewrite(path)
        except ArchiveBusy:
            unreached.append(f"{path}（還有抓取在寫這個檔案）")
        except Exception as error:  # whatever is wrong with a file, the user must hear of it
            unreached.append(f"{path}（讀不懂：{error}）")
    return rewriter.changed


class Rewriter:
    """Passes files, oldest first, through one scrub. What a kill left is found again: repeating it changes no more."""

    def __init__(self, scrub: Scrub) -> None:
        self._scrub = scrub
        self._now: dict[tuple[str, str], str] = {}
        """Address and date of a response -> the digest of its body as it is now: what revisit records point at."""
        self._gone: set[str] = set()
        self.changed = 0
        """Records dropped or rewritten."""

    def rewrite(self, path: Path) -> None:
        """Replaces a file if any record changes; its time stays, for files are dropped by their age.

        Raises ArchiveBusy, OSError, and whatever is wrong with a file that is no WARC.
        """
        part = path.with_name(f".{path.name}.forget")
        changed = 0
        try:
            with path.open("rb") as source, part.open("wb") as target:
                try:
                    fcntl.flock(source, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise ArchiveBusy(path) from None
                changed = self._copy(source, target, gzip=path.suffix == ".gz")
                target.flush()
                os.fsync(target.fileno())
            if changed:
                times = path.stat()
                os.utime(part, ns=(times.st_atime_ns, times.st_mtime_ns))
                _forget_originals(path)
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self.changed += changed

    def _copy(self, source: BinaryIO, target: BinaryIO, *, gzip: bool) -> int:
        """How many records changed. A torn end, which no reader takes, is left out with what changed."""
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
        from warcio.warcwriter import WARCWriter

        writer = WARCWriter(target, gzip=gzip, warc_version="1.1")
        changed = 0
        records = ArchiveIterator(source)
        try:
            for record in records:
                new, torn = self._pass(record, writer)
                changed += new is not record
                if torn:
                    break
                if new is record:
                    records.read_to_end(record)
                    start, length = records.get_record_offset(), records.get_record_length()
                    target.write(os.pread(source.fileno(), length, start))
                elif new is not None:
                    writer.write_record(new)
        except (ArchiveLoadFailed, zlib.error, EOFError):
            if not target.tell():
                raise
        return changed

    def _pass(self, record: Any, writer: Any) -> tuple[Any, bool]:
        """The record itself, another one in its place, or None; and whether the file ends within it."""
        url, date = (record.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date"))
        digest = record.rec_headers.get_header("WARC-Payload-Digest")
        if record.rec_type == "revisit":
            return self._revisit(record, writer, url, digest), False
        if record.rec_type != "response" or record.http_headers is None:
            return record, False
        if record.http_headers.get_header("Content-Encoding"):
            raise ValueError("壓縮過的內容")
        body = record.raw_stream.read()
        torn = getattr(record.raw_stream, "limit", 0) > 0
        kept = self._scrub(url, body)
        if kept == body:
            self._now[url, date] = digest
            return record, torn
        if kept is None or torn:
            self._gone.add(digest)
            return None, torn
        new = _with_body(writer, record, kept)
        self._now[url, date] = new.rec_headers.get_header("WARC-Payload-Digest")
        return new, False

    def _revisit(self, record: Any, writer: Any, url: str, digest: str) -> Any:
        """Points at what its original is now."""
        if digest in self._gone or self._scrub(url, b"") is None:
            return None
        names = ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")
        of, date = (record.rec_headers.get_header(name) for name in names)
        now = self._now.get((of or url, date), digest)
        return record if now == digest else _with_digest(writer, record, now)


def _forget_originals(path: Path) -> None:
    """No new revisit record may point at what will be no more."""
    index = path.with_name("digests.sqlite")
    if index.exists():
        with contextlib.closing(sqlite3.connect(index)) as con, con:
            con.execute("DELETE FROM last WHERE file = ?", (path.name,))


def _with_body(writer: Any, record: Any, body: bytes) -> Any:
    """The record with another body, its lengths and digests right."""
    http = record.http_headers
    http.replace_header("Content-Length", str(len(body)))
    headers = dict(record.rec_headers.headers)
    for name in ("WARC-Payload-Digest", "WARC-Block-Digest", "Content-Length", "WARC-Type"):
        headers.pop(name, None)
    new = writer.create_warc_record(
        headers.pop("WARC-Target-URI"), "response", payload=io.BytesIO(body), length=len(body), http_headers=http,
        warc_headers_dict=headers,
    )  # fmt: skip
    writer.ensure_digest(new, block=True, payload=True)
    return new


def _with_digest(writer: Any, record: Any, digest: str) -> Any:
    """A revisit record that points at another body."""
    headers = dict(record.rec_headers.headers)
    for name in ("WARC-Block-Digest", "Content-Length", "WARC-Type"):
        headers.pop(name, None)
    headers["WARC-Payload-Digest"] = digest
    new = writer.create_warc_record(
        headers.pop("WARC-Target-URI"), "revisit", payload=io.BytesIO(), length=0, http_headers=record.http_headers,
        warc_headers_dict=headers,
    )  # fmt: skip
    return new

"""What authors took down, out of the raw archive too (PTT_DELETED=votes, drop).

The store takes a text out in one transaction, the archive's files are rewritten after the crawl that may be writing
them. In between ``raw/taken_down.jsonl`` tells what is to go: written before the store commits, away once every file is
done, so that a kill at any moment leaves either nothing to do or all of it again. It holds no text but a hash of it.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import duckdb

from analysis.sql import statement
from analysis.store.rewrite_archive import rewrite_all
from ptt_spider import clock
from ptt_spider.pages.taken_down import blank_answer, blank_pushes, blank_titles, push_digest

PENDING: Final = "taken_down.jsonl"
_CACHED: Final = timedelta(days=1)
"""So much earlier than the store knew of it a text may stand in files: clocks differ."""
_THREAD = re.compile(r"/(bbs|poll)/([A-Za-z0-9_.-]+)/([MG]\.\d+\.A(?:\.[0-9A-F]{3})?)\.html", re.ASCII)

Key = tuple[str, str]


def note_texts(con: duckdb.DuckDBPyConnection, raw: Path, policy: str) -> None:
    """Notes what posts_down and pushes_down are about to take out of the store. Raises OSError."""
    if not any(raw.glob("*.warc*")):
        return
    lines = []
    for board, post_id, floor, tag, user_id, text, time_text, since in con.execute(
        statement("privacy/texts_down")
    ).fetchall():
        note = {"board": board, "post_id": post_id, "since": since.isoformat()}
        if floor is not None:
            note |= {"floor": floor, "push": push_digest(tag, user_id, text, time_text), "drop": policy == "drop"}
        lines.append(json.dumps(note) + "\n")
    if not lines:
        return
    with (raw / PENDING).open("a", encoding="ascii") as file:
        file.write("\n" + "".join(lines))  # a kill may have left half a line
        file.flush()
        os.fsync(file.fileno())


def clean_archive(data: Path) -> list[str]:
    """Rewrites the files that may hold what was noted; the caller holds the lock, and its own crawl is over.

    Returns what could not be reached, one line each: it stays noted, and the next run tries again.
    """
    raw = data / "raw"
    pending = raw / PENDING
    notes = list(_read(pending))
    if not notes:
        return []
    unreached: list[str] = []
    rewrite_all(_files(raw, notes), _Taken(notes).scrub, unreached)
    if not unreached:
        pending.unlink()
    return unreached


class _Taken:
    """What has to go, by thread."""

    def __init__(self, notes: list[dict[str, Any]]) -> None:
        self._posts: set[Key] = set()
        self._pushes: dict[tuple[Key, bool], dict[str, list[int]]] = {}
        for note in notes:
            key = note["board"], note["post_id"]
            if "push" not in note:
                self._posts.add(key)
                continue
            floors = self._pushes.setdefault((key, note["drop"]), {}).setdefault(note["push"], [])
            if note["floor"] not in floors:
                floors.append(note["floor"])
                floors.sort()
        self._links = {f'href="/bbs/{board}/{post_id}.html"'.encode() for board, post_id in self._posts}

    def scrub(self, url: str, body: bytes) -> bytes | None:
        match = _THREAD.fullmatch(urlsplit(url).path)
        if not match:
            return blank_titles(body, lambda row: any(link in row for link in self._links)) if self._links else body
        key = match[2], match[3]
        if key in self._posts and not (body and match[1] == "bbs" and b'id="main-content"' not in body):
            return None
        blank = blank_pushes if match[1] == "bbs" else blank_answer
        for drop in (False, True):
            if body and (gone := self._pushes.get((key, drop))):
                body = blank(body, gone, drop=drop)
        return body


def _read(path: Path) -> Iterator[dict[str, Any]]:
    """Whole lines: what a kill cut short was not committed either."""
    if not path.exists():
        return
    for line in path.read_text("ascii").splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def _files(raw: Path, notes: list[dict[str, Any]]) -> list[Path]:
    """Files that were still written when the first of the texts was there to be seen, oldest run first.

    A file's name says when its run began by a clock that may have been days ahead: it leaves no file out.
    """
    since = min(datetime.fromisoformat(note["since"]) for note in notes) - _CACHED
    return [path for path in sorted(raw.glob("*.warc*")) if clock.from_unix(path.stat().st_mtime) >= since]

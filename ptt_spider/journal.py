"""How far a long walk came, so that the same command goes on there: ``walks.json`` in the data folder.

A loss of it costs requests, nothing else: the walk begins again at the newest page, and asks for no known article.
"""

import contextlib
import json
from datetime import datetime, timedelta
from typing import NamedTuple

from ptt_spider import clock
from ptt_spider.job import CrawlJob

NAME = "walks.json"
KEPT = timedelta(days=60)


class Stand(NamedTuple):
    """Every page from the walk's beginning down to ``page`` was dealt with."""

    begun_at: datetime
    page: int


class Journal:
    """The stand of one walk; None of it for walks that are short or not repeatable."""

    def __init__(self, job: CrawlJob, board: str) -> None:
        self._path = job.data_dir / NAME
        edges = [f"{edge:%Y-%m-%dT%H:%M}" if edge else "" for edge in (job.since, job.until)]
        self._key = "|".join([job.site, board, *edges, job.category or ""])
        short = job.pages or job.search or job.full or job.last or job.new_since or job.revisit
        self.active = not short
        self.begun_at = clock.now()

    def read(self) -> Stand | None:
        """Where an earlier run of the same walk stopped."""
        if not self.active:
            return None
        try:
            entry = self._entries()[self._key]
            stand = Stand(datetime.fromisoformat(str(entry["begun_at"])), int(entry["page"]))
        except (KeyError, ValueError, TypeError):
            return None
        if clock.now() - stand.begun_at > KEPT:
            return None
        self.begun_at = stand.begun_at
        return stand

    def write(self, page: int | None) -> None:
        """Page ``page`` was dealt with."""
        if self.active and page is not None:
            self._save(self._entries() | {self._key: {"begun_at": self.begun_at.isoformat(), "page": page}})

    def finish(self) -> None:
        """The walk came to its end: the next one begins anew."""
        if self.active and self._path.exists():
            entries = self._entries()
            entries.pop(self._key, None)
            if entries:
                self._save(entries)
            else:
                self._path.unlink(missing_ok=True)

    def _entries(self) -> dict[str, dict[str, str | int]]:
        with contextlib.suppress(OSError, ValueError):
            entries = json.loads(self._path.read_text("utf-8"))
            if isinstance(entries, dict):
                return entries
        return {}

    def _save(self, entries: dict[str, dict[str, str | int]]) -> None:
        part = self._path.with_suffix(".json.part")
        part.write_text(json.dumps(entries, ensure_ascii=False, indent=1), "utf-8")
        part.replace(self._path)

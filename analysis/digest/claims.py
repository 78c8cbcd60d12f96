"""What was sent to whom: ``data/mail.sqlite``, mode 0600. Addresses stand here and in no other file.

A mail is claimed before it is sent, in a transaction of its own. A claim that a kill left open is unsure: perhaps the
server took the mail. It is reported and not sent again unless that is asked for.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from ptt_spider import clock

FILE_NAME: Final = "mail.sqlite"
State = Literal["claimed", "sent", "failed", "refused"]
Verdict = Literal["go", "earlier", "changed", "unsure", "refused", "unsubscribed"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    issue TEXT NOT NULL, addr TEXT NOT NULL, content TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '', PRIMARY KEY (issue, addr)
);
CREATE TABLE IF NOT EXISTS unsubscribed (addr TEXT PRIMARY KEY, at TEXT NOT NULL);
"""


class Claim(NamedTuple):
    """One issue for one recipient; ``content`` is a hash of the mail."""

    issue: str
    addr: str
    content: str


class Claims:
    """The file, open; use as a context manager."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        path = data / FILE_NAME
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> "Claims":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def take(self, claim: Claim, *, again: bool = False) -> Verdict:
        """Claims the mail for this process, or says why it must not be sent. ``again`` sends what was sent, refused or
        left unsure before; nothing sends to who unsubscribed."""
        issue, addr, content = claim.issue, claim.addr.lower(), claim.content
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM unsubscribed WHERE addr = ?", [addr]).fetchone():
                return "unsubscribed"
            row = db.execute("SELECT state, content FROM claims WHERE issue = ? AND addr = ?", [issue, addr]).fetchone()
            if row and not again and row[0] != "failed":
                return _verdict(row[0], row[1], content)
            db.execute(
                "INSERT OR REPLACE INTO claims (issue, addr, content, state, at) VALUES (?, ?, ?, 'claimed', ?)",
                [issue, addr, content, clock.now().isoformat()],
            )
        return "go"

    def settle(self, claim: Claim, state: State, detail: str = "") -> None:
        """What became of a claimed mail; ``claimed`` leaves it unsure."""
        with self._transaction() as db:
            db.execute(
                "UPDATE claims SET state = ?, detail = ?, at = ? WHERE issue = ? AND addr = ?",
                [state, detail, clock.now().isoformat(), claim.issue, claim.addr.lower()],
            )

    def unsubscribe(self, addr: str) -> None:
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO unsubscribed VALUES (?, ?)", [addr.lower(), clock.now().isoformat()])


def _verdict(state: str, sent: str, content: str) -> Verdict:
    if state == "sent":
        return "earlier" if sent == content else "changed"
    return "refused" if state == "refused" else "unsure"

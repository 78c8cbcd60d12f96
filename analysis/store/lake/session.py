"""One writer a board, over all hosts: advisory locks in the catalog's PostgreSQL.

PostgreSQL lets go of them when the connection ends, however it ends, so a host that dies locks nobody out. Should the
catalog restart under a living writer, the lock is taken again, and `push` checks that nobody has published in between.
"""

import contextlib
import hashlib
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from analysis.errors import PttError, StoreLocked
from analysis.store import lock
from analysis.store.lake.address import Lake, unreachable

COMMIT: Final = ""
"""Name of the lock that one publication at a time holds: of two transactions that delete from a table and insert into
it, DuckLake fails one."""
PATIENCE: Final = "15min"
"""How long a publication waits for others' to end."""
_open: dict[tuple[Path, Lake], "Session"] = {}


class Session:
    """The connection that holds a folder's locks."""

    def __init__(self, data: Path, lake: Lake) -> None:
        self._data = data
        self._lake = lake
        self._boards: set[str] = set()
        self._connection: Any = None

    def claim(self, boards: Iterable[str]) -> None:
        """Makes this folder the writer of ``boards``. Raises StoreLocked, naming who is, and LakeUnreachable."""
        wanted = set(boards) | self._boards
        if self._alive():
            wanted -= self._boards
        else:
            self._connect()
        for board in sorted(wanted):
            if not self._ask("SELECT pg_try_advisory_lock(%s)", _key(board)):
                raise StoreLocked(
                    f"看板 {board} 正由別的程序寫入（{self._holder(board)}）：等它結束再執行，或先停掉它。"
                )
            self._boards.add(board)

    @property
    def boards(self) -> frozenset[str]:
        return frozenset(self._boards)

    @contextmanager
    def committing(self) -> Iterator[None]:
        """The lake's transactions take turns. Raises LakeUnreachable after PATIENCE."""
        try:
            self._ask("SELECT pg_advisory_lock(%s)", _key(COMMIT))
        except PttError:
            self.claim(())  # the catalog restarted
            self._ask("SELECT pg_advisory_lock(%s)", _key(COMMIT))
        try:
            yield
        finally:
            with contextlib.suppress(PttError):  # a lost connection has let go of it
                self._ask("SELECT pg_advisory_unlock(%s)", _key(COMMIT))

    def close(self) -> None:
        """Lets go of everything."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._boards.clear()
        _open.pop((self._data, self._lake), None)

    def _alive(self) -> bool:
        if self._connection is None:
            return False
        with contextlib.suppress(PttError):
            return bool(self._ask("SELECT true"))
        return False

    def _connect(self) -> None:
        import psycopg

        if self._connection is not None:
            self._connection.close()
        held = lock.holder(self._data)
        name = f"{held['command'] if held else 'ptt'}, {socket.gethostname()}, pid {os.getpid()}"
        # A host that vanished without a word is noticed after some two minutes.
        options = f"-c lock_timeout={PATIENCE} -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=20"
        try:
            self._connection = psycopg.connect(
                self._lake.catalog, autocommit=True, application_name=name[:63], options=options, connect_timeout=10
            )
        except psycopg.Error as error:
            raise unreachable(self._lake, error) from error

    def _ask(self, query: str, *parameters: object) -> Any:
        import psycopg

        try:
            row = self._connection.execute(query, parameters).fetchone()
        except psycopg.Error as error:
            raise unreachable(self._lake, error) from error
        return row[0] if row else None

    def _holder(self, board: str) -> str:
        name = self._ask(
            "SELECT max(a.application_name || '，' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI') || ' 起')"
            " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) | l.objid::bigint = %s",
            _key(board),
        )
        return str(name or "持有者不明")


def session_of(data: Path, lake: Lake) -> Session:
    """The folder's session, which lasts until its lock is let go of (`analysis.store.lock.hold`)."""
    found = _open.get((data, lake))
    if found is None:
        found = _open[data, lake] = Session(data, lake)
        lock.at_release(data, found.close)
    return found


def close_all() -> None:
    """Lets go of what this process holds in any lake."""
    for session in list(_open.values()):
        session.close()


def _key(name: str) -> int:
    """A lock's number: 64 bits, signed."""
    return int.from_bytes(hashlib.sha256(f"ptt-pulse/{name}".encode()).digest()[:8], "big", signed=True)

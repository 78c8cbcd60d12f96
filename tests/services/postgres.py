"""A real PostgreSQL from Debian's package, on a free loopback port and in a folder of its own.

`Postgres` starts one; ``python tests/services/postgres.py`` keeps one running until interrupted, for trying by hand.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from service import NotAvailable, free_port, wait_for

BINARIES = Path("/usr/lib/postgresql")
"""Where Debian keeps them, by version; they are not on PATH."""

QUICK = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off")
"""It need not outlive the machine."""


class Postgres:
    """``with Postgres() as server: server.dsn("name")``; `stop` and `start` restart it on the same port and data."""

    def __init__(self) -> None:
        self._bin = _binaries()
        self.port = free_port()
        self._home = Path(tempfile.mkdtemp(prefix="ptt-postgres-"))
        self._server: subprocess.Popen[bytes] | None = None
        self._user = _unprivileged()
        if self._user:
            os.chown(self._home, self._user.pw_uid, self._user.pw_gid)
        made = self._run("initdb", "-D", self._data, "-U", "ptt", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        if made.returncode:
            raise NotAvailable(f"initdb failed: {made.stderr.decode().strip()}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.send_signal(3)  # at once: nobody will start it again
            self._server.wait(60)
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self._home)]
        log = (self._home / "log").open("ab")
        self._server = subprocess.Popen(
            [self._bin / "postgres", "-D", self._data, *options, "-c", "max_connections=200", *QUICK],
            stdout=log, stderr=log, **self._as(),
        )  # fmt: skip
        log.close()
        if not wait_for(lambda: self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port)).returncode == 0):
            raise NotAvailable(f"PostgreSQL did not start: {(self._home / 'log').read_text()[-500:]}")

    def stop(self) -> None:
        """Fast shutdown: it cuts every session, as a restart of the machine would, and keeps what was committed."""
        if self._server:
            self._server.send_signal(2)
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:  # a busy machine
                self._server.send_signal(3)
                self._server.wait(60)
            self._server = None

    def create(self, name: str) -> str:
        """A new, empty database; its address."""
        made = self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "ptt", name)
        if made.returncode:
            raise RuntimeError(made.stderr.decode())
        return self.dsn(name)

    def dsn(self, name: str) -> str:
        return f"postgres://ptt@127.0.0.1:{self.port}/{name}"

    def query(self, name: str, sql: str) -> str:
        """What psql prints for ``sql``, columns parted by |."""
        command = ("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "ptt", "-d", name, "-Atc", sql)
        done = self._run(*command)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.decode().strip()

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _run(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self._bin / name, *arguments], capture_output=True, check=False, cwd=self._home, timeout=60, **self._as()
        )

    def _as(self) -> dict[str, int]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid} if self._user else {}


def _binaries() -> Path:
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise NotAvailable(f"no PostgreSQL below {BINARIES}: apt-get install postgresql")


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as where we are root, whom initdb refuses."""
    if os.getuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NotAvailable("no user but root to run PostgreSQL as")


if __name__ == "__main__":
    with Postgres() as server:
        print(f"PTT_STORE=ducklake:{server.create('ptt')}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read() if sys.stdin.isatty() else time.sleep(1e9)

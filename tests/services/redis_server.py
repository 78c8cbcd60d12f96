"""A real Redis from Debian's package, on a free loopback port and in a folder of its own.

`RedisServer` starts one that writes each change to its disk before it answers, as docs/scaling.md advises;
``python tests/services/redis_server.py`` keeps one running until interrupted, for trying by hand.
"""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from service import NotAvailable, free_port, wait_for

OPTIONS = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


class RedisServer:
    """``with RedisServer() as server: server.url``; `stop`, `kill` and `start` restart it on the same port and data."""

    def __init__(self) -> None:
        found = shutil.which("redis-server")
        if found is None:
            raise NotAvailable("no redis-server: apt-get install redis-server")
        self._program = found
        self.port = free_port()
        self._home = Path(tempfile.mkdtemp(prefix="ptt-redis-"))
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        place = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._home))
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen([self._program, *place, *OPTIONS], stdout=log, stderr=log)
        if not wait_for(self._answers):
            raise NotAvailable(f"Redis did not start: {(self._home / 'log').read_text()[-500:]}")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def forget(self) -> None:
        """Loses what it had, as one without a disk would; while it is stopped."""
        shutil.rmtree(self._home / "appendonlydir", ignore_errors=True)

    def _end(self, number: int) -> None:
        if self._server:
            self._server.send_signal(number)
            self._server.wait(20)
            self._server = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        return False


if __name__ == "__main__":
    with RedisServer() as server:
        print(f"PTT_REDIS={server.url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read() if sys.stdin.isatty() else time.sleep(1e9)

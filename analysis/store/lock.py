"""One writer a data folder: ``data/lock``, held with flock, telling who holds it.

The kernel lets go of a flock when its process ends, however it ends, so a run killed with kill -9 locks nobody out.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from analysis.errors import StoreLocked
from ptt_spider import clock

LOCK_NAME = "lock"
_at_release: dict[Path, list[Callable[[], None]]] = {}


class Holder(TypedDict):
    """Who holds the lock."""

    pid: int
    since: str
    """ISO 8601 with offset, Taipei."""
    command: str


@contextmanager
def hold(data: Path, command: str) -> Iterator[None]:
    """Holds the folder's lock; ``command`` is what a second run is told, for example ``ptt run``.

    Makes the folder where it is missing. Raises StoreLocked, naming pid, since and command of the holder, at once
    when another process (or another `hold` in this one) has it, and OSError where the folder cannot be written.
    """
    data.mkdir(parents=True, exist_ok=True)
    fd = os.open(data / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _take(fd):
            raise StoreLocked(_refusal(data, _read(fd)))
        holder = Holder(pid=os.getpid(), since=clock.now().isoformat(timespec="seconds"), command=command)
        _write(fd, json.dumps(holder, ensure_ascii=False).encode())
        try:
            yield
        finally:
            for call in _at_release.pop(data, ()):
                call()
            _write(fd, b"")
    finally:
        os.close(fd)


def at_release(data: Path, call: Callable[[], None]) -> None:
    """Has ``call`` made when this process lets go of the folder's lock."""
    _at_release.setdefault(data, []).append(call)


def holder(data: Path) -> Holder | None:
    """Who holds the folder's lock now; None where nobody does. Takes nothing and waits for nothing."""
    try:
        fd = os.open(data / LOCK_NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(fd) or Holder(pid=0, since="", command="")
    else:
        return None
    finally:
        os.close(fd)


def _take(fd: int) -> bool:
    for _ in range(12):  # `holder` of another process may have it for some microseconds
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
        else:
            return True
    return False


def _refusal(data: Path, other: Holder | None) -> str:
    who = f"pid {other['pid']}，{other['since']} 起，{other['command']}" if other else "持有者不明"
    return f"另一個程序正在寫入 {data}（{who}）：等它結束再執行，或先停掉它。"


def _write(fd: int, content: bytes) -> None:
    os.ftruncate(fd, 0)
    os.pwrite(fd, content, 0)


def _read(fd: int) -> Holder | None:
    for _ in range(20):  # the holder may be between taking the lock and writing its name
        try:
            found = json.loads(os.pread(fd, 4096, 0))
            return Holder(pid=int(found["pid"]), since=str(found["since"]), command=str(found["command"]))
        except (ValueError, KeyError, TypeError):
            time.sleep(0.01)
    return None

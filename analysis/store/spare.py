"""The publication before the newest, kept so that the next one writes only what differs from it.

With 10M pushes the file has 1.1 GB, of which a day's crawl changes 60 MB. ``data/ptt.duckdb.spare`` was public once:
who opened it then may read it still, and must never see it change. Linux tells: it grants a write lease only on a file
that nobody else has open. Where it cannot tell (a file system that other machines see too), or where copies share their
blocks anyway, publications stay whole copies.
"""

import contextlib
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

_FILE_SYSTEMS: Final = frozenset({"ext2", "ext3", "ext4", "f2fs", "tmpfs"})
_EXPORTS: Final = Path("/var/lib/nfs/etab")
"""Folders that this machine serves by NFS: version 3 of it does not tell who has a file open."""
_HEADER: Final = 3 * 4096
_BLOCK: Final = 256 * 1024
"""DuckDB's layout, so that one changed block is one difference; the result does not depend on it."""


def spare_of(published: Path) -> Path:
    """Where the spare of a publication lies."""
    return published.with_name(published.name + ".spare")


def keep(published: Path) -> None:
    """Call it before another file takes the publication's name: it becomes the spare, where one is of use."""
    drop(published)
    if is_suitable(published):
        with contextlib.suppress(OSError):  # no publication yet, or no hard links here
            os.link(published, spare_of(published))


def drop(published: Path) -> None:
    """Deletes the spare, which holds what has since been deleted."""
    spare_of(published).unlink(missing_ok=True)


def renew(published: Path, source: Path, part: Path) -> bool:
    """Makes ``part``, which must not exist, a copy of ``source`` from the spare; False where that cannot be.

    Then nothing stands at ``part``. The spare is used up either way: one that a kill left half-written is never
    taken for a publication. Raises OSError.
    """
    try:
        spare_of(published).rename(part)
    except FileNotFoundError:
        return False
    if part.stat().st_nlink == 1:  # a kill may leave the newest publication under both names
        part.chmod(0o600)
        with source.open("rb") as origin, part.open("r+b") as copy:
            if nobody_else_has(copy.fileno()):
                write_differences(origin.fileno(), copy.fileno())
                return True
    part.unlink()
    return False


def is_suitable(path: Path) -> bool:
    """Whether the path lies on a file system of this machine alone, whose copies share no blocks."""
    try:
        if _EXPORTS.exists() and _EXPORTS.stat().st_size:
            return False
        device = path.stat().st_dev
        name = f"{os.major(device)}:{os.minor(device)}"
        for line in Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines():
            mount, _, kind = line.partition(" - ")
            if mount.split()[2] == name:
                return kind.split()[0] in _FILE_SYSTEMS
    except OSError:
        pass
    return False


def nobody_else_has(fd: int) -> bool:
    """Whether no other descriptor or mapping of the file is open anywhere on this machine."""
    if sys.platform != "linux":
        return False
    import fcntl  # Windows has none

    try:
        # Were the file opened within these microseconds, the signal sent for it by default would end the process.
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        return False
    return True


def write_differences(origin: int, copy: int) -> None:
    """Makes the file ``copy`` equal to the file ``origin``.

    Both are read whole: DuckDB's checksums of blocks are too weak to go by.
    """
    size = os.fstat(origin).st_size
    os.ftruncate(copy, size)
    starts = [0, *range(_HEADER, size, _BLOCK)]
    spans = [(begin, min(end, size) - begin) for begin, end in zip(starts, [*starts[1:], size], strict=True)]

    def write(some: list[tuple[int, int]]) -> None:
        for begin, length in some:
            wanted = os.pread(origin, length, begin)
            if wanted != os.pread(copy, length, begin):
                _write_all(copy, wanted, begin)

    half = len(spans) // 2
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (spans[:half], spans[half:])))


def _write_all(fd: int, content: bytes, at: int) -> None:
    while content:
        done = os.pwrite(fd, content, at)
        content, at = content[done:], at + done

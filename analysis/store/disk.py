"""A full disk, whichever library meets it first, as one error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analysis.errors import PttError

_SIGNS = ("no space left", "disk full", "out of disk", "file too large", "disk quota")


class DiskFull(PttError):
    """The disk filled up; nothing half-done is left, and the last publication is as it was."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"磁碟已滿，{path} 沒有寫入：請騰出空間後執行 ptt load；已存的資料沒有遺失。")


def is_disk_full(error: BaseException) -> bool:
    """Whether DuckDB or the system failed for want of space."""
    text = str(error).lower()
    return isinstance(error, OSError | duckdb.Error) and any(sign in text for sign in _SIGNS)


@contextmanager
def plain_disk_errors(path: Path) -> Iterator[None]:
    """Turns errors for want of space into DiskFull, naming ``path``; lets all others through."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        if is_disk_full(error):
            raise DiskFull(path) from error
        raise

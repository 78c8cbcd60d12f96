"""Spool files -> the work database: each file in one transaction, then the file is deleted.

A kill at any moment leaves the file loaded and deleted, loaded and waiting (the next load sees its name and hash and
only deletes it), or waiting.
"""

import contextlib
import gc
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from analysis.sql import statement
from analysis.store.batch import Batch
from analysis.store.disk import plain_disk_errors
from analysis.store.lake.push import kept_in
from analysis.store.responses import read_line
from analysis.store.sessions import read_sessions
from analysis.transaction import transaction
from ptt_spider import clock, spool

SPOOL_NAME = "spool"


@dataclass(slots=True)
class LoadReport:
    """What was loaded."""

    files: int = 0
    new_posts: int = 0
    new_pushes: int = 0
    changed_threads: int = 0
    """Threads with a new text or new pushes, new ones included; counted once a batch."""
    responses: int = 0
    seconds: float = 0.0
    bad: list[tuple[Path, str]] = field(default_factory=list)
    """Files put aside as ``*.bad`` because they, or lines of them, could not be read, with the reason."""

    def add(self, other: "LoadReport") -> None:
        self.files += other.files
        self.new_posts += other.new_posts
        self.new_pushes += other.new_pushes
        self.changed_threads += other.changed_threads
        self.responses += other.responses
        self.seconds += other.seconds
        self.bad += other.bad


def load_waiting(
    con: duckdb.DuckDBPyConnection, data: Path, *, on_file: Callable[[Path, LoadReport], None] | None = None
) -> LoadReport:
    """Loads every complete file of ``data/spool`` and what killed crawls left there; ``on_file`` hears of each.

    ``con`` comes from `open_work`. Raises DiskFull; the files not yet loaded stay.
    """
    total = LoadReport()
    keep = kept_in(data)
    for path in spool.waiting(data / SPOOL_NAME):
        report = load_file(con, path, keep)
        total.add(report)
        if on_file:
            on_file(path, report)
    return total


def load_file(con: duckdb.DuckDBPyConnection, path: Path, keep: Path | None = None) -> LoadReport:
    """Loads one spool file and deletes it, or moves it to the folder ``keep`` until it is in the lake.

    Lines that are no records are left out, and the file is kept as ``*.bad``.

    Raises DiskFull: nothing of the file is in the store then, and the file stays.
    """
    begun = time.perf_counter()
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    report = LoadReport(files=1)
    if _is_loaded(con, path, sha256):
        _put_away(path, keep)
        return report
    problems: list[str] = []
    try:
        with plain_disk_errors(path), _no_cycle_search(), transaction(con):
            _load_lines(con, path, report, problems)
            con.execute(statement("store/insert_spool_file"), [path.name, sha256, clock.now()])
    except (pa.ArrowException, duckdb.DataError, duckdb.IntegrityError, OverflowError) as error:
        report = LoadReport(files=1)
        problems = [f"{type(error).__name__}: {str(error).splitlines()[0]}"]
    report.seconds = time.perf_counter() - begun
    if problems:
        aside = path.with_name(path.name + ".bad")
        path.rename(aside)
        report.bad.append((aside, "；".join(problems[:3])))
    else:
        _put_away(path, keep)
    return report


def _put_away(path: Path, keep: Path | None) -> None:
    if keep is None:
        path.unlink()
    else:
        keep.mkdir(exist_ok=True)
        path.replace(keep / path.name)


def _is_loaded(con: duckdb.DuckDBPyConnection, path: Path, sha256: str) -> bool:
    return bool(con.execute(statement("store/spool_file_loaded"), [path.name, sha256]).fetchall()[0][0])


def _load_lines(con: duckdb.DuckDBPyConnection, path: Path, report: LoadReport, problems: list[str]) -> None:
    sessions, batch = read_sessions(con), Batch()

    def write() -> None:
        written = batch.write(con, sessions)
        report.new_posts += written.new_posts
        report.new_pushes += written.new_pushes
        report.changed_threads += written.changed_threads

    for number, line in enumerate(spool.read_lines(path), 1):
        try:
            for taken in read_line(line):
                batch.add(taken)
            report.responses += 1
        except ValueError as error:
            problems.append(f"第 {number} 行讀不懂（{error}）")
        if batch.full:
            write()
            batch = Batch()
    write()


@contextlib.contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Millions of small lists and no cycle among them: looking for one takes a quarter of the load's time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

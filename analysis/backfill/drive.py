"""A backfill: workers do what concerns one file or one thread, this process puts it together and does the rest."""

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from analysis.aggregates import derive_moods
from analysis.backfill.parts import Part, copy_lines, judges, make_part, mark_of, merge, note, plan
from analysis.backfill.work import (
    FOLDER,
    INDEX,
    LINES,
    LISTS,
    SIDE,
    SOURCE,
    Job,
    kept,
    made_once,
    read_file,
    read_side,
    write_lines,
)
from analysis.backfill.workers import Run
from analysis.config import Settings
from analysis.derive import derive_all
from analysis.sql import statement
from analysis.store.disk import plain_disk_errors
from analysis.store.lake.push import kept_in
from analysis.store.load import SPOOL_NAME, LoadReport, load_waiting
from analysis.store.privacy import redactor
from analysis.transaction import transaction
from analysis.votes.derive import derive_votes
from ptt_spider.reparse import Reparser
from ptt_spider.spool import Record, encode

POLLS = "-polls"
"""How the name of the file ends that is made of polls which continue another file's page."""

AHEAD = 5_000
"""Threads after which votes and moods are derived while workers go on. Each time reads the votes of all their voters;
parts come in the order of their posts, more or less, so that hardly anything is derived twice."""


@dataclass
class Backfilled:
    """What a backfill did."""

    files: int = 0
    new_files: int = 0
    """Files of which something was not in the store before."""
    bytes: int = 0
    responses: int = 0
    posts: int = 0
    load: LoadReport = field(default_factory=LoadReport)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


Progress = Callable[[str, int, int], None]
"""What is counted, how many of it are done, and of how many."""


def backfill(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    paths: list[Path],
    run: Run,
    on_progress: Progress = lambda *_: None,
) -> Backfilled:
    """Loads files by way of ``run``, and derives; the tables are those of `ptt reparse` of ``paths``.

    The caller holds the lock and publishes. A kill leaves folders in ``backfill/`` that the next one goes on from.
    Raises PttError, OSError (disk full).
    """
    begun, result = time.perf_counter(), Backfilled()
    with plain_disk_errors(settings.data):
        result.load.add(load_waiting(con, settings.data))
        _clear(con, settings.data / FOLDER)
        job = Job.of(settings, paths)._replace(engines=_engines(con))
        keys = _read(con, job, paths, run, result, on_progress)
        files = [key for key in dict.fromkeys(keys) if not _is_done(con, key)]
        result.new_files = len(files)
        polls = _resolve_polls(settings, keys, result)
        if polls and not _is_done(con, polls):
            files.append(polls)
        elif polls:
            _remove(settings.data / FOLDER / polls)
        if files and _load(con, job, files, run, result, on_progress):
            _finish(con, settings, files)
    for part in (settings.data / FOLDER).glob("*.part"):  # dead workers'
        _remove(part)
    derive_all(con, settings)
    result.seconds = time.perf_counter() - begun
    return result


def _clear(con: duckdb.DuckDBPyConnection, folders: Path) -> None:
    """Leaves the files that were read, whose lines are in the store or still here; the rest is made anew."""
    for folder in folders.glob("*"):
        try:
            read_side(folder / SIDE)
            done = _is_done(con, folder.name)
            whole = done or (folder / LINES).exists()
        except (OSError, ValueError, TypeError, LookupError):  # a part, a dead worker's, or another version's
            done = whole = False
        if not whole:
            _remove(folder)
        elif done:  # a kill may have come between the mark and this
            _drop_lines(folder)


def _drop_lines(folder: Path) -> None:
    for name in (LINES, LISTS, INDEX):
        (folder / name).unlink(missing_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _engines(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str, str, bool], ...]:
    return tuple(con.execute("SELECT engine, version, weights_hash, active FROM engines").fetchall())


def _read(
    con: duckdb.DuckDBPyConnection, job: Job, paths: list[Path], run: Run, result: Backfilled, on_progress: Progress
) -> list[str]:
    """Has all files read and loads their index pages; the folders' names, in the order of ``paths``."""
    keys: dict[Path, str] = {}
    for done, (path, key, problem) in enumerate(run(read_file, paths, job), 1):
        result.files += 1
        on_progress("個檔案", done, len(paths))
        if key is None:
            result.problems.append(f"{path}（{problem}）")
            continue
        keys[path] = key
        folder = job.data / FOLDER / key
        side = read_side(folder / SIDE)
        result.bytes += path.stat().st_size
        result.responses += side.responses
        result.posts += side.posts
        result.problems += side.skipped
        if side.torn:
            result.problems.append(f"{path}（檔案不完整，讀到最後一筆完整的記錄為止）")
        _load_lists(con, job.data, key, result.load)
    return [keys[path] for path in paths if path in keys]


def _load_lists(con: duckdb.DuckDBPyConnection, data: Path, key: str, report: LoadReport) -> None:
    lists = data / FOLDER / key / LISTS
    if lists.exists() and lists.stat().st_size:  # it stays until all of the file is in the store
        _spool(con, data, f"{key}-lists", lambda to: shutil.copyfile(lists, to), report)


def _resolve_polls(settings: Settings, keys: list[str], result: Backfilled) -> str | None:
    """Polls that continue a page of an earlier file, read in the order of the files, as if they were one archive.

    They become one more file in ``backfill/``; its name, or None where there are none.
    """
    reparser, redact = Reparser(SOURCE), redactor(settings)
    records: list[Record] = []
    for key in keys:
        side = read_side(settings.data / FOLDER / key / SIDE)
        records += kept(reparser.records(side.deferred), redact)
        reparser.continues(side.standing)
    result.problems += [reason for _, reason in reparser.skipped]
    result.responses += len(records)
    if not records:
        return None
    name = f"{hashlib.sha256(b''.join(map(encode, records))).hexdigest()[:24]}{POLLS}"
    with made_once(settings.data / FOLDER / name, LINES) as folder:
        if folder:
            write_lines(folder, name, records)
    return name


def _load(
    con: duckdb.DuckDBPyConnection, job: Job, files: list[str], run: Run, result: Backfilled, on_progress: Progress
) -> bool:
    """Loads all threads of the files, by way of workers where the store has nothing of them yet; whether all came."""
    folders = job.data / FOLDER
    parts = [part for part in plan(con, folders, files) if not _is_done(con, part.mark)]
    new = [part for part in parts if part.new]
    complete, threads = True, 0
    _keep(job.data, files)
    job = job._replace(folders=(), judges=judges(job.settings["engine"]) if new else ())
    for done, (part, made, problem) in enumerate(run(make_part, new, job), 1):
        on_progress("批文章", done, len(new))
        if made is None:
            result.problems.append(f"{part.mark} 這一批文章（{problem}；再執行一次會重做）")
            complete = False
            continue
        _load_known(con, job.data, part, result.load)
        merge(con, folders / part.folder, part.mark)
        for bad, _ in made.bad:
            (folders / part.folder / bad.name).rename(_spool_folder(job.data) / bad.name)
        result.load.add(made)
        shutil.rmtree(folders / part.folder, ignore_errors=True)
        threads += made.new_posts
        if threads >= AHEAD and done < len(new):
            derive_votes(con)
            derive_moods(con)
            threads = 0
    for part in parts:
        if not part.new:
            _load_known(con, job.data, part, result.load)
            note(con, part.mark)
    return complete


def _keep(data: Path, files: list[str]) -> None:
    """What a lake does not have yet waits for it, as all does that is loaded."""
    keep = kept_in(data)
    if keep is None:
        return
    keep.mkdir(exist_ok=True)
    for key in files:
        lines, waits = data / FOLDER / key / LINES, keep / f"{key}.jsonl"
        if waits.exists():
            continue
        try:
            waits.hardlink_to(lines)
        except OSError:  # exFAT and some shares have no hard links
            part = data / FOLDER / f"{key}-keep.part"
            shutil.copyfile(lines, part)
            part.replace(waits)


def _load_known(con: duckdb.DuckDBPyConnection, data: Path, part: Part, report: LoadReport) -> None:
    """Lines of threads that the store has something of: aligned with it here, as every load does."""
    if part.known:
        _spool(con, data, f"{part.folder}-known", lambda to: copy_lines(data / FOLDER, part.known, to), report)


def _spool(
    con: duckdb.DuckDBPyConnection, data: Path, name: str, write: Callable[[Path], object], report: LoadReport
) -> None:
    made = data / FOLDER / f"{name}.jsonl"
    write(made)
    made.rename(_spool_folder(data) / made.name)
    report.add(load_waiting(con, data))


def _spool_folder(data: Path) -> Path:
    (data / SPOOL_NAME).mkdir(parents=True, exist_ok=True)
    return data / SPOOL_NAME


def _is_done(con: duckdb.DuckDBPyConnection, mark: str) -> bool:
    """Whether a file's lines, or a part's rows, are in the store: an older one, put back, does not say so."""
    return bool(con.execute(statement("store/spool_file_loaded"), [mark, mark]).fetchall()[0][0])


def _finish(con: duckdb.DuckDBPyConnection, settings: Settings, files: list[str]) -> None:
    """Notes the files as loaded and drops their lines."""
    folders = settings.data / FOLDER
    with transaction(con):
        for key in files:
            note(con, key)
        con.execute("DELETE FROM internal.spool_files WHERE starts_with(name, $prefix)", {"prefix": mark_of(files)})
    for key in files:
        _drop_lines(folders / key)
        if key.endswith(POLLS):
            (folders / key).rmdir()

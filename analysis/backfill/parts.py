"""Parts: all lines of some threads, whichever files they came from. A worker makes a store of its own of each part,
and what it holds is put into the main one row by row: no thread is in two of them."""

import hashlib
import os
import socket
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from analysis.backfill.work import FOLDER, INDEX, LINES, Job, made_once, same_program
from analysis.errors import PttError
from analysis.news.derive import derive_news
from analysis.sentiment.engine import Engine, get_engine
from analysis.sentiment.scoring import score_threads
from analysis.sentiment.stance_engine import StanceEngine
from analysis.sql import connection, literal, statement
from analysis.stocks.derive import derive_mentions
from analysis.store.lake.tables import tables
from analysis.store.load import LoadReport, load_file
from analysis.store.migrations import migrate
from analysis.store.sessions import sync_trading_days
from analysis.store.work import MEMORY_LIMIT, WORK_NAME, attach
from analysis.transaction import transaction
from ptt_spider import clock

BYTES: Final = 8_000_000
"""Spool lines of a part: some 50,000 comments. Few enough that workers are done at about the same time."""

Slice = tuple[str, int, int]
"""File's folder, place in its LINES, bytes."""


class Part(NamedTuple):
    """Threads of which the store knows nothing, and those of which it does."""

    mark: str
    """Follows from the files."""
    folder: str
    """In ``backfill/``; no other run has the same."""
    new: list[Slice]
    known: list[Slice]


def mark_of(files: Iterable[str]) -> str:
    """What the marks of all parts of these files begin with."""
    return f"parts-{hashlib.sha256(' '.join(sorted(files)).encode()).hexdigest()[:16]}"


def plan(con: duckdb.DuckDBPyConnection, folders: Path, files: list[str]) -> Iterator[Part]:
    """The parts of these files; the same ones for the same files. Ask for all before anything of them is loaded."""
    indexes = [str(folders / key / INDEX) for key in files]
    con.execute(statement("backfill/plan"), {"files": indexes, "bytes": BYTES})
    run = os.urandom(3).hex()
    for (part,) in con.execute("SELECT DISTINCT part FROM temp.backfill_lines ORDER BY part").fetchall():
        rows = con.execute(statement("backfill/slices"), {"part": part}).fetchall()
        new, known = ([tuple(rest) for is_known, *rest in rows if is_known == which] for which in (False, True))
        mark = f"{mark_of(files)}-{part:05d}"
        yield Part(mark, f"{mark}-{run}", new, known)


def copy_lines(folders: Path, slices: Iterable[Slice], to: Path) -> None:
    """A spool file of these lines. Raises OSError."""
    with to.open("wb") as file:
        for key, place, size in slices:
            with (folders / key / LINES).open("rb") as lines:
                lines.seek(place)
                file.write(lines.read(size))


def make_part(part: Part, job: Job) -> LoadReport:
    """A worker's part of the work: a store of the part's new threads, with what follows from each thread alone.

    It lies in ``backfill/FOLDER``. Raises OSError, duckdb.Error; PttError where program or engines are not the
    loader's.
    """
    same_program(job)
    _same_judges(job)
    with made_once(job.data / FOLDER / part.folder, WORK_NAME) as folder:
        if folder is None:  # another worker did it, because this one seemed dead
            return LoadReport(files=1)
        spool = folder / f"{part.folder}.jsonl"
        copy_lines(job.data / FOLDER, part.new, spool)
        with _new_store(folder) as con:
            report = load_file(con, spool)
            derive_news(con)
            derive_mentions(con)
            engine = _engine(job.settings["engine"])
            if _agrees(engine, job):
                score_threads(con, engine)
            con.execute("CHECKPOINT")
    return report


def _new_store(folder: Path) -> duckdb.DuckDBPyConnection:
    """A store's tables, without the views and macros that `open_work` makes: no step that a worker does asks them."""
    con = connection()
    con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'; SET temp_directory = {literal(folder / 'tmp')}")
    con.execute("SET threads = 1")  # others have the other cores
    attach(con, folder / WORK_NAME)
    migrate(con, folder / WORK_NAME)
    sync_trading_days(con)
    return con


@lru_cache(maxsize=1)
def _engine(name: str) -> Engine:
    return get_engine(name)


def judges(name: str) -> tuple[tuple[str, str, str], ...]:
    """Who scores here: name, version and hash of the weights of the comment engine, and of that of news.

    Raises UsageError for an unknown name, PttError for a model that cannot be read.
    """
    infos = (_engine(name).info, StanceEngine().info)
    return tuple((info.name, info.version, info.weights_hash) for info in infos)


def _same_judges(job: Job) -> None:
    mine = judges(job.settings["engine"])
    if job.judges and mine != job.judges:
        here, there = ("、".join("@".join(one) for one in all_) for all_ in (mine, job.judges))
        raise PttError(
            f"{socket.gethostname()} 的評分引擎是 {here}，和 ptt backfill 的 {there} 不同：請裝同一版，再執行一次。"
        )


def _agrees(engine: Engine, job: Job) -> bool:
    """Whether the store shows this engine, of these weights, or none yet; else the loader scores, as it always does."""
    info = engine.info
    mine = (info.name, info.version, info.weights_hash)
    shown = {tuple(told) for *told, active in job.engines if active}
    same = {tuple(told) for *told, _ in job.engines if tuple(told[:2]) == mine[:2]}
    return (shown | same) <= {mine}


def note(con: duckdb.DuckDBPyConnection, mark: str) -> None:
    """Says in the store that what ``mark`` names is in it: a file of ``backfill/`` or a part."""
    con.execute(statement("store/insert_spool_file"), [mark, mark, clock.now()])


def merge(con: duckdb.DuckDBPyConnection, folder: Path, mark: str) -> None:
    """Puts a part's rows into the store and notes ``mark``, in one transaction. Raises duckdb.Error."""
    con.execute(f"ATTACH {literal(folder / WORK_NAME)} AS part (READ_ONLY)")
    try:
        with transaction(con):
            con.execute(statement("backfill/posts"))
            con.execute(statement("backfill/engines"))
            for table in tables(con, "part"):
                if "post_id" in table.key and table.name != "main.posts":
                    con.execute(f"INSERT INTO {table.name} BY NAME FROM part.{table.name}")
            note(con, mark)
    finally:
        con.execute("DETACH part")

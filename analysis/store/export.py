"""Export: the store as Parquet files that can be cited, checked and restored.

A backup holds every table and gives the same store back (`restore`); ``share`` holds what may be passed on: ids, times,
tags, scores and hashes of texts, no text, no user, no address. The same store gives the same bytes.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import duckdb

from analysis.errors import PttError, UsageError
from analysis.sql import statement
from analysis.store.codebook import codebook
from analysis.store.lake.address import lake_of
from analysis.store.manifest import MANIFEST, Entry, Manifest, check, entry_of, read_manifest, remember, write_manifest
from analysis.transaction import transaction
from ptt_spider import __version__
from ptt_spider.clock import TAIPEI

Progress = Callable[[str], None]
BY_MONTH: Final = frozenset(
    {
        "posts", "post_versions", "pushes", "replies", "news", "mentions", "post_scores", "push_scores", "votes",
        "internal.observations", "internal.texts",
    }
)  # fmt: skip
_PARQUET: Final = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"


class ExportDamaged(PttError):
    """An export does not match its manifest; the message names the first file that differs."""


def export(
    data: Path,
    folder: Path,
    *,
    share: bool = False,
    on_table: Progress = lambda _: None,
    remembered: bool = True,
    shared: bool = True,
) -> Manifest:
    """Writes the published store to ``folder`` and checks what was written.

    The folder appears whole, or stays what it was: a new one is written beside it and renamed. A folder that holds
    anything but an export is refused (UsageError). With PTT_STORE=ducklake it is the whole lake, unless not ``shared``.
    Raises StoreNotFound, OSError (disk full).
    """
    from analysis.store.connect import connect, open_published

    folder = folder.expanduser().absolute()
    _refuse_foreign(folder)
    waiting = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    try:
        with connect(data) if shared else open_published(data) as con:
            con.execute("SET threads = 1")  # more would cut the row groups differently each time
            entries = list((_share_files if share else _backup_files)(con, waiting, on_table))
            manifest = _manifest(con, entries, share=share)
            (waiting / "codebook.md").write_text(codebook(con, entries, waiting), "utf-8")
        write_manifest(waiting, manifest)
        if problems := check(waiting, manifest):
            raise ExportDamaged(f"寫好的匯出 {folder} 對不上：{problems[0]}；請檢查磁碟。")
        _replace(waiting, folder)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    if remembered:
        remember(data, folder)
    return manifest


def verify(folder: Path) -> Manifest:
    """Checks hashes, row counts and names of an export. Raises UsageError (no export there), ExportDamaged."""
    manifest = read_manifest(folder)
    if problems := check(folder, manifest):
        more = f"（共 {len(problems)} 處）" if len(problems) > 1 else ""
        raise ExportDamaged(f"匯出 {folder} 和它的 manifest.json 對不上：{problems[0]}{more}。")
    return manifest


def restore(
    folder: Path,
    data: Path,
    *,
    remembered: bool = True,
    shared: bool = True,
    complete: Callable[[duckdb.DuckDBPyConnection], object] = lambda _: None,
) -> Manifest:
    """A backup becomes the store of an empty data folder, and is published. The caller holds the lock.

    ``complete`` derives, before that, what an older backup lacks: without its periods, readers would see no comments.
    With PTT_STORE=ducklake it goes into the lake too, unless not ``shared``. Raises UsageError (not a backup, data
    folder has a store), ExportDamaged, StoreTooNew, and as `open_work` does where the lake has a history of its boards.
    """
    from analysis.store.migrations import StoreTooNew, migrations
    from analysis.store.publish import publish
    from analysis.store.work import PUBLISHED_NAME, WORK_NAME, open_work

    manifest = verify(folder)
    if manifest["kind"] != "backup":
        raise UsageError(f"{folder} 是 --share 的匯出，沒有內文和使用者，不能還原成資料庫。")
    for name in (WORK_NAME, PUBLISHED_NAME):
        if (data / name).exists():
            raise UsageError(f"{data} 裡已經有資料庫 {name}：請用 --data 指定一個空的資料夾來還原。")
    if manifest["schema_version"] > migrations()[-1].version:
        raise StoreTooNew(f"匯出 {folder} 的版本是 {manifest['schema_version']}，比這個程式新：請升級 ptt-pulse。")
    part = data / f".restore.{os.getpid()}"
    part.mkdir(parents=True)
    try:
        with open_work(part, shared=False) as con:
            _fill(con, folder, manifest)
            complete(con)
            publish(part, con, shared=False)
        (part / WORK_NAME).replace(data / WORK_NAME)
        (part / PUBLISHED_NAME).replace(data / PUBLISHED_NAME)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if remembered:
        remember(data, folder.expanduser().absolute())
    if shared and lake_of(data):
        with open_work(data, shared=False) as con:
            boards = [board for (board,) in con.execute("SELECT DISTINCT board FROM posts").fetchall()]
        with open_work(data, boards) as con:
            publish(data, con)
    return manifest


def _fill(con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
    from analysis.store.migrations import ONLY_MARK, migrations

    tables: dict[str, list[str]] = {}
    for entry in manifest["files"]:
        tables.setdefault(entry["table"], []).append(str(folder / entry["path"]))
    with transaction(con):
        for table, paths in tables.items():
            con.execute(f"DELETE FROM {table}")  # noqa: S608 - trading_days comes filled
            con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet($paths)", {"paths": paths})  # noqa: S608 - a name, see manifest
        for step in migrations():
            if manifest["schema_version"] < step.version and step.version in ONLY_MARK:
                con.execute(step.sql)


def _backup_files(con: duckdb.DuckDBPyConnection, folder: Path, on_table: Progress) -> Iterator[Entry]:
    months = [row[0] for row in con.execute(statement("export/months")).fetchall()]
    for schema, name in con.execute(statement("export/tables")).fetchall():
        table = name if schema == "main" else f"{schema}.{name}"
        on_table(table)
        if table not in BY_MONTH:
            yield from _copy(con, f"FROM {table} ORDER BY ALL", table, folder, Path(f"{table}.parquet"))
            continue
        covered = []
        for month in months:
            rule = _month_rule(month)
            covered.append(rule)
            query = f"FROM {table} WHERE {rule} ORDER BY ALL"
            yield from _copy(con, query, table, folder, Path(table) / f"{month}.parquet", skip_empty=True)
        rest = f"NOT ({' OR '.join(covered)})" if covered else "true"
        query = f"FROM {table} WHERE {rest} ORDER BY ALL"
        yield from _copy(con, query, table, folder, Path(table) / "other.parquet", skip_empty=bool(months))


def _share_files(con: duckdb.DuckDBPyConnection, folder: Path, on_table: Progress) -> Iterator[Entry]:
    for query in sorted(files("analysis.sql").joinpath("share").iterdir(), key=lambda entry: entry.name):
        table = query.name.removesuffix(".sql")
        on_table(table)
        yield from _copy(con, query.read_text("utf-8"), table, folder, Path(f"{table}.parquet"))


def _copy(
    con: duckdb.DuckDBPyConnection, query: str, table: str, folder: Path, path: Path, *, skip_empty: bool = False
) -> Iterator[Entry]:
    target = folder / path
    target.parent.mkdir(exist_ok=True)
    quoted = str(target).replace("'", "''")
    rows = int(con.execute(f"COPY (\n{query}\n) TO '{quoted}' {_PARQUET}").fetchall()[0][0])
    if skip_empty and not rows:
        target.unlink()
        return
    yield entry_of(folder, path, table, rows)


def _month_rule(month: str) -> str:
    """Rows of posts of a Taipei month, as ranges of file names: those the store can skip to."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=TAIPEI)
    after = (first + timedelta(days=32)).replace(day=1)
    start, end = int(first.timestamp()), int(after.timestamp())
    pattern = r"^[MG]\.[0-9]{10}\."
    ranges = " OR ".join(f"(post_id >= '{kind}.{start}' AND post_id < '{kind}.{end}')" for kind in "MG")
    return f"(({ranges}) AND regexp_matches(post_id, '{pattern}'))"


def _manifest(con: duckdb.DuckDBPyConnection, entries: list[Entry], *, share: bool) -> Manifest:
    facts = _row(con, statement("export/facts"))
    return {
        "format": 1,
        "kind": "share" if share else "backup",
        "program": "ptt-pulse",
        "program_version": __version__,
        "duckdb_version": duckdb.__version__,
        "coverage": _row(con, statement("export/coverage")),
        **facts,
        "files": entries,
    }


def _row(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    values = result.fetchall()[0]
    return {
        name: value.astimezone(TAIPEI).isoformat() if isinstance(value, datetime) else value
        for name, value in zip(names, values, strict=True)
    }


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} 是檔案：請給一個資料夾。")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise UsageError(f"{folder} 裡有別的東西：請給一個空的或還不存在的資料夾。")


def _replace(waiting: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    try:
        waiting.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)

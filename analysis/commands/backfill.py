"""`ptt backfill`: years of WARC files, on all cores or many hosts."""

import os
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.errors import PartlyDone, PttError, UsageError

WARC = (".warc", ".warc.gz")
SAY_EVERY = 30.0
"""Seconds between two lines on how far it came."""


def command(
    raw: Annotated[list[Path], typer.Argument(metavar="RAW…", help="WARC files, or folders of them")],
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, help="Processes (default: one for each core)")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="tcp://…", help="Dask scheduler whose workers do it instead")
    ] = None,
    data: DataOption = None,
) -> None:
    """Parse, score and link WARC files in parallel, on Dask; the store is that of `ptt reparse` of the same files."""
    import time

    from analysis.backfill.drive import backfill
    from analysis.backfill.work import FOLDER
    from analysis.backfill.workers import over
    from analysis.backfill.workers import workers as start_workers
    from analysis.ingest import clean
    from analysis.store.lock import hold
    from analysis.store.privacy import redactor
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    if scheduler and workers:
        raise UsageError("--workers 是這台機器的行程數，不能和 --scheduler 一起用。")
    paths = _expand(raw)
    settings = settle(data)
    told = time.monotonic()

    def on_progress(what: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > SAY_EVERY:
            told = time.monotonic()
            say(f"已處理 {done:,}/{total:,} {what}。")

    with hold(settings.data, "ptt backfill"), open_work(settings.data) as con:
        # What was put aside of polls, and what waits of files that could not be loaded, is as the site said it.
        brief = redactor(settings) is not None or settings.deleted != "keep"
        with start_workers(workers or os.cpu_count() or 1, scheduler) as client:
            result = backfill(con, settings, paths, over(client), on_progress)
        publish(settings.data, con)
        if brief:
            import shutil

            shutil.rmtree(settings.data / FOLDER, ignore_errors=True)
        clean(settings, say)
    seconds = max(result.seconds, 1e-3)
    say(
        f"讀了 {result.files:,} 個檔案（{result.new_files:,} 個是新的，{result.bytes / 1e6:,.1f} MB），"
        f"{result.responses:,} 份回應：新增 {result.load.new_posts:,} 篇、{result.load.new_pushes:,} 則推文，"
        f"{result.load.changed_threads:,} 串有變動；每秒 {result.bytes / 1e6 / seconds:,.1f} MB、"
        f"{result.posts / seconds:,.0f} 篇。"
    )
    if result.load.bad:
        result.problems += [f"{path.name}（{reason}）" for path, reason in result.load.bad]
    more = f" 等 {len(result.problems):,} 項" if len(result.problems) > 3 else ""
    said = f"{'；'.join(result.problems[:3])}{more}"
    if not result.responses:
        places = "、".join(map(str, raw[:3]))
        raise PttError(f"{places} 裡讀不到任何回應：{said or '請檢查是不是 WARC 檔'}。")
    if result.problems:
        raise PartlyDone(f"有沒讀完的：{said}。")


def _expand(given: list[Path]) -> list[Path]:
    """Files as given, then those below the folders, by name: several hosts' runs in the order of time.

    Raises UsageError.
    """
    paths: dict[Path, None] = {}
    below: list[Path] = []
    for path in given:
        if path.is_dir():
            found = [p.absolute() for p in path.rglob("*") if p.is_file() and p.name.endswith(WARC)]
            if not found:
                raise UsageError(f"{path} 裡沒有 .warc.gz 檔：請檢查路徑。")
            below += found
        elif path.is_file():
            paths[path.absolute()] = None
        else:
            raise UsageError(f"{path} 不存在：請給 .warc.gz 檔，或放它們的資料夾。")
    return list(paths | dict.fromkeys(sorted(below, key=lambda p: (p.name, p))))

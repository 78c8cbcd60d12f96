"""`ptt prune`: drop old raw files by the keeping rule."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.config import Settings
from analysis.errors import UsageError
from ptt_spider import clock

_DAYS = re.compile(r"(\d{1,5})d")


def command(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be dropped")] = False,
    keep: Annotated[
        str | None, typer.Option(metavar="90d", help="Keep so many days, or all (default: PTT_RAW_KEEP)")
    ] = None,
    data: DataOption = None,
) -> None:
    """Drop raw files older than PTT_RAW_KEEP that no younger file's records point at. The store keeps everything.

    With PTT_STORE=ducklake the lake is tidied too: small files are merged, and what it was before PTT_LAKE_KEEP goes.
    """
    settings = settle(data)
    if not dry_run:
        _tidy_lake(settings)
    days = keep_days(keep or settings.raw_keep)
    if days is None or not (settings.data / "raw").is_dir():
        say(f"沒有原始檔要刪（PTT_RAW_KEEP={keep or settings.raw_keep}）。")
        return
    old, size = drop_old(settings, days, dry_run=dry_run)
    if dry_run:
        for path in old:
            print(path)
    say(f"{'會刪' if dry_run else '刪了'} {len(old)} 個超過 {days} 天的原始檔，{size / 1e6:,.1f} MB。")


def drop_old(settings: Settings, days: int, *, dry_run: bool = False) -> tuple[list[Path], int]:
    """Drops raw files older than ``days``; which, and their bytes. Raises StoreLocked."""
    from analysis.store.lock import hold
    from ptt_spider.warc import prunable

    with hold(settings.data, "ptt prune"):
        old = prunable(settings.data / "raw", clock.now() - timedelta(days=days))
        size = sum(path.stat().st_size for path in old)
        for path in old:
            if not dry_run:
                path.unlink()
    return old, size


def _tidy_lake(settings: Settings) -> None:
    from analysis.store.lake.address import address
    from analysis.store.lake.tidy import tidy
    from analysis.store.lock import hold

    lake = address(settings)
    if lake is None:
        return
    days = keep_days(settings.lake_keep, "PTT_LAKE_KEEP")
    with hold(settings.data, "ptt prune"):
        done = tidy(settings.data, lake, None if days is None else timedelta(days=days))
    say(f"共用資料庫：資料檔 {done.before:,} 個併成 {done.after:,} 個，刪了 {done.deleted:,} 個用不到的檔案。")


def keep_days(text: str, setting: str = "PTT_RAW_KEEP") -> int | None:
    """``90d`` -> 90; ``all`` -> None. Raises UsageError that names the ``setting``."""
    if text == "all":
        return None
    match = _DAYS.fullmatch(text)
    if not match:
        raise UsageError(f"{setting}={text!r} 不能用：請用 90d 這樣的天數，或 all。")
    return int(match[1])

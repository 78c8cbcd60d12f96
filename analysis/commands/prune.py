"""`ptt prune`: drop old raw files by the keeping rule."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
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
    """Drop raw files older than PTT_RAW_KEEP that no younger file's records point at. The store keeps everything."""
    from analysis.store.lock import hold
    from ptt_spider.warc import prunable

    settings = settle(data)
    days = keep_days(keep or settings.raw_keep)
    raw = settings.data / "raw"
    if days is None or not raw.is_dir():
        say(f"沒有原始檔要刪（PTT_RAW_KEEP={keep or settings.raw_keep}）。")
        return
    with hold(settings.data, "ptt prune"):
        old = prunable(raw, clock.now() - timedelta(days=days))
        size = sum(path.stat().st_size for path in old)
        for path in old:
            if dry_run:
                print(path)
            else:
                path.unlink()
    say(f"{'會刪' if dry_run else '刪了'} {len(old)} 個超過 {days} 天的原始檔，{size / 1e6:,.1f} MB。")


def keep_days(text: str) -> int | None:
    """``90d`` -> 90; ``all`` -> None. Raises UsageError."""
    if text == "all":
        return None
    match = _DAYS.fullmatch(text)
    if not match:
        raise UsageError(f"PTT_RAW_KEEP={text!r} 不能用：請用 90d 這樣的天數，或 all。")
    return int(match[1])

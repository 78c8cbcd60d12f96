"""`ptt run`: the scheduled job."""

import contextlib
from dataclasses import replace
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.commands.crawl import BoardOption, SiteOption
from analysis.commands.prune import drop_old, keep_days
from analysis.config import Settings
from analysis.errors import PartlyDone, StoreLocked


def command(
    board: BoardOption = None,
    hot: Annotated[
        bool, typer.Option("--hot", help="Only threads growing so fast that the next full run would miss pushes")
    ] = False,
    site: SiteOption = None,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Also fetch the news pages that posts link to")
    ] = False,
    sessions_only: Annotated[
        bool, typer.Option("--sessions-only", help="Do nothing on days on which the exchange is closed (for timers)")
    ] = False,
    data: DataOption = None,
) -> None:
    """Crawl what is new, refresh what moved, load, score, publish. On an empty store: the last 7 days, newest first.

    Where PTT_RAW_KEEP is set, raw files older than that are dropped afterwards, as by ptt prune.
    """
    from analysis.gathering import base_job
    from analysis.ping import pinged
    from analysis.trading_days import trading_days
    from analysis.watching import run_and_report
    from ptt_spider import clock

    settings = settle(data)
    if sessions_only and (today := clock.now().date()) not in trading_days():
        say(f"{today} 休市，不抓取。")
        return
    job = replace(base_job(settings, board, site=site), hot=hot, follow_links=follow_links)
    # The default of 90 days deletes nothing by itself: only who has set a rule wants it kept without being asked.
    days = keep_days(settings.raw_keep) if "raw_keep" in settings.model_fields_set and not hot else None
    with pinged("" if hot else settings.ping_url):  # a hot run every five minutes would hide that full runs fail
        try:
            run_and_report(settings, "ptt run --hot" if hot else "ptt run", job, incremental=not hot)
        except PartlyDone:
            _prune(settings, days)
            raise
        _prune(settings, days)


def _prune(settings: Settings, days: int | None) -> None:
    if days is None or not (settings.data / "raw").is_dir():
        return
    with contextlib.suppress(StoreLocked):  # whoever came in between: the next run does it
        old, size = drop_old(settings, days)
        if old:
            say(f"刪了 {len(old)} 個超過 {days} 天的原始檔（PTT_RAW_KEEP），{size / 1e6:,.1f} MB。")

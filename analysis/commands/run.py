"""`ptt run`: the scheduled job."""

from dataclasses import replace
from typing import Annotated

import typer

from analysis.commands.common import DataOption, settle
from analysis.commands.crawl import BoardOption, SiteOption


def command(
    board: BoardOption = None,
    hot: Annotated[
        bool, typer.Option("--hot", help="Only threads growing so fast that the next full run would miss pushes")
    ] = False,
    site: SiteOption = None,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Also fetch the news pages that posts link to")
    ] = False,
    data: DataOption = None,
) -> None:
    """Crawl what is new, refresh what moved, load, score, publish. On an empty store: the last 7 days, newest first."""
    from analysis.gathering import base_job
    from analysis.ping import pinged
    from analysis.watching import run_and_report

    settings = settle(data)
    job = replace(base_job(settings, board, site=site), hot=hot, follow_links=follow_links)
    with pinged("" if hot else settings.ping_url):  # a hot run every five minutes would hide that full runs fail
        run_and_report(settings, "ptt run --hot" if hot else "ptt run", job, incremental=not hot)

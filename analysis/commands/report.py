"""`ptt report`: the store as one self-contained page."""

import os
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, check_stored, one_board, say, settle
from analysis.errors import UsageError


def command(
    data: DataOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="F.html", help="Where to (default: report.html in the data folder)")
    ] = None,
    board: Annotated[str | None, typer.Option(help="Board (default: the first of PTT_BOARD)")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Days back from the newest data (default: all)")
    ] = None,
) -> None:
    """Write one HTML page with the week, charts, a table of news, threads and stocks; it needs no network."""
    from analysis.report.build import build
    from analysis.store.connect import connect

    settings = settle(data)
    wanted = one_board(board, settings)
    path = out or settings.data / "report.html"
    if path.is_dir():
        raise UsageError(f"--out {path} 是資料夾：請給一個檔名，例如 {path / 'report.html'}。")
    if out and not path.absolute().parent.is_dir():
        raise UsageError(f"--out {path} 的資料夾不存在：請先建立 {path.absolute().parent}。")
    with connect(settings.data) as con:
        check_stored(con, wanted, settings)
        report = build(con, board=wanted, days=days)
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    waiting.write_text(report.html, "utf-8")
    waiting.replace(path)
    size = len(report.html.encode()) / 1e6
    say(f"報告：{path.absolute()}（{report.news:,} 篇新聞、{report.comments:,} 則推文，{size:.1f} MB）")

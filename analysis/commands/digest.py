"""`ptt digest`: the week as a mail, a page or a few lines for a chat."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.errors import UsageError

if TYPE_CHECKING:
    from analysis.config import Settings


def command(
    week: Annotated[
        str | None, typer.Option(metavar="2026-W04", help="ISO week (default: the last complete one that has data)")
    ] = None,
    board: Annotated[str | None, typer.Option(help="Board (default: the first of PTT_BOARD)")] = None,
    to: Annotated[
        list[str] | None, typer.Option(metavar="ADDR", help="Write the mail for this address; may be repeated")
    ] = None,
    stocks: Annotated[str | None, typer.Option(metavar="2330,NVDA", help="Watchlist: these stocks stand first")] = None,
    lang: Annotated[str, typer.Option(metavar="zh|en", help="Language")] = "zh",
    text: Annotated[
        bool, typer.Option("--text", help="Print at most 900 characters for a chat; write no files")
    ] = False,
    data: DataOption = None,
) -> None:
    """Write the weekly digest as .eml and .html, or print it for a chat."""
    from analysis.digest.compose import make_issue
    from analysis.digest.mail import check_address
    from analysis.digest.render import chat_text
    from analysis.digest.weeks import Week
    from analysis.digest.write import gather_figures, write_issue

    settings = settle(data)
    wanted = Week.parse(week) if week else None
    language = _language(lang)
    watchlist = [symbol.strip().upper() for symbol in (stocks or "").split(",") if symbol.strip()]
    addresses = [check_address(address) for address in to or ()]
    figures = gather_figures(settings.data, board or settings.board[0], wanted)
    issue = make_issue(figures, language, watchlist)
    if text:
        print(chat_text(issue))
        return
    if issue.empty:
        say(f"{figures.board} 板 {figures.week.name}（{figures.week.span}）沒有資料；仍寫出一份說明這件事的週報。")
    for address in dict.fromkeys(addresses or [""]):
        for path in write_issue(settings.data, issue, recipient=address):
            print(path)


def _language(lang: str) -> Literal["zh", "en"]:
    if lang == "zh":
        return "zh"
    if lang == "en":
        return "en"
    raise UsageError(f"--lang {lang!r} 不能用：請用 zh 或 en。")


def write_digest(settings: "Settings", board: str) -> list[Path]:
    """The last complete week's digest, for `ptt demo`."""
    from analysis.digest.write import write_week

    return write_week(settings.data, board)

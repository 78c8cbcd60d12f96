"""`ptt digest`: the week as a mail, a page or a few lines for a chat."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from analysis.commands.common import DataOption, check_stored, one_board, say, settle
from analysis.errors import UsageError
from ptt_spider import clock

if TYPE_CHECKING:
    from analysis.config import Settings
    from analysis.digest.figures import Figures
    from analysis.digest.readers import Reader


def command(
    week: Annotated[
        str | None, typer.Option(metavar="2026-W04", help="ISO week (default: the last complete one that has data)")
    ] = None,
    board: Annotated[str | None, typer.Option(help="Board (default: the first of PTT_BOARD)")] = None,
    to: Annotated[
        list[str] | None, typer.Option(metavar="ADDR", help="Write the mail for this address; may be repeated")
    ] = None,
    stocks: Annotated[
        str | None, typer.Option(metavar="2330,NVDA", help="Watchlist: these stocks stand first; codes or names")
    ] = None,
    lang: Annotated[str, typer.Option(metavar="zh|en", help="Language")] = "zh",
    send: Annotated[
        bool, typer.Option("--send", help="Send it to --to or to ptt.toml's [[digest.to]], once each")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --send: also what was sent, refused or left unsure before")
    ] = False,
    unsubscribe: Annotated[
        str | None, typer.Option(metavar="ADDR", help="Never send to this address again, and end")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print at most 900 characters for a chat; write no files")
    ] = False,
    data: DataOption = None,
) -> None:
    """Write the weekly digest as .eml and .html, send it, or print it for a chat."""
    from analysis.digest.compose import make_issue
    from analysis.digest.mail import charts, check_address
    from analysis.digest.readers import Reader
    from analysis.digest.render import chat_text
    from analysis.digest.watchlist import symbols_of
    from analysis.digest.weeks import Week
    from analysis.digest.write import gather_figures, published, write_issue

    settings = settle(data)
    if unsubscribe:
        _unsubscribe(settings, check_address(unsubscribe, "--unsubscribe"))
        return
    if again and not send:
        raise UsageError("--again 要和 --send 一起用。")
    wanted = Week.parse(week) if week else None
    if wanted and wanted.start > clock.now().date():
        raise UsageError(f"--week {wanted.name} 還沒開始（{wanted.start:%Y-%m-%d} 起）：請給已經開始的週。")
    language = _language(lang)
    addresses = [check_address(address) for address in to or ()]
    chosen = one_board(board, settings)
    with published(settings.data) as con:
        check_stored(con, chosen, settings)
        watchlist = symbols_of(con, (stocks or "").split(","), "--stocks")
    figures = gather_figures(settings.data, chosen, wanted)
    if send:
        _send(settings, figures, [Reader(address, watchlist, language) for address in addresses], again)
        return
    issue = make_issue(figures, language, watchlist)
    if text:
        print(chat_text(issue))
        return
    if issue.empty:
        say(f"{figures.board} 板 {figures.week.name}（{figures.week.span}）沒有資料；仍寫出一份說明這件事的週報。")
    pictures = charts(issue)
    for address in dict.fromkeys(addresses or [""]):
        for path in write_issue(settings.data, issue, recipient=address, pictures=pictures):
            print(path)


def _send(settings: "Settings", figures: "Figures", readers: "list[Reader]", again: bool) -> None:
    from analysis.config import find_config
    from analysis.digest.mailing import send_issue
    from analysis.digest.readers import read_mailing
    from analysis.digest.watchlist import symbols_of
    from analysis.digest.write import published

    mailing = read_mailing(find_config(Path.cwd()))
    if not readers:
        with published(settings.data) as con:
            readers = [
                replace(reader, stocks=symbols_of(con, reader.stocks, f"digest.to {reader.addr} 的 stocks"))
                for reader in mailing.readers
            ]
    send_issue(settings.data, figures, mailing, readers, again=again, tell=say)


def _unsubscribe(settings: "Settings", address: str) -> None:
    from analysis.digest.claims import Claims

    with Claims(settings.data) as claims:
        claims.unsubscribe(address)
    say(f"{address} 已取消訂閱，往後不再寄。")


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

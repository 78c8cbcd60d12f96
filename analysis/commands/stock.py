"""`ptt stock`: what the board says about a stock, as a table."""

from typing import Annotated

import typer

from analysis.commands.common import DataOption, settle
from analysis.errors import UsageError


def command(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="2330, 00878, TSM, or a name such as 台積電")],
    data: DataOption = None,
    days: Annotated[int, typer.Option(min=1, max=36500, help="Days back from the newest data")] = 30,
    board: Annotated[str | None, typer.Option(help="Only this board")] = None,
) -> None:
    """Show a stock session by session: how much it is talked about, votes, mood, news."""
    from analysis.commands.sql import _terminal_width
    from analysis.sql import ask, prompt, statement

    settings = settle(data)
    with ask.open_locked(settings.data) as con:
        found = list(ask.ask(con, statement("commands/find_stock"), {"word": symbol}).rows)
        if not found:
            raise UsageError(f"資料裡沒有人提過 {symbol}：請給代號（2330、TSM）或常用的名稱。")
        code, name = found[0]
        print(f"{code} {name}：最近 {days} 天")
        parameters = {"symbol": code, "days": days, "board": board}
        answer = ask.ask(con, statement("commands/stock"), parameters)
        print("\n".join(prompt.table_lines(answer, _terminal_width())))
        print("volume：比前五個交易日平均多或少；mood：−1 最差、+1 最好，方括號是 95% 區間。只描述看板，不預測股價。")

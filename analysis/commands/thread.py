"""`ptt thread`: one thread comment by comment, as a table."""

from typing import Annotated

import typer

from analysis.commands.common import DataOption, settle
from analysis.errors import PttError, UsageError


def command(
    post: Annotated[str, typer.Argument(metavar="URL|AID", help="Address, #AID (Board), AID or file name of a post")],
    data: DataOption = None,
) -> None:
    """Show a thread: each comment with its score, and the approval that had built up by then."""
    from analysis.commands.sql import _terminal_width
    from analysis.sql import ask, prompt, statement
    from analysis.visible import clean
    from ptt_spider.aid import parse_ref

    settings = settle(data)
    try:
        ref = parse_ref(post)
    except ValueError:
        raise UsageError(f"{post!r} 不是文章：請給網址、#AID (看板)、AID 或 M.1769577959.A.C89。") from None
    with ask.open_locked(settings.data) as con:
        parameters = {"post_id": ref.post_id, "board": ref.board}
        found = list(ask.ask(con, statement("commands/find_post"), parameters).rows)
        if not found:
            raise PttError(f"資料庫裡沒有 {post}：請先執行 ptt crawl --url {post}。")
        for title, author, posted, url, deleted in found:
            print(clean(str(title)))
            print(clean(f"{author}　{posted}　{url}"))
            if deleted:
                print(f"（原文已刪除，{deleted} 發現）")
        answer = ask.ask(con, statement("commands/thread"), parameters)
        print("\n".join(prompt.table_lines(answer, _terminal_width(), limit=5000)))
        print("approval：到那一則為止的買單程度，0 是這些人平常的投票習慣；刪 = 後來不見了的推文，不計票。")

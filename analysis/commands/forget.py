"""`ptt forget`: a user who asks to be forgotten."""

from typing import Annotated

import typer

from analysis.commands.common import DataOption, settle


def command(
    user: Annotated[str, typer.Argument(metavar="USER", help="PTT user id, in any case")],
    data: DataOption = None,
) -> None:
    """Remove a user from stores, spool, raw archive and known exports, and keep the user out from now on."""
    from analysis.store.forget import forget
    from analysis.store.lock import hold

    settings = settle(data)
    with hold(settings.data, "ptt forget"):
        done = forget(settings, user)
    print(
        f"已移除 {user}：{done.posts:,} 篇文章（連同底下的推文）、{done.pushes:,} 則推文、{done.records:,} 筆原始紀錄。"
    )
    for folder in done.exports:
        print(f"已改寫匯出：{folder}")
    for line in done.unreached:
        print(f"沒有清到：{line}")
    print("以後抓取、重讀或匯入都不會再收進這個帳號。寄出的信、別人手上的副本，這裡清不到。")

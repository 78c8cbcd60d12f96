"""`ptt score`: score what has no score yet, or switch the engine that the views show."""

from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.errors import UsageError


def command(
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="NAME", help="Engine to score with (default: PTT_ENGINE)")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Score everything again, not only what lacks a score")] = False,
    activate: Annotated[
        str | None,
        typer.Option(metavar="NAME@VERSION", help="Score everything missing, then let all views show this engine"),
    ] = None,
    data: DataOption = None,
) -> None:
    """Score what has no score yet. Old numbers stay what they were until --activate switches in one publication."""
    from analysis.derive import derive_all
    from analysis.sentiment import scoring
    from analysis.sentiment.engine import get_engine
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    if activate and (every or engine):
        raise UsageError("--activate 自己會把缺的分數補齊，不能和 --engine、--all 一起用。")
    name, _, version = (activate or "").partition("@")
    if activate and not (name and version):
        raise UsageError(f"--activate {activate!r} 要寫成 引擎@版本，例如 ptt@1。")
    settings = settle(data, engine=engine)
    in_use = get_engine(settings.engine)  # a wrong name is told before the lock is taken
    get_engine(name or settings.engine)
    with hold(settings.data, "ptt score"), open_work(settings.data) as con:
        derive_all(con, settings)  # what a killed run left: news must be parsed before their parts are judged
        if activate:
            done = scoring.activate(con, name, version, own=in_use)
        else:
            done = scoring.score_threads(con, settings.engine, missing=True, everything=every)
        derive_all(con, settings)
        publish(settings.data, con)
    say(
        f"{activate} 已成為各檢視所用的引擎；補評 {done:,} 串。"
        if activate
        else f"{settings.engine} 評了 {done:,} 串；已發布。"
    )

"""`ptt doctor`: what is wrong with this installation, and what to do about each thing."""

from typing import Annotated

import typer

from analysis.commands.common import DataOption, settle
from analysis.errors import PttError


def command(
    data: DataOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the site for its robots.txt")] = False,
) -> None:
    """Check settings, folder, disk, store, model, font and site, and say what to do about what is not good."""
    from analysis.doctor import State, examine

    settings = settle(data)
    bad = 0
    for finding in examine(settings, ask_site=not offline):
        remedy = f"　→ {finding.remedy}" if finding.remedy else ""
        print(f"[{finding.state}] {finding.topic}：{finding.said}{remedy}", flush=True)
        bad += finding.state is State.bad
    if bad:
        raise PttError(f"有 {bad} 項壞了：照上面 → 的辦法處理。")

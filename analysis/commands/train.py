"""`ptt train`: a model from one's own store."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle


def command(
    data: DataOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write (default: models/ptt.npz)")
    ] = None,
    board: Annotated[str, typer.Option("--board", help="The board whose posts and pushes are learnt from")] = "Stock",
    seed: Annotated[int, typer.Option("--seed", help="The same store and seed give the same bytes")] = 0,
) -> None:
    """Train vote and stance models from your own store; no labels needed."""
    from analysis.sentiment.training import learnt_no_votes, train
    from analysis.store.connect import connect

    settings = settle(data)
    target = out or settings.data / "models" / "ptt.npz"
    with connect(settings.data) as connection:
        report = train(connection, target, seed, board=board, say=say)
    quality = report["vote_auc_later_threads"]
    low, high = report["vote_auc_interval"]
    print(
        f"模型寫到 {target}（{target.stat().st_size:,} bytes，{report['hash']}）；"
        f"較晚討論串的推／噓 AUC {'–' if quality is None else f'{quality:.3f}'}。"
    )
    if learnt_no_votes(report):
        why = "沒有兩種票可比" if low is None else f"AUC 的 95% 區間 {low:.2f}–{high:.2f} 沒有高過 0.5"
        say(
            f"警告：看不出這個模型分辨推和噓比擲硬幣好（較晚的 {report['later_votes']:,} 票，{why}）："
            "先不要用 PTT_ENGINE 換上它；多抓一些文章再訓練。"
        )

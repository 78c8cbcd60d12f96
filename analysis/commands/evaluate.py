"""`ptt evaluate FILE`: the quality of every engine on labelled text."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="TSV or CSV with text and a label column (tone, stance …)")
    ],
    engine: Annotated[
        list[str] | None, typer.Option("--engine", metavar="NAME", help="Only this engine; may be repeated")
    ] = None,
) -> None:
    """Print AUC, macro-F1, calibration error and speed of every engine on labelled text, with 95 % intervals."""
    from analysis.sentiment.evaluation import evaluate, table

    print(table(evaluate(file, engine)))

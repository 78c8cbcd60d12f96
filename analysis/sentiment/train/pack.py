"""Network and heads as one model file: rows in int8, one scale a column."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.ngram import Codes
from analysis.sentiment.ngram_model import save
from analysis.sentiment.train.heads import Head
from analysis.sentiment.train.network import Network
from analysis.sentiment.train.vocabulary import CHARACTERS
from analysis.sentiment.train.words import Judged
from analysis.sentiment.word_kernel import CUES

SHARED_STEPS: Final = 63
"""Steps of a network's column to either side: coarser than int8 holds, which packs smaller and costs nothing."""
OWN_STEPS: Final = 127
"""Steps of an output's column of its own."""


def write(
    path: Path,
    network: Network,
    known: Codes,
    heads: Sequence[Head],
    tasks: Mapping[str, int],
    meta: Mapping[str, Any],
    judged: Judged | None = None,
    plan: NDArray[np.float64] | None = None,
) -> str:
    """Write the model; ``tasks`` names outputs that the network gives itself. Returns the file's digest.

    ``plan`` weighs what a post's plan says for its direction, bull against bear.
    """
    width = network.table.shape[1]
    own = [head.columns for head in heads if np.any(head.columns)]
    table = np.hstack([network.table.astype(np.float64), *own])
    names = [name for head in heads for name in head.names] + list(tasks)
    outer = np.vstack([head.outer for head in heads] + [network.outer[[index]] for index in tasks.values()])
    direct = np.vstack([head.direct for head in heads] + [network.direct[[index]] for index in tasks.values()])
    bias = np.concatenate([head.bias for head in heads] + [network.bias[[index]] for index in tasks.values()])
    columns, place = [], width
    for head in heads:
        mine = bool(np.any(head.columns))
        columns += [place + index if mine else -1 for index in range(len(head.names))]
        place += len(head.names) * mine
    codes, scale = _quantised(table, np.where(np.arange(table.shape[1]) < width, SHARED_STEPS, OWN_STEPS))
    known64 = known.astype(np.uint64)
    arrays: dict[str, NDArray[Any]] = {
        "gaps": np.diff(known64, prepend=np.uint64(0)).astype(np.uint32),
        "characters": CHARACTERS,
        "weights": np.ascontiguousarray(codes.T),
        "scale": scale,
        "inner": np.ascontiguousarray(network.inner.T),
        "inner_bias": network.inner_bias,
        "outer": np.ascontiguousarray(outer.T, dtype=np.float32),
        "direct": np.ascontiguousarray(direct.T, dtype=np.float32),
        "own": np.array(columns + [-1] * len(tasks), dtype=np.int32),
        "bias": bias.astype(np.float32),
    }
    if judged is not None:
        cues = np.hstack([*[head.cues for head in heads], np.zeros((CUES, len(tasks)))])
        arrays |= judged.rows(known) | {"cue_weights": cues.astype(np.float32)}
    if plan is not None:
        arrays["plan"] = plan.astype(np.float64)
    return save(path, {"outputs": names, "width": width, **meta}, arrays)


def _quantised(table: NDArray[np.float64], steps: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8; the few heaviest weights of a column (1 in 5,000) are cut, which keeps the steps fine."""
    limit = np.quantile(np.abs(table), 0.9998, axis=0)
    scale = np.maximum(limit / steps, 1e-12).astype(np.float32)
    return np.clip(np.rint(table / scale), -steps, steps).astype(np.int8), scale

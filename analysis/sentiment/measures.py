"""Figures of quality from log-odds and labels, with intervals by resampling whole threads."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def auc(score: Doubles, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive text scores above a negative one, ties half; NaN where one side is empty."""
    values, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2.0)[place] if values.size else np.zeros(0)
    up = int(positive.sum())
    down = positive.size - up
    return float((rank[positive].sum() - up * (up + 1) / 2) / (up * down)) if up and down else float("nan")


def macro_f1(given: NDArray[np.int64], label: NDArray[np.int64]) -> float:
    """Mean F1 over the classes that occur among the labels."""
    scores = []
    for name in np.unique(label):
        hit = float(((given == name) & (label == name)).sum())
        scores.append(2 * hit / max(float((given == name).sum() + (label == name).sum()), 1.0))
    return float(np.mean(scores)) if scores else float("nan")


def calibration_error(chance: Doubles, happened: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over bins of equal numbers of texts."""
    if chance.size == 0:
        return float("nan")
    order = np.argsort(chance, kind="stable")
    parts = np.array_split(order, min(bins, chance.size))
    return float(sum(part.size * abs(chance[part].mean() - happened[part].mean()) for part in parts) / chance.size)


def interval(
    figure: Callable[[NDArray[np.int64]], float], threads: NDArray[Any], *, rounds: int = 500, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of ``figure(rows)`` by resampling threads with replacement."""
    names, place = np.unique(threads, return_inverse=True)
    members = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    random = np.random.default_rng(seed)
    found = []
    for _ in range(rounds):
        rows = np.concatenate([members[name] for name in random.integers(0, names.size, names.size)])
        value = figure(rows)
        if not np.isnan(value):
            found.append(value)
    if not found:
        return float("nan"), float("nan")
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)

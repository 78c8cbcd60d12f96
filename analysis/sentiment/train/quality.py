"""Cross-validated figures of a head, part by part of its data."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.measures import auc, calibration_error, interval, macro_f1
from analysis.sentiment.train.labels import Labelled

Doubles = NDArray[np.float64]


def _auc_of(score: Doubles, high: NDArray[np.bool_], pick: NDArray[np.int64]) -> float:
    return auc(score[pick], high[pick])


def by_part(data: Labelled, odds: Doubles) -> dict[str, dict[str, float]]:
    """Figures of each part of the data: AUC of the two ends with its interval, macro-F1, calibration error.

    Where two readers saw a part, also on the rows on which they agree (``agreed_…``), as acceptance sets are made.
    """
    parts = np.array(data.part)
    result = {}
    for part in sorted(set(data.part)):
        rows = np.flatnonzero(parts == part)
        result[part] = _figures(data, odds, rows)
        both = rows[data.agreed[rows]]
        if both.size:
            result[part] |= {f"agreed_{name}": value for name, value in _figures(data, odds, both).items()}
        drawn = rows[data.weight[rows] > 0] if data.weight is not None else rows[:0]
        if drawn.size and data.again is not None:
            result[part]["as_posted_calibration_error"] = round(_as_posted(data, odds, drawn), 4)
    return result


def _as_posted(data: Labelled, odds: Doubles, rows: NDArray[np.int64]) -> float:
    """Mean calibration error of the classes under the weights chances were fitted with, in ten bins of equal weight."""
    weight = np.ones(rows.size) if data.weight is None else data.weight[rows]
    weight = weight / weight.sum()
    chance = _chances(odds[rows])
    errors = []
    for name in range(odds.shape[1]):
        order = np.argsort(chance[:, name], kind="stable")
        bins = np.minimum((np.cumsum(weight[order]) * 10).astype(np.int64), 9)
        gap = weight[order] * (chance[order, name] - (data.label[rows][order] == name))
        errors.append(np.abs(np.bincount(bins, weights=gap)).sum())
    return float(np.mean(errors))


def _chances(odds: Doubles) -> Doubles:
    shifted = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _figures(data: Labelled, odds: Doubles, rows: NDArray[np.int64]) -> dict[str, float]:
    chance = _chances(odds[rows])
    last = odds.shape[1] - 1
    label, score, threads = data.label[rows], odds[rows, last] - odds[rows, 0], np.array(data.group)[rows]
    ends = np.flatnonzero((label == 0) | (label == last))
    low_end, high_end = interval(partial(_auc_of, score[ends], label[ends] == last), threads[ends], rounds=200)
    errors = [calibration_error(chance[:, k], label == k) for k in range(last + 1)]
    return {
        "rows": float(rows.size),
        "auc": round(auc(score[ends], label[ends] == last), 4),
        "auc_low": round(low_end, 4),
        "auc_high": round(high_end, 4),
        "macro_f1": round(macro_f1(chance.argmax(axis=1), label), 4),
        "calibration_error": round(float(np.mean(errors)), 4),
    }

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
    """Figures of each part of the data: AUC of the two ends with its interval, macro-F1, calibration error."""
    shifted = np.exp(odds - odds.max(axis=1, keepdims=True))
    chance = shifted / shifted.sum(axis=1, keepdims=True)
    last = odds.shape[1] - 1
    score = odds[:, last] - odds[:, 0]
    parts, threads = np.array(data.part), np.array(data.group)
    result = {}
    for part in sorted(set(data.part)):
        rows = np.flatnonzero((parts == part) & ((data.label == 0) | (data.label == last)))
        every = np.flatnonzero(parts == part)
        ends = (score[rows], data.label[rows] == last)
        low_end, high_end = interval(partial(_auc_of, *ends), threads[rows], rounds=200)
        result[part] = {
            "rows": float(every.size),
            "auc": round(auc(*ends), 4),
            "auc_low": round(low_end, 4),
            "auc_high": round(high_end, 4),
            "macro_f1": round(macro_f1(odds[every].argmax(axis=1), data.label[every]), 4),
            "calibration_error": round(
                float(np.mean([calibration_error(chance[every, k], data.label[every] == k) for k in range(last + 1)])),
                4,
            ),
        }
    return result

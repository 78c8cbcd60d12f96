"""The ``ptt`` engine: the tone of comments as this board writes them, from n-grams trained on its votes and labels."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.engine import EngineInfo, Scores, Weight
from analysis.sentiment.ngram_model import NgramModel, load
from analysis.sentiment.text import word_mask

WEIGHTS: Final = Path(__file__).parent / "weights" / "ptt.npz"
TONES: Final = ("neg", "neu", "pos")
SHOWN: Final = 20
"""How many n-grams ``explain`` names."""
NEUTRAL: Final = 0.1
"""What a neutral chance weighs in a score. At 1 a score is P(positive) − P(negative), at 0 the lean of what is not
neutral; the less it weighs, the better scores tell the two ends apart (docs/experiments.md)."""

Probabilities = NDArray[np.float64]


@cache
def shared_model(path: Path) -> NgramModel:
    """The model of a file, read once a process."""
    return load(path)


def softmax(outputs: NDArray[np.float64]) -> Probabilities:
    """Rows of log-odds as probabilities that sum to one."""
    shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float64)


def leaning(chances: Probabilities) -> Scores:
    """Scores in [-1, 1] from chances of low, neutral and high: high less low, over both and a tenth of neutral."""
    low, neutral, high = chances.T
    return np.asarray((high - low) / (high + low + NEUTRAL * neutral), dtype=np.float64)


class PttEngine:
    """Tone of comments: which way a comment leans, (P(pos) − P(neg)) / (P(pos) + P(neg) + P(neu) / 10).

    ``weights`` is a file that ``ptt train`` wrote; without it the shipped one. Raises PttError where it cannot be read.
    """

    def __init__(self, weights: Path | str | None = None) -> None:
        self.model = shared_model(Path(weights) if weights else WEIGHTS)
        names = self.model.names
        self._columns = [names.index(f"tone_{tone}") for tone in TONES]

    @property
    def info(self) -> EngineInfo:
        """Version, hash of the weights and the days their training data come from."""
        meta = self.model.meta
        return EngineInfo(
            name="ptt",
            version=str(meta["version"]),
            weights_hash=self.model.digest,
            trained_from=date.fromisoformat(meta["trained_from"]),
            trained_until=date.fromisoformat(meta["trained_until"]),
        )

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """P(negative), P(neutral), P(positive) of each text; a text without words is surely neutral."""
        result = softmax(self.model(texts)[:, self._columns])
        result[~word_mask(texts)] = (0.0, 1.0, 0.0)
        return result

    def score(self, texts: Sequence[str]) -> Scores:
        """:func:`leaning` of the probabilities; 0 for a text without a Han character or a Latin letter."""
        return leaning(self.probabilities(texts))

    def log_odds(self, texts: Sequence[str]) -> Scores:
        """log(P(positive) / P(negative)); 0 without words."""
        raw = self.model(texts)
        return np.asarray(np.where(word_mask(texts), raw[:, self._columns[2]] - raw[:, self._columns[0]], 0.0))

    def explain(self, text: str) -> list[Weight]:
        """The n-grams that weighed most in ``log_odds``, heaviest first, as normalised (half width, digits as 0)."""
        if not word_mask([text])[0]:
            return []
        direction = np.zeros(len(self.model.names))
        direction[self._columns[2]], direction[self._columns[0]] = 1.0, -1.0
        found = self.model.contributions(text, direction)
        ranked = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [Weight(gram, weight) for gram, weight in ranked[:SHOWN] if weight]

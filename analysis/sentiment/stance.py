"""``stance_of``: bearish or bullish, for comments, headlines and article text in Chinese or English."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.engine import Scores
from analysis.sentiment.english import english_odds
from analysis.sentiment.ngram_model import NgramModel
from analysis.sentiment.ptt_engine import WEIGHTS, shared_model, softmax
from analysis.sentiment.text import word_mask

_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+")
SHORT: Final = 60
"""Characters up to which a text is judged whole; longer ones sentence by sentence."""
LIMIT: Final = 20_000
"""Characters of one text that are read: an article and its discussion."""
STANCES: Final = ("bear", "none", "bull")


def sentences(text: str) -> list[str]:
    """Pieces of a long text, each ending where a sentence ends, none longer than a few lines; a short text whole."""
    if len(text) <= SHORT:
        return [text]
    pieces: list[str] = []
    for match in _SENTENCE.finditer(text[:LIMIT]):
        piece = match.group().strip()
        while len(piece) > 4 * SHORT:
            pieces.append(piece[: 4 * SHORT])
            piece = piece[4 * SHORT :]
        if piece:
            pieces.append(piece)
    return pieces or [text[:LIMIT]]


def stance_of(texts: Sequence[str]) -> Scores:
    """Bearish −1 … bullish +1 (P(bull) − P(bear)), one a text; 0 without a Han character or a Latin letter.

    A long text scores the mean of its sentences, so that repeating it changes nothing and no length saturates.
    """
    model = shared_model(WEIGHTS)
    pieces: list[str] = []
    owner: list[int] = []
    for index, text in enumerate(texts):
        parts = sentences(text)
        pieces += parts
        owner += [index] * len(parts)
    if not pieces:
        return np.zeros(0)
    judged = _judge(model, pieces)
    weight = np.array([min(len(piece), SHORT) for piece in pieces], dtype=np.float64) * word_mask(pieces)
    total = np.bincount(owner, weight, minlength=len(texts))
    mean = np.bincount(owner, weight * judged, minlength=len(texts)) / np.maximum(total, 1.0)
    return np.asarray(np.where(word_mask(texts), mean, 0.0))


def _judge(model: NgramModel, pieces: Sequence[str]) -> NDArray[np.float64]:
    names = model.names
    chances = softmax(model(pieces)[:, [names.index(f"stance_{stance}") for stance in STANCES]])
    english = english_odds(pieces)
    return np.asarray(np.where(english != 0.0, np.tanh(english / 2), chances[:, 2] - chances[:, 0]))

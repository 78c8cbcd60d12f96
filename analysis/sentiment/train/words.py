"""The prior word list of the trainer: words of at most MAX_N characters that lean one way whatever the comment."""

import csv
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.ngram import MAX_N, Codes, encode, fingerprint, normalise
from analysis.sentiment.train.vocabulary import CHARACTERS

WORDS: Final = Path(__file__).parent / "words.csv"


def entries() -> dict[str, tuple[float, float]]:
    """Word -> tone and stance, each between -2 and 2."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {row["word"]: (float(row["tone"]), float(row["stance"])) for row in csv.DictReader(file)}


def gram(word: str) -> int | None:
    """Fingerprint of a word, or None where it is too long to be one n-gram."""
    codes, _ = encode([word])
    normal = np.empty(codes.size + 2, dtype=np.uint32)
    size = normalise(codes, 0, codes.size, CHARACTERS, normal) - 2
    return int(fingerprint(normal, 1, size)) if 0 < size <= MAX_N else None


def prior(known: Codes) -> NDArray[np.float64]:
    """Known n-grams by four: positive, negative, bullish and bearish weight of the word, if it is one."""
    result = np.zeros((known.size, 4))
    for word, (tone, stance) in entries().items():
        wanted = gram(word)
        row = int(np.searchsorted(known, wanted)) if wanted is not None else known.size
        if row < known.size and known[row] == wanted:
            result[row] = (max(tone, 0.0), min(tone, 0.0), max(stance, 0.0), min(stance, 0.0))
    return result

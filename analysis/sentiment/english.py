"""Bullish and bearish words of English market news, for the paragraphs that Taiwanese posts quote."""

import csv
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

WORDS: Final = Path(__file__).parent / "english.csv"
_TOKEN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LATIN: Final = re.compile(r"[A-Za-z]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
NEGATIONS: Final = frozenset(
    ["no", "not", "never", "without", "cannot", "can't", "won't", "don't", "doesn't", "didn't", "isn't", "wasn't"]
)
REACH: Final = 3
"""A negation turns the words up to so many places behind it."""
STEP: Final = 0.9
"""Log-odds a word of weight 1 adds."""


@cache
def words() -> dict[str, float]:
    """Word -> weight, positive for bullish."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        return {row["word"]: float(row["weight"]) for row in csv.DictReader(file)}


def english_odds(texts: Sequence[str]) -> NDArray[np.float64]:
    """Log-odds of bullish against bearish of mostly English texts; 0 for others and for texts without a known word."""
    return np.array([_odds(text) if is_english(text) else 0.0 for text in texts], dtype=np.float64)


def is_english(text: str) -> bool:
    """Whether a sentence is one of English words, not a ticker or an exclamation."""
    return (
        len(text) > 12 and not _HAN.search(text) and len(_LATIN.findall(text)) > len(text) // 2 and " " in text.strip()
    )


def _odds(text: str) -> float:
    known = words()
    tokens = _TOKEN.findall(text.lower().replace("’", "'"))
    total, turned = 0.0, 0
    for index, token in enumerate(tokens):
        if token in NEGATIONS:
            turned = REACH
            continue
        pair = f"{token} {tokens[index + 1]}" if index + 1 < len(tokens) else token
        weight = known.get(pair, known.get(token, 0.0))
        total += -0.7 * weight if turned else weight
        turned = max(turned - 1, 0)
    return STEP * total / max(1.0, math.sqrt(len(tokens) / 12.0))

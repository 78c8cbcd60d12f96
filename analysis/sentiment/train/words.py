"""The prior word list of the trainer: words of at most MAX_N characters that lean one way whatever the comment."""

import csv
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.ngram import DIGIT, MAX_N, Codes, encode, fingerprint, normalise
from analysis.sentiment.train.vocabulary import CHARACTERS
from analysis.sentiment.word_kernel import KINDS, MAX_WORD

WORDS: Final = Path(__file__).parent / "words.csv"
Letters = tuple[int, ...]
"""A word's normalised characters."""
_MOST: Final = 3.0
"""What the words inside a word may say together."""


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


def lexicon() -> dict[str, tuple[float, float]]:
    """The lexicon engine's words as n-grams, positive and negative shares: a text's n-grams add up to its words.

    A modifier and its word, where both fit into one n-gram, are one word (不看好, 超爛). A longer word
    carries the difference to the shorter ones in it.
    """
    from analysis.sentiment.lexicon_engine import MODIFIER_LISTS, WORD_LISTS, read_list

    said = {word: polarity for name in WORD_LISTS for word, polarity, _ in read_list(name) if len(word) <= MAX_N}
    full = dict(said)
    for name in MODIFIER_LISTS:
        for modifier, factor, _ in read_list(name):
            for word, polarity in said.items():
                if len(modifier) + len(word) <= MAX_N and modifier + word not in said:
                    full[modifier + word] = polarity * factor
    net: dict[str, tuple[float, float]] = {}
    for word in sorted(full, key=lambda word: (len(word), word)):
        parts = [word[i:j] for i in range(len(word)) for j in range(i + 1, len(word) + 1) if j - i < len(word)]
        inside = [net[part] for part in parts if part in net]
        net[word] = (
            max(full[word], 0.0) - sum(part[0] for part in inside),
            min(full[word], 0.0) - sum(part[1] for part in inside),
        )
    return net


@dataclass(frozen=True)
class Judged:
    """Judged words and modifiers as n-grams: what a model file keeps of them."""

    grams: Codes
    """Fingerprints of the words and of all their beginnings, sorted: a model must know them all."""
    words: Codes
    values: NDArray[np.float32]
    """Words by four: polarity, tone, stance, and the factor of a modifier (1 for others)."""
    longer: Codes
    """Beginnings of MAX_N or more characters of longer words."""

    def rows(self, known: Codes) -> dict[str, NDArray[Any]]:
        """The arrays of a model file, for a table whose rows are ``known``."""
        return {
            "word_rows": np.searchsorted(known, self.words).astype(np.int32),
            "word_values": self.values,
            "longer": np.searchsorted(known, self.longer).astype(np.int32),
        }


def judged() -> Judged:
    """All words of the lexicon engine's lists and of words.csv that a model can hold: at most MAX_WORD characters."""
    from analysis.sentiment.lexicon_engine import MODIFIER_LISTS, WORD_LISTS, read_list

    values: dict[Letters, list[float]] = {}

    def place(word: str) -> list[float]:
        codes = _normal(word)
        return values.setdefault(codes, [0.0, 0.0, 0.0, 1.0]) if 0 < len(codes) <= MAX_WORD else [0.0] * 4

    polarities = [(word, polarity) for name in WORD_LISTS for word, polarity, _ in read_list(name)]
    for word, polarity in polarities:
        place(word)[0] = polarity
    for word, (tone, stance) in entries().items():
        place(word)[1:3] = tone, stance
    factors = {_normal(word): factor for name in MODIFIER_LISTS for word, factor, _ in read_list(name)}
    for word in (word for name in MODIFIER_LISTS for word, _, _ in read_list(name)):
        place(word)[3] = factors[_normal(word)]
    lexicon, own = {_normal(word) for word, _ in polarities}, {_normal(word) for word in entries()}
    unjudged = [(codes, value) for codes, value in values.items() if codes not in factors]
    hidden = [(value, _inside(codes, values, factors, lexicon)[0]) for codes, value in unjudged if codes not in lexicon]
    mute = [(value, _inside(codes, values, factors, own)[1:3]) for codes, value in unjudged if codes not in own]
    for value, polarity in hidden:
        value[0] = polarity
    for value, both in mute:
        value[1:3] = both
    grams: set[int] = set()
    longer: set[int] = set()
    words: dict[int, list[float]] = {}
    for codes, value in values.items():
        if set(codes) == {DIGIT}:
            continue
        marks = [_fingerprint(codes[:size]) for size in range(1, len(codes) + 1)]
        grams.update(marks)
        longer.update(marks[MAX_N - 1 : -1])
        words[marks[-1]] = value
    order = sorted(words)
    return Judged(
        np.array(sorted(grams), dtype=np.uint32),
        np.array(order, dtype=np.uint32),
        np.array([words[mark] for mark in order], dtype=np.float32),
        np.array(sorted(longer), dtype=np.uint32),
    )


def _inside(
    word: Letters, values: Mapping[Letters, list[float]], factors: Mapping[Letters, float], listed: Set[Letters]
) -> list[float]:
    """What the listed words inside a longer word say, read as a text is: longest first, modifiers multiply the next.

    A word hides the shorter ones in it, and a list that does not have it would else fall silent there.
    """
    total, factor, at = [0.0] * KINDS, 1.0, 0
    while at < len(word):
        sizes = range(min(len(word) - at, len(word) - 1), 0, -1)
        part = next(
            (word[at : at + n] for n in sizes if word[at : at + n] in listed or word[at : at + n] in factors), None
        )
        if part is None:
            at += 1
            continue
        if part in listed:
            total = [sum(pair) for pair in zip(total, (factor * value for value in values[part]), strict=False)]
            factor = 1.0
        else:
            factor *= factors[part]
        at += len(part)
    return [min(max(value, -_MOST), _MOST) for value in total]


def _normal(word: str) -> Letters:
    codes, _ = encode([word])
    normal = np.empty(codes.size + 2, dtype=np.uint32)
    size = normalise(codes, 0, codes.size, CHARACTERS, normal)
    return tuple(int(code) for code in normal[1 : size - 1])


def _fingerprint(codes: Letters) -> int:
    return int(fingerprint(np.array(codes, dtype=np.uint32), 0, len(codes)))


def prior(known: Codes) -> NDArray[np.float64]:
    """Known n-grams by six: positive, negative, bullish, bearish weight of the word, and the lexicon's two."""
    result = np.zeros((known.size, 6))
    for word, (tone, stance) in entries().items():
        row = _row(word, known)
        if row >= 0:
            result[row, :4] = (max(tone, 0.0), min(tone, 0.0), max(stance, 0.0), min(stance, 0.0))
    for word, shares in lexicon().items():
        row = _row(word, known)
        if row >= 0:
            result[row, 4:] = shares
    return result


def _row(word: str, known: Codes) -> int:
    wanted = gram(word)
    row = int(np.searchsorted(known, np.uint32(wanted))) if wanted is not None else known.size
    return row if row < known.size and known[row] == wanted else -1

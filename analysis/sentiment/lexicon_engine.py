"""The `lexicon` engine: finance words and the board's slang from readable CSV files, with negation and words of degree.

Weaker than a trained model, but every number can be read off the lists: for explanation, and as a feature for others.
"""

import csv
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np

from analysis.sentiment.engine import EngineInfo, Scores, Weight
from analysis.sentiment.text import has_word

WORD_LISTS: Final = ("board", "market", "general")
MODIFIER_LISTS: Final = ("degrees", "negations")
VERSION: Final = "1"

_REACH: Final = 4
"""How many characters may stand between a modifier and its word; one between a modifier of one character and it."""
_REACH_OF_ONE: Final = 1
_CLAUSE_ENDS: Final = frozenset(",.;:!?、。…\n|/")
_FULL_WIDTH: Final[Mapping[int, int]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    0x3000: 0x20,
    ord("臺"): ord("台"),
}


class Entry(NamedTuple):
    """One line of a list: what it adds (polarity) or, for a modifier, what it multiplies the next word by."""

    word: str
    polarity: float
    factor: float


Trie = dict[str, Any]
"""Character → the trie behind it; under _ENTRY the entry that ends here."""
_ENTRY: Final = ""


class Hit(NamedTuple):
    """A word found in a text with its modifiers: text[start:end]."""

    start: int
    end: int
    weight: float


class LexiconEngine:
    """tanh of the sum of the words' polarities, each turned and scaled by the negations and degrees before it."""

    def __init__(self) -> None:
        self._trie, digest = _entries()
        self._info = EngineInfo("lexicon", VERSION, digest)

    @property
    def info(self) -> EngineInfo:
        return self._info

    def score(self, texts: Sequence[str]) -> Scores:
        """One float64 in [−1, 1] a text: the more its words agree, the nearer to the ends."""
        return np.fromiter((self._score(text) for text in texts), np.float64, len(texts))

    def log_odds(self, texts: Sequence[str]) -> None:  # noqa: ARG002
        """None: polarities are judgements, not probabilities."""
        return

    def explain(self, text: str) -> list[Weight]:
        """Each word with the modifiers before it and what it added to the sum, heaviest first."""
        if not has_word(text):
            return []
        weights = [Weight(text[hit.start : hit.end], hit.weight) for hit in self.hits(text) if hit.weight]
        return sorted(weights, key=lambda weight: -abs(weight.weight))

    def hits(self, text: str) -> Iterator[Hit]:
        """The words found, in order; a longer entry hides the shorter ones in it."""
        plain = _normalise(text)
        trie = self._trie
        factor, start, reach_end = 1.0, 0, -1
        at, end = 0, len(plain)
        while at < end:
            entry = _longest(trie, plain, at) if plain[at] in trie else None
            if entry is None:
                if plain[at] in _CLAUSE_ENDS:
                    reach_end = -1
                at += 1
                continue
            word, polarity, scale = entry
            if at > reach_end:
                factor, start = 1.0, at
            after = at + len(word)
            if scale != 1 and (not polarity or self._word_at(plain, after)):
                factor *= scale
                if len(word) > 1 and self._word_at(plain, after - 1, longer_than=1):
                    after -= 1  # 沒有 + 道理 is also 沒 + 有道理
                reach_end = max(reach_end, after + (_REACH if len(word) > 1 else _REACH_OF_ONE))
            else:
                yield Hit(start, after, polarity * factor)
                reach_end = -1
            at = after

    def _word_at(self, plain: str, at: int, longer_than: int = 0) -> bool:
        """Whether a word with a polarity begins there: then an entry that is also a modifier (好) is only that."""
        entry = _longest(self._trie, plain, at, worded=True)
        return entry is not None and len(entry.word) > longer_than

    def _score(self, text: str) -> float:
        return math.tanh(sum(hit.weight for hit in self.hits(text))) if has_word(text) else 0.0


def read_list(name: str) -> list[tuple[str, float, str]]:
    """(word, polarity or factor, note) of one of the lists."""
    text = (files("analysis.sentiment") / "lexicon" / f"{name}.csv").read_text("utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    return [(word, float(number), note) for word, number, note in rows]


def _longest(trie: Trie, plain: str, at: int, *, worded: bool = False) -> Entry | None:
    """The longest entry that stands at that place; with ``worded`` only such as have a polarity."""
    found: Entry | None = None
    node = trie
    for i in range(at, len(plain)):
        if plain[i] not in node:
            break
        node = node[plain[i]]
        entry = node.get(_ENTRY)
        if (
            entry is not None
            and (entry.polarity or not worded)
            and (not entry.word.isascii() or _stands_alone(plain, at, i + 1))
        ):
            found = entry
    return found


@lru_cache(maxsize=1)
def _entries() -> tuple[Trie, str]:
    """All entries by their characters, and a hash of the lists."""
    polarity: dict[str, float] = {}
    factor: dict[str, float] = {}
    digest = hashlib.sha256(VERSION.encode())
    for names, numbers in ((WORD_LISTS, polarity), (MODIFIER_LISTS, factor)):
        for name in names:
            for word, number, _ in read_list(name):
                numbers[_normalise(word)] = number
                digest.update(f"{name},{word},{number}\n".encode())
    trie: Trie = {}
    for word in polarity.keys() | factor.keys():
        node = trie
        for char in word:
            node = node.setdefault(char, {})
        node[_ENTRY] = Entry(word, polarity.get(word, 0.0), factor.get(word, 1.0))
    return trie, digest.hexdigest()[:16]


def _normalise(text: str) -> str:
    """Lower case, half width, 台 for 臺; one character stays one, so that positions hold."""
    plain = text.translate(_FULL_WIDTH)
    lower = plain.lower()
    return lower if len(lower) == len(plain) else "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)


def _stands_alone(plain: str, start: int, end: int) -> bool:
    """Whether plain[start:end] is no part of a longer Latin word or number (signs have no such limits)."""
    if not plain[start].isalnum():
        return True
    return not (_is_latin(plain[start - 1 : start]) or _is_latin(plain[end : end + 1]))


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()

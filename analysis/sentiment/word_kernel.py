"""Judged words in a normalised text: which stand there, turned and scaled by the negations and degrees before them.

The same reading as the ``lexicon`` engine's (longest word first, modifiers reach a few characters), on the n-grams that
the model looks up anyway. What the words of a text say together are its *cues*, numbers that its outputs weigh.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.jit import kernel
from analysis.sentiment.ngram import Codes

WORD: Final = 1
"""Flag of an n-gram that is a judged word."""
MODIFIER: Final = 2
"""Flag of an n-gram that is a negation or a word of degree."""
MAX_WORD: Final = 8
"""Characters of the longest judged word."""
KINDS: Final = 3
"""Judgements of a word: its polarity in the lexicon engine's lists, tone and stance in the trainer's."""
CUES: Final = 6 * KINDS + 1
"""Of each kind: squashed sum, sum, positive part, negative part, last word, first word; then the number of words."""
_REACH: Final = 4
_REACH_OF_ONE: Final = 1
_MOST: Final = 4.0
"""A word counts at most so much; and beyond so many words their mean counts, so that length alone says nothing."""


@kernel
def latin(code: int) -> bool:
    """Whether a normalised character is a Latin letter or a digit."""
    return 97 <= code <= 122 or code == 48


@kernel
def stands_alone(normal: Codes, start: int, end: int) -> bool:
    """Whether normal[start:end], if Latin, is no part of a longer Latin word or number."""
    if not (latin(normal[start]) and latin(normal[end - 1])):
        return True
    return not (latin(normal[start - 1]) or latin(normal[end]))


@kernel
def ends_clause(code: int) -> bool:
    """Whether a modifier does not reach beyond this character: , . / : ; ! ? | 、 。 …"""
    return (44 <= code <= 47 and code != 45) or code in (58, 59, 33, 63, 124, 0x3001, 0x3002, 0x2026)


@kernel
def next_word(
    normal: Codes, size: int, entries: NDArray[np.int32], word_of: NDArray[np.int16],
    values: NDArray[np.float32], state: NDArray[np.float64],
) -> int:  # fmt: skip
    """Index of the next judged word, or -1; ``state`` is where to go on, the factor so far, its reach, and its start.

    After a word, state[1] is its factor and state[3] where it and its modifiers begin.
    """
    at = int(state[0])
    while at < size - 1:
        length = entries[at, 0]
        if length == 0:
            if ends_clause(normal[at]):
                state[2] = -1.0
            at += 1
            continue
        index = word_of[entries[at, 1]]
        if at > state[2]:
            state[1] = 1.0
            state[3] = at
        scale = values[index, KINDS]
        after = at + length
        if scale != 1 and (entries[at, 2] != length or entries[after, 2] > 0):
            state[1] *= scale
            if length > 1 and entries[after - 1, 2] > 1:
                after -= 1  # 沒有 + 道理 is also 沒 + 有道理
            state[2] = max(state[2], after + (_REACH if length > 1 else _REACH_OF_ONE))
            at = after
            continue
        state[0] = after
        state[2] = -1.0
        return int(index)
    state[0] = at
    return -1


@kernel
def read_words(
    normal: Codes, size: int, entries: NDArray[np.int32], word_of: NDArray[np.int16],
    values: NDArray[np.float32], cues: NDArray[np.float32],
) -> bool:  # fmt: skip
    """Fill ``cues`` of a text whose :func:`~analysis.sentiment.ngram_kernel.known_rows` are in ``entries``.

    False, and nothing but zeros, where no judged word stands.
    """
    cues[:] = 0
    if entries[0, 1] == 0:
        return False
    state = np.empty(4, dtype=np.float64)
    state[0], state[1], state[2], state[3] = entries[0, 1], 1.0, -1.0, 1.0
    count = 0
    while True:
        index = next_word(normal, size, entries, word_of, values, state)
        if index < 0:
            break
        count += 1
        for kind in range(KINDS):
            value = np.float32(min(max(values[index, kind] * state[1], -_MOST), _MOST))
            if value > 0:
                cues[2 * KINDS + kind] += value
            else:
                cues[3 * KINDS + kind] += value
            cues[4 * KINDS + kind] = value
            if count == 1:
                cues[5 * KINDS + kind] = value
    if count == 0:
        return False
    share = np.float32(min(1.0, _MOST / count))
    for kind in range(KINDS):
        cues[2 * KINDS + kind] *= share
        cues[3 * KINDS + kind] *= share
        total = cues[2 * KINDS + kind] + cues[3 * KINDS + kind]
        cues[kind] = np.tanh(total if kind == 0 else total / 2)
        cues[KINDS + kind] = min(max(total, np.float32(-_MOST)), np.float32(_MOST))
    cues[6 * KINDS] = min(count, 8)
    return True


@kernel
def judged_words(
    normal: Codes,
    size: int,
    entries: NDArray[np.int32],
    word_of: NDArray[np.int16],
    values: NDArray[np.float32],
    slope: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """What each judged word adds to ``slope . cues`` (the squashed sum by its mean slope), its begin and end."""
    cues = np.empty(CUES, dtype=np.float32)
    read_words(normal, size, entries, word_of, values, cues)
    added = np.zeros(size, dtype=np.float64)
    begins, ends = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    state = np.empty(4, dtype=np.float64)
    state[0], state[1], state[2], state[3] = 1.0, 1.0, -1.0, 1.0
    count = 0
    while True:
        index = next_word(normal, size, entries, word_of, values, state)
        if index < 0:
            break
        for kind in range(KINDS):
            value = min(max(values[index, kind] * state[1], -_MOST), _MOST)
            total = cues[2 * KINDS + kind] + cues[3 * KINDS + kind]
            added[count] += value * (cues[kind] / total if total != 0 else 0.0) * slope[kind]
            added[count] += value * slope[KINDS + kind]
            added[count] += value * slope[(2 if value > 0 else 3) * KINDS + kind]
            if count == 0:
                added[count] += value * slope[5 * KINDS + kind]
        begins[count], ends[count] = int(state[3]), int(state[0])
        count += 1
    for kind in range(KINDS):
        if count:
            added[count - 1] += cues[4 * KINDS + kind] * slope[4 * KINDS + kind]
    added *= min(1.0, _MOST / max(count, 1))
    added += slope[6 * KINDS] * min(count, 8) / max(count, 1)
    return added[:count], begins[:count], ends[:count]


@kernel
def add_cues(cues: NDArray[np.float32], weights: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Add ``cues . weights`` (cues by outputs) to ``out``."""
    for cue in range(CUES):
        level = cues[cue]
        if level != 0:
            for output in range(out.size):
                out[output] += level * weights[cue, output]

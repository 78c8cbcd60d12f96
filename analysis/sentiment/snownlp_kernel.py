"""SnowNLP's segmentation and naive Bayes over flat arrays: the same words, the same sums, hence the same bits.

What must be kept of the package: states are tried in the order b, m, e, s and a tie keeps the first; a character that
the model has never seen takes the last predecessor; text between Han runs is cut at Python's white space; stop words
are dropped after segmentation.
"""

# mypy: disable-error-code="assignment"
# (Python and numpy numbers are one type to numba; mypy would want a cast at every sum.)

import math
from typing import Any, NamedTuple

import numpy as np

from analysis.sentiment.jit import kernel
from analysis.sentiment.snownlp_lookup import find, find_word, table_shift
from analysis.sentiment.snownlp_model import CHAR_BITS, HAN_FIRST, HAN_LAST, LAST_CELL

_CHAR_BITS = CHAR_BITS
_HAN_FIRST = HAN_FIRST
_HAN_LAST = HAN_LAST
_LAST = LAST_CELL
_CLEAR = 1e-6
"""A lead in log-probability that no rounding of a further addition can turn into a tie (sums stay below 1e9)."""
_OVERFLOW = 709.782712893384
"""The largest x whose math.exp(x) does not overflow."""


@kernel
def _is_space(code: Any) -> Any:
    """str.isspace."""
    return (
        9 <= code <= 13
        or 28 <= code <= 32
        or code in (0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
        or 0x2000 <= code <= 0x200A
    )


class Space(NamedTuple):
    """Working space for a run of Han characters, used again and again: allocating would cost more than the sums."""

    char: Any
    pair: Any
    triple: Any
    """A run's characters, and where the cells of its bigrams and trigrams begin (−1: none)."""
    back: Any
    tags: Any
    score: Any
    base: Any
    rival: Any


@kernel
def _space(longest: Any) -> Any:
    return Space(
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty((longest, 16), np.int8),
        np.empty(longest, np.int8),
        np.empty(32),
        np.empty(16),
        np.empty(4),
    )


@kernel
def _look_up(model: Any, bi_shift: Any, tri_shift: Any, codes: Any, start: Any, end: Any, space: Any) -> None:
    """The run's entries in the model, all before the sums: look-ups that need not wait for each other overlap."""
    begin = np.int64(model.uni.shape[0] // 4 - 1)
    a, b = begin, begin
    for i in range(end - start):
        c = np.int64(model.chars[codes[start + i] - _HAN_FIRST])
        pair, triple = np.int64(-1), np.int64(-1)
        if c >= 0 and b >= 0:
            key = (b << _CHAR_BITS) + c
            pair = find(model.bi_slots, bi_shift, key)
            if pair >= 0 and a >= 0:
                triple = find(model.tri_slots, tri_shift, (a << (2 * _CHAR_BITS)) + key)
        space.char[i], space.pair[i], space.triple[i] = c, pair, triple
        a, b = b, c


@kernel
def _tag(model: Any, length: Any, space: Any) -> None:
    """Viterbi over a run that ``_look_up`` prepared: its tags into ``space.tags``.

    Cell p × 4 + q is "tag p, after tag q"; cells that cannot occur at a run's beginning hold −inf.
    """
    score, base, rival, back = space.score, space.base, space.rival, space.back
    now, nxt = 0, 16  # the halves of score: swapping arrays would count references at every character
    score[:] = -np.inf
    score[0] = 0.0
    befores, tags_now = 1, 1  # how many tags the character before, and this one, can have
    for i in range(length):
        c, pair, triple = space.char[i], space.pair[i], space.triple[i]
        if c < 0:
            last = befores - 1
            for p in range(4):
                for r in range(4):
                    score[nxt + r * 4 + p] = score[now + p * 4 + last] if p < tags_now else -np.inf
                    back[i, r * 4 + p] = last
        else:
            for p in range(4):
                for r in range(4):
                    base[p * 4 + r] = model.uni[c * 4 + r]
            if pair >= 0:
                more = True
                while more:
                    cell = np.int64(model.bi_cell[pair])
                    base[cell & 15] = model.bi_log[pair]
                    more = cell < _LAST
                    pair += 1
            for p in range(4):
                best, second, lead = score[now + p * 4], -np.inf, 0
                for q in range(1, 4):
                    value = score[now + p * 4 + q]
                    if value > best:
                        second, best, lead = best, value, q
                    elif value > second:
                        second = value
                clear = best - second > _CLEAR
                for r in range(4):
                    step = base[p * 4 + r]
                    if clear and step != -np.inf:
                        score[nxt + r * 4 + p] = best + step
                        back[i, r * 4 + p] = lead
                    else:
                        rival[:] = step
                        score[nxt + r * 4 + p], back[i, r * 4 + p] = _best(score, now + p * 4, rival)
            if triple >= 0:
                more = True
                while more:
                    cell = np.int64(model.tri_cell[triple])
                    cell_of = (cell & 63) >> 2
                    p, r = cell_of >> 2, cell_of & 3
                    rival[:] = base[cell_of]
                    while True:
                        rival[cell & 3] = model.tri_log[triple]
                        triple += 1
                        more = cell < _LAST
                        if not more:
                            break
                        cell = np.int64(model.tri_cell[triple])
                        if (cell & 63) >> 2 != cell_of:
                            break
                    score[nxt + r * 4 + p], back[i, r * 4 + p] = _best(score, now + p * 4, rival)
        now, nxt = nxt, now
        befores, tags_now = tags_now, 4
    best, cell = score[now], 0
    for other in range(1, 16):
        if score[now + other] > best:
            best, cell = score[now + other], other
    p, q = cell >> 2, cell & 3
    for i in range(length - 1, -1, -1):
        space.tags[i] = p
        p, q = q, np.int64(back[i, p * 4 + q])


@kernel
def _best(score: Any, at: Any, steps: Any) -> Any:
    """Best way into a cell over the four cells from ``at``, the first of equals, and which it was."""
    best, lead = score[at] + steps[0], 0
    for q in range(1, 4):
        value = score[at + q] + steps[q]
        if value > best:
            best, lead = value, q
    return best, lead


@kernel
def _longest_run(codes: Any) -> Any:
    """Length of the longest run of Han characters: what the working space must hold."""
    longest, run = 1, 0
    for code in codes:
        if _HAN_FIRST <= code <= _HAN_LAST:
            run += 1
            longest = max(longest, run)
        else:
            run = 0
    return longest


@kernel
def _cut(model: Any, bi_shift: Any, tri_shift: Any, codes: Any, start: Any, end: Any, space: Any, words: Any) -> Any:
    """Words of codes[start:end] as (start, end) into ``words`` (a row a character is enough); how many."""
    n = 0
    i = start
    while i < end:
        code = codes[i]
        j = i + 1
        if _HAN_FIRST <= code <= _HAN_LAST:
            while j < end and _HAN_FIRST <= codes[j] <= _HAN_LAST:
                j += 1
            _look_up(model, bi_shift, tri_shift, codes, i, j, space)
            _tag(model, j - i, space)
            first = i
            for k in range(i, j):
                tag = space.tags[k - i]
                if tag in (0, 3) and k > first:  # b and s begin a word
                    words[n, 0], words[n, 1] = first, k
                    n += 1
                    first = k
                if tag == 2:  # e ends one
                    words[n, 0], words[n, 1] = first, k + 1
                    n += 1
                    first = k + 1
            if first < j:
                words[n, 0], words[n, 1] = first, j
                n += 1
        elif not _is_space(code):
            while j < end and not (_HAN_FIRST <= codes[j] <= _HAN_LAST) and not _is_space(codes[j]):
                j += 1
            words[n, 0], words[n, 1] = i, j
            n += 1
        i = j
    return n


@kernel
def judge(model: Any, codes: Any, bounds: Any, chance: Any, log_odds: Any) -> None:
    """Bayes for each text codes[bounds[i, 0]:bounds[i, 1]]: P(positive) as the package rounds it, and its log-odds."""
    bi_shift, tri_shift, word_shift = (
        table_shift(model.bi_slots),
        table_shift(model.tri_slots),
        table_shift(model.word_slots),
    )
    space = _space(_longest_run(codes))
    longest = 1
    for t in range(bounds.shape[0]):
        longest = max(longest, bounds[t, 1] - bounds[t, 0])
    words = np.empty((longest, 2), np.int64)
    for t in range(bounds.shape[0]):
        n = _cut(model, bi_shift, tri_shift, codes, bounds[t, 0], bounds[t, 1], space, words)
        negative, positive = model.prior[0], model.prior[1]
        for w in range(n):
            word = find_word(model, word_shift, codes, words[w, 0], words[w, 1])
            negative += model.word_log[word, 0]
            positive += model.word_log[word, 1]
        x = positive - negative
        log_odds[t] = x
        p_negative = 0.0 if x > _OVERFLOW else 1 / (1 + math.exp(x))
        p_positive = 0.0 if -x > _OVERFLOW else 1 / (1 + math.exp(-x))
        # The package reports the likelier class, "negative" if they tie, and turns it into P(positive).
        chance[t] = p_positive if p_positive > p_negative else 1 - p_negative


@kernel
def explain_words(model: Any, codes: Any, words: Any, weights: Any) -> Any:
    """Words of one text as (start, end), and what each adds to the log-odds (stop words 0); how many."""
    space = _space(_longest_run(codes))
    n = _cut(model, table_shift(model.bi_slots), table_shift(model.tri_slots), codes, 0, codes.shape[0], space, words)
    shift = table_shift(model.word_slots)
    for w in range(n):
        word = find_word(model, shift, codes, words[w, 0], words[w, 1])
        weights[w] = model.word_log[word, 1] - model.word_log[word, 0]
    return n

"""The fused loop of the n-gram models: normalise, hash, look up, add up, and the small network on top."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.jit import kernel
from analysis.sentiment.ngram import (
    END,
    MAX_N,
    SPACE,
    START,
    Codes,
    Offsets,
    extend,
    extend_word,
    fingerprint,
    finish,
    finish_word,
    normalise,
)
from analysis.sentiment.word_kernel import CUES, MAX_WORD, MODIFIER, WORD, add_cues, read_words, stands_alone

LONGER: Final = 4
"""Flag of an n-gram of MAX_N or more characters: a longer judged word begins with it."""
LONG: Final = 400
"""Up to so many n-grams (some 100 characters) a bag is divided by the root of its size, beyond it by the size: the
evidence of a longer text counts as its mean does, so that no text saturates by length alone."""


@kernel
def build_slots(known: Codes, flags: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """An open-addressing table, at most half full: a slot is fingerprint, flags (4 bits) and row + 1, or 0 where empty.

    One look at one slot settles most misses: the table is what a lookup waits for.
    """
    size = 1024
    while size < 2 * known.size:
        size *= 2
    slots = np.zeros(size, dtype=np.uint64)
    mask = np.uint64(size - 1)
    for row in range(known.size):
        slot = np.uint64(known[row]) & mask
        while slots[slot] != 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = (np.uint64(known[row]) << np.uint64(32)) | (np.uint64(flags[row]) << np.uint64(28))
        slots[slot] |= np.uint64(row + 1)
    return slots


@kernel
def find(wanted: np.uint32, slots: NDArray[np.uint64]) -> np.int64:
    """Flags << 28 and row + 1 of a fingerprint, or 0."""
    mask = np.uint64(slots.size - 1)
    slot = np.uint64(wanted) & mask
    while True:
        entry = slots[slot]
        if entry == 0:
            return np.int64(0)
        if entry >> np.uint64(32) == np.uint64(wanted):
            return np.int64(entry & np.uint64(0xFFFFFFFF))
        slot = (slot + np.uint64(1)) & mask


@kernel
def divisor(count: int) -> float:
    """What a bag of ``count`` known n-grams is divided by."""
    if count <= 0:
        return 1.0
    if count <= LONG:
        return float(np.sqrt(count))
    return count / float(np.sqrt(LONG))


@kernel
def row_of(found: np.int64) -> np.int64:
    """Row in what :func:`find` gave, or -1."""
    return (found & np.int64(0xFFFFFFF)) - np.int64(1)


@kernel
def known_rows(
    normal: Codes, size: int, slots: NDArray[np.uint64], out: NDArray[np.int64], entries: NDArray[np.int32]
) -> int:
    """Rows of the known ones among :func:`analysis.sentiment.ngram.fingerprints`; ``out`` needs (MAX_N + 1) * size.

    Whatever knows an n-gram knows its beginnings too: a miss ends a position. ``entries`` (size by 3) gets at each
    position the length and row of the longest judged word or modifier, and the length of the longest judged word;
    ``entries[0, 1]`` is the first such position, 0 where there is none (no word begins with the START mark).
    """
    count = 0
    word = np.uint64(0)
    letters = 0
    first = 0
    for position in range(size):
        entries[position, 0] = 0
        entries[position, 2] = 0
        code = normal[position]
        if 97 <= code <= 122:
            word = extend_word(word, code)
            letters += 1
        elif letters:
            if letters > 1:
                row = row_of(find(finish_word(word), slots))
                if row >= 0:
                    out[count] = row
                    count += 1
            word = np.uint64(0)
            letters = 0
        state = np.uint64(0)
        found = np.int64(0)
        for length in range(min(MAX_WORD, size - position)):
            if length >= MAX_N and not (found >> np.int64(28)) & LONGER:
                break
            state = extend(state, normal[position + length])
            if length == 0 and code in (START, END, SPACE):
                continue
            found = find(finish(state), slots)
            if found == 0:
                break
            if length < MAX_N:
                out[count] = row_of(found)
                count += 1
            flags = found >> np.int64(28)
            if flags & (WORD | MODIFIER) and stands_alone(normal, position, position + length + 1):
                entries[position, 0] = length + 1
                entries[position, 1] = row_of(found)
                if flags & WORD:
                    entries[position, 2] = length + 1
                if first == 0:
                    first = position
    entries[0, 1] = first
    return count


@kernel
def outputs(
    codes: Codes,
    offsets: Offsets,
    table: NDArray[np.uint16],
    slots: NDArray[np.uint64],
    weights: NDArray[np.int8],
    scale: NDArray[np.float32],
    inner: NDArray[np.float32],
    inner_bias: NDArray[np.float32],
    outer: NDArray[np.float32],
    direct: NDArray[np.float32],
    own: NDArray[np.int32],
    bias: NDArray[np.float32],
    word_of: NDArray[np.int16],
    word_values: NDArray[np.float32],
    cue_weights: NDArray[np.float32],
) -> NDArray[np.float64]:
    """One row of outputs a text.

    It is ``bias + bag[own] + direct . bag + outer . relu(inner . bag + inner_bias) + cue_weights . cues``.
    ``inner`` (columns by units), ``outer`` (units by outputs) and ``direct`` (columns by outputs) see the first columns
    of the bag only; ``own`` is each output's column of its own, or -1; cues are what the judged words say.

    Sums run in one fixed order for each text, so that neither threads nor the batch change a number.
    """
    texts = offsets.size - 1
    width = weights.shape[1]
    result = np.empty((texts, bias.size), dtype=np.float64)
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    normal = np.empty(longest + 2, dtype=np.uint32)
    rows = np.empty((longest + 2) * (MAX_N + 1), dtype=np.int64)
    total = np.empty(width, dtype=np.int32)
    bag = np.empty(width, dtype=np.float32)
    units = np.empty(inner_bias.size, dtype=np.float32)
    line_out = np.empty(bias.size, dtype=np.float32)
    entries = np.empty((longest + 2, 3), dtype=np.int32)
    cues = np.empty(CUES, dtype=np.float32)
    for text in range(texts):
        size = normalise(codes, offsets[text], offsets[text + 1], table, normal)
        count = known_rows(normal, size, slots, rows, entries)
        total[:] = 0
        for index in range(count):
            line = weights[rows[index]]
            for column in range(width):
                total[column] += line[column]
        part = np.float32(divisor(count))
        for column in range(width):
            bag[column] = np.float32(total[column]) * scale[column] / part
        units[:] = inner_bias
        line_out[:] = bias
        for column in range(inner.shape[0]):
            level = bag[column]
            for unit in range(units.size):
                units[unit] += level * inner[column, unit]
            for output in range(bias.size):
                line_out[output] += level * direct[column, output]
        for unit in range(units.size):
            level = units[unit]
            if level > 0:
                for output in range(bias.size):
                    line_out[output] += level * outer[unit, output]
        if read_words(normal, size, entries, word_of, word_values, cues):
            add_cues(cues, cue_weights, line_out)
        for output in range(bias.size):
            if own[output] >= 0:
                line_out[output] += bag[own[output]]
            result[text, output] = line_out[output]
    return result


@kernel
def locate(
    normal: Codes, size: int, slots: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row, start and length of every known n-gram of one normalised text (whole Latin words left out)."""
    rows = np.empty(size * MAX_N, dtype=np.int64)
    starts = np.empty(size * MAX_N, dtype=np.int64)
    lengths = np.empty(size * MAX_N, dtype=np.int64)
    count = 0
    for start in range(size):
        for length in range(1, min(MAX_N, size - start) + 1):
            row = row_of(find(fingerprint(normal, start, length), slots))
            if row >= 0:
                rows[count], starts[count], lengths[count] = row, start, length
                count += 1
    return rows[:count], starts[:count], lengths[:count]


@kernel
def all_cues(
    codes: Codes,
    offsets: Offsets,
    table: NDArray[np.uint16],
    slots: NDArray[np.uint64],
    word_of: NDArray[np.int16],
    word_values: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Cues of every text (texts by CUES), as :func:`outputs` sees them: for training."""
    texts = offsets.size - 1
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    normal = np.empty(longest + 2, dtype=np.uint32)
    rows = np.empty((longest + 2) * (MAX_N + 1), dtype=np.int64)
    entries = np.empty((longest + 2, 3), dtype=np.int32)
    result = np.zeros((texts, CUES), dtype=np.float32)
    for text in range(texts):
        size = normalise(codes, offsets[text], offsets[text + 1], table, normal)
        known_rows(normal, size, slots, rows, entries)
        read_words(normal, size, entries, word_of, word_values, result[text])
    return result

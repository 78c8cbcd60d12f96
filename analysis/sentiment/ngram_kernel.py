"""The fused loop of the n-gram models: normalise, hash, look up, add up, and the small network on top."""

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

LONG: int = 400
"""Up to so many n-grams (some 100 characters) a bag is divided by the root of its size, beyond it by the size: the
evidence of a longer text counts as its mean does, so that no text saturates by length alone."""


@kernel
def build_slots(known: Codes) -> NDArray[np.uint64]:
    """An open-addressing table, at most half full: a slot is fingerprint and row + 1, or 0 where empty.

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
        slots[slot] = (np.uint64(known[row]) << np.uint64(32)) | np.uint64(row + 1)
    return slots


@kernel
def find(wanted: np.uint32, slots: NDArray[np.uint64]) -> int:
    """Row of a fingerprint, or -1."""
    mask = np.uint64(slots.size - 1)
    slot = np.uint64(wanted) & mask
    while True:
        entry = slots[slot]
        if entry == 0:
            return -1
        if entry >> np.uint64(32) == np.uint64(wanted):
            return int(entry & np.uint64(0xFFFFFFFF)) - 1
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
def known_rows(normal: Codes, size: int, slots: NDArray[np.uint64], out: NDArray[np.int64]) -> int:
    """Rows of the known ones among :func:`analysis.sentiment.ngram.fingerprints`; ``out`` needs (MAX_N + 1) * size.

    Whatever knows an n-gram knows its beginnings too (it was seen at least as often): a miss ends a position.
    """
    count = 0
    word = np.uint64(0)
    letters = 0
    for position in range(size):
        code = normal[position]
        if 97 <= code <= 122:
            word = extend_word(word, code)
            letters += 1
        elif letters:
            if letters > 1:
                row = find(finish_word(word), slots)
                if row >= 0:
                    out[count] = row
                    count += 1
            word = np.uint64(0)
            letters = 0
        state = np.uint64(0)
        for length in range(min(MAX_N, size - position)):
            state = extend(state, normal[position + length])
            if length == 0 and code in (START, END, SPACE):
                continue
            row = find(finish(state), slots)
            if row < 0:
                break
            out[count] = row
            count += 1
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
) -> NDArray[np.float64]:
    """One row of outputs a text: ``bias + bag[own] + direct . bag + outer . relu(inner . bag + inner_bias)``.

    ``inner`` (columns by units), ``outer`` (units by outputs) and ``direct`` (columns by outputs) see the first columns
    of the bag only; ``own`` is each output's column of its own, or -1.

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
    for text in range(texts):
        size = normalise(codes, offsets[text], offsets[text + 1], table, normal)
        count = known_rows(normal, size, slots, rows)
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
            row = find(fingerprint(normal, start, length), slots)
            if row >= 0:
                rows[count], starts[count], lengths[count] = row, start, length
                count += 1
    return rows[:count], starts[:count], lengths[:count]

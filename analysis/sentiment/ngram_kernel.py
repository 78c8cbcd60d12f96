"""The fused loop of the n-gram models: normalise, hash, look up, add up, and the small network on top."""

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.jit import kernel
from analysis.sentiment.ngram import MAX_N, Codes, Offsets, fingerprint, fingerprints, normalise

LONG: int = 400
"""Up to so many n-grams (some 100 characters) a bag is divided by the root of its size, beyond it by the size: the
evidence of a longer text counts as its mean does, so that no text saturates by length alone."""


@kernel
def build_slots(known: Codes) -> NDArray[np.int32]:
    """An open-addressing table (at most half full) from fingerprint to its row in ``known``; -1 is empty."""
    size = 1024
    while size < 2 * known.size:
        size *= 2
    slots = np.full(size, -1, dtype=np.int32)
    mask = np.uint32(size - 1)
    for row in range(known.size):
        slot = known[row] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint32(1)) & mask
        slots[slot] = row
    return slots


@kernel
def find(wanted: int, known: Codes, slots: NDArray[np.int32]) -> int:
    """Row of a fingerprint, or -1."""
    mask = np.uint32(slots.size - 1)
    slot = np.uint32(wanted) & mask
    while slots[slot] >= 0:
        if known[slots[slot]] == wanted:
            return int(slots[slot])
        slot = (slot + np.uint32(1)) & mask
    return -1


@kernel
def divisor(count: int) -> float:
    """What a bag of ``count`` known n-grams is divided by."""
    if count <= 0:
        return 1.0
    if count <= LONG:
        return float(np.sqrt(count))
    return count / float(np.sqrt(LONG))


@kernel
def outputs(
    codes: Codes,
    offsets: Offsets,
    table: NDArray[np.uint16],
    known: Codes,
    slots: NDArray[np.int32],
    weights: NDArray[np.int8],
    scale: NDArray[np.float32],
    inner: NDArray[np.float32],
    inner_bias: NDArray[np.float32],
    outer: NDArray[np.float32],
    direct: NDArray[np.float32],
    bias: NDArray[np.float32],
) -> NDArray[np.float64]:
    """One row of outputs a text: ``bias + direct . bag + outer . relu(inner . bag + inner_bias)``.

    Sums run in one fixed order for each text, so that neither threads nor the batch change a number.
    """
    texts = offsets.size - 1
    width = weights.shape[1]
    result = np.empty((texts, bias.size), dtype=np.float64)
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    normal = np.empty(longest + 2, dtype=np.uint32)
    grams = np.empty((longest + 2) * (MAX_N + 1), dtype=np.uint32)
    total = np.empty(width, dtype=np.int32)
    bag = np.empty(width, dtype=np.float32)
    units = np.empty(inner_bias.size, dtype=np.float32)
    for text in range(texts):
        size = normalise(codes, offsets[text], offsets[text + 1], table, normal)
        count = fingerprints(normal, size, grams)
        total[:] = 0
        seen = 0
        for index in range(count):
            row = find(grams[index], known, slots)
            if row >= 0:
                seen += 1
                line = weights[row]
                for column in range(width):
                    total[column] += line[column]
        part = np.float32(divisor(seen))
        for column in range(width):
            bag[column] = np.float32(total[column]) * scale[column] / part
        for unit in range(units.size):
            level = inner_bias[unit]
            for column in range(width):
                level += inner[unit, column] * bag[column]
            units[unit] = max(level, np.float32(0.0))
        for output in range(bias.size):
            value = bias[output]
            for column in range(width):
                value += direct[output, column] * bag[column]
            for unit in range(units.size):
                value += outer[output, unit] * units[unit]
            result[text, output] = value
    return result


@kernel
def locate(
    normal: Codes, size: int, known: Codes, slots: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row, start and length of every known n-gram of one normalised text (whole Latin words left out)."""
    rows = np.empty(size * MAX_N, dtype=np.int64)
    starts = np.empty(size * MAX_N, dtype=np.int64)
    lengths = np.empty(size * MAX_N, dtype=np.int64)
    count = 0
    for start in range(size):
        for length in range(1, min(MAX_N, size - start) + 1):
            row = find(fingerprint(normal, start, length), known, slots)
            if row >= 0:
                rows[count], starts[count], lengths[count] = row, start, length
                count += 1
    return rows[:count], starts[:count], lengths[:count]

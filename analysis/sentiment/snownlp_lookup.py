"""Look-ups in the flattened SnowNLP model: open hash tables that `snownlp_model` lays out, walked in numba."""

# mypy: disable-error-code="assignment"
# (Python and numpy numbers are one type to numba; mypy would want a cast at every sum.)

from typing import Any

import numpy as np

from analysis.sentiment.jit import kernel
from analysis.sentiment.snownlp_model import HASH_FACTOR, INDEX_BITS

# Numba widens mixed signed and unsigned integers to floats: every constant of the hashes is unsigned.
_FACTOR = np.uint64(HASH_FACTOR)
_INDEX_BITS = np.uint64(INDEX_BITS)
_INDEX_MASK = np.uint64((1 << INDEX_BITS) - 1)
_ONE = np.uint64(1)
_EMPTY = np.uint64(0)
_FNV_BASIS = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)


@kernel
def table_shift(slots: Any) -> Any:
    """64 − log2 of a table's size."""
    shift = np.uint64(64)
    size = slots.shape[0]
    while size > 1:
        size >>= 1
        shift -= _ONE
    return shift


@kernel
def find(slots: Any, shift: Any, key: Any) -> Any:
    """Where the cells of a key of characters begin, or −1."""
    mask = np.uint64(slots.shape[0] - 1)
    wanted = np.uint64(key)
    at = (wanted * _FACTOR) >> shift
    while True:
        slot = slots[at]
        if slot == _EMPTY:
            return -1
        if slot >> _INDEX_BITS == wanted:
            return np.int64(slot & _INDEX_MASK) - 1
        at = (at + _ONE) & mask


@kernel
def find_word(model: Any, shift: Any, codes: Any, start: Any, end: Any) -> Any:
    """Index of the word codes[start:end]; that of unknown words where the model lacks it."""
    value = _FNV_BASIS
    for i in range(start, end):
        value = (value ^ np.uint64(codes[i])) * _FNV_PRIME
    value = value * _FACTOR
    mask = np.uint64(model.word_slots.shape[0] - 1)
    tag = (value << _INDEX_BITS) >> _INDEX_BITS
    at = value >> shift
    length = end - start
    while True:
        slot = model.word_slots[at]
        if slot == _EMPTY:
            return model.word_log.shape[0] - 1
        if slot >> _INDEX_BITS == tag:
            word = np.int64(slot & _INDEX_MASK) - 1
            first = model.word_start[word]
            if model.word_start[word + 1] - first == length:
                same = True
                for i in range(length):
                    if model.word_chars[first + i] != codes[start + i]:
                        same = False
                        break
                if same:
                    return word
        at = (at + _ONE) & mask

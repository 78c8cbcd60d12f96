"""Character n-grams of board texts as numbers: normalising, hashing and counting them, in numba.

Texts become UTF-32 codes in one go, are normalised (:func:`normalise`) and cut into n-grams of 1 to ``MAX_N``
characters; each n-gram is one 32-bit fingerprint. Nothing here knows a model or a label.
"""

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.jit import kernel

MAX_N: Final = 4
START: Final = 2
END: Final = 3
URL: Final = 4
EMOJI: Final = 5
SPACE: Final = 32
DIGIT: Final = 48
MAX_RUN: Final = 3
"""哈哈哈哈哈 and 哈哈哈 say the same; so do 2330 and 2317: runs of one character are cut to this length."""

Codes = NDArray[np.uint32]
Offsets = NDArray[np.int64]


def character_map() -> NDArray[np.uint16]:
    """Code -> normal form for the basic plane: lower case, half width, a digit as 0, a blank or control as a space."""
    table = np.empty(65536, dtype=np.uint16)
    for code in range(65536):
        char = chr(code)
        category = unicodedata.category(char)
        if category in {"Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"}:
            table[code] = SPACE
            continue
        normal = unicodedata.normalize("NFKC", char).lower()
        value = ord(normal) if len(normal) == 1 else code
        if category == "Nd":
            value = DIGIT
        elif value in {0x2E3, 0x301C, 0xFF5E}:
            value = ord("~")
        table[code] = value if value < 65536 else code
    return table


def encode(texts: Sequence[str]) -> tuple[Codes, Offsets]:
    """All texts as UTF-32 codes behind one another, and where each begins; lone surrogates pass."""
    joined = "".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=offsets[1:])
    return codes, offsets


@kernel
def normalise(codes: Codes, begin: int, end: int, table: NDArray[np.uint16], out: Codes) -> int:
    """Write the normal form of codes[begin:end] between START and END marks to ``out``; returns its length.

    URLs become one mark, blanks one space, characters outside the basic plane (emoji) one mark. ``out``
    needs end - begin + 2.
    """
    size = 1
    out[0] = START
    position = begin
    while position < end:
        code = codes[position]
        if (
            code | 32 == 104  # h
            and end - position > 7
            and codes[position + 1] | 32 == 116
            and codes[position + 2] | 32 == 116
            and codes[position + 3] | 32 == 112
            and (codes[position + 4] == 58 or codes[position + 5] == 58)
        ):
            while position < end and 32 < codes[position] < 127:
                position += 1
            value = np.uint32(URL)
        else:
            value = np.uint32(table[code]) if code < 65536 else np.uint32(EMOJI)
            position += 1
        last = out[size - 1]
        if value == SPACE and last in (SPACE, START):
            continue
        if size > MAX_RUN and value == last and value == out[size - 2] and value == out[size - 3]:
            continue
        out[size] = value
        size += 1
    if size > 1 and out[size - 1] == SPACE:
        size -= 1
    out[size] = END
    return size + 1


@kernel
def extend(state: np.uint64, code: np.uint32) -> np.uint64:
    """Hash state of an n-gram with one more character."""
    return (state + np.uint64(code) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)


@kernel
def finish(state: np.uint64) -> np.uint32:
    """Fingerprint of an n-gram."""
    state ^= state >> np.uint64(32)
    state *= np.uint64(0xD6E8FEB86659FD93)
    state ^= state >> np.uint64(32)
    return np.uint32(state & np.uint64(0xFFFFFFFF))


@kernel
def extend_word(state: np.uint64, code: np.uint32) -> np.uint64:
    """Hash state of a Latin word with one more letter."""
    return (state + np.uint64(code)) * np.uint64(0x9E3779B97F4A7C15)


@kernel
def finish_word(state: np.uint64) -> np.uint32:
    """Fingerprint of a whole Latin word."""
    return finish(state ^ np.uint64(0x5851F42D4C957F2D))


@kernel
def fingerprints(normal: Codes, size: int, out: Codes) -> int:
    """Fingerprints of all n-grams of ``normal[:size]``, by position then length, and of whole Latin words.

    ``out`` needs (MAX_N + 1) * size. A lone START or END is no n-gram.
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
                out[count] = finish_word(word)
                count += 1
            word = np.uint64(0)
            letters = 0
        state = np.uint64(0)
        for length in range(MAX_N):
            if position + length >= size:
                break
            state = extend(state, normal[position + length])
            if length == 0 and code in (START, END, SPACE):
                continue
            out[count] = finish(state)
            count += 1
    return count


@kernel
def fingerprint(normal: Codes, start: int, length: int) -> np.uint32:
    """Fingerprint of one n-gram, as :func:`fingerprints` gives it."""
    state = np.uint64(0)
    for position in range(start, start + length):
        state = extend(state, normal[position])
    return finish(state)


@kernel
def all_fingerprints(codes: Codes, offsets: Offsets, table: NDArray[np.uint16]) -> tuple[Codes, Offsets]:
    """Fingerprints of every text behind one another, and where each text's begin: for training."""
    texts = offsets.size - 1
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    normal = np.empty(longest + 2, dtype=np.uint32)
    buffer = np.empty((longest + 2) * (MAX_N + 1), dtype=np.uint32)
    out = np.empty((codes.size + 2 * texts) * (MAX_N + 1), dtype=np.uint32)
    bounds = np.zeros(texts + 1, dtype=np.int64)
    for text in range(texts):
        size = normalise(codes, offsets[text], offsets[text + 1], table, normal)
        count = fingerprints(normal, size, buffer)
        bounds[text + 1] = bounds[text] + count
        out[bounds[text] : bounds[text + 1]] = buffer[:count]
    return out[: bounds[texts]], bounds

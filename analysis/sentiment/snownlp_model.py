"""SnowNLP's own model files, flattened into arrays that a numba kernel can walk.

Loading the package takes 6 to 9 s, most of it for dictionaries of tuples that scoring does not need in that form. Here
its two files (segmentation: character trigrams with b/m/e/s tags; sentiment: naive Bayes over words) are read once,
turned into hash tables with every logarithm already taken (by ``math.log``, as the package does at each look-up), and
kept in the user's cache folder.
"""

import gc
import gzip
import hashlib
import importlib.util
import logging
import marshal
import os
import sys
import tempfile
import zipfile
from math import inf, log
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

HAN_FIRST: Final = 0x4E00
HAN_LAST: Final = 0x9FA5
"""The package's idea of a Han character; all else is cut at white space only."""

CHAR_BITS: Final = 13
INDEX_BITS: Final = 24
"""A slot of a hash table holds a key of up to three characters above an index plus one; 0 is an empty slot."""

LAST_CELL: Final = 64

HASH_FACTOR: Final = 0x9E3779B97F4A7C15
_MASK64: Final = (1 << 64) - 1
_FORMAT: Final = 1
_FILES: Final = ("seg/seg.marshal.3", "sentiment/sentiment.marshal.3", "normal/stopwords.txt")
_TAGS: Final = {"b": 0, "m": 1, "e": 2, "s": 3, "BOS": 0}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class SnowModel(NamedTuple):
    """Flat arrays. A state is a character's number × 4 + its tag (b, m, e, s = 0 … 3); the last is the start mark."""

    chars: NDArray[np.int32]
    """Number of each character from U+4E00 to U+9FA5, −1 where the model has never seen it."""
    uni: Floats
    """log P(state) without context."""
    bi_slots: NDArray[np.uint64]
    bi_cell: NDArray[np.uint8]
    """tag before × 4 + tag; LAST_CELL added to the last of a bigram."""
    bi_log: Floats
    tri_slots: NDArray[np.uint64]
    tri_cell: NDArray[np.uint8]
    """tag before × 16 + tag × 4 + tag two before: rivals lie together; LAST_CELL added to the last of a trigram."""
    tri_log: Floats
    word_slots: NDArray[np.uint64]
    word_start: NDArray[np.int32]
    word_chars: NDArray[np.uint32]
    word_log: Floats
    """log P(word | negative), log P(word | positive): a row a word, zeros for stop words, unknown words' row last."""
    prior: Floats
    """log P(negative), log P(positive)."""


def load_model() -> tuple[SnowModel, str]:
    """The flattened model and the SHA-256 of the files it was made from; from the cache where it is there and whole."""
    root = _package()
    raw = {name: (root / name).read_bytes() for name in _FILES}
    digest = hashlib.sha256(b"".join(hashlib.sha256(raw[name]).digest() for name in _FILES)).hexdigest()
    cached = cache_dir() / f"snownlp-{digest[:16]}-{_FORMAT}.npz"
    model = _read(cached)
    if model is None:
        model = flatten(raw)
        _write(cached, model)
    for array in model:
        array.flags.writeable = False  # one numba signature, wherever the arrays came from
    return model, digest


def cache_dir() -> Path:
    """The platform's folder for what can be made again; XDG_CACHE_HOME is obeyed."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "ptt-pulse"
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 -- Path.home() raises where no home is known
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ptt-pulse"


def flatten(raw: dict[str, bytes]) -> SnowModel:
    """The arrays, from the contents of the package's files. Takes a few seconds."""
    collecting = gc.isenabled()
    gc.disable()  # a million tuples are made and none is garbage: collecting would only cost time
    try:
        # Trusted: these files come with the installed package, which would load them the same way.
        segmentation = marshal.loads(gzip.decompress(raw[_FILES[0]]))  # noqa: S302 - trusted  # nosec B302
        sentiment = marshal.loads(gzip.decompress(raw[_FILES[1]]))  # noqa: S302 - trusted  # nosec B302
        stop = {line.strip() for line in raw[_FILES[2]].decode().splitlines()}
        return SnowModel(**_flatten_tagger(segmentation), **_flatten_bayes(sentiment, stop))
    finally:
        if collecting:
            gc.enable()


def word_hash(word: str) -> int:
    """64-bit hash of a word's code points, as the kernel computes it."""
    value = 0xCBF29CE484222325
    for char in word:
        value = ((value ^ ord(char)) * 0x100000001B3) & _MASK64
    return (value * HASH_FACTOR) & _MASK64


def _flatten_tagger(d: dict[str, Any]) -> dict[str, Any]:
    uni, bi, tri = d["uni"]["d"], d["bi"]["d"], d["tri"]["d"]
    # Only runs of Han characters reach the tagger: the rest of its vocabulary is never looked up.
    vocabulary = sorted({char for char, _ in uni if len(char) == 1 and HAN_FIRST <= ord(char) <= HAN_LAST})
    number = {char: i for i, char in enumerate(vocabulary)}
    begin = number[""] = len(vocabulary)
    if begin >= 1 << CHAR_BITS:
        raise ValueError(f"SnowNLP's vocabulary of {begin} characters does not fit {CHAR_BITS} bits")
    chars = np.full(HAN_LAST - HAN_FIRST + 1, -1, np.int32)
    for char in vocabulary:
        chars[ord(char) - HAN_FIRST] = number[char]
    state = {key: number[key[0]] * 4 + _TAGS[key[1]] for key in uni if key[0] in number}

    count = np.zeros((begin + 1) * 4)
    for key, s in state.items():
        count[s] = uni[key]
    p_uni = d["l1"] * (count / d["uni"]["total"])
    p_uni[begin * 4 :] = 0

    known = state.get
    s1, s2 = (np.fromiter((known(key[i], -1) for key in bi), np.int64, len(bi)) for i in range(2))
    n = np.fromiter(bi.values(), np.int64, len(bi))
    kept = (s1 >= 0) & (s2 >= 0)
    s1, s2, n = s1[kept], s2[kept], n[kept]
    p_bi = d["l2"] * n / count[s1]
    # The start mark follows only itself: as a denominator its count matters, as a step it never occurs.
    step = s2 < begin * 4
    bi_arrays = _table((s1 // 4 << CHAR_BITS) + s2 // 4, s1 % 4 * 4 + s2 % 4, p_uni[s2] + p_bi, step)

    t1, t2, t3 = (np.fromiter((known(key[i], -1) for key in tri), np.int64, len(tri)) for i in range(3))
    m = np.fromiter(tri.values(), np.int64, len(tri))
    kept = (t1 >= 0) & (t2 >= 0) & (t3 >= 0)
    t1, t2, t3, m = t1[kept], t2[kept], t3[kept], m[kept]
    pair_count, pair_p = _values_at((s1, s2), n, (t1, t2)), _values_at((s1, s2), p_bi, (t2, t3))
    p_tri = np.divide(d["l3"] * m, pair_count, out=np.zeros(len(m)), where=pair_count != 0)
    tri_arrays = _table(
        (((t1 // 4 << CHAR_BITS) + t2 // 4) << CHAR_BITS) + t3 // 4,
        t2 % 4 * 16 + t3 % 4 * 4 + t1 % 4,
        p_uni[t3] + pair_p + p_tri,  # added in the package's order
        np.ones(len(m), np.bool_),
    )
    return {
        "chars": chars,
        "uni": _logs(p_uni),
        **dict(zip(("bi_slots", "bi_cell", "bi_log"), bi_arrays, strict=True)),
        **dict(zip(("tri_slots", "tri_cell", "tri_log"), tri_arrays, strict=True)),
    }


def _values_at(pairs: tuple[Ints, Ints], values: NDArray[Any], wanted: tuple[Ints, Ints]) -> Floats:
    """The values that belong to wanted pairs of states, 0 where there is none."""
    keys = pairs[0] << 32 | pairs[1]
    order = np.argsort(keys)
    keys = keys[order]
    seek = wanted[0] << 32 | wanted[1]
    at = np.minimum(np.searchsorted(keys, seek), len(keys) - 1)
    return np.where(keys[at] == seek, values[order][at], 0.0)


def _table(key: Ints, cell: Ints, p: Floats, keep: NDArray[np.bool_]) -> tuple[Any, ...]:
    """Hash slots that point at a key's first cell, the cells, their logarithms."""
    key, cell, p = key[keep], cell[keep], p[keep]
    order = np.lexsort((cell, key))
    key, cell, p = key[order], cell[order], p[order]
    keys, first = np.unique(key, return_index=True)
    cell[np.append(first[1:], len(key)) - 1] += LAST_CELL
    size = 1 << int(2 * len(keys)).bit_length()
    wanted = keys.astype(np.uint64)
    slots = _place(
        wanted * np.uint64(HASH_FACTOR), wanted << np.uint64(INDEX_BITS) | (first + 1).astype(np.uint64), size
    )
    return slots, cell.astype(np.uint8), _logs(p)


def _place(hashes: NDArray[np.uint64], entries: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """A table with each entry in the first free slot from its hash on; all step together, a slot keeps its first."""
    slots = np.zeros(size, np.uint64)
    at = (hashes >> np.uint64(64 - (size.bit_length() - 1))).astype(np.int64)
    while len(at):
        free = slots[at] == 0
        slots[at[free][::-1]] = entries[free][::-1]
        left = slots[at] != entries
        at, entries = (at[left] + 1) & (size - 1), entries[left]
    return slots


def _flatten_bayes(d: dict[str, Any], stop: set[str]) -> dict[str, Any]:
    negative, positive = d["d"]["neg"], d["d"]["pos"]
    words = sorted((negative["d"].keys() | positive["d"].keys() | stop) - {""})
    size = 1 << (2 * len(words)).bit_length()
    hashes = np.array([word_hash(word) for word in words], np.uint64)
    slots = _place(hashes, hashes << np.uint64(INDEX_BITS) | np.arange(1, len(words) + 1, dtype=np.uint64), size)
    start = np.zeros(len(words) + 1, np.int32)
    start[1:] = np.cumsum([len(word) for word in words])

    def likelihood(side: dict[str, Any]) -> Floats:
        total, unseen, counts = side["total"], side["none"], side["d"]
        known = [0.0 if word in stop else log(float(counts.get(word, unseen)) / total) for word in words]
        return np.array([*known, log(float(unseen) / total)])

    return {
        "word_slots": slots,
        "word_start": start,
        "word_chars": np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32).copy(),
        "word_log": np.stack([likelihood(negative), likelihood(positive)], axis=1),
        "prior": np.array([log(side["total"]) - log(d["total"]) for side in (negative, positive)]),
    }


def _logs(p: Floats) -> Floats:
    return np.array([log(x) if x else -inf for x in p.tolist()])


def _package() -> Path:
    """SnowNLP's folder, found without importing it."""
    spec = importlib.util.find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("snownlp")
    return Path(spec.origin).parent


def _read(path: Path) -> SnowModel | None:
    try:
        with path.open("rb") as file, cast("Any", np.load(file, allow_pickle=False)) as arrays:
            return SnowModel(**{name: arrays[name] for name in SnowModel._fields})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.debug("cache %s is damaged (%s), made again", path, error)
        return None


def _write(path: Path, model: SnowModel) -> None:
    """Whole or not at all; where the folder cannot be written, the next start takes a few seconds again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **model._asdict())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        logger.debug("cache %s cannot be written (%s)", path, error)

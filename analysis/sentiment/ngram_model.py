"""A trained n-gram model as one file without pickle, and its outputs for texts."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812

import numpy as np
from numpy.typing import NDArray

from analysis.errors import PttError
from analysis.sentiment.ngram import MAX_N, Codes, encode, normalise
from analysis.sentiment.ngram_kernel import LONGER, build_slots, divisor, known_rows, locate, outputs
from analysis.sentiment.plan import CUES as PLAN
from analysis.sentiment.word_kernel import CUES, KINDS, MODIFIER, WORD, judged_words

FORMAT: Final = 2
READ: Final = (1, FORMAT)
"""Formats that can be read: the first had no judged words."""
CHUNK: Final = 4_000_000
"""Characters that go through the kernel at once: bounds memory, changes no number."""
LINE: Final = 64
"""Bytes of a cache line: a row of weights fills whole ones, which is what a look-up waits for."""
LONGEST: Final = 2_000_000
"""Characters of one text that are read; what lies behind cannot change a mean over so many."""
SLICE: Final = 4096
"""Rows of weights that :meth:`NgramModel.contributions` widens at once."""

Outputs = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NgramModel:
    """Weights of known n-grams (int8 rows with one scale a column) and a one-layer network on their normalised sum."""

    known: Codes
    slots: NDArray[np.uint64]
    characters: NDArray[np.uint16]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    inner: NDArray[np.float32]
    inner_bias: NDArray[np.float32]
    outer: NDArray[np.float32]
    direct: NDArray[np.float32]
    own: NDArray[np.int32]
    bias: NDArray[np.float32]
    word_of: NDArray[np.int16]
    """Row -> index in ``word_values``, -1 for what is no judged word."""
    word_values: NDArray[np.float32]
    cue_weights: NDArray[np.float32]
    plan: NDArray[np.float64]
    """What the cues of a post's plan (:mod:`analysis.sentiment.plan`) add to the log-odds of its direction."""
    meta: Mapping[str, Any]
    digest: str
    """First 16 hex characters of the file's SHA-256."""

    @property
    def names(self) -> list[str]:
        """Names of the outputs, in their order."""
        return [str(name) for name in self.meta["outputs"]]

    def __call__(self, texts: Sequence[str]) -> Outputs:
        """Outputs (texts by names), finite for any text."""
        result = np.empty((len(texts), self.bias.size), dtype=np.float64)
        begin = 0
        while begin < len(texts):
            end, load = begin, 0
            while end < len(texts) and (end == begin or load + len(texts[end]) <= CHUNK):
                load += len(texts[end])
                end += 1
            part = texts[begin:end]
            if load > LONGEST:
                part = [text[:LONGEST] for text in part]
            codes, offsets = encode(part)
            result[begin:end] = outputs(codes, offsets, *self._arrays())
            begin = end
        return result

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return (
            self.characters,
            self.slots,
            self.weights,
            self.scale,
            self.inner,
            self.inner_bias,
            self.outer,
            self.direct,
            self.own,
            self.bias,
            self.word_of,
            self.word_values,
            self.cue_weights,
        )

    def contributions(self, text: str, direction: NDArray[np.float64]) -> dict[str, float]:
        """What each known n-gram and judged word of a text adds to ``direction . outputs``, taken as linear here."""
        codes, _offsets = encode([text[:LONGEST]])
        normal = np.empty(codes.size + 2, dtype=np.uint32)
        size = normalise(codes, 0, codes.size, self.characters, normal)
        rows, starts, lengths = locate(normal, size, self.slots)
        if rows.size == 0:
            return {}
        rows, first, often = np.unique(rows, return_index=True, return_counts=True)
        step = self.scale.astype(np.float64) / divisor(int(often.sum()))
        bag = (self._weighed(rows, often) * step)[: self.inner.shape[0]]
        active = bag @ self.inner + self.inner_bias > 0
        slope = np.zeros(step.size)
        slope[: bag.size] = (self.direct + self.inner @ (self.outer * active[:, np.newaxis])) @ direction
        for output, column in enumerate(self.own.tolist()):
            if column >= 0:
                slope[column] += direction[output]
        weights: dict[str, float] = {}
        said, begins, ends = self._judged(normal, size, self.cue_weights @ direction)
        added = np.append(self._along(rows, step * slope) * often, said).tolist()
        starts, lengths = np.append(starts[first], begins), np.append(lengths[first], ends - begins)
        for weight, start, length in zip(added, starts.tolist(), lengths.tolist(), strict=True):
            gram = "".join(map(chr, normal[start : start + length].tolist())).strip("\x02\x03 ")
            if gram:
                weights[gram] = weights.get(gram, 0.0) + weight
        return weights

    def _weighed(self, rows: NDArray[np.int64], often: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum of the rows' weights, each as often as it occurs, by slices: a long text has a million n-grams."""
        total = np.zeros(self.weights.shape[1], dtype=np.int64)
        for begin in range(0, rows.size, SLICE):
            part = slice(begin, begin + SLICE)
            total += often[part] @ self.weights[rows[part]].astype(np.int64)
        return total

    def _along(self, rows: NDArray[np.int64], slope: NDArray[np.float64]) -> NDArray[np.float64]:
        """``weights[rows] @ slope``, by slices."""
        added = np.empty(rows.size)
        for begin in range(0, rows.size, SLICE):
            part = slice(begin, begin + SLICE)
            added[part] = self.weights[rows[part]] @ slope
        return added

    def _judged(
        self, normal: Codes, size: int, slope: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """What each judged word of a text adds to ``slope . cues``, and where it begins with its modifiers and ends."""
        rows = np.empty((MAX_N + 1) * size, dtype=np.int64)
        entries = np.zeros((size, 3), dtype=np.int32)
        known_rows(normal, size, self.slots, rows, entries)
        return judged_words(normal, size, entries, self.word_of, self.word_values, slope)


def _lines(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """Rows of weights padded with zeros, each beginning a cache line."""
    rows, width = weights.shape[0], -(-weights.shape[1] // LINE) * LINE
    memory = np.zeros(rows * width + LINE, dtype=np.int8)
    begin = -memory.ctypes.data % LINE
    padded = memory[begin : begin + rows * width].reshape(rows, width)
    padded[:, : weights.shape[1]] = weights
    return padded


def with_words(
    known: Codes, rows: NDArray[Any], values: NDArray[Any], longer: NDArray[Any]
) -> tuple[NDArray[np.uint64], NDArray[np.int16], NDArray[np.float32]]:
    """The look-up table, row -> judged word, and the words' values, from the rows of words and beginnings of words."""
    rows, longer = rows.astype(np.int64), longer.astype(np.int64)
    values = np.ascontiguousarray(values, dtype=np.float32)
    flags = np.zeros(known.size, dtype=np.uint8)
    flags[rows] = np.where(np.any(values[:, :KINDS] != 0, axis=1), WORD, 0)
    flags[rows] |= np.where(values[:, KINDS] != 1, MODIFIER, 0).astype(np.uint8)
    flags[longer] |= LONGER
    word_of = np.full(known.size, -1, dtype=np.int16)
    word_of[rows] = np.arange(rows.size)
    return build_slots(known, flags), word_of, values


def save(path: Path, meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Write a model file, the same bytes for the same content; returns its digest."""
    buffer = BytesIO()
    head = json.dumps({"format": FORMAT, **meta}, ensure_ascii=False, sort_keys=True).encode()
    np.savez_compressed(buffer, allow_pickle=False, meta=np.frombuffer(head, dtype=np.uint8), **arrays)
    content = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()[:16]


def load(path: Path) -> NgramModel:
    """The model in a file. Raises PttError where the file is missing or not of this format."""
    try:
        content = path.read_bytes()
        with np.load(BytesIO(content), allow_pickle=False) as data:
            meta = json.loads(bytes(data["meta"]).decode())
            if meta["format"] not in READ:
                raise ValueError(meta["format"])
            known = np.cumsum(data["gaps"], dtype=np.uint64).astype(np.uint32)
            none = {"word_rows": [], "word_values": np.zeros((0, KINDS + 1)), "longer": []}
            words = [data[name] if name in data else np.array(empty) for name, empty in none.items()]
            cue_weights = data["cue_weights"] if "cue_weights" in data else np.zeros((CUES, data["bias"].size))
            plan = data["plan"] if "plan" in data else np.zeros(len(PLAN))
            if plan.shape != (len(PLAN),) or not np.all(np.isfinite(plan)):
                raise ValueError(plan.shape)
            slots, word_of, word_values = with_words(known, words[0], words[1], words[2])
            return NgramModel(
                known=known,
                slots=slots,
                characters=data["characters"],
                weights=_lines(data["weights"].T),
                scale=np.pad(data["scale"], (0, -data["scale"].size % LINE)),
                inner=data["inner"],
                inner_bias=data["inner_bias"],
                outer=data["outer"],
                direct=data["direct"],
                own=data["own"],
                bias=data["bias"],
                word_of=word_of,
                word_values=word_values,
                cue_weights=np.ascontiguousarray(cue_weights, dtype=np.float32),
                plan=plan,
                meta=meta,
                digest=hashlib.sha256(content).hexdigest()[:16],
            )
    except FileNotFoundError as error:
        raise PttError(f"找不到模型檔 {path}；請重新安裝，或用 ptt train 訓練一個。") from error
    except (OSError, ValueError, KeyError, BadZipFile, ZlibError) as error:
        raise PttError(f"模型檔 {path} 無法讀取或版本不符；請用 ptt train 重新訓練。") from error

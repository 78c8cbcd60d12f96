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
from analysis.sentiment.ngram import Codes, encode, normalise
from analysis.sentiment.ngram_kernel import build_slots, divisor, locate, outputs

FORMAT: Final = 1
CHUNK: Final = 4_000_000
"""Characters that go through the kernel at once: bounds memory, changes no number."""
LONGEST: Final = 2_000_000
"""Characters of one text that are read; what lies behind cannot change a mean over so many."""

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
        )

    def contributions(self, text: str, direction: NDArray[np.float64]) -> dict[str, float]:
        """What each known n-gram of a text adds to ``direction . outputs``, the network taken as linear here."""
        codes, _offsets = encode([text[:LONGEST]])
        normal = np.empty(codes.size + 2, dtype=np.uint32)
        size = normalise(codes, 0, codes.size, self.characters, normal)
        rows, starts, lengths = locate(normal, size, self.slots)
        if rows.size == 0:
            return {}
        lines = self.weights[rows] * self.scale.astype(np.float64) / divisor(rows.size)
        bag = lines.sum(axis=0)[: self.inner.shape[0]]
        active = bag @ self.inner + self.inner_bias > 0
        slope = np.zeros(lines.shape[1])
        slope[: bag.size] = (self.direct + self.inner @ (self.outer * active[:, np.newaxis])) @ direction
        for output, column in enumerate(self.own.tolist()):
            if column >= 0:
                slope[column] += direction[output]
        weights: dict[str, float] = {}
        for weight, start, length in zip((lines @ slope).tolist(), starts.tolist(), lengths.tolist(), strict=True):
            gram = "".join(map(chr, normal[start : start + length].tolist())).strip("\x02\x03 ")
            if gram:
                weights[gram] = weights.get(gram, 0.0) + weight
        return weights


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
            if meta["format"] != FORMAT:
                raise ValueError(meta["format"])
            known = np.cumsum(data["gaps"], dtype=np.uint64).astype(np.uint32)
            return NgramModel(
                known=known,
                slots=build_slots(known),
                characters=data["characters"],
                weights=np.ascontiguousarray(data["weights"].T),
                scale=data["scale"],
                inner=data["inner"],
                inner_bias=data["inner_bias"],
                outer=data["outer"],
                direct=data["direct"],
                own=data["own"],
                bias=data["bias"],
                meta=meta,
                digest=hashlib.sha256(content).hexdigest()[:16],
            )
    except FileNotFoundError as error:
        raise PttError(f"找不到模型檔 {path}；請重新安裝，或用 ptt train 訓練一個。") from error
    except (OSError, ValueError, KeyError, BadZipFile, ZlibError) as error:
        raise PttError(f"模型檔 {path} 無法讀取或版本不符；請用 ptt train 重新訓練。") from error

"""The `snownlp` engine: the numbers of the SnowNLP package, bit for bit, some hundred times faster.

It is the named baseline, not a good judge of this board: it learnt from shop reviews in Simplified script.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from threading import Lock
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.errors import UsageError
from analysis.sentiment.engine import EngineInfo, Scores, Weight
from analysis.sentiment.snownlp_kernel import explain_words, judge
from analysis.sentiment.snownlp_model import SnowModel, load_model
from analysis.sentiment.text import word_mask

Conversion = Literal["t2s", "none"]
Converter = Callable[[str], str]

_SEPARATOR: Final = "\x1e"
"""Stands between texts that are judged together; inside a text it is white space and becomes a blank."""
_UNFIT: Final = re.compile("([\0\ud800-\udfff]+)")
_BATCH_CHARS: Final = 4_000_000

_loading: Final = Lock()


class SnowEngine:
    """``2 · SnowNLP(converted text).sentiments − 1``; 0 for texts without a Han character or a Latin letter.

    ``conversion``: ``t2s`` first turns Traditional script into Simplified, the package's own; ``none`` does not.
    The first start on a machine reads the package's files and compiles (some 10 s); later ones take about a second.
    """

    def __init__(self, conversion: Conversion = "t2s") -> None:
        if conversion not in get_args(Conversion):
            raise UsageError(f"snownlp 引擎沒有「{conversion}」這種轉換；請用 t2s（轉成簡體）或 none（不轉換）。")
        with _loading:
            self._model, digest = _model()
        self._convert: Converter | None = None
        if conversion == "t2s":
            self._convert, dictionary = _opencc()
            digest = hashlib.sha256(f"{digest} {dictionary}".encode()).hexdigest()
        self._info = EngineInfo("snownlp", f"{version('snownlp')}-{conversion}", digest[:16])

    @property
    def info(self) -> EngineInfo:
        return self._info

    def score(self, texts: Sequence[str]) -> Scores:
        """One float64 in [−1, 1] a text."""
        wordy = word_mask(texts)
        return np.where(wordy, 2 * self._judge(texts)[0] - 1, 0.0)

    def log_odds(self, texts: Sequence[str]) -> Scores:
        """log P(positive) − log P(negative), the class prior included; 0 for wordless texts."""
        return np.where(word_mask(texts), self._judge(texts)[1], 0.0)

    def explain(self, text: str) -> list[Weight]:
        """Each word's part of the log-odds, summed over its occurrences, heaviest first; without stop words."""
        if not word_mask([text])[0]:
            return []
        codes = _codes(self._converted(text))
        words = np.empty((len(codes), 2), np.int64)
        weights = np.empty(len(codes))
        n = explain_words(self._model, codes, words, weights)
        total: dict[str, float] = {}
        for (start, end), weight in zip(words[:n].tolist(), weights[:n].tolist(), strict=True):
            word = codes[start:end].tobytes().decode("utf-32-le", "surrogatepass")
            total[word] = total.get(word, 0.0) + weight
        ranked = sorted(total.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [Weight(word, weight) for word, weight in ranked if weight]

    def _judge(self, texts: Sequence[str]) -> tuple[Scores, Scores]:
        chance, log_odds = np.empty(len(texts)), np.empty(len(texts))
        first = 0
        while first < len(texts):
            last, size = first, 0
            while last < len(texts) and (last == first or size + len(texts[last]) <= _BATCH_CHARS):
                size += len(texts[last]) + 1
                last += 1
            codes, bounds = self._batch(texts[first:last])
            judge(self._model, codes, bounds, chance[first:last], log_odds[first:last])
            first = last
        return chance, log_odds

    def _batch(self, texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Code points of the converted texts in one array, and where each begins and ends."""
        joined = _SEPARATOR.join(texts)
        if joined.count(_SEPARATOR) != len(texts) - 1:
            joined = _SEPARATOR.join(text.replace(_SEPARATOR, " ") for text in texts)
        codes = _codes(self._converted(joined) + _SEPARATOR)
        ends = np.flatnonzero(codes == ord(_SEPARATOR))
        bounds = np.zeros((len(texts), 2), np.int64)
        bounds[:, 1] = ends
        bounds[1:, 0] = ends[:-1] + 1
        return codes, bounds

    def _converted(self, text: str) -> str:
        convert = self._convert
        if convert is None:
            return text
        if "\0" not in text:
            try:
                return convert(text)
            except UnicodeEncodeError:  # lone surrogates
                pass
        # OpenCC takes neither surrogates nor, in older versions, NUL: convert what lies between them.
        return "".join(part if i % 2 else convert(part) for i, part in enumerate(_UNFIT.split(text)))


def _codes(text: str) -> NDArray[np.uint32]:
    """Code points; never empty arrays of another kind, so that numba sees one type."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@lru_cache(maxsize=1)
def _model() -> tuple[SnowModel, str]:
    return load_model()


@lru_cache(maxsize=1)
def _opencc() -> tuple[Converter, str]:
    import opencc

    return opencc.OpenCC("t2s").convert, f"opencc {version('opencc')} t2s"

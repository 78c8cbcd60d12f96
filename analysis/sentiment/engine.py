"""What every sentiment engine offers, and how to get one by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Final, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from analysis.errors import UsageError

Scores = NDArray[np.float64]


class Weight(NamedTuple):
    """One n-gram, word or sentence that weighed in a score, and by how much (sign as in the score)."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Identity of an engine's numbers: stored beside every score."""

    name: str
    version: str
    weights_hash: str
    """SHA-256 over the files that decide a score, hex, first 16 characters."""
    trained_from: date | None = None
    trained_until: date | None = None


class Engine(Protocol):
    """Scores texts on [-1, 1]; the same in threads and processes, never NaN, never raising on any text."""

    @property
    def info(self) -> EngineInfo: ...

    def score(self, texts: Sequence[str]) -> Scores:
        """One float64 in [-1, 1] a text; 0 for a text without a Han character or a Latin letter."""
        ...

    def log_odds(self, texts: Sequence[str]) -> Scores | None:
        """Unbounded log-odds behind the scores, or None where the engine has none."""
        ...

    def explain(self, text: str) -> list[Weight]:
        """What weighed most, heaviest first."""
        ...


MODEL_FILE: Final = ".npz"
_FACTORIES: Final = {
    "ptt": ("analysis.sentiment.ptt_engine", "PttEngine"),
    "snownlp": ("analysis.sentiment.snownlp_engine", "SnowEngine"),
    "lexicon": ("analysis.sentiment.lexicon_engine", "LexiconEngine"),
}


def engine_names() -> tuple[str, ...]:
    return tuple(_FACTORIES)


def get_engine(name: str, **options: Any) -> Engine:
    """The engine of that name, or the ``ptt`` engine with the model file of that name (``….npz``, from ``ptt train``).

    ``snownlp`` takes ``conversion="t2s"|"none"``. Raises UsageError for an unknown name, PttError for a file that
    cannot be read.
    """
    if name.endswith(MODEL_FILE):
        name, options = "ptt", {"weights": name, **options}
    if name not in _FACTORIES:
        raise UsageError(f"沒有叫「{name}」的引擎；可用的有：{'、'.join(_FACTORIES)}。")
    module, factory = _FACTORIES[name]
    return cast("Engine", getattr(import_module(module), factory)(**options))

"""`stance_of` with an identity: what the store keeps of news tone names the weights it came from."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.sentiment.engine import EngineInfo, Scores, Weight
from analysis.sentiment.ptt_engine import PttEngine
from analysis.sentiment.stance import sentences, stance_of


class StanceEngine:
    """Bearish −1 … bullish +1, by the shipped weights of the ``ptt`` engine, whose version and hash it carries."""

    @property
    def info(self) -> EngineInfo:
        return replace(PttEngine().info, name="stance")

    def score(self, texts: Sequence[str]) -> Scores:
        """As `stance_of`."""
        return stance_of(texts)

    def log_odds(self, texts: Sequence[str]) -> None:  # noqa: ARG002
        """None: a text's stance is a mean over its sentences."""
        return

    def explain(self, text: str) -> list[Weight]:
        """The stance of each sentence, the most decided first."""
        parts = sentences(text)
        weights = [Weight(part, float(score)) for part, score in zip(parts, stance_of(parts), strict=True) if score]
        return sorted(weights, key=lambda weight: -abs(weight.weight))

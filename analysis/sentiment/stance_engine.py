"""`stance_of` with an identity: what the store keeps of news tone names the weights and rules it came from."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.sentiment.engine import EngineInfo, Scores, Weight
from analysis.sentiment.ptt_engine import PttEngine
from analysis.sentiment.stance import RULES, planned, sentences, stance_of


class StanceEngine:
    """Bearish −1 … bullish +1, by the shipped weights of the ``ptt`` engine, whose hash it carries."""

    @property
    def info(self) -> EngineInfo:
        """The weights' version and that of the rules on them: ``4.1``."""
        weights = PttEngine().info
        return replace(weights, name="stance", version=f"{weights.version}.{RULES}")

    def score(self, texts: Sequence[str]) -> Scores:
        """As `stance_of`."""
        return stance_of(texts)

    def log_odds(self, texts: Sequence[str]) -> None:  # noqa: ARG002
        """None: a text's stance is a mixture of several judges' chances, which no sum of log-odds gives."""
        return

    def explain(self, text: str) -> list[Weight]:
        """The stance of each sentence taken alone and, in log-odds, what the plan of the whole text adds; by size.

        A plan compares prices that stand in different sentences (:func:`~analysis.sentiment.stance.planned`).
        """
        parts = sentences(text)
        weights = [Weight(part, float(score)) for part, score in zip(parts, stance_of(parts), strict=True) if score]
        said, odds = planned(text)
        if odds:
            weights.append(Weight(said, odds))
        return sorted(weights, key=lambda weight: -abs(weight.weight))

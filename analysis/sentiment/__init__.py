"""Sentiment of comments and news: engines behind one interface."""

from collections.abc import Sequence

from analysis.sentiment.engine import Engine, EngineInfo, Scores, Weight, engine_names, get_engine

__all__ = ["Engine", "EngineInfo", "Scores", "Weight", "engine_names", "get_engine", "stance_of"]


def stance_of(texts: Sequence[str]) -> Scores:
    """Bearish −1 … bullish +1 for headlines, bodies and comments; long texts are judged sentence by sentence."""
    from analysis.sentiment.stance import stance_of as judge

    return judge(texts)

"""``stance_of``: bearish or bullish, for comments, headlines, article text and [標的] bodies, in Chinese or English."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.engine import Scores
from analysis.sentiment.english import english_odds, is_english
from analysis.sentiment.ngram_model import NgramModel
from analysis.sentiment.plan import plans
from analysis.sentiment.ptt_engine import WEIGHTS, Probabilities, leaning, shared_model, softmax
from analysis.sentiment.text import word_mask

_SENTENCE: Final = re.compile(r"[^。！？!?；\n]+?(?:[。！？!?；\n]+|[.;](?=\s)|$)")
LIMIT: Final = 20_000
"""Characters of one text that are read: an article and the discussion below it."""
_SAID: Final = (
    ("停利 > 停損", "停利 < 停損"),
    ("進場 > 停損", "進場 < 停損"),
    ("停利 > 進場", "停利 < 進場"),
    ("出場 > 進場", "出場 < 進場"),
    ("出場 > 停損", "出場 < 停損"),
    ("跌破退場", ""),
    ("突破退場", ""),
    ("反向商品", ""),
)
"""The cues of a plan in words, above 0 and below."""
GENRES: Final = ("genre_comment", "genre_news", "genre_body")
RULES: Final = 1
"""Number of the rules that make stances of the weights' outputs: this module's, :mod:`~analysis.sentiment.plan`'s and
:mod:`~analysis.sentiment.english`'s. It is part of the version that the store keeps; raise it with every change of
them that changes a number under the same weights (tests/sentiment/test_stance_numbers.py)."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its closing mark, blank ones left out; a text without any mark whole."""
    return [piece.strip() for piece in _SENTENCE.findall(text[:LIMIT]) if piece.strip()] or [text[:LIMIT]]


def stance_of(texts: Sequence[str]) -> Scores:
    """Bearish −1 … bullish +1 (:func:`leaning` of the chances), one a text; 0 without a Han character or Latin letter.

    Three judges (of comments, of news, of [標的] bodies) are weighed by how much a text reads like each. English
    sentences have a judge of their own and count by their length. No length saturates: n-grams count by their mean.
    """
    return leaning(stance_chances(texts))


def stance_chances(texts: Sequence[str]) -> Probabilities:
    """P(bearish), P(neither), P(bullish) of each text, behind :func:`stance_of`."""
    cut = [text[:LIMIT] for text in texts]
    chinese, english, share = _parted(cut)
    foreign = np.stack([np.maximum(-english, 0.0), 1.0 - np.abs(english), np.maximum(english, 0.0)], axis=1)
    part = share[:, np.newaxis]
    result = (1.0 - part) * _judge(shared_model(WEIGHTS), chinese) + part * foreign
    result[~word_mask(texts)] = (0.0, 1.0, 0.0)
    return np.asarray(result, dtype=np.float64)


def planned(text: str) -> tuple[str, float]:
    """What a text's plan says in words, and what that adds to its log-odds of bullish against bearish.

    It is what the cues weigh to the judge of bodies, times the chance that the text is a body; ("", 0) without a plan.
    """
    model = shared_model(WEIGHTS)
    (rest,), _, share = _parted([text[:LIMIT]])
    cues = plans([rest])[0]
    if not cues.any():
        return "", 0.0
    genre = softmax(model([rest])[:, [model.names.index(name) for name in GENRES]])
    said = (_SAID[index][cue < 0] for index, cue in enumerate(cues.tolist()) if cue)
    return "、".join(said), float((cues @ model.plan) * genre[0, 2] * (1.0 - share[0]))


def _parted(texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Each text without its English sentences, the mean stance of those, and their share of the text."""
    rest = list(texts)
    stance, share = np.zeros(len(texts)), np.zeros(len(texts))
    for index, text in enumerate(texts):
        if not any("a" <= char.lower() <= "z" for char in text):
            continue
        sentences = _SENTENCE.findall(text)
        foreign = [sentence for sentence in sentences if is_english(sentence)]
        if not foreign:
            continue
        lengths = np.array([len(sentence) for sentence in foreign], dtype=np.float64)
        stance[index] = float(np.average(np.tanh(english_odds(foreign) / 2), weights=lengths))
        share[index] = lengths.sum() / max(sum(map(len, sentences)), 1)
        rest[index] = "".join(sentence for sentence in sentences if not is_english(sentence))
    return rest, stance, share


def _judge(model: NgramModel, texts: Sequence[str]) -> Probabilities:
    names = model.names
    outputs = model(texts)

    def chances(*wanted: str) -> NDArray[np.float64]:
        return softmax(outputs[:, [names.index(name) for name in wanted]])

    genre = chances(*GENRES)
    comment = chances("stance_bear", "stance_none", "stance_bull")
    news = chances("news_bear", "news_neu", "news_bull")
    bear, bull = (outputs[:, names.index(f"direction_{end}")] for end in ("bear", "bull"))
    plan_odds = np.sum(plans(texts) * model.plan, axis=1)  # what compares prices, which n-grams cannot
    body = softmax(np.stack([bear, bull + plan_odds], axis=1))
    three = np.stack([body[:, 0], np.zeros(len(texts)), body[:, 1]], axis=1)
    return np.asarray(genre[:, :1] * comment + genre[:, 1:2] * news + genre[:, 2:] * three, dtype=np.float64)

"""Weak targets for the network: what votes, voters, threads and declared directions tell of a text."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.sentiment.train.corpus import CATEGORIES, Corpus, masked

PRIOR = 5.0
"""Votes that a user's or thread's own ratio is shrunk by."""
DIRECTION_COPIES = 7
"""A declared direction is rare beside votes: each is shown so often."""


def weak_targets(corpus: Corpus) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Texts, targets (NaN: not known), weight of each task, and the rows of one epoch.

    Tasks: 推 against 噓, →, the thread's 推 ratio without this vote, the user's without it, the thread's declared
    direction, six categories, whether the thread is a reply; last the declared direction of [標的] bodies.
    """
    pushes = corpus.pushes.merge(
        corpus.posts[["post_id", "category", "is_reply", "direction"]], on="post_id", how="left"
    )
    vote = pushes["tag"].map({"推": 1.0, "噓": 0.0})
    columns = [
        vote,
        (pushes["tag"] == "→").astype(float),
        _ratio_of_others(vote, pushes["post_id"]),
        _ratio_of_others(vote, pushes["user"].str.lower()),
        pushes["direction"].map({"bull": 1.0, "bear": 0.0}),
        *((pushes["category"] == category).astype(float) for category in CATEGORIES),
        pushes["is_reply"].map({True: 1.0, False: 0.0}),
    ]
    declared = corpus.posts[corpus.posts["direction"].isin(["bull", "bear"])]
    bodies = [masked(body) for body in declared["body"]]
    texts = pushes["text"].tolist() + bodies
    targets = np.full((len(texts), len(columns) + 1), np.nan, dtype=np.float32)
    for index, column in enumerate(columns):
        targets[: len(pushes), index] = np.asarray(column, dtype=np.float32)
    targets[len(pushes) :, -1] = np.asarray(declared["direction"] == "bull", dtype=np.float32)
    weights = np.array([1.0, 0.3, 1.0, 0.7, 0.7, *[0.2] * len(CATEGORIES), 0.1, 1.0], dtype=np.float32)
    rows = np.concatenate([np.arange(len(texts)), *[np.arange(len(pushes), len(texts))] * (DIRECTION_COPIES - 1)])
    return texts, targets, weights, rows


def _ratio_of_others(vote: "pd.Series[float]", by: "pd.Series[str]") -> "pd.Series[float]":
    mean = float(vote.mean())
    grouped = vote.groupby(by.to_numpy())
    count = grouped.transform("count") - vote.notna()
    total = grouped.transform("sum") - vote.fillna(0.0)
    return (total + PRIOR * mean) / (count + PRIOR)

"""Train the shipped model from ``shared/data`` and this project's labels: data in, one file and a report out."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analysis.sentiment.plan import plans
from analysis.sentiment.train import words
from analysis.sentiment.train.corpus import BODY, headline, seconds, shared_corpus
from analysis.sentiment.train.heads import LONG, Features, Head, fit
from analysis.sentiment.train.labels import (
    Labelled,
    dev_posts,
    labelled_bodies,
    labelled_comments,
    labelled_news,
    later_dev,
    own_rows,
)
from analysis.sentiment.train.network import fresh, learn
from analysis.sentiment.train.pack import write
from analysis.sentiment.train.quality import by_part
from analysis.sentiment.train.tasks import weak_targets
from analysis.sentiment.train.vocabulary import frequent, in_texts, rows_of

WIDTH = 44
HIDDEN = 48
SHARED = {"2016-18", "2023-25", "news", "news, body"}
"""Parts of the labels that come from ../shared."""
LEAST = 55
"""An n-gram is known if the pushes have it so often, or three labelled comments, four news texts or eight bodies."""
VERSION = "4"


def train_shared(folder: Path, labels: Path, out: Path, seed: int = 0, say: Callable[[str], None] = print) -> str:
    """Train on ``folder`` (shared/data) and ``labels``, write ``out``; returns its digest. One seed, the same bytes."""
    began = time.monotonic()

    def step(text: str) -> None:
        say(f"[{time.monotonic() - began:5.0f} s] {text}")

    whole = shared_corpus(folder).without(dev_posts(folder))
    held = later_dev(folder)
    tone, stance = labelled_comments(folder, labels, whole, held)
    news = labelled_news(folder, labels, whole)
    # threads of the shared labels stay out of the votes too, and so do this project's labelled rows: figures from
    # folds are then of texts whose votes the network has not seen either
    parts = zip([*tone.group, *news.group], [*tone.part, *news.part], strict=True)
    shared = {group for group, part in parts if part in SHARED}
    corpus = whole.without(shared).without_rows(own_rows(labels, whole))
    step(f"{len(corpus.pushes):,} pushes; labelled: {len(tone.texts):,} comments, {len(news.texts):,} news texts")
    texts, targets, weights, rows = weak_targets(corpus)
    weights[-1] = 0.0  # the declared direction of bodies has a head of its own, whose folds must be blind
    known = np.union1d(frequent(texts, LEAST), in_texts(tone.texts, 3))
    known = np.union1d(known, in_texts(news.texts, 4))
    declared = labelled_bodies(labels, corpus)
    known = np.union1d(known, in_texts(declared.texts, 8))
    judged = words.judged()
    known = np.union1d(known, judged.grams)
    ids, bounds = rows_of(texts, known)
    step(f"{known.size:,} n-grams, {ids.size:,} occurrences")
    network = fresh(known.size, WIDTH, HIDDEN, weights.size, seed)
    losses = learn(network, ids, bounds, rows, targets, weights, seed=seed)
    step(f"network: losses {', '.join(f'{loss:.4f}' for loss in losses)}")
    network.table[np.bincount(ids, minlength=known.size) == 0] = 0.0  # n-grams that only judged words begin with
    features = Features(network, known, words.prior(known), judged)
    headlines = fit(features, news, ("news_bear", "news_neu", "news_bull"), seed=seed)
    sides = ("direction_bear", "direction_bull")
    direction = fit(features, declared, sides, seed=seed, shape=LONG, beside=plans(declared.texts))
    # what moves news and bodies moves comments too; neither head has seen a comment, so folds stay blind
    lent = [headlines, direction]
    beside = np.hstack([head.odds(features, tone.texts) for head in lent])
    tones = ("tone_neg", "tone_neu", "tone_pos")
    stances = ("stance_bear", "stance_none", "stance_bull")
    heads = [
        fit(features, tone, tones, seed=seed, beside=beside).with_lent(lent),
        fit(features, stance, stances, seed=seed, beside=beside).with_lent(lent),
        headlines,
        direction,
    ]
    genre = _genres(corpus, declared, seed)
    heads.append(fit(features, genre, ("genre_comment", "genre_news", "genre_body"), seed=seed, own=False))
    report = {
        "tone": by_part(tone, heads[0].out_of_fold),
        "stance": by_part(stance, heads[1].out_of_fold),
        "news": by_part(news, heads[2].out_of_fold),
        "declared direction": by_part(declared, direction.out_of_fold),
    }
    for name, table in report.items():
        for part, figures in table.items():
            step(f"{name}, {part}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    times = seconds(corpus.pushes["post_id"])
    meta = {
        "version": VERSION,
        "trained_from": _day(int(times[times > 0].min())),
        "trained_until": _day(int(times.max())),
        "seed": seed,
        "cross_validated": report,
        "rows": {"pushes": len(corpus.pushes), "comments": len(tone.texts), "news": len(news.texts)},
    }
    plan = direction.beside[:, 1] - direction.beside[:, 0]
    digest = write(out, network, known, heads, {"vote": 0}, meta, judged, plan)
    step(f"{out}: {out.stat().st_size:,} bytes, {digest}")
    out.with_suffix(".report.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return digest


def _genres(corpus: Any, declared: Labelled, seed: int) -> Labelled:
    """Comments, headlines with beginnings of articles, and [標的] bodies: so that each text meets the right judge."""
    random = np.random.default_rng(seed)
    pushes = corpus.pushes["text"].to_numpy()[random.permutation(len(corpus.pushes))[:8000]].tolist()
    posts = corpus.posts[(corpus.posts["category"] == "新聞") & ~corpus.posts["is_reply"].astype(bool)]
    posts = posts.iloc[random.permutation(len(posts))[:4000]]
    news = [headline(title) for title in posts["title"]] + [body[:400] for body in posts["body"]]
    bodies = [body[:BODY] for body in declared.texts]
    texts = pushes + news + bodies
    label = np.repeat([0, 1, 2], [len(pushes), len(news), len(bodies)])
    return Labelled(texts, label, [str(index) for index in range(len(texts))], ["genre"] * len(texts))


def _day(second: int) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.fromtimestamp(second, tz=UTC) + timedelta(hours=8)).date().isoformat()


__all__ = ["Head", "train_shared"]

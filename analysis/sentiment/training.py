"""``ptt train``: a model from one's own store, without any labelled text.

Votes, habits and declared directions are learnt from the store. What needs labels (tone, stance, news, genre) is
carried over from the shipped model: the new network imitates its probabilities on the store's own texts, so that new
words take on the meaning of the old ones beside them. Quality on votes is measured on the latest fifth of threads.
"""

import json
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LATER: Final = 0.2
"""Share of the pushes, the latest by thread, that the measuring run does not see."""
WIDTH: Final = 40
HIDDEN: Final = 48
IMITATED: Final = 400_000
"""Comments of the store on which the shipped model is imitated."""
ROUNDS: Final = 200
"""Of drawing the later threads anew, for the interval of their AUC."""
KINDS: Final = ("tone_", "stance_", "news_", "genre_", "direction_")


def train(
    source: Any, out: Path, seed: int = 0, *, board: str = "Stock", say: Callable[[str], None] = lambda _text: None
) -> dict[str, Any]:
    """Train on the posts and pushes of ``source`` (a DuckDB connection to a store) and write the model to ``out``.

    Returns the report, also written beside the model. The same store and seed give the same bytes. Raises PttError
    where the store holds too little.
    """
    from analysis.sentiment.train.corpus import store_corpus

    return train_corpus(store_corpus(source, board), out, seed, say)


def train_corpus(corpus: Any, out: Path, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """As :func:`train`, from a corpus in memory."""
    from analysis.sentiment.measures import auc, interval
    from analysis.sentiment.ptt_engine import WEIGHTS, shared_model
    from analysis.sentiment.train.corpus import seconds
    from analysis.sentiment.train.network import bags, fresh, learn, odds
    from analysis.sentiment.train.pack import write
    from analysis.sentiment.train.tasks import weak_targets
    from analysis.sentiment.train.vocabulary import frequent, rows_of

    teacher = shared_model(WEIGHTS)
    texts, targets, weights, rows = weak_targets(corpus)
    names = [name for name in teacher.names if name.startswith(KINDS)]
    imitated = _imitation(teacher, names, texts, len(corpus.pushes), seed)
    targets = np.hstack([targets, imitated])
    weights = np.concatenate([weights, np.full(len(names), 1.0, dtype=np.float32)])
    known = np.union1d(frequent(texts, max(3, min(90, len(texts) // 5000))), teacher.known[:0])
    ids, bounds = rows_of(texts, known)
    say(f"{len(corpus.pushes):,} 則推文、{known.size:,} 個 n-gram")
    time_of = seconds(corpus.pushes["post_id"])
    cut = int(np.quantile(time_of, 1.0 - LATER))
    early = np.concatenate([time_of <= cut, np.ones(len(texts) - len(time_of), dtype=bool)])
    trial = fresh(known.size, WIDTH, HIDDEN, weights.size, seed)
    learn(trial, ids, bounds, rows[early[rows]], targets, weights, seed=seed)
    later = np.flatnonzero(~early & ~np.isnan(targets[:, 0]))[:200_000]
    later_ids, later_bounds = rows_of([texts[row] for row in later], known)
    found = odds(trial, bags(later_ids, later_bounds, trial.table))[:, 0]
    chance, liked = found.astype(np.float64), targets[later, 0] == 1
    low, high = interval(lambda pick: auc(chance[pick], liked[pick]), time_of[later], rounds=ROUNDS, seed=seed)
    report: dict[str, Any] = {
        "pushes": len(corpus.pushes),
        "posts": len(corpus.posts),
        "later_votes": int(later.size),
        "vote_auc_later_threads": _known(auc(chance, liked)),
        "vote_auc_interval": [_known(low), _known(high)],
    }
    quality = report["vote_auc_later_threads"]
    say(f"較晚的討論串：推／噓 AUC {'–' if quality is None else f'{quality:.3f}'}（{later.size:,} 票）")
    network = fresh(known.size, WIDTH, HIDDEN, weights.size, seed)
    learn(network, ids, bounds, rows, targets, weights, seed=seed)
    tasks = {name: weights.size - len(names) + index for index, name in enumerate(names)}
    for index in tasks.values():  # one-against-rest odds are about twice what a soft maximum of them needs
        network.outer[index] *= 0.5
        network.direct[index] *= 0.5
        network.bias[index] *= 0.5
    meta = {
        "version": f"own-{_day(int(time_of.max()))}",
        "trained_from": _day(int(time_of[time_of > 0].min())),
        "trained_until": _day(int(time_of.max())),
        "seed": seed,
        "teacher": teacher.digest,
        "report": report,
    }
    report["hash"] = write(out, network, known, [], {**tasks, "vote": 0}, meta)
    out.with_suffix(".report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    )
    return report


def learnt_no_votes(report: dict[str, Any]) -> bool:
    """Whether the votes of later threads leave open that the model tells 推 from 噓 no better than a coin (AUC 0.5), or
    there were none of either."""
    low, _ = report["vote_auc_interval"]
    return low is None or not low > 0.5


def _known(figure: float) -> float | None:
    """A figure as the report holds it: None, which JSON has, where there was nothing to reckon it from."""
    return None if math.isnan(figure) else round(figure, 4)


def _imitation(teacher: Any, names: list[str], texts: list[str], pushes: int, seed: int) -> NDArray[np.float32]:
    """The shipped model's probabilities within each group of outputs, on a sample of comments and all bodies."""
    from analysis.sentiment.ptt_engine import softmax

    random = np.random.default_rng(seed)
    sample = random.permutation(pushes)[:IMITATED]
    chosen = np.concatenate([np.sort(sample), np.arange(pushes, len(texts))])
    outputs = teacher([texts[row] for row in chosen])
    targets = np.full((len(texts), len(names)), np.nan, dtype=np.float32)
    for kind in KINDS:
        columns = [index for index, name in enumerate(names) if name.startswith(kind)]
        if columns:
            chances = softmax(outputs[:, [teacher.names.index(names[index]) for index in columns]])
            for place, index in enumerate(columns):
                targets[chosen, index] = chances[:, place]
    return targets


def _day(second: int) -> str:
    from datetime import UTC, timedelta

    return (datetime.fromtimestamp(second, tz=UTC) + timedelta(hours=8)).date().isoformat()

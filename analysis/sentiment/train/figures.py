"""``python -m analysis.sentiment.train.figures [DATA]``: the model card's figures, on sets that training never saw."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.sentiment import get_engine
from analysis.sentiment.evaluation import LabelledFile, figures, read_labelled, table
from analysis.sentiment.measures import calibration_error
from analysis.sentiment.ptt_engine import PttEngine
from analysis.sentiment.stance import stance_chances
from analysis.sentiment.train.corpus import shared_corpus
from analysis.sentiment.train.labels import later_dev

ENGINES = ("ptt", "snownlp", "lexicon")


def main(arguments: list[str]) -> int:
    """Print one table a set, what calibration error a perfect model would show there, then the speed on one core."""
    root = Path(__file__).parents[3]
    folder = Path(arguments[0]) if arguments else root.parent / "shared" / "data"
    labelled = folder / "labelled"
    later = _later(labelled / "pushes_train.tsv", later_dev(folder), root / "labels")
    sets = {
        "pushes_dev.tsv": read_labelled(labelled / "pushes_dev.tsv"),
        "later-year dev (2024, 2025)": later,
        "pushes_three_annotators.tsv": read_labelled(labelled / "pushes_three_annotators.tsv"),
        "news_dev.tsv": read_labelled(labelled / "news_dev.tsv"),
    }
    for name, data in sets.items():
        print(f"{name}\n{table(figures(data, ENGINES))}", flush=True)
        for column, label in data.columns.items():
            print(f"  {column}: a perfect model of these chances would show {_floor(data, column, label):.3f}")
        print(flush=True)
    texts = shared_corpus(folder).pushes["text"].tolist()[:500_000]
    engine = get_engine("ptt")
    engine.score(texts[:10])
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        engine.score(texts)
        best = min(best, time.process_time() - began)
    print(f"ptt: {len(texts) / best:,.0f} comments a second of CPU")
    return 0


def _floor(data: LabelledFile, column: str, label: NDArray[np.int64]) -> float:
    """Mean calibration error of classes drawn from the chances themselves: so few rows show no less."""
    rows = np.flatnonzero(label >= 0)
    texts = [data.texts[row] for row in rows]
    chance = stance_chances(texts) if column.startswith("stance") else PttEngine().probabilities(texts)
    random = np.random.default_rng(0)
    errors = []
    for _ in range(50):
        drawn = (random.random((rows.size, 1)) > np.cumsum(chance, axis=1)).sum(axis=1)
        errors += [calibration_error(chance[:, k], drawn == k) for k in range(3)]
    return float(np.mean(errors))


def _later(path: Path, held: set[str], labels: Path) -> LabelledFile:
    """The held-out rows, with both readings as annotators a and b."""
    rows = pd.read_csv(path, sep="\t", quoting=3, dtype=str, keep_default_na=False)
    second = pd.read_csv(labels / "second" / path.name, sep="\t", dtype=str)
    rows = rows[rows["id"].isin(held)].assign(tone_a=rows["tone"], stance_a=rows["stance"])
    rows = rows.merge(second.rename(columns={"tone": "tone_b", "stance": "stance_b"}), on="id", how="left").fillna("")
    with TemporaryDirectory() as folder:
        part = Path(folder) / "later.tsv"
        rows.to_csv(part, sep="\t", index=False, quoting=3)
        return read_labelled(part)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

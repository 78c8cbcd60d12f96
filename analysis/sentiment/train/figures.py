"""``python -m analysis.sentiment.train.figures [DATA]``: the model card's figures, on sets that training never saw."""

import sys
import time
from pathlib import Path

import numpy as np

from analysis.sentiment.evaluation import LabelledFile, figures, read_labelled, table
from analysis.sentiment.train.corpus import shared_corpus
from analysis.sentiment.train.labels import later_dev

ENGINES = ("ptt", "snownlp", "lexicon")


def main(arguments: list[str]) -> int:
    """Print one table a set, then the speed on one core."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parents[4] / "shared" / "data"
    labelled = folder / "labelled"
    for name in ("pushes_dev.tsv", "news_dev.tsv", "pushes_three_annotators.tsv"):
        print(f"{name}\n{table(figures(read_labelled(labelled / name), ENGINES))}\n", flush=True)
    later = _later(labelled / "pushes_train.tsv", later_dev(folder))
    print(f"later-year dev (2024, 2025)\n{table(figures(later, ENGINES))}\n", flush=True)
    texts = shared_corpus(folder).pushes["text"].tolist()[:500_000]
    from analysis.sentiment import get_engine

    engine = get_engine("ptt")
    engine.score(texts[:10])
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        engine.score(texts)
        best = min(best, time.process_time() - began)
    print(f"ptt: {len(texts) / best:,.0f} comments a second of CPU")
    return 0


def _later(path: Path, held: set[str]) -> LabelledFile:
    lines = path.read_text(encoding="utf-8").splitlines()
    column = lines[0].split("\t").index("id")
    kept = [lines[0], *[line for line in lines[1:] if line.split("\t")[column] in held]]
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        part = Path(folder) / "later.tsv"
        part.write_text("\n".join(kept) + "\n", encoding="utf-8")
        return read_labelled(part)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

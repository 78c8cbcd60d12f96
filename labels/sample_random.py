"""``python labels/sample_random.py [DATA] > page.tsv``: the sample of random_2016_2018.tsv, with its texts.

Simple random samples of 600 comments of threads before June 2018 and 600 after, every tag as it falls. A comment is a
user's consecutive rows in a thread, joined as the engines do (key: the first floor); wordless ones and the threads of
the shared labelled sets are left out. Prints number, post_id, floor, title, text: never commit what it prints.
"""

import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

import duckdb
import numpy as np

from analysis.sentiment.runs import join_runs
from analysis.sentiment.text import has_word

ROWS_EACH = 600
SEED = 20261122
PARTS = {"posted_at < '2018-06-01'": ROWS_EACH, "posted_at >= '2018-06-01'": ROWS_EACH}


def comments(
    data: Path, part: str, done: AbstractSet[tuple[str, str]] = frozenset()
) -> Iterator[tuple[str, int, str, str]]:
    """The comments of the threads of a part, without those that hold a row done: post_id, first floor, title, text."""
    shared = [str(path) for path in sorted((data / "labelled").glob("*_*.tsv")) if "three_annotators" not in path.name]
    known = {line.split("\t")[1] for path in shared for line in Path(path).read_text(encoding="utf-8").splitlines()}
    pushes = duckdb.read_parquet(str(data / "stock_pushes_2016_2018.parquet"))
    posts = duckdb.read_parquet(str(data / "stock_posts_2016_2018.parquet")).filter(part)
    threads = pushes.join(posts.project("post_id, title"), "post_id").aggregate(
        'post_id, any_value(title) AS title, list((floor, "user", text) ORDER BY floor) AS rows', "post_id"
    )
    for post_id, title, rows in threads.order("post_id").fetchall():
        if post_id in known:
            continue
        for run in join_runs([tuple(row) for row in rows]):
            if has_word(run.text) and not any((post_id, str(floor)) in done for floor in run.floors):
                yield post_id, run.floors[0], title, run.text


def draw(data: Path, seed: int, parts: Mapping[str, int], done: AbstractSet[tuple[str, str]] = frozenset()) -> None:
    """Print a simple random sample of each part, in an order of its own, so that a page shows all months."""
    random = np.random.default_rng(seed)
    chosen = []
    for part, rows in parts.items():
        pool = list(comments(data, part, done))
        chosen += [pool[i] for i in random.choice(len(pool), rows, replace=False)]
    for number, place in enumerate(random.permutation(len(chosen))):
        print(number, *("" if field is None else field for field in chosen[place]), sep="\t")


def main(arguments: list[str]) -> None:
    """Print the sample."""
    draw(Path(arguments[0]) if arguments else Path(__file__).parents[2] / "shared" / "data", SEED, PARTS)


if __name__ == "__main__":
    main(sys.argv[1:])

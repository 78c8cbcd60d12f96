"""``python labels/sample_active2.py [DATA] > page.tsv``: the comments of active2_2018.tsv, with their texts.

Comments of threads of May to September 2018, where the archive ends, those of May to July thinned to a quarter; at
most two a thread. 1,400 where the shipped model gives both bull and bear the largest chances, 525 where it is most
unsure of tone, 425 whose tag gainsays it (163 噓 that it takes for praise sooner than blame, 262 推 it takes for blame;
sarcasm is among them), all of a random 60,000; 1,050 about a direction at random from the rest. The joined runs, the
texts' lengths and what is left out are those of sample_active.py; the rows of active_2018.tsv are left out too. The
labels are of the draw by the weights of d227eb90f593. Prints number, post_id, floor, title, text: never commit it.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np

from analysis.sentiment.ptt_engine import WEIGHTS, shared_model

sys.path.insert(0, str(Path(__file__).parent))
from sample_active import DIRECTION, Comment, chances, entropy, labelled, show, take
from sample_random import comments

SEED = 20261124
EARLY = "posted_at >= '2018-05-01' AND posted_at < '2018-08-01'"
LATE = "posted_at >= '2018-08-01'"


def main(arguments: list[str]) -> None:
    """Print the four kinds mixed, in an order of its own."""
    data = Path(arguments[0]) if arguments else Path(__file__).parents[2] / "shared" / "data"
    done = labelled("pushes_2016_2018") | labelled("random_2016_2018") | labelled("active_2018")
    random = np.random.default_rng(SEED)
    early = list(comments(data, EARLY))
    kept = random.permutation(len(early))[: len(early) // 4]
    pool = [*(early[i] for i in kept), *comments(data, LATE)]
    pool = [row for row in pool if (row[0], str(row[1])) not in done and 3 <= len(row[3]) <= 120]
    pool = [pool[i] for i in random.permutation(len(pool))]
    candidates = pool[:60_000]
    pushes = duckdb.read_parquet(str(data / "stock_pushes_2016_2018.parquet")).project("post_id, floor, tag")
    tags = {(post_id, floor): tag for post_id, floor, tag in pushes.filter("post_id >= 'M.1525'").fetchall()}
    tag = np.array([tags[row[:2]] for row in candidates])
    model = shared_model(WEIGHTS)
    outputs = model([row[3] for row in candidates])
    tone, stance = chances(model, outputs, "tone"), chances(model, outputs, "stance")
    praise = tone[:, 2] > tone[:, 0]
    blame = tone.argmax(axis=1) == 0
    chosen: list[Comment] = []
    for order, rows in (
        (np.argsort(-stance[:, [0, 2]].min(axis=1), kind="stable"), 1_400),
        (np.argsort(-entropy(tone), kind="stable"), 525),
        (np.flatnonzero((tag == "噓") & praise), 163),
        (np.flatnonzero((tag == "推") & blame), 262),
    ):
        left = set(chosen)
        take(chosen, (candidates[i] for i in order if candidates[i] not in left), rows)
    take(chosen, (row for row in pool[60_000:] if DIRECTION.search(row[3])), 1_050)
    show(chosen, random)


if __name__ == "__main__":
    main(sys.argv[1:])

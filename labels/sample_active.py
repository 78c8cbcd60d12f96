"""``python labels/sample_active.py [DATA] > page.tsv``: the comments of active_2018.tsv, with their texts.

Comments of threads of May to December 2018, at most two a thread: half where the shipped model is unsure (largest
entropies of tone and of stance, summed, among a random 60,000), half about a direction (a stock's number, 漲, 跌, 多,
空, 買, 賣 …) drawn at random. A comment is a user's joined run, as in sample_random.py; rows labelled before and the
threads of the shared labelled sets are left out. With ``praise`` as the second argument: the 600 rows added after
those, drawn at random from the comments that hold a word of praise or of taunt, at most one a thread, since sarcasm
wears these words. The labels are of the draw by the weights of 571229c04055 (another
model finds others unsure). Prints number, post_id, floor, title, text: never commit what it prints.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from analysis.sentiment.ngram_model import NgramModel
from analysis.sentiment.ptt_engine import WEIGHTS, Probabilities, shared_model, softmax

sys.path.insert(0, str(Path(__file__).parent))
from sample_random import comments

Comment = tuple[str, int, str, str]
"""post_id, first floor, title, joined text."""
ROWS_EACH = 900
SEED = 20261123
PART = "posted_at >= '2018-05-01'"
DIRECTION = re.compile(r"[漲跌多空買賣噴崩嘎軋套]|利多|利空|抄底|停損|出貨|歐印|(?<!\d)\d{4}(?!\d)")
PRAISE = re.compile(
    r"恭喜|感謝|謝謝|佩服|厲害|讚|神準|太神|真強|好棒|天才|高手|大師|英明|爽|勇|恩人|良心|好準|"
    r"空軍|多軍|傻多|傻空|[多空]單|放心|送分|送錢|舒服|開心|快樂"
)


def labelled(name: str, rows: int | None = None) -> set[tuple[str, str]]:
    """Keys of the first ``rows`` rows of a file of labels, or of all."""
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    post_ids_and_floors = [line.split("\t")[:2] for line in lines[1:][:rows]]
    return {(post_id, floor) for post_id, floor in post_ids_and_floors}


def chances(model: NgramModel, outputs: Probabilities, head: str) -> Probabilities:
    """Chances of the classes of ``tone`` or ``stance``, in the model's order: neg, neu, pos or bear, none, bull."""
    return softmax(outputs[:, [i for i, name in enumerate(model.names) if name.startswith(f"{head}_")]])


def entropy(chances: Probabilities) -> Probabilities:
    """How unsure each row is, in nats."""
    return np.asarray(-(chances * np.log(chances + 1e-12)).sum(axis=1))


def take(chosen: list[Comment], source: Iterable[Comment], rows: int) -> None:
    """Add the first ``rows`` of a source whose threads are not chosen twice already."""
    wanted = len(chosen) + rows
    threads = Counter(row[0] for row in chosen)
    for row in source:
        if len(chosen) == wanted:
            break
        if threads[row[0]] < 2:
            threads[row[0]] += 1
            chosen.append(row)


def show(chosen: list[Comment], random: np.random.Generator) -> None:
    """Print the chosen in an order of its own, so that a page shows every kind."""
    for number, place in enumerate(random.permutation(len(chosen))):
        print(number, *("" if field is None else field for field in chosen[place]), sep="\t")


def main(arguments: list[str]) -> None:
    """Print the two halves mixed, in an order of its own."""
    data = Path(arguments[0]) if arguments else Path(__file__).parents[2] / "shared" / "data"
    praise = "praise" in arguments
    done = labelled("pushes_2016_2018") | labelled("random_2016_2018")
    if praise:
        done |= labelled("active_2018", 2 * ROWS_EACH)
    random = np.random.default_rng(SEED)
    pool = [row for row in comments(data, PART) if (row[0], str(row[1])) not in done and 3 <= len(row[3]) <= 120]
    pool = [pool[i] for i in random.permutation(len(pool))]
    if praise:
        first: dict[str, Comment] = {}
        for row in pool:
            if PRAISE.search(row[3]):
                first.setdefault(row[0], row)
        for number, row in enumerate(list(first.values())[:600], start=2 * ROWS_EACH):
            print(number, *("" if field is None else field for field in row), sep="\t")
        return
    model = shared_model(WEIGHTS)
    outputs = model([row[3] for row in pool[:60_000]])
    unsure = entropy(chances(model, outputs, "tone")) + entropy(chances(model, outputs, "stance"))
    chosen: list[Comment] = []
    take(chosen, (pool[i] for i in np.argsort(-unsure, kind="stable")), ROWS_EACH)
    take(chosen, (row for row in pool[60_000:] if DIRECTION.search(row[3])), ROWS_EACH)
    show(chosen, random)


if __name__ == "__main__":
    main(sys.argv[1:])

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
from pathlib import Path

import numpy as np

from analysis.sentiment.ptt_engine import WEIGHTS, shared_model, softmax

sys.path.insert(0, str(Path(__file__).parent))
from sample_random import comments

ROWS_EACH = 900
SEED = 20261123
PART = "posted_at >= '2018-05-01'"
DIRECTION = re.compile(r"[漲跌多空買賣噴崩嘎軋套]|利多|利空|抄底|停損|出貨|歐印|(?<!\d)\d{4}(?!\d)")
PRAISE = re.compile(
    r"恭喜|感謝|謝謝|佩服|厲害|讚|神準|太神|真強|好棒|天才|高手|大師|英明|爽|勇|恩人|良心|好準|"
    r"空軍|多軍|傻多|傻空|[多空]單|放心|送分|送錢|舒服|開心|快樂"
)


def main(arguments: list[str]) -> None:
    """Print the two halves mixed, in an order of its own."""
    here = Path(__file__).parent
    data = Path(arguments[0]) if arguments else here.parents[1] / "shared" / "data"
    praise = "praise" in arguments
    before = ("pushes_2016_2018", "random_2016_2018", *(["active_2018"] if praise else []))
    done = {
        tuple(line.split("\t")[:2])
        for name in before
        for line in (here / f"{name}.tsv")
        .read_text(encoding="utf-8")
        .splitlines()[: 1 + 2 * ROWS_EACH if name == "active_2018" else None]
    }
    random = np.random.default_rng(SEED)
    pool = [row for row in comments(data, PART) if (row[0], str(row[1])) not in done and 3 <= len(row[3]) <= 120]
    pool = [pool[i] for i in random.permutation(len(pool))]
    if praise:
        first: dict[str, tuple[str, int, str, str]] = {}
        for row in pool:
            if PRAISE.search(row[3]):
                first.setdefault(row[0], row)
        for number, row in enumerate(list(first.values())[:600], start=2 * ROWS_EACH):
            print(number, *("" if field is None else field for field in row), sep="\t")
        return
    model = shared_model(WEIGHTS)
    outputs = model([row[3] for row in pool[:60_000]])
    unsure = np.zeros(len(outputs))
    for head in ("tone_", "stance_"):
        chances = softmax(outputs[:, [i for i, name in enumerate(model.names) if name.startswith(head)]])
        unsure -= (chances * np.log(chances + 1e-12)).sum(axis=1)
    chosen: list[tuple[str, int, str, str]] = []
    threads: dict[str, int] = {}
    for source in (
        [pool[i] for i in np.argsort(-unsure, kind="stable")],
        [row for row in pool[60_000:] if DIRECTION.search(row[3])],
    ):
        wanted = len(chosen) + ROWS_EACH
        for row in source:
            if len(chosen) == wanted:
                break
            if threads.get(row[0], 0) < 2:
                threads[row[0]] = threads.get(row[0], 0) + 1
                chosen.append(row)
    for number, place in enumerate(random.permutation(len(chosen))):
        print(number, *("" if field is None else field for field in chosen[place]), sep="\t")


if __name__ == "__main__":
    main(sys.argv[1:])

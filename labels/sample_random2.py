"""``python labels/sample_random2.py [DATA] > page.tsv``: the comments of random2_2018.tsv, with their texts.

Simple random samples as in sample_random.py: 1,000 comments of threads of January to May 2018 and 2,000 of June to
September, where the archive ends, every tag as it falls, without those labelled in the other files. Threads are not
held to one row each: that would leave out most of the daily chats, a ninth of the board's comments. Prints number,
post_id, floor, title, text: never commit what it prints.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sample_active import labelled
from sample_random import draw

SEED = 20261125
PARTS = {
    "posted_at >= '2018-01-01' AND posted_at < '2018-06-01'": 1_000,
    "posted_at >= '2018-06-01' AND posted_at < '2018-10-01'": 2_000,
}
LABELLED = ("pushes_2016_2018", "random_2016_2018", "active_2018", "active2_2018")


def main(arguments: list[str]) -> None:
    """Print the sample."""
    data = Path(arguments[0]) if arguments else Path(__file__).parents[2] / "shared" / "data"
    draw(data, SEED, PARTS, set().union(*map(labelled, LABELLED)))


if __name__ == "__main__":
    main(sys.argv[1:])

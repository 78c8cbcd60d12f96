"""`parse_news` against fields read by eye: the share right of each.

    .venv/bin/python -m benchmarks news [--show]

A field is right if it gives what a reader judged right (``labels/news/fields.csv``); what was misread then counts as
wrong until it is read again, whatever it gives now.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LABELS = Path(__file__).resolve().parent.parent / "labels" / "news"
FIELDS = ("headline", "source_url", "source_domain", "published_at", "reporter", "article", "comment")


class Misread(NamedTuple):
    draw: str
    post_id: str
    field: str
    value: object


def _labels() -> list[dict[str, str]]:
    with (LABELS / "fields.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def misread(draw: str) -> Iterator[Misread | None]:
    """One item a field of the draw's posts: None where it is right."""
    from analysis.news import parse_news

    sys.path.insert(0, str(LABELS))
    from sample import mark, posts

    labels = {row["post_id"]: row for row in _labels() if row["draw"] == draw}
    for post in posts(draw):
        fields = parse_news(*post[1:])
        for field in FIELDS:
            value = getattr(fields, field)
            right = mark(value) == labels[post.post_id][field]
            yield None if right else Misread(draw, post.post_id, field, value)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--show", action="store_true", help="print what is wrong")
    show = arguments.parse_known_args()[0].show
    for draw in dict.fromkeys(row["draw"] for row in _labels()):
        found = list(misread(draw))
        posts = len(found) // len(FIELDS)
        for n, field in enumerate(FIELDS):
            wrong = [item for item in found[n :: len(FIELDS)] if item]
            print(f"{draw:8}{field:15}{100 * (1 - len(wrong) / posts):6.1f} % of {posts}")
            for item in wrong if show else ():
                print("", item.post_id, item.value, sep="\t")


if __name__ == "__main__":
    main()

"""`find_mentions` against the labels, and its speed.

    .venv/bin/python -m benchmarks.mentions [--show] [--speed]

A predicted span is right if it overlaps a labelled one of the same symbol; optional spans are neither hit nor miss.
The halves ``dev`` and ``test`` stand against the adjudicated labels and against either reader's; the draws of
``fresh.csv`` were read once, with what was found beside the text.
"""

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "labels" / "mentions"
PUSHES = ROOT.parent / "shared" / "data" / "stock_pushes_2016_2018.parquet"


class Label(NamedTuple):
    symbol: str
    start: int
    end: int
    optional: bool


class Tally(NamedTuple):
    right: int
    wrong: list[tuple[str, str, str]]
    missed: list[tuple[str, str, str]]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (LABELS / f"{name}.csv").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _gather(rows: Iterable[dict[str, str]]) -> dict[str, list[Label]]:
    labels: dict[str, list[Label]] = defaultdict(list)
    for row in rows:
        labels[row["key"]]
        if row["symbol"]:
            start = int(row["start"])
            labels[row["key"]].append(Label(row["symbol"], start, start + int(row["length"]), row["optional"] == "1"))
    return dict(labels)


def read_labels(split: str | None = None, reader: str = "adjudicated") -> dict[str, list[Label]]:
    """A half's labels by ``first``, ``second`` or ``adjudicated``: the first's, where they differ what stands."""
    rows = _rows("second_reader" if reader == "second" else "labels")
    labels = _gather(row for row in rows if split in (None, row["split"]))
    if reader == "adjudicated":
        labels |= {key: value for key, value in _gather(_rows("adjudicated")).items() if key in labels}
    return labels


def read_fresh(draw: str) -> dict[str, list[Label]]:
    return _gather(row for row in _rows("fresh") if row["draw"] == draw)


def compare(texts: dict[str, str], labels: dict[str, list[Label]]) -> Tally:
    from analysis.stocks import find_mentions

    right, wrong, missed = 0, [], []
    for key, wanted in labels.items():
        hit = set()
        for mention in find_mentions(texts[key]):
            end = mention.start + len(mention.matched)
            over = [label for label in wanted if label.start < end and mention.start < label.end]
            same = [label for label in over if label.symbol == mention.symbol and not label.optional]
            if same:
                hit.update(same)
            elif not any(label.optional for label in over):
                wrong.append((key, f"{mention.matched}={mention.symbol}", texts[key]))
        right += len(hit)
        missed += [
            (key, f"{texts[key][label.start : label.end]}={label.symbol}", texts[key])
            for label in wanted
            if not label.optional and label not in hit
        ]
    return Tally(right, wrong, missed)


def speed(rows: int = 1_000_000) -> float:
    """Seconds for one pass over ``rows`` real comments."""
    import duckdb

    from analysis.stocks import find_mentions

    texts = [t for (t,) in duckdb.sql(f"SELECT text FROM '{PUSHES}' WHERE text <> '' LIMIT {rows}").fetchall()]
    find_mentions("")
    start, processor = time.perf_counter(), time.process_time()
    found = sum(len(find_mentions(text)) for text in texts)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    print(f"{len(texts):,} comments in {seconds:.1f} s ({processor:.1f} s of one core), {found:,} mentions")
    return seconds


def _show(name: str, tally: Tally, *, show: bool) -> None:
    print(f"{name:25}{tally.right} right, {len(tally.wrong)} wrong, {len(tally.missed)} missed: ", end="")
    print(f"precision {tally.precision:.3f}, recall {tally.recall:.3f}")
    for kind, items in (("wrong", tally.wrong), ("missed", tally.missed)) if show else ():
        for key, what, text in items:
            print(kind, key, what, text, sep="\t")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--show", action="store_true", help="print what was wrong or missed")
    arguments.add_argument("--speed", action="store_true", help="time one pass over 1M comments instead")
    options = arguments.parse_known_args()[0]
    if options.speed:
        speed()
        return
    sys.path.insert(0, str(LABELS))
    from sample import texts
    from sample_fresh import fresh_texts

    drawn = texts()
    for split in ("dev", "test"):
        for reader in ("adjudicated", "first", "second"):
            tally = compare(drawn, read_labels(split, reader))
            _show(f"{split}, {reader}", tally, show=options.show and reader == "adjudicated")
    for draw in dict.fromkeys(row["draw"] for row in _rows("fresh")):
        _show(draw, compare(fresh_texts(draw), read_fresh(draw)), show=options.show)


if __name__ == "__main__":
    main()

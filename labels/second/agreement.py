"""Prints how far the second readings agree with the first: share, Cohen's kappa, and for mentions the F1 of spans.

.venv/bin/python labels/second/agreement.py
"""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LABELS = ROOT / "labels"
SHARED = ROOT.parent / "shared" / "data" / "labelled"
PLACE = ("post_id", "floor")
Row = dict[str, str]
Span = tuple[str, int, int]
"""symbol, start, length"""


def read(path: Path) -> list[Row]:
    comma = path.suffix == ".csv"
    with path.open(encoding="utf-8", newline="") as lines:
        if comma:
            return list(csv.DictReader(lines))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def share_and_kappa(first: Sequence[str], second: Sequence[str]) -> tuple[float, float]:
    share = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
    counts, others = Counter(first), Counter(second)
    chance = sum(counts[label] * others[label] for label in counts) / len(first) ** 2
    return share, (share - chance) / (1 - chance)


def compare(name: str, first: list[Row], second: list[Row], key: tuple[str, ...]) -> None:
    """The rows of ``first`` with the same key's reading in ``second``; a missing one is an error."""
    other = {tuple(row[k] for k in key): row for row in second}
    pairs = [(row, other[tuple(row[k] for k in key)]) for row in first]
    for field in ("tone", "stance"):
        share, kappa = share_and_kappa([a[field] for a, _ in pairs], [b[field] for _, b in pairs])
        print(f"{name:<40} {len(pairs):>5} {field:<6} share {share:.3f} kappa {kappa:.3f}")


def spans(rows: list[Row]) -> dict[str, tuple[set[Span], set[Span]]]:
    """key -> (plain spans, optional spans)"""
    found: dict[str, tuple[set[Span], set[Span]]] = {}
    for row in rows:
        plain, optional = found.setdefault(row["key"], (set(), set()))
        if row["symbol"]:
            (optional if row["optional"] == "1" else plain).add((row["symbol"], int(row["start"]), int(row["length"])))
    return found


def touches(span: Span, others: set[Span]) -> bool:
    _, start, length = span
    return any(start < other + size and other < start + length for _, other, size in others)


def compare_mentions(first: list[Row], second: list[Row]) -> None:
    """Exact symbol and span; what either reader calls optional is neither hit nor miss."""
    one, two = spans(first), spans(second)
    split = {row["key"]: row["split"] for row in first}
    for part in ("dev", "test"):
        hits = only_first = only_second = same = 0
        keys = [key for key in one if split[key] == part]
        for key in keys:
            optional = one[key][1] | two[key][1]
            a, b = ({span for span in found[key][0] if not touches(span, optional)} for found in (one, two))
            hits, only_first, only_second = hits + len(a & b), only_first + len(a - b), only_second + len(b - a)
            same += a == b
        f1 = 2 * hits / (2 * hits + only_first + only_second)
        print(
            f"mentions {part}: {len(keys)} texts, {hits} spans alike, {only_first} only first, "
            f"{only_second} only second, F1 {f1:.3f}, texts alike {same / len(keys):.3f}"
        )


def main() -> None:
    train = read(SHARED / "pushes_train.tsv")
    second = read(LABELS / "second" / "pushes_train.tsv")
    compare("shared pushes_train", train, second, ("id",))
    compare("  of 2016-2018", [row for row in train if row["date"] < "2020"], second, ("id",))
    compare("  of 2023-2025", [row for row in train if row["date"] > "2020"], second, ("id",))
    for name, key in (("pushes_2016_2018", PLACE), ("live_chat_2026", ("row",)), ("random_2016_2018", PLACE)):
        compare(name, read(LABELS / f"{name}.tsv"), read(LABELS / "second" / f"{name}.tsv"), key)
    again = read(LABELS / "second" / "random2_2018.tsv")
    places = {(row["post_id"], row["floor"]) for row in again}
    both = [row for row in read(LABELS / "random2_2018.tsv") if (row["post_id"], row["floor"]) in places]
    if len(both) != len(again):
        raise ValueError(f"random2_2018: {len(again)} rows read twice, {len(both)} of them in the first labels")
    compare("random2_2018, its first pages", both, again, PLACE)
    mentions = LABELS / "mentions"
    compare_mentions(read(mentions / "labels.csv"), read(mentions / "second_reader.csv"))


if __name__ == "__main__":
    main()

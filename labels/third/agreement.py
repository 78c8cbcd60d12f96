"""Prints whose label the third reading takes, where the first two differ, and how often it keeps one they share.

.venv/bin/python labels/third/agreement.py
"""

import csv
from pathlib import Path

LABELS = Path(__file__).resolve().parents[1]
SHARED = LABELS.parents[1] / "shared" / "data" / "labelled"
Row = dict[str, str]
SETS = (("pushes_train", SHARED, ("id",)), ("live_chat_2026", LABELS, ("row",)))
OWN = ("pushes_2016_2018", LABELS, ("post_id", "floor"))


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def compare(name: str, rows: list[tuple[Row, Row, Row]]) -> None:
    for field in ("tone", "stance"):
        labels = [(one[field], two[field], three[field]) for one, two, three in rows]
        open_ones = [(one, two, three) for one, two, three in labels if one != two]
        first = sum(one == three for one, _, three in open_ones)
        second = sum(two == three for _, two, three in open_ones)
        kept = sum(one == two == three for one, two, three in labels)
        print(
            f"{name:<18} {len(rows):>5} {field:<6} differ {len(open_ones):>4}: as first {first:>4}, "
            f"as second {second:>4}, neither {len(open_ones) - first - second:>4}; "
            f"alike {len(labels) - len(open_ones):>4}: kept {kept:>4}"
        )


def main() -> None:
    for name, folder, key in (*SETS, OWN):
        one, two = (
            {tuple(row[k] for k in key): row for row in read(path)}
            for path in (folder / f"{name}.tsv", LABELS / "second" / f"{name}.tsv")
        )
        third = [(tuple(row[k] for k in key), row) for row in read(LABELS / "third" / f"{name}.tsv")]
        rows = [(one[k], two[k], row) for k, row in third]
        compare(name, rows)
        if name == "pushes_train":
            compare("  of 2016-2018", [row for row in rows if row[0]["date"] < "2020"])
            compare("  of 2023-2025", [row for row in rows if row[0]["date"] > "2020"])


if __name__ == "__main__":
    main()

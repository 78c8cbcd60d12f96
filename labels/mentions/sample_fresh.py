"""Draws 500 further texts, none of them among earlier ones, and writes them with what `find_mentions` finds in them.

Draws: ``fresh``, read before anything was mended on it; ``after``, read after what it taught had been mended.

Half at random, half with digits, Latin capitals or a listed name; comments of 2016-2018, of 2023-2025 (the shared
labelled set, with the titles of their threads) and of the summer of 2026.

    .venv/bin/python labels/mentions/sample_fresh.py fresh /tmp/fresh_mentions.txt
"""

import csv
import hashlib
import re
import sys
from pathlib import Path

import duckdb
from sample import LIVE, POSTS, PUSHES, ROOT, texts

LABELLED = ROOT.parent / "shared" / "data" / "labelled" / "pushes_train.tsv"
SALTS = {"fresh": "fresh mentions", "after": "mentions after mending"}
ENRICHED = re.compile(r"[0-9]{4}|[A-Z]{2}|[0-9]{3}[A-Z]")


def _first(rows: dict[str, str], count: int, salt: str) -> dict[str, str]:
    """The ``count`` rows whose salted key has the lowest hash."""
    order = sorted(rows, key=lambda key: hashlib.md5(f"{key}{salt}".encode()).hexdigest())  # noqa: S324 - a draw
    return {key: rows[key] for key in order[:count]}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _halves(rows: dict[str, str], count: int, names: frozenset[str], salt: str) -> dict[str, str]:
    rich = {key: text for key, text in rows.items() if ENRICHED.search(text) or any(name in text for name in names)}
    chosen = _first(rows, count // 2, salt)
    return chosen | _first({k: v for k, v in rich.items() if k not in chosen}, count - count // 2, salt)


def fresh_texts(draw: str) -> dict[str, str]:
    """key -> text; keys as in `sample.texts`, and ``train#T7`` and ``title#T7`` for that row of the labelled set."""
    con = duckdb.connect()
    seen = texts() | (fresh_texts("fresh") if draw == "after" else {})
    titles = dict(con.execute(f"SELECT post_id, title FROM '{POSTS}' WHERE title <> ''").fetchall())  # noqa: S608
    query = f"""SELECT post_id || '#' || floor AS key, text FROM '{PUSHES}'
    WHERE length(text) > 1 ORDER BY md5(key || '{SALTS[draw]}') LIMIT 5000"""  # noqa: S608 - our own paths
    pushes = dict(con.execute(query).fetchall())
    train = [row for row in _rows(LABELLED) if row["date"] > "2020"]
    recent = {f"train#{row['id']}": row["text"] for row in train if len(row["text"]) > 1}
    threads = {row["title"]: f"title#{row['id']}" for row in reversed(train) if row["title"]}
    live = {f"live#{n}": row["text"] for n, row in enumerate(_rows(LIVE), 1)}
    with (ROOT / "analysis" / "stocks" / "listed.csv").open(encoding="utf-8") as lines:
        names = frozenset(
            re.sub(r"[*]?(-KY创|-KY創|-KY|-創|-DR|[*])?$", "", row["name"]) for row in csv.DictReader(lines)
        )
    found: dict[str, str] = {}
    for rows, count, salt in (
        (titles, 100, "titles"),
        (pushes, 160, "pushes"),
        (recent, 140, "recent"),
        ({key: title for title, key in threads.items()}, 50, "threads"),
        (live, 50, "live"),
    ):
        found |= _halves({key: text for key, text in rows.items() if key not in seen}, count, names, SALTS[draw] + salt)
    return found


def main(draw: str, target: Path) -> None:
    from analysis.stocks import find_mentions

    lines = []
    for n, (key, text) in enumerate(_first(fresh_texts(draw), 10_000, SALTS[draw] + "order").items(), 1):
        hits = " ".join(f"[{m.matched}={m.symbol}]" for m in find_mentions(text))
        lines.append(f"{n}\t{key}\t{text}\t{hits}\n")
    target.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

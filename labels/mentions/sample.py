"""Draws the 500 texts of the mention labels from ../shared and writes them to a file outside the repository.

The draw knows no rule of `find_mentions`: titles and comments at random, and comments that hold a listed name, four
digits or Latin capitals anywhere, so that there is something to find and something to fall for.

    .venv/bin/python labels/mentions/sample.py /tmp/mention_texts.tsv
"""

import csv
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
POSTS, PUSHES = (SHARED / f"stock_{name}_2016_2018.parquet" for name in ("posts", "pushes"))
LIVE = SHARED / "live_chat_2026_unlabelled.tsv"


def texts() -> dict[str, str]:
    """key -> text: ``M.….A.…`` a title, ``M.….A.…#12`` the comment at that floor, ``live#7`` line 7 of the file."""
    con = duckdb.connect()
    listed = str(ROOT / "analysis/stocks/listed.csv")
    query = f"""
    WITH names AS (SELECT regexp_replace(name, '[*]?(-KY创|-KY創|-KY|-創|-DR|[*])?$', '') AS n
                     FROM read_csv('{listed}')),
    t AS (SELECT post_id AS key, title AS text FROM '{POSTS}' WHERE title <> ''
           ORDER BY md5(post_id || 'titles') LIMIT 170),
    c AS (SELECT post_id || '#' || floor AS key, text FROM '{PUSHES}' WHERE length(text) > 1),
    r AS (SELECT * FROM c ORDER BY md5(key || 'random') LIMIT 110),
    few AS (SELECT * FROM c ORDER BY md5(key || 'enriched') LIMIT 3000),
    e AS (SELECT DISTINCT few.* FROM few WHERE regexp_matches(text, '[0-9]{{4}}|[A-Z]{{2}}')
             OR EXISTS (SELECT 1 FROM names WHERE contains(few.text, n)))
    SELECT * FROM t UNION ALL SELECT * FROM r UNION ALL (SELECT * FROM e ORDER BY md5(key || 'e') LIMIT 160)
    """  # noqa: S608 - our own paths
    found = dict(con.execute(query).fetchall())
    with LIVE.open(encoding="utf-8") as lines:
        live = {
            f"live#{n}": row["text"]
            for n, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 1)
        }
    keys = con.execute("SELECT k FROM unnest($1) u(k) ORDER BY md5(k || 'live') LIMIT 60", [list(live)]).fetchall()
    return found | {key: live[key] for (key,) in keys}


def main(target: Path) -> None:
    rows = texts()
    order = (
        duckdb.connect().execute("SELECT k FROM unnest($1) u(k) ORDER BY md5(k || 'order')", [list(rows)]).fetchall()
    )
    target.write_text("".join(f"{n}\t{key}\t{rows[key]}\n" for n, (key,) in enumerate(order, 1)), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Draws the [新聞] posts of the news labels from ../shared and writes them, as read now, to a file outside the tree.

    .venv/bin/python labels/news/sample.py fresh /tmp/news_to_read.txt

Draws: ``mended`` the 300 posts on which the rules were mended first, ``fresh`` 300 others, read before anything was
mended on them, ``after`` 100 more, read after what ``fresh`` taught had been mended.
"""

import hashlib
import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

ROOT = Path(__file__).resolve().parents[2]
POSTS = ROOT.parent / "shared" / "data" / "stock_posts_2016_2018.parquet"
DRAWS = {"mended": ("news", 300), "fresh": ("second reading", 300), "after": ("third reading", 100)}


class News(NamedTuple):
    post_id: str
    title: str
    body: str
    posted_at: datetime


def posts(draw: str) -> list[News]:
    """The posts of a draw, in the order of its hash; those of a later draw are in no earlier one."""
    earlier = list(DRAWS)[: list(DRAWS).index(draw)]
    seen = [post.post_id for before in earlier for post in posts(before)]
    salt, count = DRAWS[draw]
    old = "SELECT post_id FROM news ORDER BY md5(post_id || 'fresh') LIMIT 60" if earlier else "SELECT ''"
    query = f"""
    WITH news AS (SELECT post_id, title, content, posted_at FROM '{POSTS}' WHERE title LIKE '[新聞]%')
    SELECT * FROM news WHERE post_id NOT IN (SELECT unnest($3::VARCHAR[])) AND post_id NOT IN ({old})
    ORDER BY md5(post_id || $1) LIMIT $2"""  # noqa: S608 - our own paths
    return [News(*row) for row in duckdb.connect().execute(query, [salt, count, seen]).fetchall()]


def mark(value: object) -> str:
    """What a label keeps of a field's value: eight hex digits of its hash, ``-`` for none."""
    return "-" if value is None else hashlib.sha256(str(value).encode()).hexdigest()[:8]


def shorten(text: str, long: str | None, ends: int = 150) -> str:
    """``text`` with the middle of ``long`` left out, for reading: its two ends tell whether it was cut rightly."""
    if not long or len(long) < 3 * ends or long not in text:
        return text
    return text.replace(long, f"{long[:ends]} …… {long[-ends:]}")


def main(draw: str, target: Path) -> None:
    from analysis.news import parse_news

    parts = []
    for n, post in enumerate(posts(draw), 1):
        fields = parse_news(*post[1:])._asdict()
        body = shorten(shorten(post.body, fields["article"]), fields["comment"])
        values = [f"--- {name}: {shorten(str(value), str(value), 40)}" for name, value in fields.items()]
        parts.append("\n".join([f"=== {n} {post.post_id} {post.title}", body, *values]))
    target.write_text("\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

"""The store's ``news`` rows, kept up with its posts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb

from analysis.batches import THREADS, work_off
from analysis.news.fields import NewsFields, parse_news
from analysis.news.source import domain_of
from analysis.sql import statement

STEP = "news"


Parse = Callable[[str | None, str, datetime | None], NewsFields]


def _rows(con: duckdb.DuckDBPyConnection, parse: Parse) -> list[dict[str, Any]]:
    rows = []
    for board, post_id, title, body, posted_at, resolved in con.execute(statement("news/stale_posts")).fetchall():
        fields = parse(title, body, posted_at)
        row = {"board": board, "post_id": post_id, **fields._asdict()}
        if resolved and fields.source_url in resolved:
            row["source_domain"] = domain_of(resolved[fields.source_url]) or fields.source_domain
        rows.append(row)
    return rows


def derive_news(con: duckdb.DuckDBPyConnection, *, threads: int = THREADS, parse: Parse = parse_news) -> int:
    """Parses the [新聞] posts (replies too) that changed; how many threads were looked at.

    Idempotent and restartable: one transaction a batch, each from ``internal.dirty`` with step ``news``.
    """
    import pyarrow as pa

    schema = pa.schema(
        [(name, pa.string()) for name in ("board", "post_id", "headline", "source_url", "source_domain")]
        + [("published_at", pa.timestamp("us", tz="UTC"))]
        + [(name, pa.string()) for name in ("reporter", "article", "comment")]
    )

    def write() -> None:
        con.execute("DELETE FROM news USING batch b WHERE news.board = b.board AND news.post_id = b.post_id")
        rows = pa.Table.from_pylist(_rows(con, parse), schema=schema)
        con.register("news_rows", rows)
        con.execute("INSERT INTO news BY NAME SELECT * FROM news_rows")
        con.unregister("news_rows")

    return work_off(con, STEP, write, threads=threads)

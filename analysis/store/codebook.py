"""codebook.md of an export: each file's columns, types and meaning, from the store's COMMENTs."""

from pathlib import Path

import duckdb

from analysis import sql
from analysis.store.manifest import Entry

_HEAD = """\
# Codebook

Parquet files of this export, with what each column means. Times are instants with zone; `…_on` and `day` are Taipei
dates; `session_on` is the trading session. Columns `…_sha256` are hex SHA-256 of the UTF-8 text. Nulls mean "the page
does not say". manifest.json gives rows, hashes and how complete the crawl was: read `coverage` and `capture_lag` before
counting, for what was deleted before the first visit was never seen.
"""


def codebook(con: duckdb.DuckDBPyConnection, entries: list[Entry], folder: Path) -> str:
    """The page for an export whose files lie in ``folder``."""
    texts = {(comment.name, comment.column): comment.text for comment in sql.comments()}
    parts = [_HEAD]
    tables = {entry["table"]: folder / entry["path"] for entry in reversed(entries)}
    for table in sorted(tables):
        meaning = texts.get((table, ""), "")
        parts.append(f"## {table}\n\n{meaning}.\n\n| column | type | meaning |\n|---|---|---|")
        columns = con.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(tables[table])}).fetchall()
        for column, kind, *_ in columns:
            text = texts.get((table, column)) or texts.get(("*", column)) or _hash_of(column)
            short = str(kind).replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace("|", "\\|")
            parts.append(f"| `{column}` | {short} | {text.replace('|', chr(92) + '|')} |")
        parts.append("")
    return "\n".join(parts)


def _hash_of(column: str) -> str:
    return f"SHA-256 of {column.removesuffix('_sha256')}" if column.endswith("_sha256") else ""

"""Writes docs/schema.md and docs/cookbook.md from the database, its comments and the query files.

``python -m analysis.sql.document [--check]``; a test fails when a page is stale.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb

from analysis import sql
from analysis.sql.cookbook import Query, queries

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
_KIND_ORDER: Final = ("table", "view", "macro table")
_SCHEMA_HEAD: Final = """\
# Schema of ptt.duckdb

Made by `python -m analysis.sql.document` from the database and its COMMENTs; do not edit. Each line here is also in
the database: `SELECT * FROM duckdb_columns()`. Tables and views lie in schema `main`; schema `internal` is the
program's own and may change. Times are instants (TIMESTAMPTZ); columns `…_local` and `…_on` are Taipei's.
Nulls mean "the page does not say", never a guess.
"""
_COOKBOOK_HEAD: Final = """\
# Cookbook

Made by `python -m analysis.sql.document` from `analysis/sql/queries/*.sql`; do not edit. Run one with
`ptt sql @NAME [key=value …]`; `ptt sql --list` lists them. Values shown are the defaults.
"""


def main(arguments: list[str]) -> int:
    """Writes the pages, or with ``--check`` only says which are stale (exit code 1)."""
    stale = 0
    for name, text in (("schema.md", schema_page()), ("cookbook.md", cookbook_page())):
        path = DOCS / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        if "--check" in arguments:
            print(f"docs/{name} is stale: run python -m analysis.sql.document", file=sys.stderr)
            stale = 1
        else:
            path.write_text(text, "utf-8")
    return stale


def schema_page() -> str:
    """docs/schema.md for today's schema."""
    with fresh_store() as con:
        return "\n".join(_schema_lines(con)) + "\n"


def fresh_store() -> duckdb.DuckDBPyConnection:
    """An empty store in memory: migrations, views, macros, comments."""
    from analysis.store.migrations import migrate

    con = duckdb.connect()
    migrate(con, Path(":memory:"))
    sql.apply(con)
    return con


def _schema_lines(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    columns: dict[str, list[str]] = defaultdict(list)
    for schema, table, name, sql_type, text in con.execute(sql.statement("document/column_types")).fetchall():
        short = sql_type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
        columns[f"{schema}.{table}"].append(f"| `{name}` | {short} | {_cell(text)} |")
    things = [comment for comment in sql.comments() if not comment.column and comment.name != "*"]
    yield _SCHEMA_HEAD
    for kind in _KIND_ORDER:
        yield {"table": "# Tables\n", "view": "# Views\n", "macro table": "# Table macros\n"}[kind]
        for thing in things:
            if thing.kind != kind or thing.name.startswith("internal."):
                continue
            yield f"## {thing.name}\n\n{thing.text}.\n"
            if rows := columns[f"main.{thing.name}"]:
                yield "\n".join(["| column | type | meaning |", "|---|---|---|", *rows]) + "\n"
    yield "# Internal\n\n| name | what |\n|---|---|"
    for thing in things:
        if thing.name.startswith("internal."):
            yield f"| `{thing.name}` ({thing.kind}) | {_cell(thing.text)} |"


def cookbook_page() -> str:
    """docs/cookbook.md for today's query files."""
    lines = [_COOKBOOK_HEAD]
    for query in queries().values():
        lines += [f"## {query.name}\n", f"{query.question}\n", f"`{_call(query)}`\n", f"```sql\n{query.text}\n```\n"]
    return "\n".join(lines).rstrip("\n") + "\n"


def _call(query: Query) -> str:
    values = "".join(f" {name}={value}" for name, value in query.defaults.items() if value is not None)
    return f"ptt sql @{query.name}{values}"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

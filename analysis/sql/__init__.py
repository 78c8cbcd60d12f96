"""The SQL of the public interface: where its files lie, and how they become views, macros and comments of a store."""

import csv
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

import duckdb

from analysis.transaction import transaction


class Comment(NamedTuple):
    """What one table, view, macro or column means; ``column`` is empty for the thing itself."""

    kind: str
    name: str
    column: str
    text: str


def connection() -> duckdb.DuckDBPyConnection:
    """A database in memory, to attach others to, with Taipei's time; it fetches no extension by itself and draws no
    progress bar, which DuckDB 2.0 writes into standard output."""
    con = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    con.execute("SET TimeZone = 'Asia/Taipei'; SET enable_progress_bar = false")
    return con


@cache
def statement(name: str) -> str:
    """Text of ``analysis/sql/<name>.sql``, for example ``statement("status/store")``."""
    return _folder().joinpath(f"{name}.sql").read_text("utf-8")


@cache
def comments() -> tuple[Comment, ...]:
    """All of ``comments.csv``, in its order, which is that of docs/schema.md; name ``*`` is any table's such column."""
    lines = _folder().joinpath("comments.csv").read_text("utf-8").splitlines()
    return tuple(Comment(**row) for row in csv.DictReader(lines))


def apply(con: duckdb.DuckDBPyConnection, *, over_views: bool = False) -> None:
    """Makes views, macros and comments in the connection's default database what this program's files say.

    Idempotent, in one transaction; the number that a file's name begins with gives the order. Call it after the
    migrations. ``over_views``: the tables are views themselves (a lake's). Raises duckdb.Error if a file does not fit
    the schema.
    """
    with transaction(con):
        for text in _definitions():
            con.execute(text)
        _comment(con, "VIEW" if over_views else "TABLE")


def _comment(con: duckdb.DuckDBPyConnection, table: str) -> None:
    texts = {(comment.name, comment.column): comment.text for comment in comments()}
    for comment in comments():
        if not comment.column:
            kind = table if comment.kind == "table" else comment.kind.upper()
            con.execute(f"COMMENT ON {kind} {comment.name} IS {literal(comment.text)}")
    for schema, owner, column, present in con.execute(statement("document/columns")).fetchall():
        name = owner if schema == "main" else f"{schema}.{owner}"
        text = texts.get((name, column)) or texts.get(("*", column))
        if text is not None and text != present:
            con.execute(f'COMMENT ON COLUMN {schema}.{owner}."{column}" IS {literal(text)}')


@cache
def _definitions() -> tuple[str, ...]:
    found: list[Traversable] = []
    for folder in ("macros", "views"):
        found += [entry for entry in _folder().joinpath(folder).iterdir() if entry.name.endswith(".sql")]
    return tuple(entry.read_text("utf-8") for entry in sorted(found, key=lambda entry: entry.name))


def literal(value: str | Path) -> str:
    """A text for SQL where DuckDB takes no parameter (COPY, ATTACH, SET); everywhere else, use a parameter."""
    return "'" + str(value).replace("'", "''") + "'"


def _folder() -> Traversable:
    return files(__package__)

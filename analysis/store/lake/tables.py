"""The lake's tables: the store's own, by the same numbered migrations, and which of their rows belong together."""

import re
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from analysis.sql import statement
from analysis.store.lake.address import ALIAS
from analysis.store.migrations import Migration, migrate, migrations

HERE: Final = frozenset({"main.store_info", "internal.spool_files", "internal.migrations", "internal.heads"})
"""Tables that no host sends. The lake has migrations of its own; its store_info is a view over internal.heads."""
_KEYS: Final = {
    "main.crawls": ("run_id",),
    "main.engines": ("engine", "version"),
    "main.prices": ("symbol", "day"),
    "main.trading_days": ("day",),
    "internal.board_rates": ("board", "day"),
    "internal.periods": ("board", "span", "period"),
}
GLOBAL: Final = ("main.engines", "main.prices")
"""Tables without a board that hosts take from one another; crawls go with their boards, days with the program."""


class Table(NamedTuple):
    """A table that is published."""

    name: str
    """schema.table"""
    key: tuple[str, ...]
    """Rows of one key are replaced together."""

    @property
    def by_board(self) -> bool:
        return self.key[0] == "board"


def tables(con: duckdb.DuckDBPyConnection, database: str) -> list[Table]:
    """All published tables of an attached store. Raises ValueError for one whose key nobody has said."""
    found: dict[str, list[str]] = {}
    rows = con.execute(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() JOIN duckdb_tables()"
        " USING (database_name, schema_name, table_name) WHERE database_name = ? ORDER BY ALL",
        [database],
    ).fetchall()
    for name, column in rows:
        found.setdefault(name, []).append(column)
    listed = []
    for name, columns in found.items():
        if name in HERE:
            continue
        key = _KEYS.get(name, ("board", "post_id"))
        if not set(key) <= set(columns):
            raise ValueError(f"{name} has no key: add it to analysis.store.lake.tables")
        listed.append(Table(name, key))
    return listed


def bring_up(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the lake's tables, or brings them up to date. Raises StoreTooNew. Call it inside the commit lock."""
    steps = migrations()
    known = "SELECT 1 FROM duckdb_schemas() WHERE database_name = ? AND schema_name = 'internal'"
    if con.execute(known, [ALIAS]).fetchall():  # cheaper than what `migrate` asks, which reads all tables' columns
        present = con.execute("SELECT max(version) FROM lake.internal.migrations").fetchall()
        if present == [(steps[-1].version,)]:
            return
    con.execute(f"USE {ALIAS}")
    migrate(con, Path(ALIAS), [for_lake(step) for step in steps])


def for_lake(step: Migration) -> Migration:
    """A migration without what Parquet files cannot have: keys that are enforced, and a column's own compression."""
    text = re.sub(r" USING COMPRESSION \w+", "", step.sql)
    text = re.sub(r",\s*PRIMARY KEY \([^)]*\)", "", text)
    text = text.replace(" PRIMARY KEY", " NOT NULL").rstrip().removesuffix(";")
    if step.version == 1:
        text += f";\n{statement('lake/heads')}"
    return step._replace(sql=text)


def heads(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The newest publication of each board in the attached lake."""
    return dict(con.execute("SELECT board, publication FROM lake.internal.heads").fetchall())

"""The store's schema over time: ``analysis/sql/schema/NNNN_name.sql``, each applied once, in one transaction."""

import re
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from analysis.errors import PttError
from analysis.sql import statement
from analysis.transaction import transaction
from ptt_spider import clock

FOLDER: Final = Path(__file__).parent.parent / "sql" / "schema"
ONLY_MARK: Final = frozenset({5})
"""Steps that change no table but mark what a new rule makes stale: a restored backup of before needs them again."""
_NAME: Final = re.compile(r"(\d{4})_(\w+)\.sql")


class StoreTooNew(PttError):
    """The store was written by a newer program; the message names the remedy."""


class Migration(NamedTuple):
    version: int
    name: str
    sql: str


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """All of them, oldest first."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if not match:
            raise ValueError(f"{path} is no migration: it needs a name such as 0002_what.sql")
        found.append(Migration(int(match[1]), match[2], path.read_text("utf-8")))
    return found


def schema_version(con: duckdb.DuckDBPyConnection) -> int:
    """The newest migration applied; 0 for an empty database."""
    if not con.execute(statement("store/has_migrations")).fetchall()[0][0]:
        return 0
    version: int = con.execute(statement("store/schema_version")).fetchall()[0][0]
    return version


def migrate(con: duckdb.DuckDBPyConnection, store: Path, steps: list[Migration] | None = None) -> int:
    """Brings the database up to date and returns how many steps that took.

    A step that fails leaves the database as the step before it did. Raises StoreTooNew for a store whose version
    this program does not know; ``store`` is its path, for the message.
    """
    steps = migrations() if steps is None else steps
    known = steps[-1].version if steps else 0
    present = schema_version(con)
    if present > known:
        raise StoreTooNew(
            f"資料庫 {store} 的版本是 {present}，這個程式只認得到 {known}："
            "請升級 ptt-pulse（pip install -U ptt-pulse），或用 --data 指定別的資料夾。"
        )
    todo = [step for step in steps if step.version > present]
    for step in todo:
        with transaction(con):
            con.execute(step.sql)
            con.execute("INSERT INTO internal.migrations VALUES (?, ?, ?)", [step.version, step.name, clock.now()])
    return len(todo)

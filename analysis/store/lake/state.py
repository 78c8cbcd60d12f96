"""What a data folder knows of its last exchange with the lake: ``data/lake.json``.

``base``: the publication of each board that the folder's own publication (ptt.duckdb) holds. ``next``: a publication
that is on its way; whether it arrived is asked of the lake. ``pulling``: boards whose rows here are being
replaced by those of a publication in the lake. ``base_at`` and ``next_at``: which ptt.duckdb these are, by its
store_info. A run without PTT_STORE publishes another one, which says nothing of what the lake has.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from analysis.sql import connection, literal

STATE_NAME: Final = "lake.json"


@dataclass(slots=True)
class State:
    base: dict[str, str] = field(default_factory=dict)
    next: dict[str, str] = field(default_factory=dict)
    pulling: dict[str, str] = field(default_factory=dict)
    base_at: str = ""
    next_at: str = ""
    catalog: str = ""
    """Whose lake: with another one, nothing is known."""


def read_state(data: Path, catalog: str) -> State:
    """The folder's state towards a lake; an empty one where there is none. Raises ValueError if it is damaged."""
    try:
        state = State(**json.loads((data / STATE_NAME).read_text("utf-8")))
    except FileNotFoundError:
        return State(catalog=catalog)
    return state if state.catalog == catalog else State(catalog=catalog)


def write_state(data: Path, state: State) -> None:
    """Replaces the file, on disk before this returns."""
    part = data / f"{STATE_NAME}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(data / STATE_NAME)
    fd = os.open(data, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def published_at(path: Path) -> str:
    """Which publication a file is: the microsecond of it; empty for a file that is none, or none that is whole."""
    if not path.exists():
        return ""
    with connection() as con:
        try:
            con.execute(f"ATTACH {literal(path)} AS publication (READ_ONLY)")
            return published_in(con, "publication")
        except duckdb.Error:
            return ""


def published_in(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """`published_at` of the database attached as ``name``. Raises duckdb.Error where it is no publication."""
    rows = con.execute(f"SELECT epoch_us(published_at) FROM {name}.store_info").fetchall()  # noqa: S608 - ours
    return str(rows[0][0]) if rows else ""

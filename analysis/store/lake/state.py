"""What a data folder knows of its last exchange with the lake: ``data/lake.json``.

``base``: the publication of each board that the folder's own publication (ptt.duckdb) holds. ``next``: a publication
that is on its way; whether it arrived is asked of the lake. ``pulling``: boards whose rows here are being
replaced by those of a publication in the lake.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

STATE_NAME: Final = "lake.json"


@dataclass(slots=True)
class State:
    base: dict[str, str] = field(default_factory=dict)
    next: dict[str, str] = field(default_factory=dict)
    pulling: dict[str, str] = field(default_factory=dict)
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

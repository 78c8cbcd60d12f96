"""Publishing into the lake: what differs from this folder's last publication, in one transaction.

Whatever ends it in the middle (a kill, a lost catalog, S3 answering 503) leaves the lake as it was or the publication
whole; which of the two is asked of the lake before anything else is done (`recover`).
"""

import contextlib
import socket
import time
import uuid
from pathlib import Path
from typing import Any, Final

import duckdb

from analysis.errors import PttError
from analysis.sql import connection, literal, statement
from analysis.store.disk import is_disk_full
from analysis.store.lake.address import ALIAS, Lake, LakeUnreachable, attach, lake_of, unreachable
from analysis.store.lake.session import Session, session_of
from analysis.store.lake.state import STATE_NAME, State, published_at, published_in, read_state, write_state
from analysis.store.lake.tables import GLOBAL, Table, bring_up, heads, tables
from analysis.transaction import transaction
from ptt_spider import __version__, clock

TRIES: Final = 5
"""With pauses of 1, 2, 4 and 8 seconds: long enough for a catalog to restart."""
LOADED: Final = "loaded"
"""Folder of spool files that are loaded here and not yet in the lake: should another host publish first, they are
loaded again on top of what it had."""


class Overtaken(PttError):
    """Another host has published a board since this one read it; the next run begins with what it published."""


def push(con: duckdb.DuckDBPyConnection, data: Path, lake: Lake, published: Path) -> None:
    """Sends to the lake what the publication to be (`part_of`) has and this folder's last one has not.

    ``con`` is any connection outside a transaction, used for its extensions. `settle` ends it once the one has become
    the other. Raises LakeUnreachable, Overtaken, StoreLocked, and duckdb.Error for want of this host's disk or memory.
    """
    failed: Exception | None = None
    for attempt in range(TRIES):
        if failed:
            time.sleep(2 ** (attempt - 1))
        state = read_state(data, lake.catalog)
        try:
            if not (state.next and _arrived(lake, state.next)):
                _push(con, data, lake, published, state)
        except (duckdb.Error, PttError) as error:
            if isinstance(error, PttError) and not isinstance(error, LakeUnreachable):
                raise
            if is_disk_full(error) or isinstance(error, duckdb.OutOfMemoryException):
                raise  # this host's own, which waiting does not mend
            failed = error
        else:
            return
    assert failed is not None  # noqa: S101 - for the type checker
    raise unreachable(lake, failed) from failed


def settle(data: Path, lake: Lake, published: Path) -> None:
    """Notes that the publication is this folder's too; its spool files have done their work."""
    state = read_state(data, lake.catalog)
    state.base |= state.next
    state.base_at = state.next_at if published_at(published) == state.next_at else ""
    state.next, state.pulling, state.next_at = {}, {}, ""
    write_state(data, state)
    let_go(data)


def kept_in(data: Path) -> Path | None:
    """Where spool files stay that are loaded here and not in the lake; None where no lake will ask for them. Wherever
    there is a `lake.json`: a run without PTT_STORE loads too, and another host then publishes first."""
    return data / LOADED if lake_of(data) or (data / STATE_NAME).exists() else None


def let_go(data: Path) -> None:
    """Loaded files are in the lake, or may stay no longer: `join` then refuses what another host publishes first."""
    for path in (data / LOADED).glob("*"):
        path.unlink()


def rebase(data: Path, lake: Lake, published: Path) -> None:
    """Notes that the publication was written anew with the same rows."""
    state = read_state(data, lake.catalog)
    state.base_at = published_at(published)
    write_state(data, state)


def is_under_way(data: Path, lake: Lake) -> bool:
    """Whether a publication may have reached the lake that `settle` has not ended; its file is needed then."""
    return bool(read_state(data, lake.catalog).next)


def part_of(published: Path) -> Path:
    """Where a publication is made before it is renamed."""
    return published.with_suffix(".duckdb.part")


def recover(data: Path, lake: Lake, published: Path) -> None:
    """Ends a publication that was cut off: takes it as done if the lake has it, as never begun otherwise."""
    state = read_state(data, lake.catalog)
    if not state.next_at and not state.next:
        return
    part = part_of(published)
    if state.next and not _arrived(lake, state.next):
        state.next, state.next_at = {}, ""
        write_state(data, state)
        return
    if state.next and state.next_at and published_at(part) == state.next_at:  # else it was renamed in time
        part.replace(published)
    if state.next or published_at(published) == state.next_at:
        settle(data, lake, published)


def _arrived(lake: Lake, sent: dict[str, str]) -> bool:
    with connection() as con:
        attach(con, lake)
        try:
            return sent.items() <= heads(con).items()
        except duckdb.Error as error:
            raise unreachable(lake, error) from error


def _push(con: duckdb.DuckDBPyConnection, data: Path, lake: Lake, published: Path, state: State) -> None:
    session = session_of(data, lake)
    try:
        con.execute(f"ATTACH {literal(part_of(published))} AS new (READ_ONLY)")
        state.next_at = published_in(con, "new")
        base = _attach_old(con, published, state)
        whole = bool(state.base) and not base
        changes = [(table, name) for i, table in enumerate(tables(con, "new"))
                   if (name := _find_changes(con, table, i, base, state))]  # fmt: skip
        boards = _boards(con, changes)
        if whole:  # a board that lost its last row here is in no change
            boards |= state.base.keys() - state.pulling.keys() - {""}
        session.claim(boards)
        attach(con, lake)
        with session.committing():
            bring_up(con)
            _send(con, data, state, session, changes, boards, whole)
    finally:
        con.execute("USE memory")
        for name in ("new", "old", ALIAS):
            with contextlib.suppress(duckdb.Error):
                con.execute(f"DETACH DATABASE IF EXISTS {name}")


def _attach_old(con: duckdb.DuckDBPyConnection, published: Path, state: State) -> list[str]:
    """Attaches the last publication as ``old``; the boards whose rows there are the lake's.

    None where that is not known (a run without PTT_STORE published it) or cannot be compared.
    """
    if not state.base or not published.exists():
        return []
    con.execute(f"ATTACH {literal(published)} AS old (READ_ONLY)")
    query = (
        "SELECT (SELECT max(version) FROM old.internal.migrations) = (SELECT max(version) FROM new.internal.migrations)"
    )
    same = con.execute(query).fetchall()[0][0]
    ours = state.base_at and state.base_at == published_in(con, "old")
    return list(state.base) if same and ours else []  # other columns, or not what the lake has: everything goes again


def _find_changes(con: duckdb.DuckDBPyConnection, table: Table, number: int, base: list[str], state: State) -> str:
    """Temporary table of the keys that changed; an empty name where none did."""
    mine = known = "true"
    if table.name in GLOBAL and "" in state.pulling:
        return ""
    if table.by_board:
        pulled = _list(state.pulling)
        mine = f"NOT list_contains({pulled}, board)"
        known = f"list_contains({_list(base)}, board) AND {mine}"
    con.execute(
        statement("lake/changed").format(
            name=f"changed_{number}",
            key=", ".join(table.key),
            table=table.name,
            mine=mine,
            old=f"old.{table.name}" if base else f"new.{table.name}",
            known=known if base else "false",
        )
    )
    found = con.execute(f"FROM changed_{number} LIMIT 1").fetchall()
    return f"changed_{number}" if found else ""


def _boards(con: duckdb.DuckDBPyConnection, changes: list[tuple[Table, str]]) -> set[str]:
    found: set[str] = set()
    for table, name in changes:
        if table.by_board:
            found |= {board for (board,) in con.execute(f"SELECT DISTINCT board FROM {name}").fetchall()}  # noqa: S608 - ours
    return found


def _send(
    con: duckdb.DuckDBPyConnection,
    data: Path,
    state: State,
    session: Session,
    changes: list[tuple[Table, str]],
    boards: set[str],
    whole: bool,
) -> None:
    publication = uuid.uuid4().hex
    written = sorted((boards | session.boards) - set(state.pulling))
    if any(table.name in GLOBAL for table, _ in changes):
        written.append("")
    present = heads(con)
    for board in written:
        if board and present.get(board) != state.base.get(board):
            raise Overtaken(
                f"看板 {board} 在這台主機讀取之後，已由別的主機發布："
                f"請用 PTT_BOARD={board} 再執行一次，會先取得那邊的資料。"
            )
    state.next = dict.fromkeys(written, publication) | dict(state.pulling)
    if not written:
        write_state(data, state)
        return
    given = {
        "publication": publication, "now": clock.now(), "host": socket.gethostname(), "version": __version__,
        "boards": written,
    }  # fmt: skip
    con.execute(f"USE {ALIAS}")
    with transaction(con):
        if whole:  # what went here since is in no change either
            for table in tables(con, ALIAS):
                if table.by_board:
                    gone = f"DELETE FROM {ALIAS}.{table.name} WHERE list_contains($boards, board)"  # noqa: S608 - ours
                    con.execute(gone, {"boards": written})
        for table, name in changes:
            _replace(con, table, name)
        con.execute("DELETE FROM lake.internal.heads WHERE list_contains($boards, board)", {"boards": written})
        con.execute(statement("lake/insert_heads"), given)
        write_state(data, state)


def _replace(con: duckdb.DuckDBPyConnection, table: Table, changed: str) -> None:
    """The rows of the changed keys. The range lets DuckLake pass over files that hold none of them."""
    key = ", ".join(table.key)
    lowest = ", ".join(f"min({column})" for column in table.key)
    highest = lowest.replace("min(", "max(")
    (bounds,) = con.execute(f"SELECT {lowest}, {highest} FROM {changed}").fetchall()  # noqa: S608 - ours
    half = len(table.key)
    within = " AND ".join(
        f"{column} BETWEEN {_literal(low)} AND {_literal(high)}"
        for column, low, high in zip(table.key, bounds[:half], bounds[half:], strict=True)
    )
    con.execute(f"DELETE FROM {ALIAS}.{table.name} WHERE {within} AND ({key}) IN (SELECT ({key}) FROM {changed})")  # noqa: S608 - ours
    con.execute(
        f"INSERT INTO {ALIAS}.{table.name} BY NAME"  # noqa: S608 - names of ours
        f" SELECT * FROM new.{table.name} SEMI JOIN {changed} USING ({key}) ORDER BY {key}"
    )


def _literal(value: Any) -> str:
    return f"{literal(str(value))}::{'DATE' if hasattr(value, 'year') else 'VARCHAR'}"


def _list(names: Any) -> str:
    return f"[{', '.join(literal(name) for name in names)}]::VARCHAR[]"

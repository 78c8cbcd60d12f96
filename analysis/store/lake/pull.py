"""Going on from what another host published: the boards that this folder writes, as the lake has them."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from analysis.errors import PttError
from analysis.store.lake.address import ALIAS, Lake, attach
from analysis.store.lake.push import LOADED
from analysis.store.lake.session import session_of
from analysis.store.lake.state import State, published_at, read_state, write_state
from analysis.store.lake.tables import GLOBAL, Table, bring_up, heads, tables
from analysis.store.work import CATALOG, PUBLISHED_NAME
from analysis.transaction import transaction


def join(con: duckdb.DuckDBPyConnection, data: Path, lake: Lake, boards: Iterable[str]) -> bool:
    """Makes this folder the writer of ``boards`` and its rows of them the lake's; whether any were replaced.

    The caller publishes then, which settles it. Raises StoreLocked (another host writes one of them), LakeUnreachable,
    and PttError where both the folder and the lake have a board's history and neither comes from the other.
    """
    wanted = sorted(set(boards))
    session = session_of(data, lake)
    session.claim(wanted)
    attach(con, lake)
    try:
        with session.committing():
            bring_up(con)
        con.execute(f"USE {CATALOG}")
        state = read_state(data, lake.catalog)
        present = heads(con)
        stale = {
            board: present[board]
            for board in ["", *wanted]
            if board in present and (board in state.pulling or present[board] != state.base.get(board))
        }
        if not stale:
            return False
        now = published_at(data / PUBLISHED_NAME)
        _refuse_foreign(con, state, stale, went_on=bool(now and state.base_at and now != state.base_at))
        state.pulling |= stale
        write_state(data, state)
        _take_up(con, stale)
        _load_again(con, data)
    finally:
        con.execute(f"USE {CATALOG}")
        con.execute(f"DETACH {ALIAS}")
    return True


def _refuse_foreign(con: duckdb.DuckDBPyConnection, state: State, stale: Iterable[str], *, went_on: bool) -> None:
    """``went_on``: a run without PTT_STORE has published here since; what it loaded is in the folder alone."""
    for board in stale:
        if not board or (not went_on and (board in state.base or board in state.pulling)):
            continue
        if con.execute("SELECT 1 FROM internal.observations WHERE board = ? LIMIT 1", [board]).fetchall():
            raise PttError(
                f"這個資料夾和共用資料庫各自有看板 {board} 的歷史，不會自動合併："
                "請用 --data 指定一個空的資料夾（再用 ptt import 匯入這裡的 raw），或把 PTT_STORE 指向別的資料庫。"
            )


def _take_up(con: duckdb.DuckDBPyConnection, stale: Iterable[str]) -> None:
    """The rows of the stale boards as the lake has them."""
    wanted = [board for board in stale if board]
    with transaction(con):
        for table in tables(con, CATALOG):
            where = _where(table, "" in stale)
            given = {"boards": wanted} if "$boards" in where else None
            if where:
                con.execute(f"DELETE FROM {CATALOG}.{table.name} WHERE {where}", given)  # noqa: S608 - names of ours
                taken = f"SELECT * FROM {ALIAS}.{table.name} WHERE {where}"  # noqa: S608 - names of ours
                con.execute(f"INSERT INTO {CATALOG}.{table.name} BY NAME {taken}", given)


def _where(table: Table, with_global: bool) -> str:
    if table.by_board:
        return "list_contains($boards, board)"
    if table.name == "main.crawls":
        return "list_has_any($boards, boards)"
    return "true" if with_global and table.name in GLOBAL else ""


def _load_again(con: duckdb.DuckDBPyConnection, data: Path) -> None:
    """What was loaded here and is not in the lake waits in the spool again: the same response twice counts once."""
    for path in sorted((data / LOADED).glob("*")):
        path.replace(data / "spool" / path.name)
    con.execute("DELETE FROM internal.spool_files")  # a kill may have left loaded ones waiting

"""Going on from what another host published: the boards that this folder writes, as the lake has them."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from analysis.errors import PttError
from analysis.sql import literal, statement
from analysis.store.lake.address import ALIAS, Lake, attach
from analysis.store.lake.push import LOADED
from analysis.store.lake.session import session_of
from analysis.store.lake.state import State, published_at, read_state, write_state
from analysis.store.lake.tables import GLOBAL, Table, bring_up, heads, tables
from analysis.store.load import SPOOL_NAME
from analysis.store.responses import Told, read_line
from analysis.store.work import CATALOG, PUBLISHED_NAME
from analysis.transaction import transaction
from ptt_spider.spool import read_lines, waiting


def join(con: duckdb.DuckDBPyConnection, data: Path, lake: Lake, boards: Iterable[str]) -> bool:
    """Makes this folder the writer of ``boards`` and its rows of them the lake's; whether any were replaced.

    The caller publishes then, which settles it. Raises StoreLocked (another host writes one of them), LakeUnreachable,
    and PttError where the folder has something that would be lost.
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
        _refuse_loss(con, data, state, stale)
        state.pulling |= stale
        write_state(data, state)
        _take_up(con, stale)
        _load_again(con, data)
    finally:
        con.execute(f"USE {CATALOG}")
        con.execute(f"DETACH {ALIAS}")
    return True


def _refuse_loss(con: duckdb.DuckDBPyConnection, data: Path, state: State, stale: Iterable[str]) -> None:
    """Refuses boards with responses here that are nowhere else (the folder and the lake have each a history of their
    own), and closing prices.

    What the folder's last publication into the lake had is known there, also where a user was forgotten since. Which
    file that was is not known once a run without PTT_STORE has published, or where an older program did (`base_at`).
    """
    published = data / PUBLISHED_NAME
    con.execute("CREATE OR REPLACE TEMP TABLE lake_kept (board VARCHAR, post_id VARCHAR, digest VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE lake_kept_prices (symbol VARCHAR, day DATE)")
    if state.base_at and published_at(published) == state.base_at:
        con.execute(f"ATTACH {literal(published)} AS old (READ_ONLY)")
        con.execute("INSERT INTO lake_kept SELECT board, post_id, digest FROM old.internal.observations")
        con.execute("INSERT INTO lake_kept_prices SELECT symbol, day FROM old.prices")
        con.execute("DETACH old")
    con.register("lake_waiting", pa.table({"told": pa.array(list(_waiting(data)), pa.list_(pa.string()))}))
    con.execute("INSERT INTO lake_kept SELECT told[1], told[2], told[3] FROM lake_waiting")
    con.unregister("lake_waiting")
    lost = con.execute(statement("lake/only_here"), {"boards": list(stale)}).fetchall()
    con.execute("DROP TABLE lake_kept; DROP TABLE lake_kept_prices")
    for (board,) in lost:
        what = f"看板 {board} " if board else "收盤價"
        raise PttError(
            f"這個資料夾和共用資料庫各自有{what}的歷史，不會自動合併："
            "請用 --data 指定一個空的資料夾（再用 ptt import 匯入這裡的 raw），或把 PTT_STORE 指向別的資料庫。"
        )


def _waiting(data: Path) -> Iterator[tuple[str, str, str]]:
    """The responses that are loaded after the lake's rows were taken up (`_load_again`)."""
    for name in (LOADED, SPOOL_NAME):
        for path in waiting(data / name):
            for line in read_lines(path):
                with contextlib.suppress(ValueError):  # the loader says so
                    for taken in read_line(line):
                        if isinstance(taken, Told):
                            yield (*taken.thread, taken.observation.digest)


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
    (data / SPOOL_NAME).mkdir(exist_ok=True)  # what a backfill loaded was never in it
    for path in sorted((data / LOADED).glob("*")):
        path.replace(data / SPOOL_NAME / path.name)
    con.execute("DELETE FROM internal.spool_files")  # a kill may have left loaded ones waiting

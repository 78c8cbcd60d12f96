"""The store's ``mentions`` rows, kept up with its texts."""

from collections.abc import Callable

import duckdb

from analysis.batches import THREADS, work_off
from analysis.sql import statement
from analysis.stocks.mentions import Mention, find_mentions

STEP = "mentions"
_COLUMNS = ("board", "post_id", "part", "floor", "symbol", "name", "matched", "start")


def derive_mentions(
    con: duckdb.DuckDBPyConnection, *, threads: int = THREADS, find: Callable[[str], list[Mention]] = find_mentions
) -> int:
    """Finds the stocks named in titles, bodies and comments of the threads that changed; how many threads.

    Idempotent and restartable: one transaction a batch, each from ``internal.dirty`` with step ``mentions``.
    """
    import pyarrow as pa

    types = {"floor": pa.int32(), "start": pa.int32()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in _COLUMNS])

    def write() -> None:
        con.execute(
            "DELETE FROM mentions USING batch b WHERE mentions.board = b.board AND mentions.post_id = b.post_id"
        )
        found = [
            (board, post_id, part, floor, *mention)
            for board, post_id, part, floor, text in con.execute(statement("mentions/texts")).fetchall()
            for mention in find(text)
        ]
        columns = list(zip(*found, strict=True)) if found else [() for _ in _COLUMNS]
        con.register(
            "mention_rows", pa.table([pa.array(c, t.type) for c, t in zip(columns, schema, strict=True)], schema)
        )
        con.execute("INSERT INTO mentions BY NAME SELECT * FROM mention_rows")
        con.unregister("mention_rows")

    return work_off(con, STEP, write, threads=threads)

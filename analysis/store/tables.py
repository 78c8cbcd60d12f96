"""Small reads and writes of the work database that commands need."""

from collections.abc import Iterable

import duckdb

from analysis.prices import Price
from analysis.transaction import transaction


def known_posts(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """(board, post_id) of every stored post."""
    return set(con.execute("SELECT board, post_id FROM posts").fetchall())


def replace_prices(con: duckdb.DuckDBPyConnection, rows: Iterable[Price], source: str) -> None:
    """Puts closes in; one already there for the same symbol and day is replaced."""
    import pyarrow as pa

    rows = list({(row.symbol, row.day): row for row in rows}.values())
    table = pa.table(
        {
            "symbol": pa.array([row.symbol for row in rows], pa.string()),
            "day": pa.array([row.day for row in rows], pa.date32()),
            "close": pa.array([row.close for row in rows], pa.float64()),
            "source": pa.array([source] * len(rows), pa.string()),
        }
    )
    con.register("new_prices", table)
    with transaction(con):
        con.execute("DELETE FROM prices USING new_prices n WHERE prices.symbol = n.symbol AND prices.day = n.day")
        con.execute("INSERT INTO prices BY NAME SELECT * FROM new_prices")
    con.unregister("new_prices")

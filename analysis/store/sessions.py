"""Which trading session a moment belongs to: the first trading day whose 13:30 close (Taipei) is not before it."""

from datetime import date
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt

from analysis.sql import statement
from analysis.transaction import transaction

_DAY: Final = 86_400_000_000
_CLOSE: Final = (13 * 60 + 30 - 8 * 60) * 60_000_000
"""13:30 in Taipei, in microseconds after midnight UTC."""


class Sessions:
    """The trading days of a store, ready to be asked for many moments at once."""

    def __init__(self, days: npt.NDArray[np.int64]) -> None:
        """``days``: trading days as days since 1970, ascending."""
        self._days = days
        self._closes = days * _DAY + _CLOSE

    def of(self, moments: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """Session of each moment (microseconds since 1970) as days since 1970, and where there is none.

        None: the moment lies after the last close of the table, or more than 31 days before the next one.
        """
        if not len(self._days):
            return np.zeros(len(moments), np.int32), np.ones(len(moments), np.bool_)
        place = np.searchsorted(self._closes, moments, side="left")
        inside = np.minimum(place, len(self._days) - 1)
        none = (place == len(self._days)) | (self._closes[inside] - moments > 31 * _DAY)
        return self._days[inside].astype(np.int32), none


def read_sessions(con: duckdb.DuckDBPyConnection) -> Sessions:
    """The store's trading days."""
    found = con.execute(statement("store/trading_days")).fetchnumpy()
    return Sessions(np.asarray(found["day"], dtype=np.int64))


def sync_trading_days(con: duckdb.DuckDBPyConnection) -> bool:
    """Brings table trading_days up to date with the program's list; True where that changed anything.

    Rows whose session_on that moves are corrected in the same transaction.
    """
    import pyarrow as pa

    from analysis.trading_days import trading_days

    wanted = sorted(trading_days())
    if read_days(con) == wanted:
        return False
    con.register("store_days", pa.table({"day": pa.array(wanted, pa.date32())}))
    try:
        with transaction(con):
            con.execute(statement("store/trading_days_replace"))
            refresh_sessions(con)
    finally:
        con.unregister("store_days")
    return True


def read_days(con: duckdb.DuckDBPyConnection) -> list[date]:
    """The store's trading days in order."""
    return [day for (day,) in con.execute("SELECT day FROM trading_days ORDER BY day").fetchall()]


def refresh_sessions(con: duckdb.DuckDBPyConnection) -> None:
    """Sets session_on of posts and pushes anew from table trading_days, where it differs."""
    con.execute(statement("store/refresh_sessions"))

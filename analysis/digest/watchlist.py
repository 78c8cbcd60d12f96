"""Which stocks a reader's watchlist means: codes, tickers, names and nicknames, as `ptt stock` takes them."""

from collections.abc import Iterable

import duckdb

from analysis.errors import UsageError
from analysis.sql import statement
from analysis.stocks.names import stock_called


def symbols_of(con: duckdb.DuckDBPyConnection, words: Iterable[str], option: str) -> tuple[str, ...]:
    """Symbols of ``words``, each once. A stock that nobody has named yet is known by our lists, one that these lack by
    the store ``con``. Raises UsageError that begins with ``option`` for a word that is in neither."""
    symbols: dict[str, None] = {}
    for word in filter(None, map(str.strip, words)):
        symbol = stock_called(word) or _in_store(con, word)
        if symbol is None:
            raise UsageError(f"{option} 的 {word} 不是認得的股票：請給代號（2330、TSM）或常用的名稱。")
        symbols[symbol] = None
    return tuple(symbols)


def _in_store(con: duckdb.DuckDBPyConnection, word: str) -> str | None:
    found = con.execute(statement("commands/find_stock"), {"word": word}).fetchone()
    return str(found[0]) if found else None

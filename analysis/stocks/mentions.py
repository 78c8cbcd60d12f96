"""Which stocks a text names."""

import re
from typing import NamedTuple

from analysis.stocks.names import listed


class Mention(NamedTuple):
    """One place where a text names a stock or ETF."""

    symbol: str
    """``2330``, ``00981A``, ``NVDA``: without exchange."""
    name: str
    """The usual short name: 台積電."""
    matched: str
    """As written in the text."""
    start: int
    """Index of the first character of ``matched`` in the text."""


_CODE = re.compile(r"(?<![\w.])(\d{4,6}[A-Z]?)(?:\.TWO?)(?!\w)", re.IGNORECASE | re.ASCII)


def find_mentions(text: str) -> list[Mention]:
    """Stocks and ETFs that ``text`` names, in order; none overlaps another."""
    names = listed()
    return [
        Mention(symbol, names[symbol], match[0], match.start())
        for match in _CODE.finditer(text)
        if (symbol := match[1].upper()) in names
    ]

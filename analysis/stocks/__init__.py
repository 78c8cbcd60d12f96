"""Stocks and ETFs that texts name."""

from analysis.stocks.mentions import Mention, find_mentions

__all__ = ["Mention", "find_mentions"]

"""The lists of names beside this file, read once, as one index of spellings.

``listed.csv`` (made by ``make_list.py``) and ``former.csv`` give codes and names, ``us.csv`` US tickers,
``nicknames.csv`` what the board calls them, ``common_names.csv`` the names that need more than their letters to be
believed, ``not_stocks.csv`` longer words that only look like a name.
"""

import csv
import re
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_SUFFIX = re.compile(r"\*?(?:-KY創|-KY|-創|-DR)?\*?$")

_FOLD: Final = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"　": " ", "臺": "台", "証": "證"}
)
"""Full-width signs and variant characters, one for one, so that places in the text stay."""
_FOLDED: Final = re.compile("[\uff01-\uff5e　臺証]")
"""Most texts have none, and a search is ten times quicker than a translation."""


def half_width(text: str) -> str:
    """``text`` with half-width signs and 台 for 臺, its case and its length kept."""
    return text.translate(_FOLD) if _FOLDED.search(text) else text


def fold(text: str) -> str:
    """The form in which spellings are compared: `half_width` in lower case, of the same length as ``text``."""
    half = half_width(text)
    folded = half.lower()
    return folded if len(folded) == len(text) else half


class Rule(IntEnum):
    """What it takes to believe a spelling."""

    PLAIN = 0
    CONTEXT = 1
    """Words of the trade beside it, or two delimiters and a word of the trade anywhere."""
    SUBJECT = 4
    """The sentence goes on behind it, or a word of the trade stands in front: GG噴了, 買GG; but not 又GG了."""
    CODE = 2
    """Its own code in the text, or the place behind [標的]."""
    NEVER = 3
    """A longer word that is no stock: it only keeps shorter names in it from being found."""


class Spelling(NamedTuple):
    text: str
    """Folded."""
    symbol: str
    name: str
    rule: Rule
    not_after: str = ""
    """Signs in front of it that make it part of another word."""
    not_before: str = ""


def rows(name: str) -> list[dict[str, str]]:
    """Rows of ``analysis/stocks/<name>.csv``; lines that begin with # are comments."""
    with (files("analysis.stocks") / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def short_name(name: str) -> str:
    """A listed name as people write it: ``TPK-KY`` -> ``TPK``, ``國巨*`` -> ``國巨``."""
    return _SUFFIX.sub("", name).rstrip("*")


@cache
def listed() -> dict[str, str]:
    """code -> short name of every stock and ETF of Taiwan's exchanges, former ones included."""
    return {row["symbol"]: short_name(row["name"]) for table in ("former", "listed") for row in rows(table)}


@cache
def tickers() -> dict[str, tuple[str, int]]:
    """US ticker -> its name, and how far the ticker alone is believed: 0 not, 1 in capitals, 2 in any case."""
    return {row["symbol"]: (row["name"], int(row["bare"])) for row in rows("us")}


def name_of(symbol: str) -> str:
    """The short name of a stock by its code or ticker; empty where the lists do not know it."""
    return listed().get(symbol) or tickers().get(symbol, ("", 0))[0]


def _guards(row: dict[str, str]) -> tuple[str, str]:
    return fold(row["not_after"]), fold(row["not_before"])


def _spellings() -> list[Spelling]:
    names = listed()
    known: dict[str, Spelling] = {}
    for symbol, name in names.items():
        if len(name) > 1:
            known[fold(name)] = Spelling(fold(name), symbol, name, Rule.PLAIN)
    for row in rows("common_names"):
        key = fold(row["name"])
        known[key] = (
            known[key]
            ._replace(rule=Rule[row["rule"].upper()])
            ._replace(not_after=_guards(row)[0], not_before=_guards(row)[1])
        )
    for row in rows("us"):
        for spelling in filter(None, row["names"].split("|")):
            rule = Rule.CONTEXT if spelling.endswith("?") else Rule.PLAIN
            key = fold(spelling.removesuffix("?"))
            known[key] = Spelling(key, row["symbol"], row["name"], rule)
    for row in rows("nicknames"):
        key = fold(row["alias"])
        known[key] = Spelling(key, row["symbol"], names[row["symbol"]], Rule[row["rule"].upper()], *_guards(row))
    for row in rows("not_stocks"):
        key = fold(row["word"])
        known[key] = Spelling(key, "", "", Rule.NEVER)
    return list(known.values())


@cache
def index() -> dict[str, list[Spelling]]:
    """First two signs -> spellings that begin so, the longest first."""
    table: dict[str, list[Spelling]] = {}
    for spelling in _spellings():
        table.setdefault(spelling.text[:2], []).append(spelling)
    for spellings in table.values():
        spellings.sort(key=lambda s: -len(s.text))
    return table


def stock_called(word: str) -> str | None:
    """Symbol of the stock that ``word`` means where it stands for nothing else: a code, a ticker, a name, a nickname.
    None for what is in none of the lists."""
    code, folded = half_width(word).upper(), fold(word)
    if code in listed() or code in tickers():
        return code
    return next((s.symbol for s in index().get(folded[:2], ()) if s.text == folded and s.symbol), None)


@cache
def heads() -> re.Pattern[str]:
    """Places where a spelling may begin: some first sign and some second one, most often those of none. Looking only
    there costs half of looking up each two signs of a text."""
    firsts, seconds = ("".join(map(re.escape, sorted(set(signs)))) for signs in zip(*_pairs(), strict=True))
    return re.compile(f"[{firsts}](?=[{seconds}])")


def _pairs() -> list[str]:
    return [pair for pair in index() if len(pair) == 2]


@cache
def context_words() -> dict[str, frozenset[str]]:
    """``left``, ``right`` and ``any`` -> words that show a stock."""
    return {row["side"]: frozenset(fold(word) for word in row["words"].split("|")) for row in rows("context_words")}

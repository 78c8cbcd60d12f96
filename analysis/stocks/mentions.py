"""Which stocks a text names."""

import re
from typing import Final, NamedTuple

from analysis.stocks.codes import Code, counts_things, taiwan_codes, us_tickers
from analysis.stocks.names import Rule, Spelling, context_words, fold, half_width, heads, index


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


class _Found(NamedTuple):
    start: int
    end: int
    symbol: str
    name: str


_DIGIT: Final = re.compile(r"\d{3}")
_LATIN: Final = re.compile(r"[A-Za-z]")
_URL: Final = re.compile(r"https?://\S+|(?:[\w-]+\.)+(?:com|tw|cc|net|gl|ly|org|be)/\S*", re.IGNORECASE | re.ASCII)
_SUBJECT: Final = re.compile(r"^(?:(?:re|fw)\s*:\s*)*\[標的\]\s*", re.IGNORECASE)
_DELIMITERS: Final = frozenset(" \t\n,，、。.!！?？:：;；/／()（）[]【】「」『』《》<>~～…-—+&@|\"'“”‘’*#=^")
_LIST_SIGNS: Final = frozenset(" 、/／,，&和與及跟")
_AFTER_CODE: Final = frozenset(" -(_:")
_SHORTEST: Final = 1
_ISSUER: Final = 2
"""Signs that alone would only be the house that issued an ETF."""
_LEFT_REACH: Final = 4
_RIGHT_REACH: Final = 4
_NEAR: Final = 60
"""Characters around a name that count as its text; comments are shorter."""
_NEEDED: Final = 3
"""Evidence that a name of rule ``context`` needs, see `_evidence`."""


def _ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _fits(text: str, start: int, spelling: Spelling) -> bool:
    """Whether the spelling stands there as a word of its own, as far as its neighbours tell."""
    end = start + len(spelling.text)
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before and _ascii_word(before) and _ascii_word(text[start]):
        return False
    if (
        after
        and _ascii_word(after)
        and _ascii_word(text[end - 1])
        and not (spelling.text.isdigit() and after.isalpha())
        and not (text[end - 1].isdigit() and not after.isdigit())
    ):
        return False
    return not (before and before in spelling.not_after) and not (after and after in spelling.not_before)


def _beside(text: str, place: int, words: frozenset[str], reach: int, *, left: bool) -> bool:
    if left:
        return any(text[max(0, place - size) : place] in words for size in range(1, reach + 1))
    return any(text[place : place + size] in words for size in range(1, reach + 1))


class _Seen:
    """What has been found so far, by place and by symbol: constant time however long the text."""

    def __init__(self, length: int, found: list[_Found]) -> None:
        self.found: list[_Found] = []
        self.symbols: set[str] = set()
        self._taken = bytearray(length)
        for item in found:
            self.add(item)

    def add(self, item: _Found) -> None:
        self.found.append(item)
        self.symbols.add(item.symbol)
        sign = b"\x01" if item.symbol[0].isdigit() else b"\x02"
        self._taken[item.start : item.end] = sign * (item.end - item.start)

    def touches(self, start: int, end: int) -> bool:
        """Whether something was found within these places."""
        return any(self._taken[max(0, start) : end])

    def joined(self, start: int, end: int) -> bool:
        """Whether a Taiwanese name ends where this begins, or begins where it ends: 緯創飛捷."""
        return 1 in self._taken[max(0, start - 1) : start] or 1 in self._taken[end : end + 1]

    def listed_beside(self, text: str, start: int, end: int) -> bool:
        """Whether a found name stands right beside, parted by one sign of a list."""
        before = start > 1 and text[start - 1] in _LIST_SIGNS and self.touches(start - 2, start - 1)
        return before or (end + 1 < len(text) and text[end] in _LIST_SIGNS and self.touches(end + 1, end + 2))


def _evidence(text: str, start: int, end: int, symbol: str, seen: _Seen, subject_at: int) -> int:
    """How strongly the text around a name speaks of a stock: 0 … 9, 3 is enough for rule ``context``."""
    words = context_words()
    if text[start:end].isdigit():  # 988 for 00988A: most numbers of three digits are prices
        meant = (
            (not text[:start].strip() and end < len(text))
            or _beside(text, start, words["left"], _LEFT_REACH, left=True)
            or _beside(text, end, words["right"], _RIGHT_REACH, left=False)
            or symbol in seen.symbols
            or "etf" in text[max(0, start - _NEAR) : end + _NEAR]
        )
        return 0 if not meant or counts_things(text, start, end) else _NEEDED
    score = 4 * (symbol in seen.symbols) + 3 * (0 <= subject_at <= start <= subject_at + 6)
    if not start or text[start - 1] in _DELIMITERS:
        score += 1
    elif _beside(text, start, words["left"], _LEFT_REACH, left=True):
        score += 2
    if end == len(text) or text[end] in _DELIMITERS:
        score += 1
    elif _beside(text, end, words["right"], _RIGHT_REACH, left=False):
        score += 2
    if seen.listed_beside(text, start, end) or seen.joined(start, end):
        score += 2
    elif seen.touches(start - _NEAR, end + _NEAR):
        score += 1
    near = text[max(0, start - _NEAR) : end + _NEAR]
    return score + any(word in near for word in words["any"])


def _subject_of_sentence(text: str, start: int, end: int, seen: _Seen) -> bool:
    if end - start == len(text) or text[end : end + 2].strip() > "⺀":
        return True
    return seen.listed_beside(text, start, end) or _beside(text, start, context_words()["left"], _LEFT_REACH, left=True)


def _cuts_a_name(folded: str, start: int, end: int) -> bool:
    """Whether a name that is believed as it stands begins within and goes on: 大立光 behind 和."""
    table = index()
    return any(
        spelling.rule is Rule.PLAIN and inner + len(spelling.text) > end and folded.startswith(spelling.text, inner)
        for inner in range(start + 1, end)
        for spelling in table.get(folded[inner : inner + 2], ())
    )


def _by_name(folded: str) -> tuple[list[_Found], list[tuple[int, Spelling]]]:
    """Names that are believed as they stand, and those that need evidence."""
    table = index()
    found: list[_Found] = []
    doubtful: list[tuple[int, Spelling]] = []
    free = 0
    for head in heads().finditer(folded):
        place = head.start()
        if place < free:
            continue
        for spelling in table.get(folded[place : place + 2], ()):
            if folded.startswith(spelling.text, place) and _fits(folded, place, spelling):
                if spelling.rule is Rule.PLAIN:
                    found.append(_Found(place, place + len(spelling.text), spelling.symbol, spelling.name))
                elif spelling.rule is not Rule.NEVER:
                    if _cuts_a_name(folded, place, place + len(spelling.text)):
                        break
                    doubtful.append((place, spelling))
                free = place + len(spelling.text)
                break
    return found, doubtful


def _shortened(folded: str, code: Code) -> _Found | None:
    """The first signs of a longer name right behind its own code: ``6869 雲豹`` for 雲豹能源."""
    name = fold(code.name)
    place = code.end
    while folded[place : place + 1] in _AFTER_CODE:
        place += 1
    size = 0
    while size < len(name) and folded[place + size : place + size + 1] == name[size]:
        size += 1
    least = _ISSUER if code.symbol.startswith("00") else _SHORTEST
    short = least < size < len(name) and not name[:size].isascii() and folded[place + size : place + size + 1] != "季"
    return _Found(place, place + size, code.symbol, code.name) if short else None


def _without_urls(text: str) -> str:
    """Addresses blanked, places kept."""
    return _URL.sub(lambda match: "\n" * len(match[0]), text) if "/" in text else text


def find_mentions(text: str) -> list[Mention]:
    """Stocks and ETFs that ``text`` names, in order; none overlaps another.

    Found are codes (``2330``, ``2330.TW``, ``00981A``, ``981A``), US tickers, full and short names, and the board's
    nicknames, by the lists in ``analysis/stocks/*.csv``. Prices, points, lots, dates, years and words that merely
    contain a name are not, as far as the words around tell: labels/mentions has the measured share.
    """
    if len(text) < 2:
        return []
    folded = _without_urls(fold(text))
    found, doubtful = _by_name(folded)
    subject = _SUBJECT.match(folded)
    subject_at = subject.end() if subject else -1
    codes: list[Code] = []
    if _DIGIT.search(folded):
        codes.extend(taiwan_codes(folded, subject_at))
    if _LATIN.search(folded):
        codes.extend(us_tickers(_without_urls(half_width(text))))
    if not (found or codes or doubtful):
        return []
    seen = _Seen(len(folded), found)
    for code in codes:
        if not seen.touches(code.start, code.end):
            seen.add(_Found(*code))
    for code in codes:
        shortened = _shortened(folded, code)
        if shortened and not seen.touches(*shortened[:2]):
            seen.add(shortened)
    for start, spelling in doubtful:
        end = start + len(spelling.text)
        if seen.touches(start, end):
            continue
        if spelling.rule is Rule.SUBJECT:
            believed = _subject_of_sentence(folded, start, end, seen)
        elif spelling.rule is Rule.CODE:
            believed = spelling.symbol in seen.symbols or (start == subject_at and not codes)
        else:
            believed = _evidence(folded, start, end, spelling.symbol, seen, subject_at) >= _NEEDED
        if believed:
            seen.add(_Found(start, end, spelling.symbol, spelling.name))
    return [Mention(item.symbol, item.name, text[item.start : item.end], item.start) for item in sorted(seen.found)]

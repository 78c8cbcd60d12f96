"""Numbers and tickers that mean a stock, and the far more numbers that do not.

A bare number of four digits that is a listed code counts unless what stands around it makes it a price, an index
level, lots, a date or a year; numbers that are likely to be something else anyway (years, round hundreds) count only
beside the stock's name, in ``2330.TW``, or as the subject of a [標的] title.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from analysis.stocks.names import fold, listed, tickers


class Code(NamedTuple):
    start: int
    end: int
    symbol: str
    name: str


_TAIWAN: Final = re.compile(
    r"(?<![0-9a-z.,:_$%+~-])(?<![0-9]/)(?P<code>00\d{2}(?:\d{1,2}|\d[a-z])?|00\d{3,4}[a-z]?|\d{4}[a-z]?|91\d{4}|\d{3}[ablru])"
    r"(?P<tw>\.two?(?![a-z])|[ -]?tw(?![a-z]))?(?![0-9a-z_%])(?![.,:~-]\d)(?!-\d)(?!/\d)",
)
_TICKER: Final = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<dollar>\$)?(?P<ticker>[A-Za-z]{1,5}(?:\.[ABab])?)(?P<us>[-.](?:US|us|O|N)(?![A-Za-z]))?(?![A-Za-z0-9_])"
)
_AFTER: Final = re.compile(
    r"\s?(?:元|塊|點|億|萬|千|百|張|口|股|年|月|日|號|%|趴|人|家|檔|天|次|美|台幣|日圓|歐|噸|坪|支|根|條|名|筆|例|倍|度|集|回|"
    r"k(?![a-z])|w(?![a-z])|多[點張萬億元口人塊]|幾|餘|以上|以下|附近|左右|上下|關卡|關前|關[，,。 ]|整數|大關|防守|支撐|壓力|出頭|保衛|見$|見 |"
    r"小時|分鐘|秒|mah|gb|mb|公尺|公里|奈米|大卡|cc|ml|kg|[xX*×]\s?\d|=\s?\d)"
)
_BEFORE: Final = re.compile(
    r"(?:破|站上|站穩|上看|下看|跌到|漲到|來到|攻|守|超|剩|約|近|逾|達|到|目標價?|成本|價|元|點|張|量|nt|usd|@|第|共|每股|配|賺|賠|"
    r"虧|投入|萬|千|大盤|指數|道瓊|台指|期指|加權|夜盤|收|開|低|高|均價|買在|賣在|掛在|市值|在|西元|民國|月|約|最少|至少|最多|"
    r"才|就|差|漲|跌|加|減|乘|除以|[<>=≧≦*])\s?$"
)
_INDEX_TALK: Final = re.compile(r"點|大盤|指數|台股|台指|期貨|加權|夜盤|年線|月線|季線|萬點")


def _own_name_beside(text: str, start: int, end: int, symbol: str) -> bool:
    name = fold(listed()[symbol])
    around = text[max(0, start - len(name) - 4) : end + len(name) + 4]
    return name[:2] in around


def _round(number: int) -> bool:
    return number % 100 == 0 or (number >= 7000 and number % 50 == 0) or 1980 <= number <= 2035


def counts_things(text: str, start: int, end: int) -> bool:
    """Whether the number there is a price, points, lots or the like, by the words beside it."""
    return bool(_AFTER.match(text, end) or _BEFORE.search(text, max(0, start - 6), start))


def _stands_for_stock(text: str, match: re.Match[str], symbol: str, *, subject: bool) -> bool:
    """Whether a bare four-digit number is meant as a code."""
    start, end = match.start("code"), match.end()
    if match["tw"] or _own_name_beside(text, start, end, symbol) or subject:
        return True
    number = int(symbol[:4])
    if _round(number):
        return False
    if counts_things(text, start, end):
        return False
    if text[start - 1 : start] == "/" or text[end : end + 1] == "/":
        beside = re.findall(r"\d+", text[max(0, start - 6) : start - 1] + " " + text[end + 1 : end + 6])
        return all(number in listed() for number in beside)
    return not (number >= 8000 and _INDEX_TALK.search(text))


def taiwan_codes(folded: str, subject_at: int) -> Iterator[Code]:
    """Codes of Taiwan's exchanges in a folded text; ``subject_at`` is where a [標的] title names its subject, or −1."""
    names = listed()
    for match in _TAIWAN.finditer(folded):
        code = match["code"].upper()
        symbol = "00" + code if len(code) == 4 and code[-1].isalpha() else code
        if symbol not in names:
            continue
        subject = subject_at >= 0 and match.start() - subject_at <= 1
        if len(code) == 4 and code.isdigit() and not code.startswith("00"):
            if not _stands_for_stock(folded, match, symbol, subject=subject):
                continue
        elif code.startswith("00") and (_AFTER.match(folded, match.end()) and len(code) == 4 and not subject):
            continue
        yield Code(match.start("code"), match.end(), symbol, names[symbol])


def us_tickers(text: str) -> Iterator[Code]:
    """US tickers in a text, which must have its own case: ``NVDA``, ``$F``, ``HOG-US``."""
    known = tickers()
    for match in _TICKER.finditer(text):
        symbol = match["ticker"].upper()
        if symbol not in known:
            continue
        name, bare = known[symbol]
        marked = bool(match["dollar"] or match["us"])
        written = match["ticker"]
        if marked or (bare and (written.isupper() or (written.islower() and len(written) >= 4))):
            yield Code(match.start(), match.end(), symbol, name)

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
    r"(?<![0-9a-z_$%])(?P<code>00\d{3}[a-z](?![a-z])|00\d{2,4}|91\d{4}|\d{4}[ab](?![a-z])|\d{4}|\d{3}[ablru](?![a-z]))"
    r"(?P<tw>\.two?(?![a-z])|[ -]?tw(?![a-z]))?(?![0-9_%])"
)
_TICKER: Final = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<dollar>\$)?(?P<ticker>[A-Za-z]{1,5}(?:\.[ABab])?)(?P<us>[-.](?:US|us|O|N)(?![A-Za-z]))?(?![A-Za-z0-9_])"
)
_AFTER: Final = re.compile(
    r"\s?(?:元|塊|點|億|萬|千|百|張|口|股|年|月|日|號|%|趴|人|家|檔|天|次|美(?:元|金|刀|[，,。 ]|$)|"
    r"台幣|日圓|歐|噸|坪|支|根|條|名|筆|例|倍|"
    r"度|集|回(?![檔補跌升測到來])|k(?![a-z])|w(?![a-z])|多[點張萬億元口人塊]|幾|餘|以上|以下|附近|左右|上下|關卡|"
    r"關前|關[，,。 ]|整數|大關|防守|支撐|壓力|出頭|保衛|見$|見 |"
    r"小時|分鐘|秒|mah|gb|mb|公尺|公里|奈米|大卡|cc|ml|kg|[xX*×]\s?\d|=\s?\d)"
)
_BEFORE: Final = re.compile(
    r"(?:破|站上|站穩|上看|下看|[跌漲來回摔衝看殺拉彈站]到|攻|守|約|近|逾|達|目標價?|成本|價|nt|usd|@|第|共|每股|配|賺|賠|"
    r"虧|投入|\d萬|\d千|大盤|指數|道瓊|台指|期指|加權|夜盤|[買賣掛接進停出守卡壓位]在|市值|西元|民國|最少|至少|最多|家數:?|張數:?|"
    r"才|差|[漲跌加減乘]|除以|[<>=≧≦*$])\s?$"
)
_BEFORE_LEVEL: Final = re.compile(r"(?:[收開低高超剩到在]|點)\s?$")
"""In front of the height of an index."""
_SEPARATED: Final = re.compile(r"(\d+)\s?([.,/~:+-]{1,2})$")
_GOES_ON: Final = re.compile(r"([.,/~:-]{1,2}|\+)\s?(\d+)")
_LUCKY: Final = re.compile(r"\s*99(?P<code>\d{4})\s*")
"""A comment that cheers a stock on: ``992330``."""
_CHEER: Final = re.compile(r"(?:qq|xd|gg|orz)+(?![a-z])")
_LIST: Final = frozenset(" 、/,，&和與及跟")
_ANY_CASE: Final = 2
_PLAIN_SMALL: Final = 4
"""Letters from which on a ticker in small letters is no English word by chance."""
_INDEX_TALK: Final = re.compile(r"點|大盤|指數|台股|台指|期貨|加權|夜盤|年線|月線|季線|萬點")


def _own_name_beside(text: str, start: int, end: int, symbol: str) -> bool:
    name = fold(listed()[symbol])
    around = text[max(0, start - len(name) - 4) : end + len(name) + 4]
    return name[:2] in around


def _round(number: int) -> bool:
    return number % 100 == 0 or 1980 <= number <= 2035


def counts_things(text: str, start: int, end: int) -> bool:
    """Whether the number there is a price, points, lots or the like, by the words beside it."""
    return bool(_AFTER.match(text, end) or _BEFORE.search(text, max(0, start - 6), start))


def _part_of_number(text: str, start: int, end: int) -> bool:
    """Whether signs tie the digits to other digits (1,234 or 8/15 or 3711.5), unless those are codes as well."""
    names = listed()
    left = _SEPARATED.search(text, max(0, start - 9), start)
    if left and (left[1] not in names or left[2] in "~+-"):
        return True
    right = _GOES_ON.match(text, end)
    return bool(right and (right[2] not in names or right[1] in "~+-")) or text[start - 1 : start] in ("+", "-")


def _stands_for_stock(text: str, match: re.Match[str], symbol: str, *, subject: bool) -> bool:
    """Whether a bare four-digit number is meant as a code."""
    start, end = match.start("code"), match.end()
    if match["tw"] or _own_name_beside(text, start, end, symbol) or subject:
        return True
    number = int(symbol[:4])
    tied = text[end : end + 1].isascii() and text[end : end + 1].isalpha() and not _CHEER.match(text, end)
    if _round(number) or tied:
        return False
    if counts_things(text, start, end) or _part_of_number(text, start, end):
        return False
    if number < 7000:
        return True
    if _INDEX_TALK.search(text) or _BEFORE_LEVEL.search(text, max(0, start - 3), start):
        return False
    return number % 50 != 0 or not text[:start].strip() or text[start - 1 : start] in "買賣空多抱追"


def taiwan_codes(folded: str, subject_at: int) -> Iterator[Code]:
    """Codes of Taiwan's exchanges in a folded text; ``subject_at`` is where a [標的] title names its subject, or −1."""
    names = listed()
    lucky = _LUCKY.fullmatch(folded)
    if lucky and lucky["code"] in names:
        yield Code(lucky.start("code"), lucky.end("code"), lucky["code"], names[lucky["code"]])
        return
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
    """US tickers in a text, which must have its own case: ``NVDA``, ``$F``, ``HOG-US``, and ``FB跟NFLX``.

    A ticker that no list knows counts with its exchange's sign: ``YINN.US``.
    """
    known = tickers()
    found: list[Code] = []
    doubtful: list[Code] = []
    for match in _TICKER.finditer(text):
        written = match["ticker"]
        symbol = written.upper()
        marked = bool(match["dollar"] or match["us"])
        if symbol not in known and not (match["us"] and match["us"][1:].upper() == "US" and written.isupper()):
            continue
        name, bare = known.get(symbol, (symbol, 0))
        code = Code(match.start(), match.end(), symbol, name)
        small = written.islower() and len(written) >= _PLAIN_SMALL
        if marked or bare == _ANY_CASE or (bare and (written.isupper() or small)):
            found.append(code)
        elif written.isupper() and len(written) > 1:
            doubtful.append(code)
    yield from found
    ends, starts = {code.end for code in found}, {code.start for code in found}
    for code in doubtful:
        after, before = text[code.end : code.end + 1], text[code.start - 1 : code.start]
        if (after in _LIST and code.end + 1 in starts) or (before in _LIST and code.start - 1 in ends):
            yield code

"""What the plan of a [標的] post says of its direction: whether prices to take profit stand above those to stop at.

A post that expects a rise sells above where it bought and stops below; one that is short does the opposite. N-grams
cannot compare two prices, so this reads them. The trainer weighs what is read (:data:`CUES`); nothing here is trained.
"""

import re
from collections.abc import Sequence
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

CUES: Final = ("gain over stop", "entry over stop", "gain over entry", "exit over entry", "exit over stop",
               "falls through", "rises over", "inverse")  # fmt: skip
"""Five comparisons (-1, 0 where not both are given, 1), how often a break downwards or upwards ends the position (at
most 3 times), and whether what is traded is an inverse fund or a put."""
SHORTEST: Final = 20
"""Characters of the shortest text that can be a post with a plan."""
SECTION: Final = 400
_TAIL: Final = 200
"""Characters read behind the plan's heading, and of a text's end where it has none."""
_WITHIN: Final = 2.0
"""Prices further apart than this factor are not two prices of one stock."""
_HEADING: Final = re.compile(r"進退場(?:機制)?[:：]?\s*(?:[(（][^)）]{0,30}[)）])?|進出場機制")
_KEY: Final = re.compile(
    r"(?P<stop>停損|止損|防守|認賠|設損|損[:：])|(?P<gain>停利|止盈|目標|獲利出場|獲利了結|上看|下看|看到|利[:：]|回補)"
    r"|(?P<exit>出場|退場|賣出)"
    r"|(?P<entry>進場|買進|買入|成本|現價|收盤價?|目前股價|入場|空在|放空|進價|平盤|買在|佈局)"
)
_PRICE: Final = re.compile(
    r"(?<![\d/:.\-(（A-Za-z])(\d{1,5}(?:\.\d+)?)"
    r"(?![\d/:)）.、]|\s*(?:%|％|趴|月|日|年|張|點半|週|周|天|億|萬|小時|成|次|支|檔|號|分|倍|口|根|ma|MA|K|T))"
)
_THOUSANDS: Final = re.compile(r"(?<![\d,.])(\d{1,2}),(\d{3})(?![\d,])")
_COLON: Final = re.compile(r"[^\d]{0,3}[:：=]")
_END: Final = re.compile(r"停損|止損|出場|退場|認賠|砍|跑|閃|走人|撤|停")
_DOWN: Final = re.compile(r"跌破|摜破|破底|跌到|低於|<")
_UP: Final = re.compile(r"突破|站上|站回|漲破|漲過|漲到|超過|過高|站穩|>")
_INVERSE: Final = re.compile(
    r"反\s*(?:1|一|１|向)|放空型|做空|VXX|[vV][iI][xX]|SQQQ|TZA|SPXU|UVXY|SOXS|認售|\dR\b|[pP][uU][tT]"
)
_NEAR: Final = 12
_BEFORE: Final = 10
_BEHIND: Final = 16


def plans(texts: Sequence[str]) -> NDArray[np.float64]:
    """:data:`CUES` of each text (texts by cues); zeros where a text gives no plan."""
    rows = [plan(text) if len(text) >= SHORTEST else [0.0] * len(CUES) for text in texts]
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(CUES))


def plan(text: str) -> list[float]:
    """:data:`CUES` of one text."""
    part = _section(text)
    given = prices(part)
    entry, stop, gain, leave = (_middle(given[key]) for key in ("entry", "stop", "gain", "exit"))
    down = up = 0
    for end in _END.finditer(part):
        near = part[max(0, end.start() - _NEAR) : end.end() + _NEAR]
        down += _DOWN.search(near) is not None
        up += _UP.search(near) is not None
    return [
        _over(gain, stop),
        _over(entry, stop),
        _over(gain, entry),
        _over(leave, entry),
        _over(leave, stop),
        float(min(down, 3)),
        float(min(up, 3)),
        float(_INVERSE.search(text[:40]) is not None),
    ]


def prices(part: str) -> dict[str, list[float]]:
    """Prices of entry, stop, gain and exit in a plan.

    A price stands behind its word (停損 95) or before it (95 停損); which, is settled for the whole plan: behind if
    some word has a colon, else where the prices stand nearer to the words.
    """
    part = _THOUSANDS.sub(r"\1\2", part)
    found: dict[str, list[float]] = {"entry": [], "stop": [], "gain": [], "exit": []}
    words = list(_KEY.finditer(part))
    rows: list[tuple[str, int, float | None, int, float | None]] = []
    colon, lead = False, 0
    for index, word in enumerate(words):
        first = words[index - 1].end() if index else 0
        last = words[index + 1].start() if index + 1 < len(words) else len(part)
        ahead = part[word.end() : min(word.end() + _BEHIND, last)]
        back = part[max(word.start() - _BEFORE, first) : word.start()]
        behind, befores = _PRICE.search(ahead), list(_PRICE.finditer(back))
        before = befores[-1] if befores else None
        colon = colon or _COLON.match(ahead) is not None
        far = behind.start() if behind else _BEHIND
        near = len(back) - before.end() if before else _BEFORE
        if behind and before:
            lead += near - far
        rows.append((str(word.lastgroup), far, _number(behind), near, _number(before)))
    follows = colon or lead >= 0
    for index, (key, far, behind_it, near, before_it) in enumerate(rows):
        if follows:
            free = index == 0 or rows[index - 1][2] != before_it
            price = behind_it if behind_it is not None else before_it if near <= 3 and free else None
        else:
            free = index + 1 == len(rows) or rows[index + 1][4] != behind_it
            beside = before_it is not None and near <= 8
            price = before_it if beside else behind_it if far <= 3 and free else None
        if price:
            found[key].append(price)
    return found


def _section(text: str) -> str:
    headings = list(_HEADING.finditer(text))
    return text[headings[-1].end() :][:SECTION] if headings else text[-_TAIL:]


def _number(match: re.Match[str] | None) -> float | None:
    return float(match[1]) if match else None


def _middle(numbers: list[float]) -> float | None:
    return median(numbers) if numbers else None


def _over(one: float | None, other: float | None) -> float:
    if not one or not other or one == other or max(one, other) / min(one, other) > _WITHIN:
        return 0.0
    return 1.0 if one > other else -1.0

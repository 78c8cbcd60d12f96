"""What was appended to an article besides pushes: the author's replies, edit lines, forwarding notes.

Only text that somebody wrote is a reply. Left out: ``※ 編輯``, ``※ id:轉錄至看板 X`` and the like, ``(id 刪除 user 的
推文: 理由)``, and pushes that the author's editing has spoilt so that the site shows none.
"""

import re
from datetime import datetime
from typing import NamedTuple

from ptt_spider.clock import TAIPEI

_EDIT = re.compile(r"※ 編輯\s*[:：]\s*(?P<user>[0-9A-Za-z]+)?(?P<rest>.*)")
_FULL = re.compile(r"(?<!\d)(\d\d)/(\d\d)/(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?(?!\d)", re.ASCII)
_SHORT = re.compile(r"(?<![\d/])(\d\d/\d\d \d\d:\d\d)(?![\d:])", re.ASCII)
_SYSTEM = re.compile(
    r"※ (?:發信站|文章網址|文章代碼\(AID\)|轉錄者|編輯)\s*[:：]"
    r"|※ [0-9A-Za-z]{2,12}\s*[:：]\s*轉錄至"
    r"|※ 轉錄至"
    r"|◆ From\s*[:：]"
    r"|\([0-9A-Za-z]{2,12} 刪除 [0-9A-Za-z]{2,12} 的推文[:：].*\)\s*$"
)
_SPOILT = re.compile(r"[推噓→] ?[0-9A-Za-z]{2,12} *:")
_SECOND_HALF = re.compile(r"(?:\s|[\d.]{7,15})\d\d/\d\d \d\d:\d\d$", re.ASCII)
_CLOCK_AT_END = re.compile(r"(?:^|\s|[\d.]{7,15})\d\d/\d\d(?: \d\d:\d\d)?\s*(?:<- .*)?$", re.ASCII)


class Edit(NamedTuple):
    """A ``※ 編輯`` line: with its year, or ``MM/DD HH:MM`` only (before 2013), or without any time."""

    at: datetime | None
    time_text: str


class Note(NamedTuple):
    """Text between pushes."""

    text: str


def read_appended(lines: list[str]) -> list[Edit | Note]:
    """Lines between two runs of pushes -> replies and edits in order."""
    result: list[Edit | Note] = []
    kept: list[str] = []
    spoilt = False
    for line in lines:
        if line.startswith("※") and (edit := read_edit(line)):
            _keep(kept, result)
            result.append(edit)
        elif spoilt and _SECOND_HALF.search(line):
            # The second half of a push that a line break was put into.
            spoilt = False
        elif _SYSTEM.match(line):
            _keep(kept, result)
        elif _SPOILT.match(line):
            _keep(kept, result)
            spoilt = not _CLOCK_AT_END.search(line)
        else:
            kept.append(line)
            spoilt = False
    _keep(kept, result)
    return result


def _keep(kept: list[str], result: list[Edit | Note]) -> None:
    if any(line.strip() for line in kept):
        result.append(Note("\n".join(kept)))
    kept.clear()


def read_edit(line: str) -> Edit | None:
    """An edit line in any of its forms; None for another line."""
    match = _EDIT.match(line)
    if not match:
        return None
    if full := _FULL.search(match["rest"]):
        month, day, year, hour, minute, second = (int(part or 0) for part in full.groups())
        try:
            return Edit(datetime(year, month, day, hour, minute, second, tzinfo=TAIPEI), full[0])
        except ValueError:
            return Edit(None, "")
    short = _SHORT.search(match["rest"])
    return Edit(None, short[1] if short else "")

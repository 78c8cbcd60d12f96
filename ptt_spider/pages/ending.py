"""Where the body ends, and what stands between it and the pushes: signature, station, address, forward.

The end is the ``※ 文章網址`` line that bears the post's own file name; without one, the last ``※ 發信站 …, 來自`` line,
or the bare one that ``※ 轉錄者`` or ``◆ From`` follows. Authors paste whole older posts, with their station, address
and coloured comments: those of other posts end nothing, and no quoted line does.
"""

import re
from typing import Final, NamedTuple

MAX_LINE: Final = 1000
"""The site's own lines have some 80 characters; what is far longer is none, and would take patterns long to refuse."""
MAX_SIGNATURE_LINES: Final = 6
"""A signature has at most six lines [pttbbs MAX_SIGLINES]; what stands under an earlier ``--`` is body."""

_STATION = re.compile(
    r"※ 發信站\s*[:：].*?(?:來自\s*[:：]\s*(?P<ip>[0-9A-Fa-f.:*]+)\s*(?:\((?P<country>[^()]*)\))?.*)?"
)
_FROM = re.compile(r"◆ From\s*[:：]\s*(?P<ip>\S+)\s*(?:\((?P<country>[^()]*)\))?.*")
_FORWARDER = re.compile(r"※ 轉錄者\s*[:：]\s*\S+\s*\((?P<ip>[0-9A-Fa-f.:*]+)(?:\s+(?P<country>[^()]+))?\).*")
_ADDRESS = re.compile(r"※ 文章網址\s*[:：]")
_ORIGIN = re.compile(r"\s*※ \[本文轉錄自\s*(?P<board>[\w.-]+)\s*看板\s*(?P<aid>#[0-9A-Za-z_-]{8})?\s*\]\s*")
# What no signature holds: another post's closing lines, and pushes.
_NOT_SIGNED = ("※ 發信站", "※ 文章網址", "※ 編輯", "◆ From", "\0")
_ORIGIN_SIGN = "[本文轉錄自"


class Ending(NamedTuple):
    """Line numbers, and what the closing lines say."""

    body_end: int
    """The body is the lines before this one."""
    tail_start: int
    """From here on: the closing lines themselves, edits, replies, what else was appended."""
    ip: str | None
    country: str | None


def find_ending(lines: list[str], post_id: str) -> Ending | None:
    """The end of the body among a page's lines; None where no line closes it.

    ``lines``: all text of the page, each run of pushes as one line that begins with NUL.
    """
    at = _own_address(lines, post_id)
    if at is None:
        at = _last_station(lines)
    if at is None:
        return None
    first, ip, country = _closing_block(lines, at)
    end = first
    # The site parts its own lines from the text with an empty line and `--`.
    if end > 0 and lines[end - 1].rstrip() == "--":
        end -= 1
    if end > 0 and not lines[end - 1].strip():
        end -= 1
    return Ending(before_signature(lines, end), first, ip, country)


def _own_address(lines: list[str], post_id: str) -> int | None:
    own = f"/{post_id}.html"
    for number, line in enumerate(lines):
        if own in line and _ADDRESS.match(line):
            return number
    return None


def _last_station(lines: list[str]) -> int | None:
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number][:MAX_LINE]
        if line.startswith("◆ From") and _FROM.fullmatch(line):
            return number
        if line.startswith("※ 轉錄者") and _FORWARDER.fullmatch(line):
            return number
        if line.startswith("※ 發信站") and (match := _STATION.fullmatch(line)) and match["ip"]:
            return number
    return None


def _closing_block(lines: list[str], at: int) -> tuple[int, str | None, str | None]:
    """First line of the block of system lines that ends at ``at``, with the poster's address."""
    first, ip, country = at, None, None
    for number in range(at, max(at - 8, -1), -1):
        line = lines[number][:MAX_LINE]
        matches = [pattern.fullmatch(line) for pattern in (_FORWARDER, _FROM, _STATION)]
        match = next((m for m in matches if m), None)
        if match is None:
            if number == at or line.startswith("※ 編輯"):
                continue
            break
        first = number
        if match["ip"] and ip is None:
            ip, country = match["ip"], (match["country"] or "").strip() or None
        if match.re is _STATION:
            break
    return first, ip, country


def before_signature(lines: list[str], end: int) -> int:
    """Where the body ends if ``lines[:end]`` are body and signature: an empty line, ``--`` and up to six lines."""
    for number in range(end - 1, max(end - MAX_SIGNATURE_LINES - 2, -1), -1):
        line = lines[number]
        if line.rstrip() == "--":
            if number > 1 and not lines[number - 1].strip() and any(map(str.strip, lines[number + 1 : end])):
                return number - 1
            break
        if line.startswith(_NOT_SIGNED):
            break
    return end


def read_origin(body: str) -> tuple[bool, str | None]:
    """(is a forward, the board it came from with its AID: ``Gossiping #1bdr64op``) by the body's first line."""
    first = body.lstrip("\n").partition("\n")[0]
    if _ORIGIN_SIGN not in first or not first.lstrip().startswith("※"):
        return False, None
    match = _ORIGIN.fullmatch(first[:MAX_LINE])
    return True, " ".join(part for part in match.group("board", "aid") if part) if match else None

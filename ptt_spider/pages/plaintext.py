"""Plain text copies of posts -> Post: copied from a terminal, or from a mirror's page.

A terminal shows ``推 user: text  01/28 13:26``. A mirror shows each push on lines of its own: the tag, the time, how
long ago, the floor; users and texts may be missing, and are None then.
"""

import re

from ptt_spider.aid import is_name, parse_ref
from ptt_spider.errors import NotAnArticle
from ptt_spider.items import VOTE, Post
from ptt_spider.pages.assembly import RUN, Written, assemble
from ptt_spider.pages.blocks import RawPush
from ptt_spider.pages.ending import MAX_LINE, find_ending
from ptt_spider.pages.header import read_header, split_plain_header
from ptt_spider.pages.source import decode

_STAMP = r"(?:(?:\d{1,3}\.){3}\d{1,3} )?\d\d/\d\d(?: \d\d:\d\d)?"
_TERMINAL = re.compile(rf"([推噓→]) ([0-9A-Za-z]{{2,12}}) *: ?(.*?)\s*({_STAMP})\s*(?:,\s*\d+F)?\s*", re.ASCII)
_UNTIMED = re.compile(r"([推噓→]) ([0-9A-Za-z]{2,12}) *: ?(.*)", re.ASCII)
_ADDRESS = re.compile(r"※ 文章網址\s*[:：]\s*(\S+)")
_COLUMNS = re.compile(r"\s*(作者|標題|時間|看板|站內)\s*(?![:：\s])(.+?)(?:\s{2,}(看板|站內)\s+(\S+))?\s*")
_RULE = re.compile(r"\s*[─━═-]{10,}\s*")
_CLOCK = re.compile(r"(\d\d/\d\d \d\d:\d\d)(?:\s*,\s*(?:\d+F)?)?", re.ASCII)
_AGO = re.compile(r"\d+\s*(?:秒|分鐘|小時|天|週|周|個月|月|年)前")
_FLOOR = re.compile(r",?\s*\d+F", re.ASCII)
_USER = re.compile(r"[A-Za-z][0-9A-Za-z]{1,11}", re.ASCII)


def parse_plaintext(text: str, url: str | None = None) -> Post:
    """The post of a plain text copy. Which post it is says ``url``, else its own ``※ 文章網址`` line.

    Raises NotAnArticle where neither says so, or where there is no text.
    """
    lines = [line.rstrip() for line in decode(text).text.split("\n")]
    while lines and not lines[0]:
        del lines[0]
    if not any(lines):
        raise NotAnArticle("empty", url or "plain text")
    metalines, taken = _header(lines)
    lines = lines[taken:]
    board, post_id = _names(lines, url, read_header(metalines).board)
    tail = _tail_start(lines, post_id)
    written, runs = _with_runs(lines, tail)
    return _forget_missing(assemble(Written(written, runs, metalines, board, post_id)))


def _header(lines: list[str]) -> tuple[list[tuple[str, str]], int]:
    """Header of a copy from a terminal (in columns, or with colons) or from the site's own page (``作者id (nick)``).

    A mirror's first line is the title.
    """
    pairs: list[tuple[str, str]] = []
    taken = 0
    while taken < min(len(lines), 4) and (match := _COLUMNS.fullmatch(lines[taken][:MAX_LINE])):
        if (match[1] == "作者") != (taken == 0):
            break
        pairs.append((match[1], match[2]))
        if match[3]:
            pairs.append((match[3], match[4]))
        taken += 1
    if not pairs:
        pairs, taken = split_plain_header(lines, [])
    if pairs:
        return pairs, taken + (taken < len(lines) and bool(_RULE.fullmatch(lines[taken])))
    return [("標題", lines[0])], 1


def _names(lines: list[str], url: str | None, header_board: str | None) -> tuple[str, str]:
    addresses = [match[1] for line in lines if (match := _ADDRESS.match(line))]
    for address in (url, *reversed(addresses)):
        try:
            ref = parse_ref(address or "")
        except ValueError:
            continue
        board = ref.board or header_board
        if board and is_name(ref.post_id):
            return board, ref.post_id
    raise NotAnArticle("no_content", url or "plain text", "nothing says which post this is: give its URL")


def _tail_start(lines: list[str], post_id: str) -> int:
    if ending := find_ending(lines, post_id):
        return ending.tail_start
    pushes = [number for number, line in enumerate(lines) if _TERMINAL.fullmatch(line[:MAX_LINE])]
    return pushes[0] if pushes else len(lines)


def _with_runs(lines: list[str], tail: int) -> tuple[list[str], list[list[RawPush]]]:
    """The same lines with those below ``tail`` that make up pushes gathered into runs."""
    written = lines[:tail]
    runs: list[list[RawPush]] = []
    number = tail
    while number < len(lines):
        push, number = _push_at(lines, number)
        if push is None:
            written.append(lines[number])
            number += 1
            continue
        if not (written and written[-1].startswith(RUN)):
            written.append(f"{RUN}{len(runs)}")
            runs.append([])
        runs[-1].append(push)
    return written, runs


def _push_at(lines: list[str], number: int) -> tuple[RawPush | None, int]:
    """The push that begins on this line and the first line after it."""
    line = lines[number][:MAX_LINE]
    if match := _TERMINAL.fullmatch(line):
        tag, user, content, stamp = match.groups()
        return (tag, user, f": {content}", stamp), number + 1
    if match := _UNTIMED.fullmatch(line):
        return (match[1], match[2], f": {match[3]}", ""), number + 1
    if line.strip() not in VOTE:
        return None, number
    end = number + 1
    stamp, others = "", list[str]()
    while end < len(lines) and lines[end].strip() not in VOTE and not lines[end].startswith(("※", *VOTE)):
        piece = lines[end].strip()
        end += 1
        if clock := _CLOCK.fullmatch(piece):
            stamp = stamp or clock[1]
        elif piece and not _AGO.fullmatch(piece) and not _FLOOR.fullmatch(piece):
            others.append(piece)
    if not stamp:
        return None, number
    user = others.pop(0) if others and _USER.fullmatch(others[0].rstrip(" :")) else ""
    return (line.strip(), user.rstrip(" :"), f": {' '.join(others).removeprefix(':').strip()}", stamp), end


def _forget_missing(post: Post) -> Post:
    """Users that a copy lacks are None, and so are the texts of such pushes where they are empty."""
    return post._replace(
        pushes=tuple(
            push if push.user_id else push._replace(user_id=None, text=push.text or None) for push in post.pushes
        )
    )

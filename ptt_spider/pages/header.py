"""The head of an article: author, title, time, in any of the forms that twenty years have left."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import NamedTuple

from ptt_spider.aid import name_seconds
from ptt_spider.clock import TAIPEI, from_unix
from ptt_spider.pages.ending import MAX_LINE
from ptt_spider.pages.source import one_line

_AUTHOR_TAGS = ("作者", "發信人", "寄件人")
_TITLE_TAGS = ("標題", "主旨")
_TIME_TAGS = ("時間", "日期", "發信時間")
_BOARD_TAGS = ("看板", "站內", "信區")
_KNOWN = frozenset((*_AUTHOR_TAGS, *_TITLE_TAGS, *_TIME_TAGS, *_BOARD_TAGS))

_PREFIX = re.compile(r"\s*(re|fw|fwd)\s*[:：]\s*|\s*(\[轉錄\])\s*", re.IGNORECASE)
_BRACKET = re.compile(r"\[([^\[\]]*)\]|［([^［］]*)］|【([^【】]*)】|〔([^〔〕]*)〕")
_AUTHOR = re.compile(r"([^\s(]+)(?:\s*\((.*?)\)?)?")
_BOARD_IN_LINE = re.compile(r"\s+(?:看板|站內|信區)\s*[:：]\s*([\w.-]+)\s*$")
_PLAIN = re.compile(rf"({'|'.join(sorted(_KNOWN))})\s*[:：]\s*(.*)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_CTIME = re.compile(
    r"(?:[A-Z][a-z]{2}\s+)?([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s+(\d{4})", re.ASCII
)
_DAY = timedelta(days=1)


class Header(NamedTuple):
    """None where the page does not say."""

    author: str | None
    author_nick: str | None
    board: str | None
    title: str | None
    time_text: str | None
    rest: tuple[str, ...]
    """Lines that became header lines by mistake: they are the first of the body."""


class Title(NamedTuple):
    category: str | None
    is_reply: bool
    is_forward: bool


def read_header(metalines: list[tuple[str, str]]) -> Header:
    """From (tag, value) pairs, matched by tag and never by place."""
    found: dict[str, str] = {}
    rest: list[str] = []
    for raw_tag, value in metalines:
        tag = raw_tag.strip()
        kind = _kind(tag)
        # Once something else has come, the header is over: what follows was pasted.
        if kind and kind not in found and not rest:
            found[kind] = one_line(value)
        else:
            rest.append(f"{raw_tag}: {value}")
    author, nick = split_author(found["author"]) if "author" in found else (None, None)
    title, time_text, board = found.get("title"), found.get("time"), found.get("board")
    return Header(
        author,
        nick,
        board.strip() if board else None,
        (title.rstrip() or None) if title is not None else None,
        time_text.strip() if time_text is not None else None,
        tuple(rest),
    )


def _kind(tag: str) -> str | None:
    for kind, tags in (("author", _AUTHOR_TAGS), ("title", _TITLE_TAGS), ("time", _TIME_TAGS), ("board", _BOARD_TAGS)):
        if tag in tags:
            return kind
    return None


def split_plain_header(lines: list[str], metalines: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], int]:
    """Header lines in plain text at the very top -> (tag, value) pairs and how many lines they took.

    Old posts say ``作者: id (nick) 站內: Stock`` in plain text; under header lines that the site has recognised
    (``metalines``) stand those that it has not, such as an empty ``標題:``.
    """
    seen = {_kind(tag.strip()) for tag, _ in metalines}
    if None in seen:
        return [], 0
    pairs: list[tuple[str, str]] = []
    taken = 0
    for line in lines[:4]:
        match = _PLAIN.fullmatch(line.strip()[:MAX_LINE])
        kind = _kind(match[1]) if match else None
        if not match or kind in seen:
            break
        value = match[2]
        if board := _BOARD_IN_LINE.search(value):
            pairs.append(("看板", board[1]))
            value = value[: board.start()]
        pairs.append((match[1], value))
        seen.add(kind)
        taken += 1
    # A line that looks like a header's may be the body's own, unless the header begins with it or goes on with it.
    if "author" in seen and (taken == 0 or "title" in seen or "time" in seen):
        return pairs, taken
    return [], 0


def split_author(value: str) -> tuple[str | None, str | None]:
    """``id (nick)`` -> id and nick: nick None if absent, '' for ``()``; a nick may hold brackets itself."""
    match = _AUTHOR.fullmatch(value.strip())
    return (match[1], match[2]) if match else (value.strip().split(" ")[0] or None, None)


def read_title(title: str | None) -> Title:
    """Category (first bracket after Re:/Fw:, half-width, blanks stripped) and what the prefixes say."""
    if title is None:
        return Title(None, False, False)
    prefixes: list[str] = []
    at = 0
    while match := _PREFIX.match(title, at):
        prefixes.append("re" if (match[1] or "").lower() == "re" else "fw")
        at = match.end()
    bracket = _BRACKET.match(title, at + len(title[at:]) - len(title[at:].lstrip()))
    category = None
    if bracket:
        inner = next(group for group in bracket.groups() if group is not None)
        category = unicodedata.normalize("NFKC", inner).strip() or None
    # ``Re: Fw:`` answers a forward, ``Fw: Re:`` forwards an answer.
    return Title(category, "re" in prefixes, prefixes[:1] == ["fw"])


def posted_at(post_id: str, header_time: str | None) -> datetime:
    """The header's time where it parses and lies within a day of the file name's seconds, else the latter."""
    named = from_unix(name_seconds(post_id))
    stated = read_ctime(header_time) if header_time else None
    return stated if stated is not None and abs(stated - named) <= _DAY else named


def read_ctime(text: str) -> datetime | None:
    """``Thu Jan 11 05:59:44 2024`` in Taipei time; None where it is anything else."""
    match = _CTIME.fullmatch(text.strip())
    if not match or match[1] not in _MONTHS:
        return None
    try:
        return datetime(
            int(match[6]),
            _MONTHS[match[1]],
            int(match[2]),
            int(match[3]),
            int(match[4]),
            int(match[5] or 0),
            tzinfo=TAIPEI,
        )
    except ValueError:
        return None

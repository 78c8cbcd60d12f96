"""Article page -> Post: header, body, pushes with their years, replies, edits."""

import re
from collections.abc import Iterable
from datetime import datetime
from html import unescape
from typing import NamedTuple

from ptt_spider.aid import is_name, name_to_aid, parse_ref, post_url
from ptt_spider.errors import DamagedPage, NotAnArticle
from ptt_spider.items import Post, Push, Reply
from ptt_spider.pages.blocks import Blocks, RawPush, TooDeepError, read_blocks
from ptt_spider.pages.ending import find_ending, read_origin
from ptt_spider.pages.header import posted_at, read_header, read_title, split_plain_header
from ptt_spider.pages.pushes import read_pushes
from ptt_spider.pages.refusals import refusal_of
from ptt_spider.pages.replies import Edit, Note, read_appended
from ptt_spider.pages.source import decode, is_cut, main_start
from ptt_spider.pages.timeline import Timeline

_RUN = "\0"
"""Stands for a run of pushes among lines; `decode` has removed it from the page."""
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
_POLLING = re.compile(r'<div id="article-polling"([^>]*)>')
_ATTRIBUTE = re.compile(r'data-([a-z]+)="([^"]*)"')


class Appended(NamedTuple):
    """What follows the body."""

    pushes: tuple[Push, ...]
    replies: tuple[Reply, ...]
    edited_at: datetime | None


class Names(NamedTuple):
    board: str
    post_id: str


def parse_article(html: bytes | str, url: str) -> Post:
    """The post on an article page, as fetched from ``url`` (of any site; ``post.url`` is canonical).

    Raises NotAnArticle where the page holds none, or where neither the address nor the page says which post it is;
    DamagedPage, carrying what could be read, for half a page, a wrong encoding, NUL bytes, elements never closed.
    """
    source = decode(html)
    text = source.text
    start = main_start(text)
    if start < 0:
        raise NotAnArticle(refusal_of(text) or "no_content", url)
    try:
        blocks = read_blocks(text)
    except TooDeepError:
        raise NotAnArticle("not_ptt", url, "elements nested by the hundred") from None
    flaws = list(source.flaws)
    if is_cut(text, start):
        flaws.append("the page ends in the middle of the article")
    if blocks.nested:
        flaws.append("elements that are never closed")
    if not blocks.blocks and not blocks.metalines:
        raise NotAnArticle("no_content", url, "the article is empty")
    post = _assemble(blocks, text, url, damaged=bool(flaws))
    if flaws:
        raise DamagedPage(post, ", ".join(flaws))
    return post


def _assemble(blocks: Blocks, text: str, url: str, *, damaged: bool) -> Post:
    lines, runs = to_lines(blocks)
    metalines = blocks.metalines
    skip = 0
    if not metalines:
        metalines, skip = split_plain_header(lines)
    header = read_header(metalines)
    # One empty line parts header and body; a body line that became a header line took its own line break with it.
    if metalines and not header.rest and lines[skip : skip + 1] == [""]:
        skip += 1
    board, post_id = _names(url, text, header.board)
    ending = find_ending(lines, post_id)
    first_run = next((number for number, line in enumerate(lines) if line.startswith(_RUN)), len(lines))
    body_end, tail_start = (ending.body_end, ending.tail_start) if ending else (first_run, first_run)
    body = "\n".join([*header.rest, *_as_written(lines[skip:body_end], runs)])
    posted = posted_at(post_id, header.time_text)
    appended = read_tail(lines[tail_start:], runs, posted, header.author)
    title = read_title(header.title)
    is_forward, origin = read_origin(body)
    poll, longpoll, offset = _polling(text)
    return Post(
        board=board,
        post_id=post_id,
        aid=name_to_aid(post_id),
        url=post_url(board, post_id),
        category=title.category,
        is_reply=title.is_reply,
        is_forward=title.is_forward or is_forward,
        forward_from=origin,
        title=header.title,
        author=header.author,
        author_nick=header.author_nick,
        ip=ending.ip if ending else None,
        country=ending.country if ending else None,
        posted_at=posted,
        header_time=header.time_text,
        body=body,
        edited_at=appended.edited_at,
        truncated=blocks.truncated,
        damaged=damaged,
        pushes=appended.pushes,
        replies=appended.replies,
        poll_url=poll,
        longpoll_url=longpoll,
        poll_offset=offset,
    )


def to_lines(blocks: Blocks) -> tuple[list[str], list[list[RawPush]]]:
    """All lines of the page, each run of pushes as one line that `_RUN` begins."""
    lines: list[str] = []
    runs: list[list[RawPush]] = []
    for block in blocks.blocks:
        if isinstance(block, str):
            lines += block.removesuffix("\n").split("\n")
        else:
            lines.append(f"{_RUN}{len(runs)}")
            runs.append(block)
    return lines, runs


def _as_written(lines: Iterable[str], runs: list[list[RawPush]]) -> Iterable[str]:
    """Lines of a body, with pushes that were forged in it as the text that they are."""
    for line in lines:
        if line.startswith(_RUN):
            yield from ("".join(push).removesuffix("\n") for push in runs[int(line[1:])])
        else:
            yield line


def read_tail(
    lines: list[str], runs: list[list[RawPush]], start: datetime | None, author: str | None, first_floor: int = 1
) -> Appended:
    """Pushes, replies and edits of the lines after the body, with the years that follow from ``start``."""
    parts: list[Edit | Note | list[RawPush]] = []
    between: list[str] = []
    for line in lines:
        if line.startswith(_RUN):
            parts += read_appended(between)
            between = []
            parts.append(runs[int(line[1:])])
        else:
            between.append(line)
    parts += read_appended(between)
    timeline = Timeline(start, [part.at for part in parts if isinstance(part, Edit) and part.at])
    pushes: list[Push] = []
    replies: list[Reply] = []
    edited_at: datetime | None = None
    previous: Edit | Note | list[RawPush] | None = None
    for part in parts:
        if isinstance(part, list):
            read_pushes(part, timeline, author, first_floor, pushes)
        elif isinstance(part, Note):
            replies.append(Reply(first_floor - 1 + len(pushes), part.text, None))
        else:
            moment = part.at
            if moment:
                timeline.pass_anchor()
            else:
                moment = timeline.place(part.time_text)
            edited_at = moment or edited_at
            if isinstance(previous, Note):
                replies[-1] = replies[-1]._replace(edited_at=moment)
        previous = part
    return Appended(tuple(pushes), tuple(replies), edited_at)


def _names(url: str, text: str, header_board: str | None) -> Names:
    """Board and file name: by the address, else by the page's canonical link."""
    match = _CANONICAL.search(text)
    for address in (url, unescape(match[1]) if match else ""):
        try:
            ref = parse_ref(address)
        except ValueError:
            continue
        board = ref.board or header_board
        if board and is_name(ref.post_id):
            return Names(board, ref.post_id)
    raise NotAnArticle("no_content", url, "neither the address nor the page says which post this is")


def _polling(text: str) -> tuple[str | None, str | None, int | None]:
    match = _POLLING.search(text)
    if not match:
        return None, None, None
    data = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}
    offset = data.get("offset", "")
    number = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 12 else None
    return data.get("pollurl") or None, data.get("longpollurl") or None, number

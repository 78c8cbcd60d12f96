"""Article page -> Post: header, body, pushes with their years, replies, edits."""

import re
from html import unescape
from typing import NamedTuple

from ptt_spider.aid import is_name, parse_ref
from ptt_spider.errors import DamagedPage, NotAnArticle
from ptt_spider.items import Post
from ptt_spider.pages.assembly import RUN, Written, assemble
from ptt_spider.pages.blocks import Blocks, RawPush, TooDeepError, read_blocks
from ptt_spider.pages.header import read_header
from ptt_spider.pages.refusals import refusal_of
from ptt_spider.pages.source import decode, is_cut, main_start

_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
_POLLING = re.compile(r'<div id="article-polling"([^>]*)>')
_ATTRIBUTE = re.compile(r'data-([a-z]+)="([^"]*)"')


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
    flaws = list(source.flaws)
    if is_cut(text, start):
        flaws.append("the page ends in the middle of the article")
        last = text.rfind('<div class="push"')
        if last >= 0 and "</div" not in text[last:]:
            # Half a push would pass for another push when the whole page comes.
            text = text[:last]
    try:
        blocks = read_blocks(text[start:])
        if blocks.nested and 0 < (end := text.find("</html>")) < text.rfind('class="push'):
            # A file that a shorter page was written over.
            flaws.append("more markup after the end of the page")
            blocks = read_blocks(text[start:end])
    except TooDeepError:
        raise NotAnArticle("not_ptt", url, "elements nested by the hundred") from None
    if blocks.nested:
        flaws.append("elements that are never closed")
    if not blocks.metalines and not any(isinstance(block, list) or block.strip() for block in blocks.blocks):
        raise NotAnArticle("no_content", url, "the article is empty")
    lines, runs = to_lines(blocks)
    board, post_id = _names(url, text, read_header(blocks.metalines).board)
    post = assemble(
        Written(lines, runs, blocks.metalines, board, post_id, blocks.truncated, bool(flaws), *_polling(text))
    )
    if flaws:
        raise DamagedPage(post, ", ".join(flaws))
    return post


def to_lines(blocks: Blocks) -> tuple[list[str], list[list[RawPush]]]:
    """All lines of the page, each run of pushes as one line that `RUN` begins."""
    lines: list[str] = []
    runs: list[list[RawPush]] = []
    for block in blocks.blocks:
        if isinstance(block, str):
            lines += block.removesuffix("\n").split("\n")
        else:
            lines.append(f"{RUN}{len(runs)}")
            runs.append(block)
    return lines, runs


def _names(url: str, text: str, header_board: str | None) -> Names:
    """Board and file name: by the address, else by the page's canonical link."""
    for address in (url, None):
        if address is None:
            match = _CANONICAL.search(text)
            address = unescape(match[1]) if match else ""  # noqa: PLW2901 - looked for only if needed
        try:
            ref = parse_ref(address)
        except ValueError:
            continue
        board = ref.board or header_board
        if board and is_name(ref.post_id):
            return Names(board, ref.post_id)
    raise NotAnArticle("no_content", url, "neither the address nor the page says which post this is")


def _polling(text: str) -> tuple[str | None, str | None, int | None]:
    at = text.rfind('<div id="article-polling"')
    match = _POLLING.match(text, at) if at >= 0 else None
    if not match:
        return None, None, None
    data = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}
    offset = data.get("offset", "")
    number = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 12 else None
    return data.get("pollurl") or None, data.get("longpollurl") or None, number

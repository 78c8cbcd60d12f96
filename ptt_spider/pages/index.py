"""Index and search pages -> rows and the way on."""

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ptt_spider.aid import is_name
from ptt_spider.errors import DamagedIndex, NotAnIndex
from ptt_spider.items import IndexPage, IndexRow
from ptt_spider.pages.refusals import refusal_of
from ptt_spider.pages.source import decode, is_cut, one_line, too_deep

_BOARD = re.compile(r"/bbs/([A-Za-z0-9][\w.-]*)/", re.ASCII)
_NUMBER = re.compile(r"/index(\d{1,9})\.html", re.ASCII)
_POST = re.compile(r"/bbs/([A-Za-z0-9][\w.-]*)/([MG]\.[^/?#]+)\.html", re.ASCII)
_IN_A_TITLE = frozenset(["NUL characters", "characters that are no text", "bytes that are not UTF-8"])
"""What a title with a broken character gives. It stands there for good, so asking again would help no run; the rows are
whole, and few characters are lost."""
_FEW = 20
_LIST = '<div class="r-list-container'


def parse_index(html: bytes | str, url: str) -> IndexPage:
    """Rows of an index or search page as it was fetched from ``url``, top to bottom (oldest first on an index).

    Raises NotAnIndex where the page is none; DamagedIndex, carrying the rows that are whole, where it ends in the
    middle of its list or its encoding is broken, but for some characters of titles.
    """
    source = decode(html)
    text = source.text
    if "r-list-container" not in text:
        raise NotAnIndex(refusal_of(text) or "no_content", url)
    if too_deep(text):
        raise NotAnIndex("not_ptt", url, "elements nested by the hundred")
    tree = LexborHTMLParser(text)
    container = tree.css_first("div.r-list-container")
    if container is None:
        raise NotAnIndex(refusal_of(text) or "no_content", url)
    board = _board(url, tree)
    if board is None:
        raise NotAnIndex("no_content", url, "neither the address nor the page names a board")
    flaws = [flaw for flaw in source.flaws if flaw not in _IN_A_TITLE or text.count("\ufffd") > _FEW]
    if is_cut(text, text.find(_LIST)):
        flaws.append("the page ends in the middle of its list")
    older, newer = _paging(tree)
    page = IndexPage(board, _number(url, older, newer), _rows(container, board), older, newer)
    if flaws:
        raise DamagedIndex(page, url, ", ".join(flaws))
    return page


def read_nrec(shown: str) -> int:
    """推 minus 噓 as the index shows it: blank 0, 爆 100, X1…X9 −10…−90, XX −100. It is clamped to ±100."""
    shown = shown.strip()
    if shown == "爆":
        return 100
    if shown == "XX":
        return -100
    digits = shown.removeprefix("X")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 3:
        return 0
    return max(-10 * int(digits), -100) if shown.startswith("X") else min(int(digits), 100)


def _rows(container: LexborNode, board: str) -> tuple[IndexRow, ...]:
    rows: list[IndexRow] = []
    pinned = False
    for node in container.css("div.r-ent, div.r-list-sep"):
        if "r-list-sep" in (node.attributes.get("class") or "").split():
            pinned = True
        elif row := _row(node, board, pinned):
            rows.append(row)
    return tuple(rows)


def _row(node: LexborNode, board: str, pinned: bool) -> IndexRow | None:
    title = node.css_first("div.title")
    if title is None or node.css_first("div.date") is None:
        # The last row of half a page.
        return None
    link = title.css_first("a")
    match = _POST.search(link.attributes.get("href") or "") if link is not None else None
    post_id = match[2] if match and is_name(match[2]) else None
    return IndexRow(
        board=match[1] if match else board,
        post_id=post_id,
        title=_text(link if post_id and link is not None else title),
        author=_text(node.css_first("div.author")),
        nrec=read_nrec(_text(node.css_first("div.nrec"))),
        date_text=_text(node.css_first("div.date")),
        mark=_text(node.css_first("div.mark")),
        pinned=pinned,
    )


def _text(node: LexborNode | None) -> str:
    return one_line(node.text().strip()) if node is not None else ""


def _board(url: str, tree: LexborHTMLParser) -> str | None:
    if match := _BOARD.search(url):
        return match[1]
    link = tree.css_first("a.board") or tree.css_first("div.action-bar a.btn")
    match = _BOARD.search(link.attributes.get("href") or "") if link is not None else None
    return match[1] if match else None


def _paging(tree: LexborHTMLParser) -> tuple[str | None, str | None]:
    older = newer = None
    for link in tree.css("div.btn-group-paging a"):
        href = link.attributes.get("href")
        if not href:
            continue
        parts = urlsplit(href) if "[" not in href else None
        relative = (parts.path + (f"?{parts.query}" if parts.query else "")) if parts else href
        shown = link.text()
        if "上頁" in shown:
            older = relative
        elif "下頁" in shown:
            newer = relative
    return older, newer


def _number(url: str, older: str | None, newer: str | None) -> int | None:
    if "/search" in url:
        return None
    # The site answers index0 and absurd numbers with the newest page, so the neighbours are asked first.
    if older and (match := _NUMBER.search(older)):
        return int(match[1]) + 1
    if newer and (match := _NUMBER.search(newer)):
        return int(match[1]) - 1
    match = _NUMBER.search(url)
    return int(match[1]) if match and int(match[1]) else 1

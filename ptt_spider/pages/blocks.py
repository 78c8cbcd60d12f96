"""An article's HTML -> header lines, and text and pushes in page order.

One walk over the children of ``#main-content``. Before it, pushes in exactly the markup that the site's renderer
writes [ptt/pttweb article/render.go] are cut out with one regular expression, and each unbroken run of them leaves
one marker element behind. The parser that follows tells where each marker came to stand; only if all of them are
children of ``#main-content`` did every match begin in plain content, and reading them was right. If not, or if
anything else is odd, everything is read from the parser's tree.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ptt_spider.items import VOTE
from ptt_spider.pages.source import too_deep

RawPush = tuple[str, str, str, str]
"""Text of the four spans of a ``div.push``: tag, user, content, time; entities resolved, nothing stripped."""

Block = str | list[RawPush]


class Blocks(NamedTuple):
    """What stands in ``#main-content``."""

    metalines: list[tuple[str, str]]
    blocks: list[Block]
    """Text and runs of pushes in turns: no two texts and no two runs touch."""
    truncated: bool
    nested: bool
    """Pushes hang inside other elements: something before them was never closed."""


class TooDeepError(ValueError):
    """Elements inside each other by the hundred."""


_MARK: Final = "ptt-run"
# What is inside tells whether an element left open before it would reach into a push or move a link out of it.
_MARKER: Final = f'<div class="{_MARK}"><span><a></a></span></div>'
_ENTITY = r"&(?:amp|lt|gt|quot|#34|#39);"
_LINK = rf'<a href="[^"<>]*+" target="_blank" rel="nofollow">[^<&]*+(?:{_ENTITY}[^<&]*+)*+</a>'
_PUSH = re.compile(
    r'<div class="push"><span class="(?:f1 )?hl push-tag">([推噓→] *+)</span>'
    r'<span class="f3 hl push-userid">( *+[^<&\s][^<&]*+)</span>'
    rf'<span class="f3 push-content">([^<&]*+(?:(?:{_ENTITY}|{_LINK})[^<&]*+)*+)</span>'
    r'<span class="push-ipdatetime">([^<&]*+)</span></div>'
)
_SPANS: Final = ("push-tag", "push-userid", "push-content", "push-ipdatetime")
_ANY_TAG = re.compile(r"<[^>]*>")
_PUSH_DIV = re.compile(r'<div\s[^>]*\bclass\s*=\s*["\']?push["\'\s>]')


def read_blocks(text: str, *, fast: bool = True) -> Blocks:
    """Blocks of a page from the tag on that opens ``#main-content``.

    ``fast=False`` reads all from the tree: the result is the same, tests hold the two against each other.
    Raises TooDeepError for what no browser would show either.
    """
    if fast and _MARK not in text and (result := _read_fast(text)):
        return result
    if too_deep(text):
        raise TooDeepError
    walk = _Walk([])
    main = _main_of(text)
    if main is not None:
        walk.children(main)
        if walk.found != _count_pushes(text):
            walk = _Walk([])
            walk.everything(main)
    return walk.result()


def _read_fast(text: str) -> Blocks | None:
    parts = _PUSH.split(text)
    rows = list(zip(parts[1::5], parts[2::5], parts[3::5], parts[4::5], strict=True))
    pushes = [row if "&" not in row[2] and "<" not in row[2] else _plain(row) for row in rows]
    reduced: list[str] = [parts[0]]
    runs: list[list[RawPush]] = []
    begin = 0
    for end, after in enumerate(parts[5::5], 1):
        if after or end == len(pushes):
            runs.append(pushes[begin:end])
            reduced += _MARKER, after
            begin = end
    rest = "".join(reduced)
    if too_deep(rest):
        raise TooDeepError
    main = _main_of(rest)
    if main is None:
        return None
    walk = _Walk(runs)
    walk.children(main)
    return walk.result() if walk.used == len(runs) and walk.found == _count_pushes(rest) else None


def _count_pushes(text: str) -> int:
    return len(_PUSH_DIV.findall(text)) if "push" in text else 0


def _main_of(text: str) -> LexborNode | None:
    body = LexborHTMLParser(text).body
    # It is what the text begins with; a CSS query would take as long as the parsing.
    node = body.first_child if body is not None else None
    return node if node is not None and node.id == "main-content" else None


def _plain(push: RawPush) -> RawPush:
    """The same with links and entities of its content resolved."""
    tag, user, content, time = push
    return tag, user, unescape(_ANY_TAG.sub("", content) if "<" in content else content), time


class _Walk:
    """Gathers blocks while going over nodes in page order."""

    def __init__(self, runs: list[list[RawPush]]) -> None:
        self.used = self.found = 0
        self._metalines: list[tuple[str, str]] = []
        self._truncated = self._nested = False
        self._runs = runs
        self._blocks: list[Block] = []
        self._texts: list[str] = []

    def result(self) -> Blocks:
        self._flush()
        return Blocks(self._metalines, self._blocks, self._truncated, self._nested)

    def children(self, main: LexborNode) -> None:
        """The children of ``#main-content``, as every sound page has them."""
        node = main.first_child
        add = self._texts.append
        while node is not None:
            if node.is_text_node:
                add(node.text_content or "")
            elif node.tag == "div":
                self._div(node)
            elif node.is_element_node:
                add(_text_of(node))
            node = node.next

    def _div(self, node: LexborNode) -> None:
        classes = (node.attributes.get("class") or "").split()
        if _MARK in classes:
            if self.used < len(self._runs):
                self._add(self._runs[self.used])
            self.used += 1 if _as_written(node) else len(self._runs) + 1
        elif "push" in classes:
            self.found += 1
            if "warning-box" in classes:
                self._truncated = True
            elif push := _push_of(_pieces(node)):
                self._add([push])
            else:
                self._texts.append(_text_of(node))
        elif "article-metaline" in classes or "article-metaline-right" in classes:
            self._metalines.append(_metaline(node))
        elif any("truncated" in name for name in classes):
            self._truncated = True
        else:
            self._texts.append(_text_of(node))

    def everything(self, main: LexborNode) -> None:
        """All descendants in page order, for pages on which pushes hang inside what was never closed."""
        self._nested = True
        current: list[tuple[str, str]] = []
        for kind, text in _pieces(main, inside=True):
            if kind in _SPANS:
                current.append((kind, text))
                continue
            if current:
                self._end_push(current)
                current = []
            if kind == "metaline":
                tag, _, value = text.partition("\0")
                self._metalines.append((tag, value))
            elif kind == "truncated":
                self._truncated = True
            else:
                self._texts.append(text)
        self._end_push(current)

    def _end_push(self, pieces: list[tuple[str, str]]) -> None:
        if push := _push_of(iter(pieces)):
            self._add([push])
        else:
            self._texts.extend(text for _, text in pieces)

    def _add(self, pushes: list[RawPush]) -> None:
        self._flush()
        if self._blocks and isinstance(last := self._blocks[-1], list):
            last.extend(pushes)
        else:
            self._blocks.append(pushes)

    def _flush(self) -> None:
        if text := "".join(self._texts):
            self._blocks.append(text)
        self._texts.clear()


def _as_written(marker: LexborNode) -> bool:
    """Nothing was moved into this marker or out of it."""
    span = marker.first_child
    link = span.first_child if span is not None and span.tag == "span" and span.next is None else None
    return link is not None and link.tag == "a" and link.next is None and link.first_child is None


def _text_of(node: LexborNode) -> str:
    child = node.first_child
    if child is not None and child.is_text_node and child.next is None and node.tag == "span":
        return child.text_content or ""
    return "".join(text for kind, text in _pieces(node) if kind != "metaline")


def _push_of(pieces: Iterator[tuple[str, str]]) -> RawPush | None:
    spans = dict.fromkeys(_SPANS, "")
    for kind, text in pieces:
        if kind in spans:
            spans[kind] += text
    tag, user, content, time = spans.values()
    return (tag, user, content, time) if tag.strip() in VOTE and user.strip() else None


def _metaline(node: LexborNode) -> tuple[str, str]:
    tag = value = ""
    child = node.first_child
    while child is not None:
        kind = child.attributes.get("class")
        if kind == "article-meta-tag":
            tag = _text_of(child)
        elif kind == "article-meta-value":
            value = _text_of(child)
        child = child.next
    return tag, value


def _pieces(root: LexborNode, *, inside: bool = False) -> Iterator[tuple[str, str]]:
    """(kind, text) of ``root`` in page order; the kind is the push span that the text stands in, else ''.

    With ``inside``, also ``("metaline", "tag\\0value")``, ``("truncated", "")`` and ``("", "")`` where a push begins.
    """
    stack: list[tuple[LexborNode | None, str]] = [(root.first_child if inside else root, "")]
    while stack:
        node, kind = stack.pop()
        if node is None:
            continue
        if node is not root or inside:
            stack.append((node.next, kind))
        if node.is_text_node:
            yield kind, node.text_content or ""
            continue
        if not node.is_element_node or node.tag in ("script", "style"):
            continue
        attributes = node.attributes
        if hidden := attributes.get("data-cfemail"):
            yield kind, _email(hidden)
            continue
        classes = (attributes.get("class") or "").split()
        if node.tag == "div" and "richcontent" in classes:
            continue
        if inside and node.tag == "div":
            if "warning-box" in classes:
                yield "truncated", ""
                continue
            if "push" in classes:
                kind = ""
                yield "", ""
            elif any(name.startswith("article-metaline") for name in classes):
                yield "metaline", "\0".join(_metaline(node))
                continue
        for name in classes:
            if name in _SPANS:
                kind = name
        stack.append((node.first_child, kind))


def _email(hidden: str) -> str:
    """Cloudflare's data-cfemail: hexadecimal bytes, each XORed with the first."""
    try:
        key, *rest = bytes.fromhex(hidden)
    except ValueError:
        return ""
    return bytes(byte ^ key for byte in rest).decode("utf-8", "replace")

"""Bytes as they came -> clean text, with a list of what was wrong with them.

A page of the site is UTF-8, at most about 1.5 MB, and closes what it opens. Anything else is read as far as it goes.
"""

import re
from typing import Final, NamedTuple

MAX_CHARS: Final = 4_000_000
"""A file is served up to 150 KiB; escaped and coloured to the worst that is about 1.5 MB of page."""
MAX_DEPTH: Final = 400
"""Elements inside each other. The site needs 8; an HTML parser's time grows with the square of nested blocks."""

_FREE_TAGS = 4_000
_MAIN = re.compile(r"""<div\s[^>]*\bid\s*=\s*["']?main-content\b""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_DIV = re.compile(r"<(/?)div\b", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# 作者 in UTF-8 that was taken for Latin-1 or Windows-1252
_MOJIBAKE = ("ä½\x9cè\x80\x85", "ä½œè€…")
_SITE_NAME = "批踢踢"


class Source(NamedTuple):
    """Text of a page and its flaws, as English phrases; no flaws on a page as the site sends it."""

    text: str
    flaws: tuple[str, ...]


def decode(html: bytes | str) -> Source:
    """Text with ``\\n`` line ends, without NUL, byte order mark and lone surrogates. Never raises."""
    if isinstance(html, bytes) and len(html) <= MAX_CHARS and b"\0" not in html and b"\r" not in html:
        try:
            text = html.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            pass
        else:
            # Every page of the site has its name in the title: it is not what Latin-1 would make of it.
            if _SITE_NAME in text[:3000]:
                return Source(text, ())
    flaws: list[str] = []
    text = html if isinstance(html, str) else _decode_bytes(html, flaws)
    if "\0" in text:
        text = text.replace("\0", "")
        flaws.append("NUL characters")
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
        flaws.append("characters that are no text")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
        flaws.append(f"larger than {MAX_CHARS:,} characters")
    text = text.removeprefix("\ufeff")
    if "\ufffd" in text and (lost := text.count("\ufffd")) > max(20, len(text) // 500) and not flaws:
        flaws.append(f"{lost} characters lost in decoding")
    if any(sign in text for sign in _MOJIBAKE):
        text = _undo_mojibake(text)
        flaws.append("UTF-8 that was read as Latin-1")
    return Source(text, tuple(flaws))


def one_line(text: str) -> str:
    """Without line ends: titles, users and comments are one line of a file, unless markup is broken or forged."""
    return " ".join(text.splitlines()) if "\n" in text else text


def _decode_bytes(html: bytes, flaws: list[str]) -> str:
    if html.startswith((b"\xff\xfe", b"\xfe\xff")):
        flaws.append("UTF-16 instead of UTF-8")
        return html.decode("utf-16", "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError as error:
        # A page cut inside a character is short of that character only; cut pages are told by what they leave open.
        if error.reason == "unexpected end of data" and error.end == len(html):
            return html[: error.start].decode("utf-8")
    if _SITE_NAME.encode("cp950") in html:
        flaws.append("Big5 instead of UTF-8")
        return html.decode("cp950", "replace")
    flaws.append("bytes that are not UTF-8")
    return html.decode("utf-8", "replace")


def _undo_mojibake(text: str) -> str:
    for codec in ("latin-1", "cp1252"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def main_start(text: str) -> int:
    """Where ``#main-content`` opens; -1 where it does not."""
    plain = text.find('<div id="main-content"')
    if plain >= 0:
        return plain
    match = _MAIN.search(text) if "main-content" in text else None
    return match.start() if match else -1


def is_cut(text: str, start: int) -> bool:
    """The block that opens at ``start`` is never closed: the page ends in its middle."""
    if text.find("</html>", -200) >= 0:
        return False
    depth = 0
    for match in _DIV.finditer(text, start):
        depth += -1 if match[1] else 1
        if depth == 0:
            return False
    return True


def too_deep(text: str) -> bool:
    """More elements inside each other than `MAX_DEPTH`: no page of the site, and slow to parse. Linear time."""
    if text.count("<") < _FREE_TAGS:
        return False
    depth = 0
    opened: dict[str, int] = {}
    for slash, written in _TAG.findall(text):
        name = written.lower()
        if slash:
            # Only what closes something counts, else `<div></i>` again and again would hide the depth.
            if opened.get(name):
                opened[name] -= 1
                depth -= 1
        elif name not in _VOID:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False

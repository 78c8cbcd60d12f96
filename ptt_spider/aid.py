"""AID <-> file name <-> URL: three spellings of one post's stable id.

A file name is ``M.<unix seconds>.A.<3 hex>`` (or ``G.…``); very old ones lack the hex. The AID that users write as
``#1fWXYZab (Stock)`` is the same number in 8 characters: ``type << 44 | seconds << 12 | hex``, big-endian base 64
over ``0-9A-Za-z-_`` [pttbbs mbbsd/aids.c, pttbbs/aid.go].
"""

import re
from typing import NamedTuple

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_VALUE = {c: i for i, c in enumerate(_ALPHABET)}
_NAME = re.compile(r"([MG])\.([0-9]{1,10})\.A(?:\.([0-9A-F]{3}))?", re.ASCII)
_BOARD = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,11}"
_URL = re.compile(rf"(?:^|/)(?:bbs|b)/({_BOARD})/([^/?#]+?)(?:\.html)?/?(?:[?#].*)?$", re.ASCII)
_AID_TEXT = re.compile(rf"#?([0-9A-Za-z_-]{{8}})(?:\s*[(\[]({_BOARD})[)\]])?", re.ASCII)
_BOARD_FIRST = re.compile(rf"({_BOARD})[\s/]+#?([0-9A-Za-z_.-]+?)(?:\.html)?", re.ASCII)
_AID_LINE = re.compile(rf"文章代碼\(AID\)\s*[:：]\s*#([0-9A-Za-z_-]{{8}})(?:\s*\(({_BOARD})\))?", re.ASCII)

SITE = "https://www.ptt.cc"


class PostRef(NamedTuple):
    """A post as a user may name it; ``board`` is None where the text does not say."""

    board: str | None
    post_id: str


def name_to_aid(name: str) -> str:
    """``M.1769577959.A.C89`` -> ``1fUF3dt9``-like AID. A name without hex counts as hex 000.

    Raises ValueError for anything that is no file name.
    """
    match = _NAME.fullmatch(name)
    if not match:
        raise ValueError(f"{name!r} is no PTT file name such as M.1769577959.A.C89")
    kind, seconds, suffix = match.groups()
    if int(seconds) >> 32:
        raise ValueError(f"{name!r}: {seconds} s do not fit an AID")
    number = (kind == "G") << 44 | int(seconds) << 12 | int(suffix or "0", 16)
    return "".join(_ALPHABET[number >> shift & 63] for shift in range(42, -1, -6))


def aid_to_name(aid: str) -> str:
    """``1fUF3dt9`` or ``#1fUF3dt9`` -> ``M.…``: the inverse of `name_to_aid` (names without hex come back with 000).

    Raises ValueError for anything that is no AID.
    """
    bare = aid.removeprefix("#")
    if len(bare) != 8 or any(c not in _VALUE for c in bare):
        raise ValueError(f"{aid!r} is no AID: 8 characters of 0-9 A-Z a-z - _")
    number = 0
    for c in bare:
        number = number << 6 | _VALUE[c]
    kind = number >> 44
    if kind > 1:
        raise ValueError(f"{aid!r} is no AID of a post: its type is {kind}, not 0 (M) or 1 (G)")
    return f"{'MG'[kind]}.{number >> 12 & 0xFFFFFFFF}.A.{number & 0xFFF:03X}"


def name_seconds(name: str) -> int:
    """Unix seconds in a file name, the one time of a post that no edit can change. Raises ValueError."""
    match = _NAME.fullmatch(name)
    if not match:
        raise ValueError(f"{name!r} is no PTT file name such as M.1769577959.A.C89")
    return int(match[2])


def is_name(text: str) -> bool:
    """Whether a post can have this file name: its seconds fit an AID."""
    match = _NAME.fullmatch(text)
    return match is not None and int(match[2]) >> 32 == 0


def is_board(text: str) -> bool:
    """Whether a board can have this name: 1 to 12 letters, digits, ``_``, ``-``, ``.``."""
    return re.fullmatch(_BOARD, text, re.ASCII) is not None


def post_url(board: str, post_id: str, site: str = SITE) -> str:
    """Address of a post's page; canonical unless another ``site`` is given."""
    return f"{site.rstrip('/')}/bbs/{board}/{post_id}.html"


def parse_ref(text: str) -> PostRef:
    """What a user typed or copied for a post -> board and file name.

    Takes URLs of any site (``…/bbs/Stock/M.….html``, ``…/b/Stock/<AID>``), ``#AID (Stock)``, ``#AID``, a bare AID,
    a bare file name, either of them after its board, and the line ``文章代碼(AID): #… (Stock) [ptt.cc] …`` that a
    terminal shows. Raises ValueError, with the forms that are understood, for anything else.
    """
    text = text.strip()
    if match := _URL.search(text):
        return PostRef(match[1], _name_of(match[2]))
    if is_name(text):
        return PostRef(None, text)
    if match := _AID_LINE.search(text) or _AID_TEXT.fullmatch(text):
        return PostRef(match[2], aid_to_name(match[1]))
    if match := _BOARD_FIRST.fullmatch(text):
        return PostRef(match[1], _name_of(match[2]))
    raise ValueError(f"{text!r} names no post: give a URL, #AID (Board), an AID or M.1769577959.A.C89")


def _name_of(name_or_aid: str) -> str:
    return name_or_aid if is_name(name_or_aid) else aid_to_name(name_or_aid)

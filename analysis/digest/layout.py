"""Plain text for eyes and terminals: on one line, in columns; Chinese characters are two columns wide."""

import re
import unicodedata
from typing import Final

COLUMNS: Final = 66
_NOT_FIRST: Final = frozenset("，。、；：！？）」』】》〉”’％%),.!?:;·…")
"""Signs that must not begin a line."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]+")


def clean(text: str) -> str:
    """A string of the site on one line: no control signs, none that turn the direction of writing."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(_CONTROLS.sub(" ", text).split())


def columns(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or char in "─▲▼“”‘’…—" else 1


def pad(text: str, width: int) -> str:
    """The text with blanks behind it to so many columns, one at least."""
    return text + " " * max(1, width - columns(text))


def cut(text: str, width: int) -> str:
    """The text within so many columns, the last sign … where something is left out."""
    if columns(text) <= width:
        return text
    kept, used = "", 2
    for char in text:
        used += _width(char)
        if used > width:
            break
        kept += char
    return kept.rstrip() + "…"


def fold(text: str, indent: int = 0, hang: int | None = None, width: int = COLUMNS) -> str:
    """The text in lines of at most ``width`` columns; Latin words stay whole, closing signs never begin a line.

    ``indent`` blanks stand before the first line, ``hang`` (as many, where None) before the others.
    """
    lines, line, used = [], "", indent
    for word in _words(text):
        wide = columns(word)
        if used + wide > width and line.strip() and word[0] not in _NOT_FIRST:
            lines.append(line.rstrip())
            line, used, word = "", indent if hang is None else hang, word.lstrip()  # noqa: PLW2901
            wide = columns(word)
        line += word
        used += wide
    lines.append(line.rstrip())
    later = " " * (indent if hang is None else hang)
    return "\n".join((" " * indent if place == 0 else later) + text for place, text in enumerate(lines))


def _words(text: str) -> list[str]:
    """Pieces between which a line may break: single wide characters, whole Latin words, blanks."""
    pieces: list[str] = []
    for char in text:
        narrow = _width(char) == 1 and char != " "
        if narrow and pieces and _width(pieces[-1][-1]) == 1 and pieces[-1][-1] != " ":
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces

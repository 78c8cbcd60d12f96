"""Text from the site as a terminal may show it. Imports nothing heavy: every log line goes through it."""

import unicodedata
from typing import Final

_BIDI: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Without what a terminal would act on: control characters, escapes, changes of writing direction."""
    if text.isprintable():
        return text
    return "".join(_visible(c) for c in text)


def _visible(c: str) -> str:
    if c in "\n\r\t":
        return {"\n": "⏎", "\r": "", "\t": " "}[c]
    if c in _BIDI or unicodedata.category(c) in ("Cc", "Cs"):
        return "\N{REPLACEMENT CHARACTER}"
    return c

"""What counts as words in a comment: the rule that every engine shares."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ"
_WORD: Final = re.compile(f"[{_HAN}{_LATIN}]")


def has_word(text: str) -> bool:
    """Whether a text holds a Han ideograph or a Latin letter (full-width ones count); without one, engines score 0."""
    return _WORD.search(text) is not None


def word_mask(texts: Sequence[str]) -> NDArray[np.bool_]:
    """``has_word`` of many texts."""
    search = _WORD.search
    return np.fromiter((search(text) is not None for text in texts), np.bool_, len(texts))

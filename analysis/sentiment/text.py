"""What counts as words in a comment: the rule that every engine shares."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Unicode's Script property (UAX #24): all of Han, and of Latin what are letters.
_HAN: Final = (
    "\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufa6d\ufa70-\ufad9\U00016ff0\U00016ff1\U00020000-\U000323af"
)
_LATIN: Final = (
    "A-Za-zªºÀ-ÖØ-öø-\u02b8\u02e0-\u02e4\u1d00-\u1d25\u1d2c-\u1d5c\u1d62-\u1d65\u1d6b-\u1d77\u1d79-\u1dbe"
    "\u1e00-\u1eff\u2071\u207f\u2090-\u209c\u212a\u212b\u2132\u214e\u2184\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7ca"
    "\ua7d0-\ua7d9\ua7f2-\ua7ff\uab30-\uab5a\uab5c-\uab68\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a\U0001df00-\U0001df2a"
)
_WORD: Final = re.compile(f"[{_HAN}{_LATIN}]")


def has_word(text: str) -> bool:
    """Whether a text holds a Han character or a Latin letter (é counts, and ａ); without one, engines score 0."""
    return _WORD.search(text) is not None


def word_mask(texts: Sequence[str]) -> NDArray[np.bool_]:
    """``has_word`` of many texts."""
    search = _WORD.search
    return np.fromiter((search(text) is not None for text in texts), np.bool_, len(texts))

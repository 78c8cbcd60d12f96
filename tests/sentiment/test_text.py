import sys
import unicodedata

import pytest

from analysis.sentiment.text import has_word, word_mask

WORDS = [
    "好",
    "a",
    "Z",
    "Ｗ",
    "ｗ",
    "é",
    "㐀",
    "\U00020000",
    "\uf900",
    "!? x",
    "々",
    "〇",
    "ﬁ",
    "ª",
    "2330 買",
    "\ud800a",
]
NO_WORDS = [
    "",
    " ",
    "2330 +5.2%",
    "？？？",
    "ㄅㄏ",
    "한국",
    "かな",
    "Привет",
    "🚀",
    "×÷",
    "Ⅳ",
    "〒",
    "\ud800",
    "\0",
    "→",
]


@pytest.mark.parametrize("text", WORDS)
def test_han_and_latin_are_words(text: str) -> None:
    assert has_word(text)


@pytest.mark.parametrize("text", NO_WORDS)
def test_all_else_is_not(text: str) -> None:
    assert not has_word(text)


def test_every_named_ideograph_and_latin_letter_counts() -> None:
    for code in range(sys.maxunicode + 1):
        name = unicodedata.name(chr(code), "")
        if name.startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "LATIN SMALL LETTER", "LATIN CAP")):
            assert has_word(chr(code)), name


def test_mask_agrees() -> None:
    texts = WORDS + NO_WORDS
    assert word_mask(texts).tolist() == [has_word(text) for text in texts]

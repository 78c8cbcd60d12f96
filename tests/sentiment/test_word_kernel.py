"""Judged words in a text: read as the lexicon engine reads them, bounded whatever the length."""

import numpy as np
import pytest

from analysis.sentiment.lexicon_engine import LexiconEngine
from analysis.sentiment.ngram import encode
from analysis.sentiment.ngram_kernel import all_cues
from analysis.sentiment.ngram_model import with_words
from analysis.sentiment.ptt_engine import PttEngine
from analysis.sentiment.train.vocabulary import CHARACTERS
from analysis.sentiment.train.words import judged
from analysis.sentiment.word_kernel import CUES, KINDS

SENTENCES = [
    "股價大漲",
    "不看好後市",
    "這家公司超爛",
    "沒有道理",
    "下跌，真的很猛",
    "一點都不好",
    "完全不意外 又跌停",
    "今天天氣",
    "",
]


@pytest.fixture(scope="module")
def cues():
    words = judged()
    arrays = words.rows(words.grams)
    table = with_words(words.grams, arrays["word_rows"], arrays["word_values"], arrays["longer"])
    return lambda texts: all_cues(*encode(texts), CHARACTERS, *table)


def test_polarity_is_what_the_lexicon_engine_reads(cues):
    # where no longer word of words.csv, which has no polarity, hides a word of the lexicon's lists
    engine = LexiconEngine()
    found = cues(SENTENCES)
    assert found.shape == (len(SENTENCES), CUES)
    for text, line in zip(SENTENCES, found, strict=True):
        assert line[KINDS] == pytest.approx(sum(hit.weight for hit in engine.hits(text)), abs=1e-5), text


def test_a_text_without_judged_words_has_no_cues(cues):
    assert not cues(["", "今天天氣", "12345"]).any()


def test_length_alone_says_nothing_more(cues):
    once, often = cues(["大漲，" * 4, "大漲，" * 4000])
    assert np.allclose(once[: 6 * KINDS], often[: 6 * KINDS], rtol=1e-3)


def test_latin_words_stand_alone(cues):
    assert cues(["這檔 all in 了"])[0, -1] > 0
    assert not cues(["tall insects"])[0].any()


def test_all_beginnings_of_judged_words_are_known():
    words = judged()
    assert np.isin(words.words, words.grams).all()
    assert np.isin(words.longer, words.grams).all()
    assert words.words.size > 5000


def test_negation_turns_a_score():
    engine = PttEngine()
    plain, turned = engine.log_odds(["我看好這檔", "我不看好這檔"])
    assert plain > 0 > turned
    assert any(weight.text == "不看好" and weight.weight < 0 for weight in engine.explain("我不看好這檔"))

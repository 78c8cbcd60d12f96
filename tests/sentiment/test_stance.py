"""stance_of: the right sign on plain headlines, comments and English, and never saturated by length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sentiment import stance_of
from analysis.sentiment.english import english_odds, words
from analysis.sentiment.stance import planned, sentences, stance_chances
from analysis.sentiment.stance_engine import StanceEngine

GOOD = ["營收創新高 毛利率優於預期", "外資調升目標價 股價攻上漲停", "會噴 快上車", "訂單滿載 獲利大增"]
BAD = ["第三季轉虧 每股虧損2元", "外資降評 股價重挫跌停", "要崩了 快逃", "下修財測 營收衰退三成"]


def test_bullish_above_bearish():
    assert stance_of(GOOD).min() > 0 > stance_of(BAD).max()


def test_english_paragraphs():
    good = "Shares surged after the company beat estimates and raised its full-year outlook."
    bad = "The stock plunged as weak demand forced the chipmaker to cut guidance and announce layoffs."
    assert stance_of([good])[0] > 0.3
    assert stance_of([bad])[0] < -0.3
    mixed = stance_of([f"台積電法說會內容整理如下。\n{bad}"])[0]
    assert mixed < stance_of(["台積電法說會內容整理如下。"])[0]


def test_negation_turns_english_words():
    assert english_odds(["Profits did not rise this quarter"])[0] < 0 < english_odds(["Profits rise this quarter"])[0]


def test_no_english_word_is_nothing():
    assert english_odds(["The meeting takes place in Taipei today"])[0] == 0.0
    assert all(weight != 0 for weight in words().values())


def test_length_does_not_saturate():
    text = "公司公布上月營收，較去年同期成長。法人認為下半年需求仍待觀察。"
    once, often = stance_of([text * 4, text * 400])
    assert abs(once - often) < 0.1
    assert abs(often) < 0.98


@pytest.mark.parametrize("text", ["", "😀", "\ud800", "\x00\x00", "http://a.tw/b", "1234 56.7%"])
def test_wordless_texts_have_no_stance(text):
    score = stance_of([text])[0]
    assert score == 0.0 or ("http" in text and abs(score) <= 1)


def test_a_megabyte():
    score = stance_of(["漲停" * 500_000, "fall " * 200_000, "。" * 1_000_000])
    assert np.all(np.isfinite(score))
    assert np.all(np.abs(score) <= 1)


@given(st.lists(st.text(), max_size=6))
def test_any_text_has_a_stance_of_its_own(texts):
    together = stance_of(texts)
    assert np.all(np.isfinite(together))
    assert np.all(np.abs(together) <= 1)
    assert together.tolist() == [stance_of([text])[0] for text in texts]
    assert np.allclose(stance_chances(texts).sum(axis=1), 1.0) if texts else True


BODY = "1. 標的：2330 台積電\n3. 分析/正文：\n外資連續買超，營收創新高。\n"


@pytest.mark.parametrize(
    ("plan", "said", "sign"),
    [("進場 58\n停損 64\n停利 34", "停利 < 停損", -1), ("進場 58\n停損 50\n停利 80", "停利 > 停損", 1)],
)
def test_a_plan_over_several_lines_is_explained(plan, said, sign):
    engine, text = StanceEngine(), f"{BODY}4. 進退場機制：\n{plan}\n"
    plain = {weight.text for weight in engine.explain(f"{BODY}4. 進退場機制：\n")}
    found = [weight for weight in engine.explain(text) if weight.text.startswith(said)]
    assert len(found) == 1
    assert not any(word.startswith("停利") for word in plain)
    assert np.sign(found[0].weight) == np.sign(engine.score([text])[0]) == sign
    sizes = [abs(weight.weight) for weight in engine.explain(text)]
    assert sizes == sorted(sizes, reverse=True)


def test_without_a_plan_none_is_explained():
    assert planned("營收創新高 毛利率優於預期 外資調升目標價 股價攻上漲停") == planned("") == ("", 0.0)


def test_sentences_lose_no_words():
    text = "先漲後跌。後市如何？Nobody knows. 等開盤"
    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")
    assert sentences("") == [""]

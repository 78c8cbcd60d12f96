"""The lists say what they should, and the sums follow them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sentiment.engine import get_engine
from analysis.sentiment.lexicon_engine import MODIFIER_LISTS, WORD_LISTS, LexiconEngine, read_list
from analysis.sentiment.text import has_word

ENGINE = LexiconEngine()
ENTRIES = [(name, *row) for name in WORD_LISTS for row in read_list(name)]


def score(text: str) -> float:
    return float(ENGINE.score([text])[0])


def test_no_word_stands_on_both_sides() -> None:
    positive = {word for _, word, polarity, _ in ENTRIES if polarity > 0}
    negative = {word for _, word, polarity, _ in ENTRIES if polarity < 0}
    assert positive & negative == set()
    twice = [word for word, n in Counter(word for _, word, _, _ in ENTRIES).items() if n > 1]
    assert twice == [], "a word in two lines could come to stand on both sides"


def test_lists_are_well_formed() -> None:
    for _, word, polarity, _ in ENTRIES:
        assert word == word.strip().lower()
        assert -1 <= polarity <= 1, word
    degrees, negations = (read_list(name) for name in MODIFIER_LISTS)
    assert all(0 < factor <= 2 for _, factor, _ in degrees)
    assert all(-1 <= factor < 0 for _, factor, _ in negations)
    modifiers = [word for word, _, _ in degrees + negations]
    assert len(modifiers) == len(set(modifiers)), "a modifier in both lists"


def test_the_board_has_its_own_list() -> None:
    board = [word for name, word, polarity, _ in ENTRIES if name == "board" and polarity]
    assert len(board) >= 400


@pytest.mark.parametrize(
    "text",
    ["噴噴噴", "歐印就對了", "嘎空嘎爆", "護國神山", "賺爛", "感謝大大分享", "漲停", "低調買", "ALL IN 啦", "不錯"],
)
def test_board_words_of_the_bright_side(text: str) -> None:
    assert score(text) > 0.2


@pytest.mark.parametrize(
    "text", ["崩", "畢業囉", "韭菜", "丸子", "又住套房", "公園見", "睡公園", "賠錢", "垃圾公司", "倒貨", "跌停", "ＱＱ"]
)
def test_board_words_of_the_dark_side(text: str) -> None:
    assert score(text) < -0.2


def test_negation_turns_a_word() -> None:
    assert score("會賺") > 0 > score("不會賺")
    assert score("崩盤") < 0 < score("不會崩盤")
    assert score("這篇有道理") > 0 > score("這篇沒有道理")


def test_negation_ends_with_the_clause() -> None:
    assert score("我不會，漲停") > 0


def test_negation_inside_a_word_is_none() -> None:
    assert score("不錯") > 0
    assert score("不只賺錢") > 0


def test_degrees_scale() -> None:
    assert score("有點爛") > score("爛") > score("非常爛")
    assert 0 < score("有點強") < score("強") < score("真的強")


def test_one_modifier_serves_one_word() -> None:
    assert score("非常爛 而且貴") == pytest.approx(np.tanh(np.arctanh(score("非常爛")) + np.arctanh(score("貴"))))


def test_longer_words_hide_shorter_ones() -> None:
    assert [w.text for w in ENGINE.explain("利多出盡")] == ["利多出盡"]
    assert score("利多出盡") < 0 < score("利多")
    assert score("加油站") == 0


def test_latin_words_stand_alone() -> None:
    assert score("GG了") < 0
    assert score("eggs") == score("bad1") == 0


def test_spelling_does_not_matter() -> None:
    assert score("ＸＤＤＤ") == score("xddd") != 0
    assert score("漲停！！") == score("漲停!!")


def test_sum_saturates() -> None:
    assert 0.99 < score("賺爛" * 1000) <= 1
    assert -1 <= score("崩盤" * 1000) < -0.99


@pytest.mark.parametrize("text", ["", " ", "🚀🌕", "...", "??", "^^", "2330 -5%", "\ud800", "\0"])
def test_wordless_text_scores_nothing(text: str) -> None:
    assert score(text) == 0
    assert ENGINE.explain(text) == []


@given(st.text(max_size=60))
def test_any_text_is_scored(text: str) -> None:
    value = score(text)
    assert -1 <= value <= 1
    if not has_word(text):
        assert value == 0


def test_a_megabyte_in_one_text() -> None:
    assert -1 <= score("外資倒貨，散戶不會賺 abc" * 70_000) < -0.99


def test_explain_names_words_with_their_modifiers() -> None:
    weights = ENGINE.explain("這檔真的不會噴，爛透了")
    assert [w.text for w in weights] == ["爛透", "真的不會噴"]
    assert np.tanh(sum(w.weight for w in weights)) == pytest.approx(score("這檔真的不會噴，爛透了"))


def test_positions_hold_where_lower_case_is_longer() -> None:
    assert [w.text for w in ENGINE.explain("İİİ漲停")] == ["漲停"]


def test_it_is_an_engine() -> None:
    engine = get_engine("lexicon")
    assert engine.info == ENGINE.info
    assert engine.log_odds(["好"]) is None
    assert engine.score([]).shape == (0,)
    with ThreadPoolExecutor(2) as pool:
        texts = ["噴", "不會噴", "崩潰中", ""] * 50
        assert all(np.array_equal(s, engine.score(texts)) for s in pool.map(engine.score, [texts] * 4))


@pytest.mark.shared
def test_it_tells_tone_on_the_dev_labels(shared: object) -> None:
    import csv
    from pathlib import Path

    with (Path(str(shared)) / "data/labelled/pushes_dev.tsv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["tone_a"] == row["tone_b"] != "neu"
        ]
    scores = ENGINE.score([row["text"] for row in rows])
    good = np.array([row["tone_a"] == "pos" for row in rows])
    wins = scores[good][:, None] - scores[~good][None, :]
    auc = ((wins > 0) + 0.5 * (wins == 0)).mean()
    assert auc > 0.85, "SnowNLP has .55 to .63, the best public dictionary .79"

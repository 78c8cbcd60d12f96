"""The plan of a [標的] post: prices are found beside their words, and two prices are compared."""

import numpy as np
import pytest

from analysis.sentiment import stance_of
from analysis.sentiment.ngram_model import load
from analysis.sentiment.plan import CUES, plan, plans, prices
from analysis.sentiment.ptt_engine import WEIGHTS

HEAD = "1. 標的：9999 測試 3. 分析/正文：量縮整理 4. 進退場機制：(非長期投資者，必須有停損機制) "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("進場：52 停利：60 停損：48", {"entry": [52.0], "gain": [60.0], "stop": [48.0], "exit": []}),
        ("120停損 100進場 90停利", {"entry": [100.0], "gain": [90.0], "stop": [120.0], "exit": []}),
        ("停損 10% 停利 3月底", {"entry": [], "gain": [], "stop": [], "exit": []}),
        ("停利看65.5，停損設57", {"entry": [], "gain": [65.5], "stop": [57.0], "exit": []}),
        ("進場 1,250 停損 1,180 停利 1,400.5", {"entry": [1250.0], "gain": [1400.5], "stop": [1180.0], "exit": []}),
        ("", {"entry": [], "gain": [], "stop": [], "exit": []}),
    ],
)
def test_prices_stand_beside_their_words(text, expected):
    assert prices(text) == expected


def _cues(end: str) -> dict[str, float]:
    return dict(zip(CUES, plan(HEAD + end), strict=True))


def test_profit_above_the_stop_is_a_rise_expected():
    up, down = _cues("進場 50 停損 45 停利 60"), _cues("進場 50 停損 55 停利 40")
    for cue in ("gain over stop", "entry over stop", "gain over entry"):
        assert (up[cue], down[cue]) == (1.0, -1.0)
    assert up["inverse"] == down["inverse"] == 0.0


def test_a_break_that_ends_the_position_is_counted():
    assert _cues("跌破月線停損")["falls through"] == 1.0
    assert _cues("站上月線停損")["rises over"] == 1.0
    assert _cues("看著辦") == dict.fromkeys(CUES, 0.0)


def test_prices_of_other_sizes_are_not_compared():
    assert _cues("停損 45 停利 2330")["gain over stop"] == 0.0


def test_an_inverse_fund_is_seen_where_the_stock_is_named():
    assert plan("1. 標的：台灣50反1 3. 分析/正文：破線了 趨勢向下走")[-1] == 1.0


def test_any_text_has_a_plan_of_numbers():
    texts = [
        "",
        "停損",
        "9" * 5000,
        "停損9" * 2000,
        "進退場機制：" * 500,
        "\ud800\x00停利 1e9",
        "停損 0 停利 0 看著辦就好不多說",
    ]
    found = plans(texts)
    assert found.shape == (len(texts), len(CUES))
    assert np.all(np.isfinite(found))
    assert plans([]).shape == (0, len(CUES))


def test_two_bodies_that_differ_by_their_prices_alone_lean_apart():
    up, down = stance_of([HEAD + "進場 50 停損 45 停利 60", HEAD + "進場 50 停損 55 停利 40"])
    assert up > down
    assert load(WEIGHTS).plan.shape == (len(CUES),)

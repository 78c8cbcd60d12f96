"""The ptt engine: sound on any text, the same numbers however it is called, and right on plain sentences."""

import json
import math
import tracemalloc
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import PttError
from analysis.sentiment import get_engine, ngram_model
from analysis.sentiment.ngram import all_fingerprints, encode, normalise
from analysis.sentiment.ngram_kernel import known_rows, locate
from analysis.sentiment.ngram_model import load, save
from analysis.sentiment.ptt_engine import WEIGHTS, PttEngine

PRAISE = ["感謝大大分享", "恭喜賺爛了", "這檔好猛 讚", "推推 寫得真好", "謝謝老師", "神準 佩服"]
BLAME = ["垃圾公司 爛透了", "散戶又要被割了 慘", "崩潰 賠光了", "記者腦殘嗎 亂寫", "廢物 還我錢", "去死吧 爛股"]
ODD = [
    "",
    " ",
    "\n\t",
    "😀😀",
    "https://i.imgur.com/x.jpg",
    "？？？",
    "12345",
    "\ud800",
    "\x00",
    "привет",
    "สวัสดี",
    "한국",
]


@pytest.fixture(scope="module")
def engine() -> PttEngine:
    return PttEngine()


def test_praise_scores_above_blame(engine):
    assert engine.score(PRAISE).min() > 0.2
    assert engine.score(BLAME).max() < -0.2


def test_score_is_between_probabilities(engine):
    chances = engine.probabilities(PRAISE + BLAME)
    assert np.allclose(chances.sum(axis=1), 1.0)
    low, neutral, high = chances.T
    assert np.allclose(engine.score(PRAISE + BLAME), (high - low) / (1 - 0.9 * neutral))
    assert np.allclose(engine.log_odds(PRAISE), np.log(chances[: len(PRAISE), 2] / chances[: len(PRAISE), 0]))


@pytest.mark.parametrize("text", ODD)
def test_texts_without_a_word_score_nothing(engine, text):
    if any(char.isalpha() and (char.isascii() or "\u4e00" <= char <= "\u9fff") for char in text):
        assert -1 <= engine.score([text])[0] <= 1
    else:
        assert engine.score([text])[0] == 0.0
        assert engine.log_odds([text])[0] == 0.0
        assert engine.explain(text) == []


def test_a_megabyte_in_one_text(engine):
    score = engine.score(["好" * 1_000_000, "賠錢" * 500_000, "\ud800\x00a" * 300_000])
    assert np.all(np.isfinite(score))
    assert np.all(np.abs(score) <= 1)


@given(st.lists(st.text(), max_size=8))
def test_any_text_has_a_finite_score_that_its_neighbours_do_not_change(texts):
    engine = PttEngine()
    together = engine.score(texts)
    assert together.shape == (len(texts),)
    assert np.all(np.isfinite(together))
    assert np.all(np.abs(together) <= 1)
    assert together.tolist() == [engine.score([text])[0] for text in texts]


def test_half_width_and_case_do_not_matter(engine):
    assert engine.score(["ＡＬＬ ＩＮ 讚！"])[0] == engine.score(["all in 讚!"])[0]
    assert engine.score(["哈" * 3 + "真好"])[0] == engine.score(["哈" * 30 + "真好"])[0]


def _score(texts: list[str]) -> list[float]:
    return [float(score) for score in get_engine("ptt").score(texts)]


def test_threads_and_processes_give_the_same_numbers():
    texts = PRAISE + BLAME + ODD
    expected = _score(texts)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(_score, [texts] * 8))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(_score, texts).result() == expected


def test_explain_names_ngrams_that_add_up_in_sign(engine):
    good, bad = engine.explain("感謝分享"), engine.explain("垃圾公司")
    assert sum(weight.weight for weight in good) > 0 > sum(weight.weight for weight in bad)
    assert any("感謝" in weight.text for weight in good)
    assert any("垃圾" in weight.text for weight in bad)
    sizes = [abs(weight.weight) for weight in good]
    assert sizes == sorted(sizes, reverse=True)


def test_contributions_sum_to_the_linear_part(engine):
    text = "這檔真的很爛"
    direction = np.zeros(len(engine.model.names))
    direction[0] = 1.0
    assert math.isfinite(sum(engine.model.contributions(text, direction).values()))


def test_contributions_are_those_of_a_plain_reckoning(engine):
    model = engine.model
    text = "這檔真的很爛 感謝分享 這檔真的很爛 " * 3
    direction = np.linspace(-1, 1, len(model.names))
    codes, _ = encode([text])
    normal = np.empty(codes.size + 2, dtype=np.uint32)
    rows, starts, lengths = locate(normal, normalise(codes, 0, codes.size, model.characters, normal), model.slots)
    lines = model.weights[rows] * model.scale.astype(np.float64) / np.sqrt(rows.size)
    assert rows.size < 400, "longer texts have another divisor"
    bag = lines.sum(axis=0)[: model.inner.shape[0]]
    units = model.outer * (bag @ model.inner + model.inner_bias > 0)[:, np.newaxis]
    slope = np.zeros(lines.shape[1])
    slope[: bag.size] = (model.direct + model.inner @ units) @ direction
    for output in np.flatnonzero(model.own >= 0):
        slope[model.own[output]] += direction[output]
    plain = {}
    for added, start, length in zip(lines @ slope, starts, lengths, strict=True):
        gram = "".join(map(chr, normal[start : start + length])).strip("\x02\x03 ")
        if gram:
            plain[gram] = plain.get(gram, 0.0) + added
    model = replace(model, cue_weights=np.zeros_like(model.cue_weights))
    found = model.contributions(text, direction)
    assert found == pytest.approx(plain)
    sliced = pytest.MonkeyPatch()
    with sliced.context() as patch:
        patch.setattr(ngram_model, "SLICE", 7)
        assert model.contributions(text, direction) == pytest.approx(found)


def test_explaining_a_long_text_needs_little_memory(engine):
    text = "停損 95 停利 90 感謝大大分享 這檔真的很爛 " * 8000
    engine.explain(text[:100])
    tracemalloc.start()
    weights = engine.explain(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert weights
    assert peak < 300 * len(text), "a line of 64 doubles for every n-gram would be a thousand bytes a character"


def test_a_miss_ends_a_position_without_losing_a_known_ngram(engine):
    model = engine.model
    for text in [*PRAISE, *BLAME, "all in 台積電 gogo", "ＡＢＣ 哈哈哈哈哈 http://a.b/c 2330"]:
        codes, offsets = encode([text])
        every, _ = all_fingerprints(codes, offsets, model.characters)
        wanted = np.searchsorted(model.known, every[np.isin(every, model.known)])
        normal, rows = np.empty(codes.size + 2, dtype=np.uint32), np.empty(5 * (codes.size + 2), dtype=np.int64)
        size = normalise(codes, 0, codes.size, model.characters, normal)
        entries = np.empty((codes.size + 2, 3), dtype=np.int32)
        found = rows[: known_rows(normal, size, model.slots, rows, entries)]
        assert sorted(found.tolist()) == sorted(wanted.tolist())


def test_info_names_the_weights(engine):
    info = engine.info
    assert (info.name, len(info.weights_hash)) == ("ptt", 16)
    assert info.trained_from < info.trained_until
    assert WEIGHTS.stat().st_size < 8 * 1024 * 1024


def test_a_model_file_is_an_engine_by_its_name(tmp_path):
    content = dict(np.load(WEIGHTS))
    meta = json.loads(bytes(content.pop("meta"))) | {"version": "own-2026-01-05"}
    digest = save(tmp_path / "mine.npz", meta, content)
    own = get_engine(str(tmp_path / "mine.npz"))
    assert (own.info.name, own.info.version, own.info.weights_hash) == ("ptt", "own-2026-01-05", digest)
    assert own.score(PRAISE).tolist() == get_engine("ptt").score(PRAISE).tolist()
    with pytest.raises(PttError, match="找不到模型檔"):
        get_engine(str(tmp_path / "none.npz"))


def test_missing_or_damaged_weights_are_one_line(tmp_path):
    with pytest.raises(PttError, match="找不到模型檔"):
        load(tmp_path / "none.npz")
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(WEIGHTS.read_bytes()[:5000])
    with pytest.raises(PttError, match="無法讀取"):
        load(damaged)
    content = dict(np.load(WEIGHTS))
    meta = json.loads(bytes(content.pop("meta")))
    for plan in (content["plan"][:-1], np.append(content["plan"][1:], np.nan)):
        save(tmp_path / "plan.npz", meta, content | {"plan": plan})
        with pytest.raises(PttError, match="無法讀取"):
            load(tmp_path / "plan.npz")
    other = tmp_path / "other.npz"
    np.savez(other, meta=np.frombuffer(json.dumps({"format": 99}).encode(), dtype=np.uint8))
    with pytest.raises(PttError, match="版本不符"):
        load(other)

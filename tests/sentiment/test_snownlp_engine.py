"""The package itself is the oracle: every score must be its score, to the last bit."""

import logging
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import UsageError
from analysis.sentiment import snownlp_model
from analysis.sentiment.engine import get_engine
from analysis.sentiment.snownlp_engine import SnowEngine
from analysis.sentiment.text import has_word

OPENINGS = ["外資", "投信", "這檔", "台積電", "GG", "航運", "大盤", "老師", "公司派", "我媽", "隔壁阿伯", "AI 伺服器"]
MIDDLES = ["又在", "根本", "終於", "好像", "一直", "不會", "真的很", "明天準備", "昨天就", "每次都"]
ENDINGS = [
    "倒貨",
    "噴出去了",
    "騙散戶",
    "賺爛",
    "沒救",
    "跌停鎖死 QQ",
    "創新高！",
    "崩到地心",
    "發股利～",
    "？？？",
    "5G+車用 題材",
    "ㄏㄏ",
]


def sentences() -> list[str]:
    """A few hundred comments in the board's manner, of our own making."""
    return [a + b + c for i, a in enumerate(OPENINGS) for b in MIDDLES for c in ENDINGS[i % 4 :: 4]]


def package_score(text: str, conversion: str) -> float:
    from opencc import OpenCC
    from snownlp import SnowNLP

    if conversion == "t2s":
        text = OpenCC("t2s").convert(text)
    return float(2 * SnowNLP(text).sentiments - 1)


@pytest.fixture(scope="module", params=["t2s", "none"])
def engine(request: pytest.FixtureRequest) -> SnowEngine:
    return SnowEngine(request.param)


def conversion_of(engine: SnowEngine) -> str:
    return engine.info.version.rpartition("-")[2]


ODD = [
    "a",
    "好",
    "囧",
    "囧囧囧囧",
    "麼囧麼囧好",
    "好　好\u2028好\x85好\x1f好\x1e好",
    "鿕龥龦㐀𠀀好",
    "股票\r\n\t跌停",
    "ＡＢＣ　ｄｅｆ",
    "é",
    "Tesla to the moon 🚀🚀",
    "https://example.org/a?b=c 快看",
    "好\0壞",
    "乾隆皇后 髮發後后裏裡面麵 頭髮發財 乾坤乾燥",
    "０ 0 ？？？ 好",
    "的了是",
    "不" * 500,
    "漲" * 300 + "囧" * 300 + "x" * 300,
]


def test_equals_the_package_on_comments(engine: SnowEngine) -> None:
    texts = sentences() + ODD
    assert engine.score(texts).tolist() == [package_score(text, conversion_of(engine)) for text in texts]


CHARS = st.one_of(
    st.sampled_from("台股漲跌好壞爛讚不沒有很真的賺賠錢空多外資大盤今天麼囧龘\u9fa5\u9fa6"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.sampled_from(" \t\n\u3000\u2003\x1c\x1d\x1e\x85abzABZ019，。！？:/.%+-"),
    st.characters(exclude_categories=["Cs"]),
)


@given(st.text(CHARS, min_size=1, max_size=40))
def test_equals_the_package_on_any_text(engine: SnowEngine, text: str) -> None:
    expected = package_score(text, conversion_of(engine)) if has_word(text) else 0.0
    assert engine.score([text])[0] == expected


@given(st.lists(st.text(CHARS, max_size=20), max_size=8))
def test_neighbours_do_not_matter(engine: SnowEngine, texts: list[str]) -> None:
    assert engine.score(texts).tolist() == [float(engine.score([text])[0]) for text in texts]


def test_small_batches_give_the_same(engine: SnowEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = engine.score(sentences())
    monkeypatch.setattr("analysis.sentiment.snownlp_engine._BATCH_CHARS", 50)
    assert np.array_equal(engine.score(sentences()), whole)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\u3000", "🚀🌕", "123 -5.2%", "？？？", "ㄏㄏ", "กขค привет", "\ud800", "\0"]
)
def test_wordless_text_scores_nothing(engine: SnowEngine, text: str) -> None:
    assert engine.score([text])[0] == 0
    assert engine.log_odds([text])[0] == 0
    assert engine.explain(text) == []


def test_no_text_at_all(engine: SnowEngine) -> None:
    assert engine.score([]).shape == (0,)


@pytest.mark.parametrize("text", ["賠\ud800錢", "\udfff好", "好\0\ud834a"])
def test_lone_surrogates_and_nul_are_scored(engine: SnowEngine, text: str) -> None:
    score, neighbour = engine.score([text, "賺錢"])
    assert -1 <= score <= 1
    assert neighbour == engine.score(["賺錢"])[0]


def test_a_megabyte_in_one_text(engine: SnowEngine) -> None:
    text = "外資倒貨散戶套牢 abc，" * 75_000
    score = engine.score([text, "讚", "爛" * 1_000_000])
    assert np.isfinite(score).all()
    assert np.isfinite(engine.log_odds([text])).all()


def test_log_odds_are_behind_the_scores(engine: SnowEngine) -> None:
    texts = sentences()[:50]
    assert np.tanh(engine.log_odds(texts) / 2) == pytest.approx(engine.score(texts))


def test_explain_adds_up_to_the_log_odds(engine: SnowEngine) -> None:
    text = "這支股票真的很爛，很爛，賠慘了"
    weights = engine.explain(text)
    prior = engine.log_odds(["的"])[0]  # a stop word alone: nothing but the class prior
    assert sum(weight.weight for weight in weights) + prior == pytest.approx(engine.log_odds([text])[0])
    sizes = [abs(weight.weight) for weight in weights]
    assert sizes == sorted(sizes, reverse=True)
    assert any("烂" in w.text or "爛" in w.text for w in weights)


def test_conversion_is_an_option() -> None:
    converted, plain = SnowEngine("t2s"), SnowEngine("none")
    text = "這檔股票漲停，賺爛了"
    assert converted.score([text])[0] != plain.score([text])[0]
    assert converted.score([text])[0] == plain.score(["这档股票涨停，赚烂了"])[0]
    assert converted.info.weights_hash != plain.info.weights_hash
    assert get_engine("snownlp").info == converted.info
    with pytest.raises(UsageError, match="s2t"):
        get_engine("snownlp", conversion="s2t")


def test_threads_give_the_same_numbers(engine: SnowEngine) -> None:
    texts = sentences() * 5
    expected = engine.score(texts)
    with ThreadPoolExecutor(4) as pool:
        for scores in pool.map(lambda _: engine.score(texts), range(8)):
            assert np.array_equal(scores, expected)


def score_in_child(texts: list[str]) -> list[float]:
    return [float(score) for score in SnowEngine().score(texts)]


def test_processes_give_the_same_numbers() -> None:
    texts = sentences()[:40]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(score_in_child, (texts,)) == SnowEngine().score(texts).tolist()


def test_model_is_kept_and_a_damaged_copy_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger=snownlp_model.__name__)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    known = SnowEngine("none")._model
    made: list[object] = []
    monkeypatch.setattr(snownlp_model, "flatten", lambda raw: made.append(raw) or known)
    _, digest = snownlp_model.load_model()
    assert len(made) == 1
    (kept,) = (tmp_path / "ptt-pulse").iterdir()
    again, same = snownlp_model.load_model()
    assert (len(made), same) == (1, digest)
    assert all(np.array_equal(a, b) for a, b in zip(again, known, strict=True))

    kept.write_bytes(kept.read_bytes()[:100_000])
    snownlp_model.load_model()
    assert len(made) == 2
    assert "damaged" in caplog.text
    snownlp_model.load_model()
    assert len(made) == 2


def test_a_cache_folder_that_cannot_be_written_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    known = SnowEngine("none")._model
    monkeypatch.setattr(snownlp_model, "flatten", lambda raw: known)
    assert snownlp_model.load_model()[0] is known


@pytest.mark.slow
def test_the_kept_model_is_what_flattening_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, _ = snownlp_model.load_model()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    fresh, _ = snownlp_model.load_model()
    assert all(np.array_equal(a, b) for a, b in zip(fresh, known, strict=True))


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.shared
@pytest.mark.timeout(1800)
def test_equals_the_package_on_a_hundred_thousand_real_comments(shared: Path) -> None:
    from opencc import OpenCC
    from snownlp import SnowNLP

    file = shared / "data" / "stock_pushes_2016_2018.parquet"
    query = "SELECT DISTINCT text FROM read_parquet(?) ORDER BY md5(text) LIMIT 110000"
    texts = [text for (text,) in duckdb.execute(query, [str(file)]).fetchall() if has_word(text)][:100_000]
    assert len(texts) == 100_000
    convert = OpenCC("t2s").convert
    expected = np.array([2 * SnowNLP(convert(text)).sentiments - 1 for text in texts])
    assert np.array_equal(SnowEngine().score(texts), expected)

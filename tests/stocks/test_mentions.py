"""Stocks that texts name, and what only looks like one."""

import csv
from pathlib import Path

import pytest

from analysis.stocks import find_mentions
from analysis.stocks.names import fold, listed, rows, tickers


def symbols(text):
    return [mention.symbol for mention in find_mentions(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2330", ["2330"]),
        ("2330.TW漲停", ["2330"]),
        ("2330.tw", ["2330"]),
        ("5347.TWO", ["5347"]),
        ("鴻海(2317-TW)", ["2317", "2317"]),
        ("存00878就好", ["00878"]),
        ("00981A跟0056", ["00981A", "0056"]),
        ("981A又噴了", ["00981A"]),
        ("00632r天天都有低點", ["00632R"]),
        ("2330、2317/2454", ["2330", "2317", "2454"]),
        ("我還在抱5201", ["5201"]),
        ("昨天買8069", ["8069"]),
        ("[標的] 2015 豐興", ["2015", "2015"]),
        ("2023燁輝", ["2023", "2023"]),
        ("TSM夜盤", ["TSM"]),
        ("NVDA財報", ["NVDA"]),
        ("買nvda", ["NVDA"]),
        ("$F跟$TSLA", ["F", "TSLA"]),
        ("HOG-US", ["HOG"]),
        ("輝達跟特斯拉", ["NVDA", "TSLA"]),
        ("台積電跟聯電", ["2330", "2303"]),
        ("臺積電", ["2330"]),
        ("中華電信", ["2412"]),
        ("２３３０", ["2330"]),
        ("ＴＳＭＣ", ["2330"]),
        ("發哥開法說", ["2454"]),
        ("海公公也要GG了", ["2317"]),
        ("GG噴了", ["2330"]),
        ("買GG!", ["2330"]),
        ("GG 發哥 海公公", ["2330", "2454", "2317"]),
        ("正2今天低於10%", ["00631L"]),
        ("反1全出", ["00632R"]),
        ("元大台灣50正2", ["00631L"]),
        ("滬深正二", ["00637L"]),
        ("黃金正二", ["00708L"]),
        ("全新 穩懋 宏捷科", ["2455", "3105", "8086"]),
        ("全新(2455)漲停", ["2455", "2455"]),
        ("[標的] 世界", ["5347"]),
        ("世界先進", ["5347"]),
        ("TPK-KY", ["3673"]),
        ("992330", ["2330"]),
        ("9923", []),
        ("99 1339QQ", ["1339"]),
        ("4306美林帶風向", ["4306"]),
        ("4306美元", []),
        ("YINN.US多", ["YINN"]),
        ("ABCD.US", ["ABCD"]),
        ("abcd.us", []),
        ("FB跟NFLX跌得慘", ["FB", "NFLX"]),
        ("這篇FB文", []),
        ("買voo就好", ["VOO"]),
        ("amd噴噴", ["AMD"]),
        ("NV抱著", ["NVDA"]),
        ("[標的] 6869 雲豹 轉上市多", ["6869", "6869"]),
        ("2706 第一季賺超少", ["2706"]),
        ("00664R 國泰", ["00664R"]),
        ("00878靠AI，我靠878", ["00878", "00878"]),
        ("靠878", []),
        ("玉山彰銀", ["2884", "2801"]),
        ("HTC和大立光", ["2498", "3008"]),
        ("台積電gg", ["2330"]),
        ("昇陽光電", ["3561"]),
        ("長榮國際要清算", []),
        ("現在高股息ETF進場", []),
        ("新興航運", ["2605"]),
        ("紅海危機", []),
        ("國巨鎖死", ["2327"]),
    ],
)
def test_found(text, found):
    assert symbols(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "2024年營收",
        "營收1500億",
        "目標價1200元",
        "12345張",
        "23000點",
        "外資買超2330張",
        "上看1101",
        "2,330元",
        "2025/01/02",
        "2020-2025",
        "08:46-13:45",
        "漲1101點",
        "跌破9904",
        "大盤8069",
        "EPS 23.17",
        "15.32%",
        "13:30收盤",
        "4000/4100陸續買",
        "0800-123-456",
        "https://i.imgur.com/Ab2330c.jpg",
        "https://example.com/2330/3008",
        "世界末日",
        "大成功",
        "中華民國",
        "全新產品上市",
        "全新的車",
        "大量出貨",
        "爆大量",
        "人力成本",
        "三合一",
        "蘋果日報",
        "台灣大學",
        "統一發票",
        "精華區",
        "拯救世界",
        "最幸福的事",
        "告中信金管會",
        "這下要GG了",
        "現在ON嗎",
        "All in 歐印",
        "負2神教",
        "995救救我",
        "漲988點",
    ],
)
def test_not_found(text):
    assert symbols(text) == []


def test_a_mention_says_where_it_stands():
    text = "今天台積電(2330.TW)與ＮＶＤＡ"
    for mention in find_mentions(text):
        assert text[mention.start : mention.start + len(mention.matched)] == mention.matched
    assert [(m.symbol, m.name, m.matched, m.start) for m in find_mentions(text)] == [
        ("2330", "台積電", "台積電", 2),
        ("2330", "台積電", "2330.TW", 6),
        ("NVDA", "輝達", "ＮＶＤＡ", 15),
    ]


def test_no_two_mentions_overlap_in_real_comments(shared):
    import duckdb

    path = shared / "data" / "stock_pushes_2016_2018.parquet"
    texts = duckdb.sql(f"SELECT text FROM '{path}' WHERE text <> '' LIMIT 20000").fetchall()
    for (text,) in texts:
        ends = 0
        for mention in find_mentions(text):
            assert mention.start >= ends
            ends = mention.start + len(mention.matched)
            assert text[mention.start : ends] == mention.matched


@pytest.mark.parametrize(
    "text", ["", "a", "\x00", "推" * 5000, "2330" * 500, "\U0001f600台積電\U0001f600", "İstanbul 台積電"]
)
def test_odd_texts_raise_nothing(text):
    find_mentions(text)


def test_folding_keeps_every_place():
    for text in ("ＴＳＭ　臺積電", "İİ", "ßﬁ", "Ａ\U0001f600ｂ"):
        assert len(fold(text)) == len(text)


def test_the_lists_agree_with_each_other():
    names = listed()
    assert 2_300 < len(rows("listed")) < 2_500
    aliases = [row["alias"] for row in rows("nicknames")]
    assert len(aliases) == len(set(aliases)) >= 150
    assert all(row["symbol"] in names for row in rows("nicknames"))
    common = [row["name"] for row in rows("common_names")]
    assert len(common) == len(set(common))
    assert set(common) <= set(names.values())
    assert len(tickers()) > 100


def test_every_listed_name_with_its_code_is_found():
    """[標的] 2330 台積電, as people title their picks: both count, whatever the name also means."""
    missed = [
        (symbol, name)
        for symbol, name in listed().items()
        if symbol not in {m.symbol for m in find_mentions(f"[標的] {symbol} {name} 多")}
    ]
    assert missed == []


def test_against_the_labels(root: Path, shared: Path, monkeypatch):
    """The development half again and again, the other half as a floor: what was reached when it was opened."""
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.syspath_prepend(str(root / "labels" / "mentions"))
    from sample import texts

    from benchmarks.mentions import compare, read_labels

    drawn = texts()
    dev, test = (compare(drawn, read_labels(split)) for split in ("dev", "test"))
    assert dev.precision >= 0.98
    assert dev.recall >= 0.97
    assert test.precision >= 0.97
    assert test.recall >= 0.90


def test_labels_hold_no_text(root):
    with (root / "labels" / "mentions" / "labels.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            assert set(row) == {"key", "split", "symbol", "length", "start", "optional"}
            assert row["key"].isascii()

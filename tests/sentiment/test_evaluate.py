"""`ptt evaluate`: figures that a hand can check, and one line for each wrong file."""

import math
import re

import numpy as np
import pytest

from analysis.errors import PttError, UsageError
from analysis.sentiment.evaluation import evaluate, read_labelled, table
from analysis.sentiment.measures import auc, calibration_error, interval, macro_f1


def test_auc_by_hand():
    score = np.array([0.1, 0.4, 0.4, 0.9])
    assert auc(score, np.array([False, False, True, True])) == 0.875
    assert auc(score, np.array([True, True, False, False])) == 0.125
    assert math.isnan(auc(score, np.ones(4, dtype=bool)))


def test_macro_f1_by_hand():
    label, given = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    assert macro_f1(given, label) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_calibration_error_by_hand():
    sure, half = np.array([1.0, 1.0, 0.0, 0.0]), np.full(4, 0.5)
    truth = np.array([True, True, False, False])
    assert calibration_error(sure, truth) == 0.0
    assert calibration_error(half, truth, bins=1) == 0.0
    assert calibration_error(1 - sure, truth) == 1.0


def test_interval_resamples_whole_threads():
    values = np.array([1.0] * 50 + [0.0] * 50)
    alone = interval(lambda rows: float(values[rows].mean()), np.arange(100))
    paired = interval(lambda rows: float(values[rows].mean()), np.repeat([0, 1], 50))
    assert alone[0] > 0.3
    assert paired == (0.0, 1.0)


def _write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_engine_on_every_column(tmp_path):
    lines = ["post_id\ttext\ttone\tstance"]
    for index in range(10):
        lines += [
            f"M.{index}\t感謝分享 好猛\tpos\tbull",
            f"M.{index}\t垃圾 崩盤了\tneg\tbear",
            f"M.{index}\t今天星期幾\tneu\tnone",
        ]
    rows = evaluate(_write(tmp_path / "a.tsv", lines))
    assert {(row.engine, row.column) for row in rows} == {
        (engine, column) for engine in ("ptt", "snownlp", "lexicon") for column in ("tone", "stance")
    }
    ours = next(row for row in rows if (row.engine, row.column) == ("ptt", "tone"))
    assert (ours.rows, ours.threads, ours.auc, ours.auc_low) == (30, 10, 1.0, 1.0)
    assert ours.texts_per_second > 0
    shown = table(rows).splitlines()
    assert len(shown) == 1 + 6 + 1  # head, rows, and why there are no intervals: all threads are alike
    assert "macro-F1" in shown[0]


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["好\tpos"], r"1  1  –  \S+ \[–\]  –"),  # one row
        (["好\tpos", "爛\tneg"] * 4, r"8  8  1\.000 \[–\]  \S+ \[–\]  –"),
        (["好\tpos"] * 12, r"12  12  –  \S+ \[–\]  [\d.]+"),  # one class, and all alike
        (["好\tneu", "看\tneu", "台積電噴出\tneu"] * 12, r"36  36  –  \S+ \[.*\]  –"),  # neither positive nor negative
    ],
)
def test_few_rows_and_missing_classes_are_no_certainty(tmp_path, lines, shown):
    said = table(evaluate(_write(tmp_path / "a.tsv", ["text\ttone", *lines]), ["lexicon"]))
    assert "nan" not in said
    head, row, *notes = said.splitlines()
    assert re.fullmatch(rf"lexicon tone {shown.replace('  ', ' ')} [\d,]+", re.sub(" +", " ", row)), row
    assert re.split("  +", head)[2:4] == ["列", "串"]
    assert any("兩類" in note for note in notes) == (" – " in shown)
    assert any("少於 10 串" in note for note in notes) == ("[–]" in row)


def test_two_annotators_count_where_they_agree(tmp_path):
    path = _write(tmp_path / "b.csv", ["text,tone_a,tone_b", "好,pos,pos", "壞,neg,pos", '"爛, 真爛",neg,neg'])
    data = read_labelled(path)
    assert data.columns["tone (agreed)"].tolist() == [2, -1, 0]
    assert data.texts[2] == "爛, 真爛"


def test_titles_with_bodies_are_texts(tmp_path):
    data = read_labelled(_write(tmp_path / "c.tsv", ["title\tbody\tstance", "漲停\t創新高\tbull"]))
    assert data.texts == ["漲停\n創新高"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["a\tb", "1\t2"], "沒有 text 欄"),
        (["text\tb", "1\t2"], "沒有標記欄"),
        (["text\ttone"], "沒有資料"),
        (["text\ttone", "好\tgood"], "第 2 列的 tone 是「good」"),
    ],
)
def test_wrong_files_are_named(tmp_path, lines, words):
    with pytest.raises(PttError, match=words):
        read_labelled(_write(tmp_path / "x.tsv", lines))


def test_unreadable_files_are_named(tmp_path):
    with pytest.raises(PttError, match="找不到檔案"):
        read_labelled(tmp_path / "none.tsv")
    (tmp_path / "big5.tsv").write_bytes("text\ttone\n好\tpos".encode("big5"))
    with pytest.raises(PttError, match="不是 UTF-8"):
        read_labelled(tmp_path / "big5.tsv")
    with pytest.raises(PttError, match="無法讀取"):
        read_labelled(tmp_path)


def test_unknown_engine(tmp_path):
    with pytest.raises(UsageError):
        evaluate(_write(tmp_path / "a.tsv", ["text\ttone", "好\tpos"]), ["nobody"])


def test_ptt_beats_snownlp_on_the_dev_set(shared):
    rows = evaluate(shared / "data" / "labelled" / "pushes_dev.tsv", ["ptt", "snownlp"])
    by = {(row.engine, row.column): row for row in rows}
    assert by["ptt", "tone (agreed)"].auc > by["snownlp", "tone (agreed)"].auc + 0.1
    assert by["ptt", "stance (agreed)"].auc > 0.8

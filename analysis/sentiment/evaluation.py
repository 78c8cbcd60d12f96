"""Quality of every engine on a labelled file: AUC, macro-F1, calibration, speed, with intervals over threads."""

import csv
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from analysis.errors import PttError
from analysis.sentiment.engine import Scores, engine_names, get_engine
from analysis.sentiment.measures import auc, calibration_error, interval, macro_f1
from ptt_spider.causes import cause

TONE: Final[tuple[str, ...]] = ("tone", "label", "sentiment", "tone_a", "tone_b")
STANCE: Final[tuple[str, ...]] = ("stance", "stance_a", "stance_b")
_CLASS: Final = {
    "neg": 0, "negative": 0, "bear": 0, "bearish": 0, "負": 0, "負面": 0, "空": 0, "-1": 0,
    "neu": 1, "neutral": 1, "none": 1, "中": 1, "中立": 1, "0": 1,
    "pos": 2, "positive": 2, "bull": 2, "bullish": 2, "正": 2, "正面": 2, "多": 2, "1": 2,
}  # fmt: skip
THIRD: Final = 1.0 / 3.0
"""An engine without probabilities calls a text positive above this score and negative below its opposite."""
FEW: Final = 10
"""Threads below which no interval is told: drawn anew from so few, a figure hardly moves and would look certain."""


@dataclass(frozen=True, slots=True)
class Row:
    """One engine's figures on one label column; intervals are of 95 %, NaN where a figure does not exist."""

    engine: str
    column: str
    rows: int
    threads: int
    auc: float
    auc_low: float
    auc_high: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float
    calibration_error: float
    texts_per_second: float


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """Texts, threads (each row its own where the file names none) and label columns as classes 0, 1, 2 (-1: none)."""

    texts: list[str]
    threads: NDArray[Any]
    columns: dict[str, NDArray[np.int64]]


def read_labelled(path: Path) -> LabelledFile:
    """A TSV or CSV with a header, a column ``text`` (or ``title`` and ``body``) and label columns.

    Two annotators (``tone_a``, ``tone_b``) become one column of the rows on which they agree. Raises PttError that says
    what is wrong with the file.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise PttError(f"找不到檔案 {path}；請檢查路徑。") from error
    except UnicodeDecodeError as error:
        raise PttError(f"{path} 不是 UTF-8 文字檔；請先轉成 UTF-8 的 TSV 或 CSV。") from error
    except OSError as error:
        raise PttError(f"無法讀取 {path}：{cause(error)}。") from error
    first = content.split("\n", 1)[0]
    if "\t" in first:
        lines = csv.DictReader(content.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        lines = csv.DictReader(content.splitlines(keepends=True))
    try:
        rows = list(lines)
    except csv.Error as error:
        raise PttError(f"{path} 不是正確的 CSV：{error}。") from error
    names = [name for name in (lines.fieldnames or []) if name]
    wanted = [name for name in (*TONE, *STANCE) if name in names]
    if not ("text" in names or "title" in names):
        raise PttError(
            f"{path} 沒有 text 欄（也沒有 title 欄）；第一列要是欄名，目前是：{'、'.join(names) or '空的'}。"
        )
    if not wanted:
        raise PttError(f"{path} 沒有標記欄；可用的欄名：{'、'.join((*TONE, *STANCE))}。")
    if not rows:
        raise PttError(f"{path} 只有欄名，沒有資料。")
    columns = {
        name: np.array([_class(row[name], name, path, index) for index, row in enumerate(rows, 2)]) for name in wanted
    }
    for kind in ("tone", "stance"):
        first_one, second = columns.pop(f"{kind}_a", None), columns.pop(f"{kind}_b", None)
        if first_one is not None:
            both = first_one if second is None else np.where(first_one == second, first_one, -1)
            columns[f"{kind} (agreed)"] = both
    texts = [row["text"] if "text" in names else "\n".join((row["title"] or "", row.get("body") or "")) for row in rows]
    key = next((name for name in ("post_id", "thread", "group") if name in names), None)
    threads = np.array([row[key] if key else str(index) for index, row in enumerate(rows)])
    return LabelledFile([text or "" for text in texts], threads, columns)


def _class(value: str | None, column: str, path: Path, line: int) -> int:
    text = (value or "").strip().lower()
    if not text:
        return -1
    if text not in _CLASS:
        raise PttError(f"{path} 第 {line} 列的 {column} 是「{value}」；可用的標記：neg、neu、pos 或 bear、none、bull。")
    return _CLASS[text]


def evaluate(path: Path, engines: Sequence[str] | None = None, *, seed: int = 0) -> list[Row]:
    """Figures of each engine on each label column of a file: for stance the ``ptt`` row is ``stance_of``.

    Raises PttError for a wrong file, UsageError for an unknown engine.
    """
    return figures(read_labelled(path), engines, seed=seed)


def figures(data: LabelledFile, engines: Sequence[str] | None = None, *, seed: int = 0) -> list[Row]:
    """Figures of each engine on each label column of texts in memory."""
    result = []
    for name in engines or engine_names():
        for column, label in data.columns.items():
            rows = np.flatnonzero(label >= 0)
            if rows.size:
                texts = [data.texts[row] for row in rows]
                score, chance, speed = _scored(name, column, texts)
                result.append(_row(name, column, label[rows], data.threads[rows], score, chance, speed, seed))
    return result


def _scored(name: str, column: str, texts: list[str]) -> tuple[Scores, NDArray[np.float64] | None, float]:
    from analysis.sentiment.ptt_engine import PttEngine, leaning
    from analysis.sentiment.stance import stance_chances

    engine = get_engine(name)
    engine.score(texts[:1])
    chance: NDArray[np.float64] | None = None
    began = time.perf_counter()
    if isinstance(engine, PttEngine):
        chance = stance_chances(texts) if column.startswith("stance") else engine.probabilities(texts)
        score = leaning(chance)
    else:
        score = engine.score(texts)
    return score, chance, len(texts) / max(time.perf_counter() - began, 1e-9)


def _row(
    name: str,
    column: str,
    label: NDArray[np.int64],
    threads: NDArray[Any],
    score: Scores,
    chance: NDArray[np.float64] | None,
    speed: float,
    seed: int,
) -> Row:
    given = np.where(score > THIRD, 2, np.where(score < -THIRD, 0, 1)) if chance is None else chance.argmax(axis=1)
    ends = np.flatnonzero(label != 1)
    low, high = _interval(lambda pick: auc(score[ends[pick]], label[ends[pick]] == 2), threads[ends], seed)
    f_low, f_high = _interval(lambda pick: macro_f1(given[pick], label[pick]), threads, seed)
    if chance is None:
        error = calibration_error((score[ends] + 1) / 2, label[ends] == 2)
    else:
        error = float(np.mean([calibration_error(chance[:, k], label == k) for k in np.unique(label)]))
    return Row(
        name, column, label.size, np.unique(threads).size,
        auc(score[ends], label[ends] == 2), low, high,
        macro_f1(given, label), f_low, f_high, error, speed,
    )  # fmt: skip


def _interval(figure: Callable[[NDArray[np.int64]], float], threads: NDArray[Any], seed: int) -> tuple[float, float]:
    return interval(figure, threads, seed=seed) if np.unique(threads).size >= FEW else (math.nan, math.nan)


def table(rows: Sequence[Row]) -> str:
    """The figures as an aligned text table, – where there is none, and a line on why where that is so."""
    head = ["引擎", "欄位", "列", "串", "AUC（95%）", "macro-F1（95%）", "校準誤差", "則/秒"]
    lines = [head]
    for row in rows:
        lines.append(
            [
                row.engine,
                row.column,
                f"{row.rows:,}",
                f"{row.threads:,}",
                _shown(row.auc, row.auc_low, row.auc_high),
                _shown(row.macro_f1, row.macro_f1_low, row.macro_f1_high),
                "–" if math.isnan(row.calibration_error) or row.threads < FEW else f"{row.calibration_error:.3f}",
                f"{row.texts_per_second:,.0f}",
            ]
        )
    widths = [max(cell_len(line[index]) for line in lines) for index in range(len(head))]
    shown = [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    if any(math.isnan(row.auc) for row in rows):
        shown.append("AUC 要正、負兩類標記都有才算得出來。")
    if any("[–]" in cell for line in lines for cell in line):
        shown.append(f"[–]：少於 {FEW} 串（AUC 只算有正負標記的），或每串結果都一樣，看不出誤差多大；數字僅供參考。")
    return "\n".join(shown)


def _shown(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.3f} [–]" if math.isnan(low) or low == high else f"{value:.3f} [{low:.3f}, {high:.3f}]"

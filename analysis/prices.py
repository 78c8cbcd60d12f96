"""Closing prices from a CSV file into the store's ``prices``. No prediction is claimed from them."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from analysis.errors import PttError
from ptt_spider.causes import cause

_COLUMNS: Final = {
    "symbol": ("symbol", "code", "ticker", "證券代號", "股票代號", "代號"),
    "day": ("day", "date", "日期", "交易日期"),
    "close": ("close", "close_price", "收盤價", "收盤"),
}
_DATE = re.compile(r"(\d{2,4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_ROC_YEARS: Final = 1911


class Price(NamedTuple):
    """One close of one session."""

    symbol: str
    day: date
    close: float


def read_prices(path: Path) -> Iterator[Price]:
    """Rows of a CSV with a symbol, a date (ISO, 2026/1/28, 20260128 or 民國 115/01/28) and a close.

    Rows without a close (``--``, blank) are skipped: no trade was made. Raises PttError that names file, line, column.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            rows = csv.DictReader(file)
            names = _find_columns(rows.fieldnames or [], path)
            for row in rows:
                close = (row[names["close"]] or "").replace(",", "").strip()
                if close in ("", "-", "--", "---"):
                    continue
                try:
                    price = Price(
                        (row[names["symbol"]] or "").strip(' ="'), parse_day(row[names["day"]] or ""), float(close)
                    )
                except ValueError as error:
                    raise PttError(f"{path} 第 {rows.line_num} 行讀不懂：{cause(error)}；沒有匯入任何價格。") from None
                if price.symbol and 0 < price.close < float("inf"):
                    yield price
        except (csv.Error, UnicodeDecodeError) as error:
            raise PttError(f"{path} 不是 UTF-8 的 CSV：{cause(error)}；沒有匯入任何價格。") from None


def parse_day(text: str) -> date:
    """A date as exchanges write it; a year below 1911 counts from 民國. Raises ValueError."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} 不是日期")
    year, month, day = (int(part) for part in match.groups() if part is not None)
    return date(year + _ROC_YEARS if year < _ROC_YEARS else year, month, day)


def _find_columns(header: Sequence[str], path: Path) -> dict[str, str]:
    found = {}
    by_name = {name.strip().lower(): name for name in header}
    for wanted, spellings in _COLUMNS.items():
        name = next((by_name[spelling] for spelling in spellings if spelling in by_name), None)
        if name is None:
            raise PttError(f"{path} 沒有 {wanted} 欄（可寫成 {'、'.join(spellings)}）；沒有匯入任何價格。")
        found[wanted] = name
    return found

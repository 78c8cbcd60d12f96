"""Closing prices as exchanges and people write them."""

from datetime import date
from pathlib import Path

import pytest

from analysis.errors import PttError
from analysis.prices import Price, read_prices


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "prices.csv"
    path.write_text(text, encoding)
    return path


def test_plain(tmp_path: Path) -> None:
    path = write(tmp_path, "symbol,day,close\n2330,2026-01-28,1820.5\n0050,20260128,72\n")
    assert list(read_prices(path)) == [
        Price("2330", date(2026, 1, 28), 1820.5),
        Price("0050", date(2026, 1, 28), 72.0),
    ]


def test_as_the_exchange_writes_it(tmp_path: Path) -> None:
    path = write(tmp_path, '證券代號,日期,收盤價\n="2330",115/01/28,"1,820.00"\n2303,115/1/8,--\n', "utf-8-sig")
    assert list(read_prices(path)) == [Price("2330", date(2026, 1, 28), 1820.0)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("symbol,day\n2330,2026-01-28\n", "close"),
        ("symbol,day,close\n2330,soon,5\n", "第 2 行"),
        ("symbol,day,close\n2330,2026-02-30,5\n", "第 2 行"),
        ("symbol,day,close\n2330,2026-01-28,five\n", "five"),
        ("", "symbol"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(PttError, match=named) as caught:
        list(read_prices(write(tmp_path, text)))
    assert "prices.csv" in str(caught.value)


def test_big5_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes("證券代號,日期,收盤價\n".encode("big5"))
    with pytest.raises(PttError, match="UTF-8"):
        list(read_prices(path))

"""Addresses and the publishers behind them."""

import pytest

from analysis.news.source import domain_of, first_url


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://money.udn.com/money/story/5612/1", "udn.com"),
        ("https://www.chinatimes.com/newspapers/1", "chinatimes.com"),
        ("http://news.ltn.com.tw/news/1", "ltn.com.tw"),
        ("https://tw.stock.yahoo.com/news/1", "yahoo.com"),
        ("https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("https://zh.cn.nikkei.com/1", "nikkei.com"),
        ("https://someone.pixnet.net/blog", "someone.pixnet.net"),
        ("https://reut.rs/abc", "reuters.com"),
        ("HTTPS://WWW.CNA.COM.TW:443/a", "cna.com.tw"),
        ("https://www.google.com.tw/amp/s/money.udn.com/amp/story/1", "udn.com"),
        ("https://www.google.com/search?q=amp", "google.com"),
        ("https://tinyurl.com/25abc", None),
        ("https://reurl.cc/abc", None),
        ("http://127.0.0.1/a", "127.0.0.1"),
        ("https://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_domain(url, domain):
    assert domain_of(url) == domain


def test_shorteners():
    assert domain_of("https://goo.gl/abc") is None
    assert domain_of("https://reut.rs/abc") == "reuters.com"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("（https://example.com/a）", "https://example.com/a"),
        ("見 https://example.com/a_(b).", "https://example.com/a_(b)"),
        ("goo.gl/Abc 在此", "https://goo.gl/Abc"),
        ("a@example.com", None),
        ("無", None),
    ],
)
def test_first_url(text, url):
    assert first_url(text) == url


def test_an_address_that_the_editor_broke_over_lines_is_one():
    first = "https://www.example.com/" + "a" * 54
    assert first_url(f"{first}\nbbbb/c?d=1\n正文") == f"{first}bbbb/c?d=1"
    assert first_url("https://www.example.com/a\nbbbb") == "https://www.example.com/a"

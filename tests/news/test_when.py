"""Points of time as newspapers and their readers spell them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from analysis.news.when import parse_time
from ptt_spider.clock import TAIPEI

NOON = datetime(2026, 1, 28, 12, 33, tzinfo=TAIPEI)
DAY = datetime(2026, 1, 28, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    "text",
    [
        "2026/01/28 12:33",
        "2026/1/28 12:33",
        "2026-01-28 12:33:00",
        "2026-01-28T12:33+08:00",
        "2026-01-28T04:33:00Z",
        "2026.01.28 | 12:33",
        "2026年1月28日 12:33",
        "2026 年 01 月 28 日 12 時 33 分",
        "2026年1月28日 週三 下午12:33",
        "2026年1月28日（三） 下午 12：33",
        "民國115年1月28日 12:33",
        "115/01/28 12:33",
        "115年1月28日 下午 12時33分",
        "20260128 12:33",
        "2026/01/28　12:33",
        "12:33 2026/01/28",
        "January 28, 2026 12:33 PM GMT+8",
        "January 28, 2026 12:33 PM GMT+8Updated 3 mins ago",
        "Jan. 28, 2026 at 12:33 p.m. GMT+8",
        "28 January 2026 12:33",
        "Wed, 28 Jan 2026 12:33:00 +0800",
        "January 27, 2026 11:33 PM EST",
        "2026/01/28 13:33 JST",
        "01/28/2026 12:33 PM",
        "發布：2026/01/28 12:33　更新：2026/01/28 15:00",
    ],
)
def test_spellings_of_one_moment(text):
    assert parse_time(text) == NOON


@pytest.mark.parametrize(
    "text", ["2026/01/28", "2026年1月28日", "民國115年1月28日", "January 28, 2026", "20260128", "115/1/28"]
)
def test_a_date_alone_is_its_first_minute(text):
    assert parse_time(text) == DAY


@pytest.mark.parametrize(
    ("text", "hour"),
    [("上午 12:05", 0), ("上午9:05", 9), ("中午12:05", 12), ("下午 1:05", 13), ("晚間11:05", 23), ("凌晨12:05", 0)],
)
def test_halves_of_the_day(text, hour):
    assert parse_time(f"2026/01/28 {text}") == DAY + timedelta(hours=hour, minutes=5)


def test_a_date_without_a_year_needs_the_post_s():
    near = datetime(2026, 1, 1, 1, 0, tzinfo=TAIPEI)
    assert parse_time("12月31日 22:10") is None
    assert parse_time("12月31日 22:10", near) == datetime(2025, 12, 31, 22, 10, tzinfo=TAIPEI)
    assert parse_time("1月1日 00:30", near) == datetime(2026, 1, 1, 0, 30, tzinfo=TAIPEI)
    assert parse_time("Jan 1 00:30", datetime(2025, 12, 31, 17, tzinfo=UTC)).year == 2026


@pytest.mark.parametrize(
    "text", ["", "昨天", "3 mins ago", "2小時前", "12:33", "2026/13/45", "第 115 號", "原文無記載"]
)
def test_what_names_no_day_is_null(text):
    assert parse_time(text, NOON) is None


def test_zones_are_kept():
    assert parse_time("2026-01-28T12:33-05:00").utcoffset() == timedelta(hours=-5)
    assert parse_time("2026/01/28 12:33").tzinfo == TAIPEI
    assert parse_time("2026/07/28 12:33 PM ET") == datetime(2026, 7, 28, 12, 33, tzinfo=timezone(timedelta(hours=-4)))

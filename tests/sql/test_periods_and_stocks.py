"""Days, weeks, stocks, coverage, threads, search: volumes compare like with like, nulls stay nulls."""

import math
from datetime import date, datetime, timedelta

import pytest

from ptt_spider.clock import TAIPEI

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=TAIPEI)
WEEK = 7 * 24


def test_a_day_counts_what_was_written_on_it(threads, said):
    threads.thread("M.1", [said("a", "推", 10, 0.4), said("A", "噓", 20, 0.2), said("b", "→", 24 * 60, -0.5),
                           said("c", "推", 5, 0.9, removed=9)], tone=(0.5, 0.1))  # fmt: skip
    threads.thread("M.2", hours=1, category="閒聊")
    threads.derive()
    monday, tuesday = threads.rows("FROM daily_sentiment ORDER BY day")
    assert (monday["day"], monday["posts"], monday["news_posts"], monday["comments"], monday["users"]) == (
        date(2026, 1, 5), 2, 1, 2, 1,
    )  # fmt: skip
    assert (monday["push_count"], monday["boo_count"], monday["arrow_count"]) == (1, 1, 0)
    assert monday["crowd_mood"] == pytest.approx(0.3)
    assert monday["news_tone"] == pytest.approx(0.3)
    assert monday["approval"] is not None
    assert (tuesday["posts"], tuesday["arrow_count"], tuesday["crowd_mood"]) == (0, 1, pytest.approx(-0.5))
    assert tuesday["approval"] is None
    assert tuesday["news_tone"] is None
    assert tuesday["disagreement"] is None
    assert tuesday["mood"] == pytest.approx(-0.5)
    assert (monday["is_partial"], tuesday["is_partial"]) == (False, True)


def test_days_end_at_taipeis_midnight(threads, said):
    threads.thread("M.1", [said("a", "推", 14 * 60 + 59), said("b", "推", 15 * 60)])
    rows = threads.derive().rows("FROM daily_sentiment ORDER BY day")
    assert [(row["day"].day, row["comments"]) for row in rows] == [(5, 1), (6, 1)]


def test_a_running_week_is_compared_with_the_week_before_at_the_same_age(threads, said):
    early, late = [said(f"u{n}", "推", n) for n in range(4)], [said(f"v{n}", "推", n) for n in range(6)]
    threads.thread("M.1", early)
    threads.thread("M.2", late, hours=4 * 24)  # Friday of the first week: too late for the comparison
    threads.thread("M.3", early[:3], hours=WEEK)
    first, second = threads.derive().rows("FROM weekly_sentiment ORDER BY iso_week")
    assert (first["iso_week"], second["iso_week"], first["comments"]) == ("2026-W02", "2026-W03", 10)
    assert first["comments_week_before"] is None
    assert first["volume_change"] is None
    assert second["is_partial"]
    assert (second["comments"], second["comments_week_before"]) == (3, 3)  # u3 wrote after the age reached now
    assert second["volume_change"] == pytest.approx(0.0)
    assert (first["trading_days"], second["trading_days"]) == (5, 5)


def test_iso_weeks_at_new_year(threads):
    threads.thread("M.1", hours=-7 * 24)
    assert threads.derive().one("FROM weekly_sentiment")["iso_week"] == "2026-W01"


def test_a_weekend_is_no_trading_day(threads):
    threads.thread("M.1", hours=5 * 24)
    threads.thread("M.2", hours=WEEK)
    rows = threads.derive().rows("FROM daily_sentiment ORDER BY day")
    assert [row["is_trading_day"] for row in rows] == [False, True]


def test_a_stocks_session_holds_what_names_it_or_stands_under_its_title(threads, said):
    threads.thread("M.1", [said("a", "推", 10, 0.4), said("b", "噓", 5 * 60, -0.2)], symbols=("2330",), tone=(0.6,))
    threads.thread("M.2", [said("c", "推", 1, 0.9, symbols=("2330",)), said("d", "推", 2, 0.9)], category="閒聊")
    monday, tuesday = threads.derive().rows("FROM stock_sentiment WHERE symbol = '2330' ORDER BY session_on")
    assert (monday["posts"], monday["news_posts"], monday["comments"], monday["users"]) == (1, 1, 2, 2)
    assert monday["crowd_mood"] == pytest.approx((0.4 + 0.9) / 2)
    assert monday["news_tone"] == pytest.approx(0.6)
    assert (monday["name"], monday["is_trading_day"]) == ("股2330", True)
    assert (tuesday["session_on"], tuesday["comments"], tuesday["boo_count"]) == (date(2026, 1, 6), 1, 1)  # after 13:30
    assert tuesday["approval"] is None


def test_a_stocks_volume_is_compared_with_five_sessions(threads, said):
    for day in range(5):
        pushes = [said(f"u{n}", "推", n, symbols=("2330",)) for n in range(day)]
        threads.thread(f"M.{day}", pushes, hours=24 * day, category="閒聊", symbols=())
    threads.thread("M.5", [said(f"u{n}", "推", 0, symbols=("2330",)) for n in range(4)], hours=WEEK, category="閒聊")
    threads.thread("M.6", [said("x", "推", 30 * 60)], hours=WEEK, category="閒聊")  # the session of the 12th is over
    rows = threads.derive().rows("FROM stock('2330', days := 30)")
    assert [row["session_on"].day for row in rows] == [12, 9, 8, 7, 6]
    assert rows[0]["comments_week_before"] == pytest.approx((1 + 2 + 3 + 4) / 5)
    assert rows[0]["volume_change"] == pytest.approx(4 / 2 - 1)
    assert rows[1]["volume_change"] is None  # the store does not reach back five sessions
    assert [row["session_on"].day for row in threads.rows("FROM stock('2330', days := 2)")] == [12]


def test_coverage_says_what_is_missing(threads):
    threads.thread("M.1767575000.A.001")
    threads.thread("M.1767575001.A.002", deleted=60)
    for post_id in ("M.1767575000.A.001", "M.1767575001.A.002", "M.1767575002.A.003", "M.1767661400.A.001"):
        threads.insert("internal.listings", board="Stock", post_id=post_id, first_listed_at=MONDAY,
                       last_listed_at=MONDAY + timedelta(days=3))  # fmt: skip
    threads.insert("internal.failures", board="Stock", post_id="M.1767575002.A.003", failed_at=MONDAY, reason="500")
    first, second = threads.derive().rows("FROM coverage ORDER BY day")
    counts = {name: first[name] for name in ("listed", "fetched", "failed", "gone", "truncated", "complete")}
    assert counts == {"listed": 3, "fetched": 2, "failed": 1, "gone": 1, "truncated": 0, "complete": False}
    assert first["median_capture_lag"] == timedelta(seconds=60)
    assert (second["day"], second["listed"], second["fetched"], second["complete"]) == (date(2026, 1, 6), 1, 0, False)


def test_an_id_that_never_was_is_no_deleted_post(threads):
    for post_id in ("M.1767575000.A.001", "M.1767575001.A.002"):
        threads.insert("internal.observations", board="Stock", post_id=post_id, fetched_at=MONDAY, kind="gone",
                       digest=post_id, partial=False, floors="", source="crawl")  # fmt: skip
    threads.insert("internal.listings", board="Stock", post_id="M.1767575001.A.002", first_listed_at=MONDAY,
                   last_listed_at=MONDAY)  # fmt: skip
    (row,) = threads.derive().rows("FROM coverage")
    assert (row["listed"], row["fetched"], row["gone"]) == (1, 0, 1)


def test_a_day_is_complete_once_its_index_was_read_after_it_ended(threads):
    threads.thread("M.1767575000.A.001")
    threads.insert("internal.listings", board="Stock", post_id="M.1767575000.A.001", first_listed_at=MONDAY,
                   last_listed_at=MONDAY)  # fmt: skip
    assert not threads.derive().one("FROM coverage")["complete"]
    threads.con.execute("UPDATE internal.listings SET last_listed_at = ?", [MONDAY + timedelta(days=1)])
    assert threads.one("FROM coverage")["complete"]


def test_a_thread_shows_approval_as_it_built_up(threads, said):
    threads.thread(
        "M.1", [said("a", "推", 5, 0.1), said("b", "噓", 5), said("a", "噓", 7), said("c", "推", 8, removed=9)]
    )
    threads.thread("M.1", [said("a", "推", 1)], board="Test")
    threads.derive()
    rows = threads.rows("FROM thread('M.1', board := 'Stock')")
    assert [row["voters"] for row in rows] == [2, 2, 2, 2]
    assert rows[0]["approval"] == rows[1]["approval"] > rows[2]["approval"] == rows[3]["approval"]
    assert rows[-1]["removed_at"] is not None
    effect = threads.one("FROM thread_effects WHERE board = 'Stock'")
    assert rows[-1]["approval"] == pytest.approx(effect["approval"], abs=1e-6)
    assert rows[-1]["approval_low"] == pytest.approx(effect["approval_low"], abs=1e-6)
    assert [row["minutes_after"] for row in rows] == [5, 5, 7, 8]
    for name in ("aidM.1", "#aidM.1"):
        assert len(threads.rows(f"FROM thread('{name}')")) == 5
    assert len(threads.rows("FROM thread('https://www.ptt.cc/bbs/Stock/M.1.html')")) == 4
    assert threads.rows("FROM thread('M.none')") == []


def test_search_finds_words_in_titles_and_bodies(threads):
    threads.thread("M.1", title="[新聞] TSMC 大漲", body="x" * 50 + "台積電法說\n明天" + "y" * 90)
    threads.thread("M.2", title="[閒聊] 台積電", body="別的", hours=1)
    newest, older = threads.rows("FROM search_posts('台積電')")
    assert (newest["post_id"], newest["in_title"], newest["excerpt"]) == ("M.2", True, None)
    assert (older["post_id"], older["in_title"]) == ("M.1", False)
    assert "台積電法說 明天" in older["excerpt"]
    assert len(older["excerpt"]) <= 63
    assert [row["post_id"] for row in threads.rows("FROM search_posts('tsmc')")] == ["M.1"]
    assert threads.rows("FROM search_posts('%')") == []


def test_prices_stand_beside_what_was_known_at_0845(threads, said):
    """MONDAY is 09:00: what comes after the session's 08:45 is not known, what came since Friday's close is."""
    weekend = [said("a", "推", 1, 0.4), said("b", "噓", 2, -0.2), said("c", "推", 25 * 60, 0.9)]
    threads.thread("M.1", weekend, hours=-24, symbols=("2330",), tone=(0.6,))
    threads.thread("M.2", [said("d", "推", 1, -0.9, symbols=("2330",))], category="閒聊")
    for day, close in ((2, 100.0), (5, 103.0)):
        threads.insert("prices", symbol="2330", day=date(2026, 1, day), close=close, source="test")
    friday, monday = threads.derive().rows("FROM price_sentiment ORDER BY day")
    assert (friday["change"], friday["comments"], friday["crowd_mood"], friday["news_tone"]) == (None, 0, None, None)
    assert monday["change"] == pytest.approx(0.03)
    assert (monday["comments"], monday["push_count"], monday["boo_count"], monday["news_posts"]) == (2, 1, 1, 1)
    assert monday["crowd_mood"] == pytest.approx(0.1)
    assert monday["news_tone"] == pytest.approx(0.6)


@pytest.mark.parametrize("view", ["news_sentiment", "daily_sentiment", "weekly_sentiment", "stock_sentiment"])
def test_scales_stay_within_bounds_and_no_number_is_nan(threads, said, view):
    for n in range(6):
        pushes = [said(f"u{k}", "推噓→"[(n + k) % 3], k, (-1) ** k, symbols=("2330",)) for k in range(n * 3)]
        threads.thread(f"M.{n}", pushes, hours=40 * n, tone=(1.0, 1.0) if n % 2 else None, symbols=("2330",))
    scales = ("approval", "crowd_mood", "mood", "news_tone")
    names = {name + end for name in scales for end in ("", "_low", "_high")}
    rows = threads.derive().rows(f"FROM {view}")
    assert len(rows) > 1
    for row in rows:
        for name, value in row.items():
            if isinstance(value, float):
                assert math.isfinite(value), name
                assert name not in names or -1 <= value <= 1, (name, value)
        for name in ("approval", "crowd_mood", "mood"):
            if row[name] is not None and f"{name}_low" in row:
                assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"], name

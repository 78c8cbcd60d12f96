"""What was known at a moment equals the views of a store that holds only what came before it."""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analysis.sentiment import scoring
from analysis.sentiment.engine import EngineInfo
from ptt_spider.clock import TAIPEI

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=TAIPEI)
USERS = ("ann", "Bob", "cat", "dan", "writer")
NO_SHRINK = (Phase.explicit, Phase.generate)  # a step takes half a second: shrinking takes minutes
HEADLINES = ("台積電法說會後外資買超三萬張", "台積電法說會後，外資買超三萬張", "航運類股今天全面大跌的新聞")


class Ruler:
    """Scores tell which text was judged, joined or in part."""

    info = EngineInfo("ptt", "1", "")

    def score(self, texts):
        return np.array([math.sin(sum(map(ord, text)) + 7 * len(text)) for text in texts])

    def log_odds(self, texts):
        return None


@st.composite
def boards(draw):
    """Threads over two days, each with pushes in page order."""
    threads = []
    for number in range(draw(st.integers(1, 4))):
        minutes = sorted(draw(st.lists(st.integers(0, 600), max_size=8)))
        pushes = []
        for minute in minutes:
            user, tag = draw(st.sampled_from(USERS)), draw(st.sampled_from("推推噓→"))
            tag = "→" if user == "writer" else tag
            removed = minute + draw(st.integers(1, 900)) if tag == "→" and draw(st.booleans()) else None
            text = draw(st.text("好壞漲跌", min_size=1, max_size=6))
            pushes.append({"user": user, "tag": tag, "minute": minute, "text": text, "removed": removed,
                           "symbols": draw(st.sampled_from([(), ("2330",)]))})  # fmt: skip
        threads.append({
            "post_id": f"M.{number}", "hours": draw(st.integers(0, 47)), "headline": draw(st.sampled_from(HEADLINES)),
            "category": draw(st.sampled_from(["新聞", "新聞", "標的"])), "pushes": pushes,
            "symbols": draw(st.sampled_from([(), ("2330",), ("2330", "2454")])), "tone": (0.5, -0.1),
        })  # fmt: skip
    return threads


def fill(store, threads, said, cut=None):
    """``cut``: only what came before that minute."""
    for thread in threads:
        posted = MONDAY + timedelta(hours=thread.get("hours", 0))
        if cut and posted >= cut:
            continue
        pushes = []
        for push in thread["pushes"]:
            known = cut is None or posted + timedelta(minutes=push["minute"]) < cut
            removed = push["removed"]
            if removed is not None and cut and posted + timedelta(minutes=removed) >= cut:
                removed = None
            if known:
                pushes.append(said(**{**push, "removed": removed}))
        store.thread(**{**thread, "pushes": pushes})
    store.con.execute("CREATE OR REPLACE TEMP TABLE batch AS SELECT board, post_id FROM posts")
    scoring._score_comments(store.con, Ruler(), kept=[], others=False)
    return store.derive()


def assert_equal(left, right):
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        assert a.keys() == b.keys()
        for name, value in a.items():
            if isinstance(value, float) and b[name] is not None:
                assert value == pytest.approx(b[name], abs=1e-6), name
                assert math.isfinite(value)
            else:
                assert value == b[name], (name, a["board"])


@given(threads=boards(), minute=st.integers(0, 3400))
@settings(max_examples=8, phases=NO_SHRINK)
def test_as_of_equals_a_store_that_holds_only_what_came_before(store, other_store, said, threads, minute):
    cut = MONDAY + timedelta(minutes=minute)
    store.clear()
    other_store.clear()
    fill(store, threads, said)
    before = fill(other_store, threads, said, cut)
    moment = {"ts": cut + timedelta(seconds=30)}  # within the minute: what it marks may still lie ahead
    assert_equal(
        store.rows("FROM news_as_of($ts) ORDER BY post_id", moment),
        before.rows("FROM news_sentiment ORDER BY post_id"),
    )
    columns = "* EXCLUDE (listed, fetched, failed, complete)"
    assert_equal(
        store.rows("FROM stock_as_of('2330', $ts) ORDER BY session_on", moment),
        before.rows(f"SELECT {columns} FROM stock_sentiment WHERE symbol = '2330' ORDER BY session_on"),
    )


@given(threads=boards())
@settings(max_examples=3, phases=NO_SHRINK)
def test_as_of_the_end_equals_the_view(store, said, threads):
    store.clear()
    fill(store, threads, said)
    assert_equal(
        store.rows("FROM news_as_of('2026-02-01') ORDER BY post_id"),
        store.rows("FROM news_sentiment ORDER BY post_id"),
    )


def test_a_comment_that_went_on_later_is_judged_by_what_it_had_said(store, said):
    store.clear()
    talk = [said("ann", "推", 1, text="好"), said("ann", "→", 30, text="可是跌了"), said("bob", "→", 31, text="嗯")]
    fill(store, [{"post_id": "M.1", "pushes": [push._asdict() for push in talk]}], said)
    half, whole = Ruler().score(["好", "好 可是跌了"])
    assert store.one("FROM news_as_of('2026-01-05 09:20')")["crowd_mood"] == pytest.approx(half)
    assert store.one("FROM news_as_of('2026-01-05 09:31')")["crowd_mood"] == pytest.approx(whole)
    assert store.one("FROM news_as_of('2026-01-05 09:31')")["comments_scored"] == 1


def test_a_vote_taken_back_later_still_counted_then(threads, said):
    threads.thread("M.0", [said("ann", "推", 1), said("bob", "推", 1)], category="標的")
    threads.thread("M.1", [said("ann", "噓", 5, removed=60), said("bob", "推", 6)], hours=24)
    threads.derive()
    then = threads.one("FROM news_as_of('2026-01-06 09:30')")
    now = threads.one("FROM news_sentiment")
    assert (then["boo_count"], then["voters"], then["vote_ratio"]) == (1, 2, 0.5)
    assert (now["boo_count"], now["voters"], now["vote_ratio"]) == (0, 1, 1.0)
    assert then["approval"] < now["approval"]


def test_strict_means_what_this_store_had_seen(threads, said):
    threads.thread("M.1", [said("ann", "推", 5, seen=5), said("bob", "噓", 6, seen=500)])
    threads.derive()
    assert threads.one("FROM news_as_of('2026-01-05 10:00')")["voters"] == 2
    assert threads.one("FROM news_as_of('2026-01-05 10:00', strict := true)")["voters"] == 1


def test_a_push_without_a_time_counts_from_when_it_was_seen(threads, said):
    threads.thread("M.1", [said("ann", "推", None, seen=120)])
    threads.derive()
    assert threads.one("FROM news_as_of('2026-01-05 10:00')")["voters"] == 0
    assert threads.one("FROM news_as_of('2026-01-05 11:01')")["voters"] == 1


@pytest.mark.parametrize(
    "moment", ["'2026-01-05 10:00'", "'2026-01-05T02:00:00Z'", "'2026-01-05 10:00+08'", "TIMESTAMP '2026-01-05 10:00'",
               "TIMESTAMPTZ '2026-01-05 02:00:00+00'"]
)  # fmt: skip
def test_moments_are_taipeis_unless_they_say_otherwise(threads, said, moment):
    threads.thread("M.1", [said("ann", "推", 59), said("bob", "推", 60)])
    threads.derive()
    assert threads.one(f"FROM news_as_of({moment})")["push_count"] == 1


def test_a_post_deleted_later_was_there(threads):
    threads.thread("M.1", deleted=60)
    threads.derive()
    assert threads.one("FROM news_as_of('2026-01-05 09:30')")["deleted_at"] is None
    assert threads.one("FROM news_as_of('2026-01-05 10:30')")["deleted_at"] is not None

"""Decisions of the frontier: revisits by age and nrec, hot threads, where a time begins in the index."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptt_spider.frontier import (
    KnownThread,
    Missing,
    PageTimes,
    due_threads,
    find_page,
    guess_page,
    hides_pushes,
    hot_threads,
    is_due,
    page_times,
    parse_schedule,
    parse_span,
    why_fetch,
)
from ptt_spider.items import IndexPage, IndexRow

NOW = datetime(2026, 1, 28, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(seconds: int | None, *, nrec: int = 0, pinned: bool = False, author: str = "a") -> IndexRow:
    post_id = None if seconds is None else f"M.{seconds}.A.{seconds % 4096:03X}"
    return IndexRow("Stock", post_id, "[新聞] x", author, nrec, " 1/28", "", pinned)


def known(age: timedelta, since: timedelta, **fields: object) -> KnownThread:
    return KnownThread(fetched_at=NOW - since, posted_at=NOW - age)._replace(**fields)


# -- bisection ------------------------------------------------------------------------------------------------------


def ask(pages: dict[int, PageTimes | None], newest: int, at: float, hint: float | None = None, top=None):
    """The place found and how many pages were looked at."""
    search = find_page(newest, at, hint, top)
    looked = 0
    try:
        number = next(search)
        while True:
            assert 1 <= number < newest
            looked += 1
            number = search.send(pages[number])
    except StopIteration as stop:
        return stop.value, looked


def board(newest: int, seed: int, skew: str) -> dict[int, PageTimes | None]:
    """Pages in order of time, at an even, a quickening or a bursty pace."""
    dice = random.Random(seed)
    pages, at = {}, 1_000_000
    for number in range(1, newest + 1):
        pace = {"even": 1000, "quickening": 4_000_000 // number, "bursty": dice.choice([20, 50_000])}[skew]
        pages[number] = PageTimes(at, at + pace - 1)
        at += pace
    return pages


@given(
    st.integers(2, 10_000),
    st.integers(0, 2**16),
    st.sampled_from(["even", "quickening", "bursty"]),
    st.floats(-0.1, 1.1),
    st.none() | st.floats(0, 1),
)
def test_a_bound_costs_at_most_14_looks_among_10_000_pages(newest, seed, skew, where, hint):
    pages = board(newest, seed, skew)
    first, last = pages[1].oldest, pages[newest].newest
    at = first + where * (last - first)
    place, looked = ask(pages, newest, at, None if hint is None else hint * newest)
    expected = next((n for n in range(1, newest + 1) if pages[n].newest >= at), newest)
    assert place == (expected, expected)
    assert looked <= 14


@given(
    st.integers(50, 10_000),
    st.integers(0, 2**16),
    st.sampled_from(["even", "bursty"]),
    st.floats(0, 1),
    st.floats(0.001, 0.3),
    st.none() | st.floats(0, 1),
)
def test_empty_pages_cost_at_most_3_more_and_hide_nothing(newest, seed, skew, where, share, hint):
    pages = board(newest, seed, skew)
    at = pages[1].oldest + where * (pages[newest].newest - pages[1].oldest)
    dice = random.Random(seed)
    for number in range(1, newest):
        if dice.random() < share:
            pages[number] = None
    place, looked = ask(pages, newest, at, None if hint is None else hint * newest)
    assert looked <= 17
    holding = [n for n in range(1, newest + 1) if pages[n] and pages[n].newest >= at]
    assert place.first <= (holding[0] if holding else newest) <= place.last


def test_a_long_run_of_empty_pages_is_survived():
    pages = board(10_000, 1, "even") | dict.fromkeys(range(3000, 7000))
    place, looked = ask(pages, 10_000, pages[8000].oldest)
    assert looked <= 17
    assert place.first <= 8000 <= place.last


def test_recent_bounds_cost_a_handful_of_looks():
    pages = board(10_000, 7, "even")
    at = pages[9_980].oldest
    hint = 9_975
    assert ask(pages, 10_000, at, hint, pages[10_000])[1] <= 5


@given(st.integers(2, 500), st.floats(0, 1))
def test_one_page_and_the_ends(newest, where):
    pages = board(newest, 0, "even")
    assert ask(pages, newest, 0)[0] == (1, 1)
    assert ask(pages, newest, pages[newest].newest + 1)[0] == (newest, newest)
    assert ask({}, 1, 5) == ((1, 1), 0)


def test_pinned_rows_do_not_date_a_page():
    rows = [row(2000), row(3000), row(10, pinned=True), row(99_999, pinned=True)]
    assert page_times(rows) == PageTimes(2000, 3000)
    assert page_times([row(None), row(10, pinned=True)]) is None


def test_the_guess_follows_the_pace_of_the_newest_page():
    page = IndexPage("Stock", 1000, tuple(row(100_000 - 100 * n) for n in range(20)), "/x", None)
    assert guess_page(page, 100_000 - 2000 * 50, 100_000) == pytest.approx(950, abs=5)
    assert guess_page(page._replace(rows=(row(None),)), 0, 1) is None


# -- revisits -------------------------------------------------------------------------------------------------------

SCHEDULE = parse_schedule("6h:20m 1d:2h 14d:2d")


def test_schedule_reads_and_refuses():
    assert parse_span("90m") == timedelta(minutes=90)
    assert [step.age for step in SCHEDULE] == [6 * HOUR, 24 * HOUR, 14 * 24 * HOUR]
    assert parse_schedule("") == parse_schedule("  ")
    for bad in ("6h", "6h:soon", "6x:2h"):
        with pytest.raises(ValueError, match="such as"):
            parse_schedule(bad)


@pytest.mark.parametrize(
    ("age", "since", "due"),
    [
        (HOUR, timedelta(minutes=19), False),
        (HOUR, timedelta(minutes=20), True),
        (7 * HOUR, timedelta(minutes=90), False),
        (7 * HOUR, 2 * HOUR, True),
        (timedelta(days=15), timedelta(days=14), False),
    ],
)
def test_age_decides_when_to_look_again(age, since, due):
    assert is_due(known(age, since), NOW, SCHEDULE) is due


def test_deleted_threads_rest_and_failed_ones_are_due():
    assert not is_due(known(HOUR, 5 * HOUR, deleted=True), NOW, SCHEDULE)
    assert is_due(known(HOUR, timedelta(), failed=True), NOW, SCHEDULE)
    assert is_due(known(HOUR, timedelta(), fetched_at=None), NOW, SCHEDULE)


def test_why_a_listed_thread_is_asked_for():
    fresh = known(HOUR, timedelta(minutes=1), nrec=5)
    assert why_fetch(row(1, nrec=5), None, NOW, SCHEDULE) == "new"
    assert why_fetch(row(1, nrec=5), fresh, NOW, SCHEDULE) is None
    assert why_fetch(row(1, nrec=6), fresh, NOW, SCHEDULE) == "moved"
    assert why_fetch(row(1, nrec=4), fresh, NOW, SCHEDULE) == "moved"
    assert why_fetch(row(1, nrec=5), fresh, NOW, SCHEDULE, full=True) == "full"
    assert why_fetch(row(1, nrec=5), fresh._replace(failed=True), NOW, SCHEDULE) == "failed"
    assert why_fetch(row(1, nrec=5), known(HOUR, HOUR, nrec=5), NOW, SCHEDULE) == "due"
    assert why_fetch(row(1, nrec=5), fresh._replace(deleted=True), NOW, SCHEDULE) == "moved"
    assert why_fetch(row(1, nrec=5), fresh._replace(nrec=None), NOW, SCHEDULE) is None


def test_due_threads_of_a_board_newest_first():
    threads = {
        ("Stock", "old"): known(5 * HOUR, HOUR),
        ("Stock", "new"): known(HOUR, HOUR),
        ("Stock", "fresh"): known(HOUR, timedelta(minutes=1)),
        ("Other", "else"): known(HOUR, HOUR),
    }
    assert due_threads(threads, "Stock", NOW, SCHEDULE) == ["new", "old"]


# -- hot ------------------------------------------------------------------------------------------------------------


def test_only_growth_that_would_hide_pushes_is_hot():
    quick = known(HOUR, timedelta(), pushes=900, growth=1500.0, last_pushed_at=NOW)
    assert hides_pushes(quick, HOUR)
    assert not hides_pushes(quick, timedelta(minutes=5))
    assert not hides_pushes(quick._replace(growth=300.0), HOUR)
    assert not hides_pushes(quick._replace(pushes=50, growth=500.0), HOUR)  # still whole at the next run
    assert not hides_pushes(quick._replace(deleted=True), HOUR)


@given(st.integers(0, 6000), st.floats(0, 3000), st.integers(1, 240))
def test_what_is_not_hot_hides_nothing_at_the_measured_pace(pushes, growth, minutes):
    """Among pushes of 100 bytes, none falls into the gap of a thread that was left for the next full run."""
    thread = known(HOUR, timedelta(), pushes=pushes, growth=growth, last_pushed_at=NOW)
    if not hides_pushes(thread, timedelta(minutes=minutes)):
        size = 100 * (pushes + growth * minutes / 60)
        if size > 150 * 1024:
            assert size - 50 * 1024 <= max(100 * pushes, 100 * 1024)


def test_hot_threads_fastest_first_and_idle_ones_not():
    fast = known(HOUR, timedelta(), pushes=1400, growth=2000.0, last_pushed_at=NOW)
    threads = {
        ("Stock", "a"): fast,
        ("Stock", "b"): fast._replace(growth=3000.0),
        ("Stock", "idle"): fast._replace(last_pushed_at=NOW - timedelta(days=2)),
    }
    assert hot_threads(threads, NOW, HOUR) == [("Stock", "b"), ("Stock", "a")]


# -- vanished rows --------------------------------------------------------------------------------------------------


def stored(*seconds: int) -> dict:
    return {("Stock", row(s).post_id): known(HOUR, HOUR) for s in seconds}


def test_a_known_thread_that_no_page_lists_is_missing_once():
    missing = Missing(stored(100, 200, 300, 400, 500), "Stock")
    assert missing.page([row(400), row(500)]) == []
    assert missing.page([row(100), row(None)]) == [row(300).post_id, row(200).post_id]
    assert missing.page([row(50)]) == []


def test_rows_that_shift_to_the_next_page_are_not_missing():
    missing = Missing(stored(100, 200, 300, 400), "Stock")
    assert missing.page([row(300), row(400)]) == []
    assert missing.page([row(200), row(300)]) == []
    assert missing.page([row(100)]) == []


def test_threads_newer_than_the_walk_and_pages_without_links_tell_nothing():
    missing = Missing(stored(100, 200, 900), "Stock")
    assert missing.page([row(None), row(900, pinned=True)]) == []
    assert missing.page([row(200), row(300)]) == []
    assert missing.page([row(None)]) == []
    assert missing.page([row(100)]) == []

"""votes and thread_effects: the rules, one by one, and the equality with a computation over everything."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.votes.derive import BASE_RATE, BASE_WEIGHT, FADE_DAYS, FADE_WEIGHT, PRIOR_WEIGHT, derive_votes

VOTES = "SELECT post_id, user_id, y, p_user FROM votes ORDER BY post_id, user_id"
ALL = (
    "SELECT * FROM votes ORDER BY ALL",
    "SELECT * FROM thread_effects ORDER BY ALL",
)


def test_the_author_arrows_and_removed_pushes_cast_no_vote(store):
    pushes = [("Writer", "推", 1), ("a", "→", 2), ("b", "噓", 3, True), ("c", "推", 4)]
    store.thread("M.1", pushes)
    derive_votes(store.con)
    assert [row[:3] for row in store.rows(VOTES)] == [("M.1", "c", 1)]


def test_the_last_vote_that_is_no_arrow_counts_whatever_the_case_of_the_id(store):
    store.thread("M.1", [("Abc", "推", 1), ("aBC", "噓", 2), ("abc", "→", 3)])
    derive_votes(store.con)
    assert [row[:3] for row in store.rows(VOTES)] == [("M.1", "aBC", 0)]


def test_a_habit_is_what_the_user_had_voted_before_the_thread_was_posted(store):
    store.thread("M.1", [("a", "噓", 5), ("a", "推", 24 * 60)])  # on the second day the boo becomes a push
    store.thread("M.2", [("a", "推", 1)], hours=1)
    store.thread("M.3", [("a", "推", 1)], hours=30)
    derive_votes(store.con)
    p_user = {post: p for post, _, _, p in store.rows(VOTES)}
    rate = BASE_RATE
    later = round((1 + BASE_WEIGHT * BASE_RATE) / (2 + BASE_WEIGHT), 3)  # rate of the day before: one boo, one push
    assert p_user["M.1"] == pytest.approx(rate)
    assert p_user["M.2"] == pytest.approx(shrunk([(0, 55 / 60)], rate), abs=1e-6)
    # the boo of M.1 became a push 24 h after it, so 1 + 1 of 2; what fades is each change since it happened
    fade_boo, fade_change, fade_push = (0.5 ** (hours / 24 / FADE_DAYS) for hours in (30 - 5 / 60, 6, 29 - 1 / 60))
    recent = fade_change + fade_push, fade_boo + fade_push
    expected = (min(recent) + FADE_WEIGHT * (2 + PRIOR_WEIGHT * later) / (2 + PRIOR_WEIGHT)) / (recent[1] + FADE_WEIGHT)
    assert p_user["M.3"] == pytest.approx(expected, abs=1e-6)


def shrunk(votes, rate):
    """p_user from (y, hours since) pairs, straight from the definition."""
    lifelong = (sum(y for y, _ in votes) + PRIOR_WEIGHT * rate) / (len(votes) + PRIOR_WEIGHT)
    fading = [(y, 0.5 ** (hours / 24 / FADE_DAYS)) for y, hours in votes]
    return (sum(y * w for y, w in fading) + FADE_WEIGHT * lifelong) / (sum(w for _, w in fading) + FADE_WEIGHT)


def test_a_vote_without_a_time_counts_in_its_thread_but_in_no_habit(store):
    store.thread("M.1", [("a", "噓", None)])
    store.thread("M.2", [("a", "推", 1)], hours=2)
    derive_votes(store.con)
    assert [(row[0], row[2]) for row in store.rows(VOTES)] == [("M.1", 0), ("M.2", 1)]
    assert store.rows(VOTES)[1][3] == pytest.approx(BASE_RATE)


def test_a_thread_without_voters_has_no_approval(store):
    store.thread("M.1", [("a", "→", 1)])
    derive_votes(store.con)
    assert store.rows("SELECT voters, theta, se, approval, approval_low FROM thread_effects") == [(0, *[None] * 4)]


def test_two_votes_look_as_uncertain_as_they_are(store):
    store.thread("M.1", [("a", "噓", 1), ("b", "噓", 2)])
    store.thread("M.2", [(f"u{n}", "噓", 1) for n in range(60)])
    derive_votes(store.con)
    few, many = store.rows("SELECT approval, approval_low, approval_high FROM thread_effects ORDER BY post_id")
    assert few[2] - few[1] > 0.7
    assert many[2] - many[1] < 0.35
    assert many[0] < few[0] < 0


def test_boards_have_habits_of_their_own(store):
    store.thread("M.1", [("a", "噓", 1)], board="Gossiping")
    store.thread("M.1", [("a", "推", 1)], hours=3)
    derive_votes(store.con)
    assert store.rows("SELECT p_user FROM votes WHERE board = 'Stock'") == [(pytest.approx(BASE_RATE),)]


def test_nothing_stale_nothing_done(store):
    store.thread("M.1", [("a", "推", 1)])
    assert derive_votes(store.con) == 1
    before = [store.rows(query) for query in ALL]
    assert derive_votes(store.con) == 0
    assert [store.rows(query) for query in ALL] == before
    assert store.rows("SELECT * FROM internal.dirty WHERE step IN ('votes', 'habits')") == []


def test_a_run_that_was_killed_between_the_stages_is_taken_up(store):
    store.thread("M.1", [("a", "噓", 1)])
    store.thread("M.2", [("a", "推", 1)], hours=3)
    derive_votes(store.con)
    wanted = [store.rows(query) for query in ALL]
    store.con.execute("UPDATE votes SET p_user = 0.5")  # what the first stage leaves behind
    store.con.execute("DELETE FROM thread_effects")
    store.con.execute("INSERT INTO internal.dirty VALUES ('Stock', 'M.1', 'habits'), ('Stock', 'M.2', 'habits')")
    derive_votes(store.con)
    assert [store.rows(query) for query in ALL] == wanted


def test_a_forgotten_thread_leaves_no_rows(store):
    store.thread("M.1", [("a", "噓", 1)])
    store.thread("M.2", [("a", "推", 1)], hours=3)
    derive_votes(store.con)
    store.con.execute("DELETE FROM posts WHERE post_id = 'M.1'")
    store.con.execute("DELETE FROM pushes WHERE post_id = 'M.1'")
    store.con.execute("INSERT INTO internal.dirty VALUES ('Stock', 'M.1', 'votes')")
    derive_votes(store.con)
    assert store.rows("SELECT post_id, p_user FROM votes") == [("M.2", BASE_RATE)]
    assert store.rows("SELECT post_id FROM thread_effects") == [("M.2",)]


USERS = ["a", "b", "C", "c", "d", "writer"]
PUSH = st.tuples(st.sampled_from(USERS), st.sampled_from("推噓→"), st.none() | st.integers(-1, 4000), st.booleans())
THREAD = st.tuples(st.integers(0, 9), st.integers(0, 80), st.lists(PUSH, max_size=7))


@settings(max_examples=12)
@given(st.lists(THREAD, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_what_one_full_computation_gives(make_store, writes, rng: random.Random):
    """Threads arrive late, change, and lose pushes; batches are small, so that they cross."""
    piecemeal = make_store()
    for number, hours, pushes in writes:
        piecemeal.thread(f"M.{number}", pushes, hours=hours)
        if rng.random() < 0.7:
            derive_votes(piecemeal.con, threads=2)
    derive_votes(piecemeal.con, threads=2)
    whole = make_store()
    last = {number: (hours, pushes) for number, hours, pushes in writes}
    for number, (hours, pushes) in last.items():
        whole.thread(f"M.{number}", pushes, hours=hours)
    derive_votes(whole.con)
    for query in ALL:
        assert piecemeal.rows(query) == whole.rows(query)
    for post_id, user, p_user in whole.rows("SELECT post_id, user_id, p_user FROM votes"):
        assert p_user == pytest.approx(_habit(last, post_id, user), abs=1e-6)


def _habit(threads, post_id, user):
    """p_user straight from the definition: what could be known at the moment of posting."""
    minute = {f"M.{number}": hours * 60 for number, (hours, _) in threads.items()}
    votes = [
        (f"M.{number}", name.lower(), max(hours * 60 + minutes, hours * 60), tag == "推")
        for number, (hours, pushes) in threads.items()
        for name, tag, minutes, removed in pushes
        if tag != "→" and minutes is not None and not removed and name != "writer"
    ]
    midnight = math.floor((minute[post_id] + 12 * 60) / (24 * 60)) * 24 * 60 - 12 * 60
    day = [y for _, _, at, y in votes if at < midnight]
    rate = round((sum(day) + BASE_WEIGHT * BASE_RATE) / (len(day) + BASE_WEIGHT), 3)
    known = sorted((v for v in votes if v[1] == user.lower() and v[2] < minute[post_id]), key=lambda v: v[2])
    latest, n, s = {}, 0.0, 0.0
    for thread, _, at, y in known:
        fading = 0.5 ** ((minute[post_id] - at) / 60 / 24 / FADE_DAYS)
        n += fading * (thread not in latest)
        s += fading * (y - latest.get(thread, 0))
        latest[thread] = y
    lifelong = (sum(latest.values()) + PRIOR_WEIGHT * rate) / (len(latest) + PRIOR_WEIGHT)
    return (min(max(s, 0), n) + FADE_WEIGHT * lifelong) / (n + FADE_WEIGHT)

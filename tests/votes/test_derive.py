"""votes and thread_effects: the rules, one by one, and the equality with a computation over everything."""

import math
import random
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analysis import sql
from analysis.store.migrations import migrate, migrations
from analysis.store.privacy import enforce_deleted
from analysis.votes.derive import (
    AUTHOR_WEIGHT,
    BASE_RATE,
    BASE_WEIGHT,
    FADE_DAYS,
    FADE_WEIGHT,
    KIND_WEIGHT,
    PRIOR_WEIGHT,
    SLOW_DAYS,
    SUREST,
    derive_votes,
)

VOTES = "SELECT post_id, user_id, y, p_user FROM votes ORDER BY post_id, user_id"
NO_SHRINK = (Phase.explicit, Phase.generate)  # an example takes a tenth of a second: shrinking takes minutes
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


def sure(p):
    return min(max(p, 1 - SUREST), SUREST)


def test_a_habit_is_what_the_user_had_voted_before_the_thread_was_posted(store):
    store.thread("M.1", [("a", "噓", 5), ("a", "推", 24 * 60)])  # on the second day the boo becomes a push
    store.thread("M.2", [("a", "推", 1)], hours=1)
    store.thread("M.3", [("a", "推", 1)], hours=30, author="other", category="標的")
    derive_votes(store.con)
    p_user = {post: p for post, _, _, p in store.rows(VOTES)}
    assert p_user["M.1"] == pytest.approx(BASE_RATE)
    one_boo = 55 / 60 / 24
    life = 5 * BASE_RATE / 6
    recent = shrunk(*fading([(one_boo, 0)], FADE_DAYS), FADE_WEIGHT, life)
    of_kind = shrunk(*fading([(one_boo, 0)], SLOW_DAYS), KIND_WEIGHT, recent)
    expected = shrunk(*fading([(one_boo, 0)], SLOW_DAYS), AUTHOR_WEIGHT, of_kind)
    assert p_user["M.2"] == pytest.approx(sure(expected), abs=1e-6)
    # the boo of M.1 became a push 24 h after it, so 2 of 2; it fades since the boo. Both votes were in threads of
    # another category and author, so no habit of that kind is known
    rate = round((1 + BASE_WEIGHT * BASE_RATE) / (2 + BASE_WEIGHT), 3)  # of the day before: one boo, one push
    votes = [(30 / 24 - 5 / 60 / 24, 1), (29 / 24 - 1 / 60 / 24, 1)]
    expected = shrunk(*fading(votes, FADE_DAYS), FADE_WEIGHT, shrunk(2, 2, PRIOR_WEIGHT, rate))
    assert p_user["M.3"] == pytest.approx(sure(expected), abs=1e-6)


def fading(votes, half_life):
    """n and s of (days since, 推 or not)."""
    weights = [0.5 ** (days / half_life) for days, _ in votes]
    return sum(weights), sum(w for w, (_, y) in zip(weights, votes, strict=True) if y)


def shrunk(n, s, weight, before):
    return (s + weight * before) / (n + weight)


@pytest.mark.parametrize(("before", "after", "share"), [("噓", "推", 1), ("推", "噓", 0)])
def test_a_vote_that_turned_weeks_later_counts_once_for_what_it_is_now(store, before, after, share):
    """By two clocks it faded to more 推 than votes, or to fewer than none, and took from other votes."""
    for number in range(10):
        store.thread(
            f"M.{number}", [("a", before, 1), ("a", after, 28 * 24 * 60)], author=f"w{number}", category="閒聊"
        )
    store.thread("M.other", [("a", before, 1)], hours=24, category="閒聊")
    store.thread("M.x", [("a", "推", 1)], hours=29 * 24, author="x")
    derive_votes(store.con)
    rate = round((10 * share + 1 - share + BASE_WEIGHT * BASE_RATE) / (11 + BASE_WEIGHT), 3)
    votes = [(29 - 1 / 1440, share)] * 10 + [(28 - 1 / 1440, 1 - share)]
    expected = shrunk(*fading(votes, FADE_DAYS), FADE_WEIGHT, shrunk(11, 10 * share + 1 - share, PRIOR_WEIGHT, rate))
    assert store.rows("SELECT p_user FROM votes WHERE post_id = 'M.x'") == [(pytest.approx(sure(expected), abs=1e-6),)]


def test_votes_on_the_same_kind_of_thread_and_on_the_same_author_weigh_more(store):
    store.thread("M.1", [("a", "噓", 1), ("b", "噓", 1), ("c", "噓", 1), ("d", "噓", 1)], author="w")
    store.thread("M.2", [("a", "推", 1)], hours=1, author="W")
    store.thread("M.3", [("b", "推", 1)], hours=1, author="other")
    store.thread("M.4", [("c", "推", 1)], hours=1, author="other", is_reply=True)
    store.thread("M.5", [("d", "推", 1)], hours=1, author="w", is_reply=True)
    derive_votes(store.con)
    same_both, same_kind, neither, same_author = (p for _, user, y, p in store.rows(VOTES) if y == 1)
    assert same_both < same_author < same_kind < neither < BASE_RATE


def test_nobody_s_habit_is_taken_for_sure(store):
    for number in range(60):
        store.thread(f"M.{number:03d}", [("a", "推", 1), ("b", "噓", 1)], hours=number)
    derive_votes(store.con)
    habits = [p for _, _, _, p in store.rows(VOTES)]
    assert max(habits) == SUREST
    assert min(habits) == pytest.approx(1 - SUREST)


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
    assert store.rows("SELECT post_id, p_user FROM votes") == [("M.2", pytest.approx(BASE_RATE))]
    assert store.rows("SELECT post_id FROM thread_effects") == [("M.2",)]


def test_habits_do_not_go_by_threads_that_were_dropped(store, other_store):
    """PTT_DELETED=drop takes a thread and its votes at once; its voters' later habits must follow."""
    for one in (store, other_store):
        if one is store:
            one.thread("M.1", [("a", "噓", 1), ("b", "推", 1)])
        one.thread("M.2", [("a", "推", 1), ("c", "推", 1)], hours=3)
        derive_votes(one.con)
    store.con.execute("UPDATE posts SET deleted_at = posted_at + INTERVAL 1 DAY WHERE post_id = 'M.1'")
    assert enforce_deleted(store.con, "drop")
    derive_votes(store.con)
    for query in ALL:
        assert store.rows(query) == other_store.rows(query)


def test_a_thread_that_gets_another_category_or_author_changes_later_habits(store):
    store.thread("M.1", [("a", "噓", 1)], author="w")
    store.thread("M.2", [("a", "推", 1)], hours=1, author="w")
    derive_votes(store.con)
    before = store.rows(VOTES)
    store.thread("M.1", [("a", "噓", 1)], author="w", is_reply=True)
    derive_votes(store.con)
    reply = store.rows(VOTES)
    store.thread("M.1", [("a", "噓", 1)], author="x", is_reply=True)
    derive_votes(store.con)
    stranger = store.rows(VOTES)
    assert before[1][3] < reply[1][3] < stranger[1][3]
    assert before[0] == reply[0] == stranger[0]


def test_a_vote_that_was_only_said_again_leaves_later_threads_alone(store):
    store.thread("M.1", [("a", "噓", 1)])
    store.thread("M.2", [("a", "推", 1)], hours=2)
    derive_votes(store.con)
    store.con.execute("UPDATE votes SET p_user = 0.5 WHERE post_id = 'M.2'")  # would be mended if it were looked at
    store.thread("M.1", [("a", "噓", 1), ("a", "噓", 30)])
    derive_votes(store.con)
    assert [(post, p == 0.5) for post, _, _, p in store.rows(VOTES)] == [("M.1", False), ("M.2", True)]
    store.thread("M.1", [("a", "噓", 1), ("a", "推", 30)])
    derive_votes(store.con)
    assert [p == 0.5 for _, _, _, p in store.rows(VOTES)] == [False, False]


def test_votes_tell_when_they_were_cast_and_when_they_turned(store):
    turns = [("a", "推", 1), ("a", "噓", None), ("a", "噓", 5), ("a", "噓", 6), ("a", "→", 7), ("a", "推", 9)]
    store.thread("M.1", [*turns, ("b", "噓", None), ("c", "噓", 3), ("c", "推", 3)], is_reply=True)
    derive_votes(store.con)
    minutes = "epoch({} - posted_at) / 60"
    found = store.rows(
        f"SELECT user_id, y, {minutes.format('first_at')}, {minutes.format('voted_at')},"
        f" list_transform(turned_at, lambda t: {minutes.format('t')}), kind, author FROM votes ORDER BY user_id"
    )
    assert found == [
        ("a", 1, 1, 9, [5, 9], "Re: 新聞", "writer"),
        ("b", 0, None, None, None, "Re: 新聞", "writer"),
        ("c", 1, 3, 3, [3], "Re: 新聞", "writer"),
    ]
    assert store.rows("SELECT voter, epoch(moment) % 3600 / 60, dn, ds FROM internal.vote_changes ORDER BY ALL") == [
        ("a", 1, 1, 1), ("a", 5, 0, -1), ("a", 9, 0, 1), ("c", 3, 0, 1), ("c", 3, 1, 0),
    ]  # fmt: skip


def test_votes_of_an_older_version_are_cast_anew(store, other_store):
    """As they stand in a store of schema 2, or in a backup of one that was restored."""
    for one in (store, other_store):
        one.thread("M.1", [("a", "噓", 1)])
        one.thread("M.2", [("a", "推", 1)], hours=3)
        derive_votes(one.con)
    for column in ("first_at", "turned_at", "author", "kind"):
        store.con.execute(f"UPDATE votes SET {column} = NULL")
    store.con.execute("UPDATE votes SET p_user = 0.5")
    assert derive_votes(store.con) == 2
    for query in ALL:
        assert store.rows(query) == other_store.rows(query)


def test_a_store_of_schema_4_reckons_the_habits_that_a_turned_vote_is_in(store):
    store.thread("M.1", [("a", "噓", 1), ("A", "推", 600), ("b", "推", 1)], category="閒聊")
    store.thread("M.2", [("a", "推", 1), ("c", "推", 1)], hours=30)
    store.thread("M.3", [("b", "推", 1)], hours=30)
    derive_votes(store.con)
    right = store.rows(VOTES)
    store.con.execute("UPDATE votes SET p_user = 0.5 WHERE post_id <> 'M.1'")
    (step,) = (step for step in migrations() if step.version == 5)
    for _ in range(2):
        store.con.execute(step.sql)
    marks = "FROM internal.dirty WHERE step IN ('habits', 'stories') ORDER BY ALL"
    stories = [("Stock", f"M.{number}", "stories") for number in (2, 3)]
    assert store.rows(marks) == [("Stock", "M.2", "habits"), *stories]
    derive_votes(store.con)
    assert store.rows(VOTES) == [row if row[0] != "M.3" else (*row[:3], 0.5) for row in right]


def test_a_store_of_schema_2_with_votes_is_migrated():
    con = duckdb.connect()
    migrate(con, Path(":memory:"), migrations()[:2])
    con.execute("INSERT INTO votes VALUES ('Stock', 'M.1', 'a', 1, 0.9, now(), now())")
    migrate(con, Path(":memory:"))
    sql.apply(con)
    assert con.execute("SELECT user_id, y, kind FROM votes").fetchall() == [("a", 1, None)]
    derive_votes(con)  # its thread is nowhere, so the vote goes
    assert con.execute("SELECT count(*) FROM votes").fetchall() == [(0,)]


def test_the_as_of_macro_reckons_a_habit_that_has_no_row_as_the_table_does(store):
    """A voter who has taken the vote back since has no row in votes, but counted then."""
    store.thread("M.1", [("a", "噓", 5), ("a", "推", 300)], author="w")
    store.thread("M.2", [("A", "噓", 1)], hours=10, is_reply=True)
    store.thread("M.3", [("a", "推", 1), ("a", "噓", 900)], hours=30, author="w", category=None)
    store.thread("M.9", [("a", "噓", 1), ("b", "推", 2)], hours=70, author="W")
    derive_votes(store.con)
    known = (
        "SELECT user_key, round(1 / (1 + exp(-habit)), 6) FROM internal.known_votes("
        "TIMESTAMPTZ '2026-01-08 11:00:00+08', false, TIMESTAMPTZ '2026-01-01 00:00:00+08')"
        " WHERE post_id = 'M.9' ORDER BY 1"
    )
    wanted = store.rows("SELECT lower(user_id), p_user FROM votes WHERE post_id = 'M.9' ORDER BY ALL")
    assert store.rows(known) == wanted
    store.con.execute(
        "UPDATE pushes SET removed_at = TIMESTAMPTZ '2026-01-09 12:00:00+08' WHERE post_id = 'M.9' AND user_id = 'a'"
    )
    store.con.execute("INSERT INTO internal.dirty VALUES ('Stock', 'M.9', 'votes')")
    derive_votes(store.con)
    assert store.rows("SELECT user_id FROM votes WHERE post_id = 'M.9'") == [("b",)]
    assert store.rows(known) == wanted


USERS = ["a", "a", "A", "b", "C", "c", "d", "writer"]
MINUTES = st.sampled_from([None, *range(-1, 2000, 71), *range(2000, 12000, 531)])
# Most votes stand and many turn, weeks later too, so that it matters by which clock they fade.
PUSH = st.tuples(st.sampled_from(USERS), st.sampled_from("推推噓噓→"), MINUTES, st.sampled_from([False] * 5 + [True]))
SHAPE = st.fixed_dictionaries(
    {
        "hours": st.integers(0, 300),
        "author": st.sampled_from(["writer", "Writer", "d"]),
        "category": st.sampled_from(["新聞", "標的", None]),
        "is_reply": st.booleans(),
    }
)
THREAD = st.tuples(st.integers(0, 9), SHAPE, st.lists(PUSH, max_size=9))


@settings(max_examples=10, phases=NO_SHRINK)
@given(writes=st.lists(THREAD, min_size=1, max_size=12), rng=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_what_one_full_computation_gives(
    made_store, made_other_store, writes, rng: random.Random
):
    """Threads arrive late, are edited, change author, lose pushes, vanish; batches are small, so that they cross."""
    piecemeal, last = made_store.clear(), {}
    for number, shape, pushes in writes:
        if number == 9 and last:  # a thread goes, as when its author is forgotten
            piecemeal.forget(f"M.{next(iter(last))}")
            del last[next(iter(last))]
        else:
            piecemeal.thread(f"M.{number}", pushes, **shape)
            last[number] = (shape, pushes)
        if rng.random() < 0.7:
            derive_votes(piecemeal.con, threads=2)
    derive_votes(piecemeal.con, threads=2)
    whole = made_other_store.clear()
    for number, (shape, pushes) in last.items():
        whole.thread(f"M.{number}", pushes, **shape)
    derive_votes(whole.con)
    for query in ALL:
        assert piecemeal.rows(query) == whole.rows(query)
    for post_id, user, p_user in whole.rows("SELECT post_id, user_id, p_user FROM votes"):
        assert p_user == pytest.approx(_habit(last, post_id, user), abs=1e-6)


def _habit(threads, post_id, user):
    """p_user from docs/method.md: of each voter and thread one vote, as it stood when the thread was posted, weighed by
    how long ago it was first cast."""
    shapes = {f"M.{number}": shape for number, (shape, _) in threads.items()}
    asked = shapes[post_id]
    posted = asked["hours"] * 60
    said = {}  # (thread, voter): (minutes, 推 or not), in the order of the clock, then of floors
    for number, (shape, pushes) in threads.items():
        for name, tag, minutes, removed in sorted(pushes, key=lambda p: p[2] or 0):
            if tag != "→" and minutes is not None and not removed and name.lower() != shape["author"].lower():
                at = shape["hours"] * 60 + max(minutes, 0)
                said.setdefault((f"M.{number}", name.lower()), []).append((at, tag == "推"))

    def standing(moment):
        """(thread, voter, when first cast, 推 or not) of every vote that was there before a moment."""
        for (thread, voter), votes in said.items():
            if before := [y for at, y in votes if at < moment]:
                yield thread, voter, votes[0][0], before[-1]

    midnight = math.floor((posted + 12 * 60) / (24 * 60)) * 24 * 60 - 12 * 60
    day = [y for *_, y in standing(midnight)]
    p = round((sum(day) + BASE_WEIGHT * BASE_RATE) / (len(day) + BASE_WEIGHT), 3)
    known = [vote for vote in standing(posted) if vote[1] == user.lower()]
    same_kind = [v for v in known if all(shapes[v[0]][k] == asked[k] for k in ("category", "is_reply"))]
    same_author = [v for v in known if shapes[v[0]]["author"].lower() == asked["author"].lower()]
    for some, half_life, weight in (
        (known, math.inf, PRIOR_WEIGHT),
        (known, FADE_DAYS, FADE_WEIGHT),
        (same_kind, SLOW_DAYS, KIND_WEIGHT),
        (same_author, SLOW_DAYS, AUTHOR_WEIGHT),
    ):
        p = shrunk(*fading([((posted - at) / 60 / 24, y) for _, _, at, y in some], half_life), weight, p)
    return sure(p)

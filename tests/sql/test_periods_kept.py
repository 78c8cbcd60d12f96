"""internal.periods after any sequence of changes is what a computation over everything gives."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analysis.aggregates import derive_moods

PUSHES = st.lists(
    st.tuples(
        st.sampled_from(("ann", "Ann", "bob", "cat", "writer")),
        st.sampled_from("推噓→"),
        st.one_of(st.none(), st.integers(0, 12 * 24 * 60)),
        st.sampled_from((None, -0.5, 0.25, 1.0)),
    ),
    max_size=8,
)
CHANGES = st.sampled_from(("gone", "back", "moved", "lost", "judged", "dropped"))
STEPS = st.lists(
    st.one_of(PUSHES, st.tuples(CHANGES, st.integers(0, 9), st.integers(1, 8), st.integers(0, 20))),
    min_size=1,
    max_size=9,
)
WHERE = "WHERE post_id = $post_id AND floor = $floor"
CHANGE = {
    "gone": f"UPDATE pushes SET removed_at = pushed_at + to_days($days) {WHERE}",
    "back": f"UPDATE pushes SET removed_at = NULL {WHERE} AND $days IS NOT NULL",
    "moved": f"UPDATE pushes SET pushed_at = pushed_at + to_days($days) {WHERE}",
    "lost": f"DELETE FROM pushes {WHERE} AND $days IS NOT NULL",
    "judged": f"UPDATE push_scores SET score = $days / 20 {WHERE}",
    "dropped": "DELETE FROM pushes WHERE post_id = $post_id AND $floor + $days > 0",
}


def kept(con):
    """Both as rows, numbers rounded: sums in another order differ in the last place."""
    columns = (
        "board, span, period, comments, users, pushes, boos, arrows, round(crowd_mood, 9), round(crowd_variance, 9)"
    )
    return [
        con.execute(f"SELECT {columns} FROM internal.{name} ORDER BY ALL").fetchall()
        for name in ("periods", "periods_now")
    ]


@given(steps=STEPS)
@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
def test_whatever_changes_periods_are_those_of_a_computation_from_scratch(store, said, steps):
    store.clear()
    made = 0
    for step in steps:
        if isinstance(step, list):
            pushes = [said(user, tag, minute, score) for user, tag, minute, score in step]
            store.thread(f"M.{made}", pushes, hours=made * 7)
            made += 1
        else:
            kind, number, floor, days = step
            key = {"post_id": f"M.{number}", "floor": floor, "days": days}
            store.con.execute(CHANGE[kind], key)
            if number < made:
                store.insert("internal.dirty", board="Stock", post_id=f"M.{number}", step="moods")
        derive_moods(store.con, threads=2)
        ours, scratch = kept(store.con)
        assert ours == scratch


def test_only_the_periods_of_a_changed_thread_are_reckoned_again(threads, said):
    threads.thread("M.1", [said("a", "推", 1, 0.5)])
    threads.thread("M.2", [said("b", "推", 1, 0.5)], hours=30 * 24)
    threads.derive()
    threads.con.execute("UPDATE internal.periods SET comments = 77")
    threads.insert("internal.dirty", board="Stock", post_id="M.2", step="moods")
    derive_moods(threads.con)
    assert threads.con.execute("SELECT comments FROM internal.periods ORDER BY period, span").fetchall() == [
        (77,), (77,), (1,), (1,),
    ]  # fmt: skip


def test_a_kill_between_the_two_transactions_loses_no_period(threads, said, monkeypatch):
    threads.thread("M.1", [said("a", "推", 1, 0.5)])
    monkeypatch.setattr("analysis.aggregates._fill_periods", lambda con: None)
    derive_moods(threads.con)
    assert kept(threads.con)[0] == []
    monkeypatch.undo()
    derive_moods(threads.con)
    ours, scratch = kept(threads.con)
    assert ours == scratch
    assert len(ours) == 2


@pytest.mark.parametrize("weeks", [1, 3])
def test_many_weeks_are_filled_in_parts(threads, said, monkeypatch, weeks):
    monkeypatch.setattr("analysis.aggregates.WEEKS", weeks)
    for number in range(8):
        threads.thread(f"M.{number}", [said("a", "推", 1, 0.5), said("b", "噓", 1500, -0.5)], hours=5 * 24 * number)
    threads.derive()
    ours, scratch = kept(threads.con)
    assert ours == scratch


def test_threads_that_are_in_no_period_are_found(threads, said):
    """A store that was restored from a backup of before schema 4, and crawled on since."""
    threads.thread("M.1", [said("a", "推", 1, 0.5), said("b", "噓", 2000, -0.5)])
    threads.thread("M.2", [said("c", "→", 1, 0.25)])
    threads.derive()
    right = kept(threads.con)[1]
    threads.con.execute("DELETE FROM internal.thread_days WHERE post_id = 'M.1'")
    threads.con.execute("UPDATE internal.periods SET comments = 1, users = 1")
    derive_moods(threads.con)
    assert kept(threads.con) == [right, right]
    threads.con.execute("DELETE FROM internal.thread_days")
    threads.con.execute("DELETE FROM internal.periods")
    derive_moods(threads.con)
    assert kept(threads.con) == [right, right]


def test_threads_without_a_dated_push_are_not_done_again_each_time(threads, said):
    threads.thread("M.1", [said("a", minute=None)])
    threads.thread("M.2", [said("a", minute=1, removed=5)])
    threads.thread("M.3")
    threads.derive()
    assert derive_moods(threads.con) == 0


def test_days_of_pushes_that_are_gone_end_the_work(threads, said, monkeypatch):
    monkeypatch.setattr("analysis.aggregates.WEEKS", 1)
    for number in range(3):
        threads.thread(f"M.{number}", [said("a", "推", 1, 0.5)], hours=14 * 24 * number)
    threads.derive()
    threads.con.execute("DELETE FROM pushes WHERE post_id = 'M.0'")
    threads.con.execute("DELETE FROM internal.periods")
    derive_moods(threads.con)
    ours, scratch = kept(threads.con)
    assert ours == scratch
    assert len(ours) == 4


def test_a_week_that_cannot_be_made_ends_the_work(threads, said):
    threads.thread("M.1", [said("a", "推", 1, 0.5)])
    threads.derive()
    threads.con.execute("DELETE FROM pushes")
    threads.con.execute("DELETE FROM internal.periods WHERE span = 'week'")
    assert derive_moods(threads.con) == 0

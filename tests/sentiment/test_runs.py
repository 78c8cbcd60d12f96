from hypothesis import given
from hypothesis import strategies as st

from analysis.sentiment.runs import Run, join_runs


def test_consecutive_rows_of_one_user_are_one_text() -> None:
    rows = [(1, "amy", "今天開高"), (2, "amy", "結果走低"), (3, "bob", "笑死"), (4, "amy", "別笑")]
    assert join_runs(rows) == [Run((1, 2), "今天開高 結果走低"), Run((3,), "笑死"), Run((4,), "別笑")]


def test_user_ids_have_no_case() -> None:
    assert join_runs([(1, "Amy", "a"), (2, "aMY", "b")]) == [Run((1, 2), "a b")]


def test_unknown_users_never_join() -> None:
    assert join_runs([(1, None, "a"), (2, None, "b"), (3, "amy", "c")]) == [
        Run((1,), "a"),
        Run((2,), "b"),
        Run((3,), "c"),
    ]


def test_floors_need_not_be_dense() -> None:
    assert join_runs([(3, "amy", "a"), (9, "amy", "b")]) == [Run((3, 9), "a b")]


def test_a_text_that_was_not_kept_has_no_floor() -> None:
    assert join_runs([(1, "amy", "a"), (2, "amy", None), (3, "amy", "b")]) == [Run((1, 3), "a b")]
    assert join_runs([(1, "amy", "a"), (2, "bob", None), (3, "amy", "b")]) == [Run((1,), "a"), Run((3,), "b")]
    assert join_runs([(1, "amy", None)]) == []


def test_empty_texts_stay() -> None:
    assert join_runs([(1, "amy", ""), (2, "bob", "")]) == [Run((1,), ""), Run((2,), "")]
    assert join_runs([]) == []


@given(st.lists(st.tuples(st.sampled_from(["a", "A", "b", None]), st.sampled_from(["x", "", None]))))
def test_every_kept_row_is_in_one_run_in_order(rows: list[tuple[str | None, str | None]]) -> None:
    numbered = [(floor, user, text) for floor, (user, text) in enumerate(rows, 1)]
    runs = join_runs(numbered)
    assert [floor for run in runs for floor in run.floors] == [floor for floor, _, text in numbered if text is not None]
    users = {floor: user and user.lower() for floor, user, _ in numbered}
    assert all(len({users[floor] for floor in run.floors}) == 1 for run in runs)

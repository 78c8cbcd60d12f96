"""Years by monotone order, edit lines as anchors."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptt_spider.clock import TAIPEI
from ptt_spider.pages.timeline import SLACK, Timeline, clock_of

START = datetime(2024, 1, 31, 12, 0, 30, tzinfo=TAIPEI)


def at(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=TAIPEI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["01/31 12:00"], [at(2024, 1, 31, 12, 0)]),
        # The file name's clock may run ahead of the push's by seconds or minutes: no year passes.
        (["01/31 11:58"], [at(2024, 1, 31, 11, 58)]),
        (["01/31 10:59"], [at(2025, 1, 31, 10, 59)]),
        (["12/31 23:59", "01/01 00:00"], [at(2024, 12, 31, 23, 59), at(2025, 1, 1, 0, 0)]),
        # A minute back in the row, too.
        (["12/31 23:59", "01/01 00:00", "12/31 23:59"],
         [at(2024, 12, 31, 23, 59), at(2025, 1, 1, 0, 0), at(2024, 12, 31, 23, 59)]),
        (["02/29 08:00"], [at(2024, 2, 29, 8, 0)]),
        (["03/01 00:00", "02/29 08:00"], [at(2024, 3, 1, 0, 0), at(2028, 2, 29, 8, 0)]),
        (["03/01 00:00", "06/31 08:00", "02/30 01:00", "13/01 01:00", "01/01 24:00", "03/01 00:01"],
         [at(2024, 3, 1, 0, 0), None, None, None, None, at(2024, 3, 1, 0, 1)]),
    ],
)  # fmt: skip
def test_least_year_in_order(lines: list[str], expected: list[datetime | None]) -> None:
    timeline = Timeline(START)
    assert [timeline.place(line) for line in lines] == expected


@pytest.mark.parametrize(
    "text",
    ["", "3/04 09:16", "03/04", "03/04 9:16", "03-04 09:16", "03/04 09:16 ", "０３/04 09:16", "03/04 09:1६", "abc"],
)
def test_anything_else_has_no_time(text: str) -> None:
    assert clock_of(text) is None
    assert Timeline(START).place(text) is None


def test_without_a_start_only_an_anchor_gives_years() -> None:
    timeline = Timeline(None)
    assert timeline.place("02/01 10:00") is None
    timeline.anchor(at(2026, 5, 1, 8, 0))
    assert timeline.place("05/01 08:30") == at(2026, 5, 1, 8, 30)
    assert timeline.place("02/01 10:00") == at(2027, 2, 1, 10, 0)


def test_an_anchor_moves_the_years_on() -> None:
    timeline = Timeline(START)
    timeline.anchor(at(2031, 7, 1, 0, 0))
    assert timeline.place("06/30 23:30") == at(2031, 6, 30, 23, 30)
    assert timeline.place("06/30 10:00") == at(2032, 6, 30, 10, 0)


def test_an_anchor_before_the_post_was_pasted() -> None:
    timeline = Timeline(START)
    timeline.anchor(at(2019, 7, 1, 0, 0))
    assert timeline.place("02/01 10:00") == at(2024, 2, 1, 10, 0)


def test_an_anchor_a_little_out_of_place_changes_nothing() -> None:
    timeline = Timeline(START)
    timeline.place("02/03 10:00")
    timeline.anchor(at(2024, 2, 1, 9, 0))
    assert timeline.place("02/02 10:00") == at(2025, 2, 2, 10, 0)


def test_years_begin_again_where_an_anchor_unmasks_a_forged_line() -> None:
    timeline = Timeline(START)
    assert timeline.place("01/01 00:00") == at(2025, 1, 1, 0, 0)
    timeline.anchor(at(2024, 2, 1, 9, 0))
    assert timeline.place("02/01 10:00") == at(2024, 2, 1, 10, 0)


@given(st.lists(st.integers(0, 360 * 24 * 60), max_size=30))
def test_any_row_with_gaps_below_a_year_is_told(minutes: list[int]) -> None:
    """Whatever was pushed less than a year after the line above it gets its true time back."""
    moment = START.replace(second=0)
    timeline = Timeline(START)
    for gap in minutes:
        moment += timedelta(minutes=gap)
        assert timeline.place(f"{moment:%m/%d %H:%M}") == moment or (moment.month, moment.day) == (2, 29)
        if (moment.month, moment.day) == (2, 29):
            timeline.anchor(moment)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28), st.integers(0, 23)), max_size=30))
def test_times_never_run_backwards_beyond_the_slack(lines: list[tuple[int, int, int]]) -> None:
    timeline = Timeline(START)
    last = START
    for month, day, hour in lines:
        moment = timeline.place(f"{month:02}/{day:02} {hour:02}:00")
        assert moment is not None
        assert moment >= (last - SLACK).replace(second=0)
        assert moment < last + timedelta(days=367)
        last = max(last, moment)

"""Weeks, and the thresholds between numbers and words."""

from datetime import date

import pytest

from analysis.digest import judge
from analysis.digest.figures import Coverage, longest_gap, usual_mood
from analysis.digest.weeks import Week
from analysis.errors import UsageError


def test_a_week_knows_its_days_and_its_cut():
    week = Week.parse("2026-W04")
    assert (week.start, week.end) == (date(2026, 1, 19), date(2026, 1, 25))
    assert week.cut.isoformat() == "2026-01-26T07:30:00+08:00"
    assert (week.name, week.span, week.before.name) == ("2026-W04", "1/19–1/25", "2026-W03")
    assert Week.of(date(2026, 1, 1)).name == "2026-W01"
    assert Week.of(date(2027, 1, 3)).name == "2026-W53"


@pytest.mark.parametrize("text", ["2026-60", "2025-W53", "2026-W00", "W04", "nonsense", "2026-W04x", ""])
def test_a_bad_week_is_a_users_error(text):
    with pytest.raises(UsageError, match="2026-W04"):
        Week.parse(text)


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        ([[0, 60], [269]], (269 + 210) / 60),
        ([[0], [], [], [0]], 13.5),
        ([list(range(270))] * 5, 1 / 60),
        ([[], [], []], 13.5),
        ([], 0),
    ],
)
def test_gaps_are_counted_in_trading_hours(days, hours):
    assert longest_gap(days) == pytest.approx(hours)


def test_what_forbids_a_comparison():
    whole = Coverage(listed=100, fetched=95, failed=5, gone=0, gap_hours=6.0)
    assert judge.incomplete(whole, 5) is None
    assert judge.incomplete(Coverage(100, 94, 6, 0, 0.0), 5) == "missing"
    assert judge.incomplete(Coverage(100, 90, 0, 10, 0.0), 5) is None  # deleted posts are not missing
    assert judge.incomplete(Coverage(100, 100, 0, 0, 6.1), 5) == "gap"
    assert judge.incomplete(Coverage(100, 100, 0, 0, 22.5), 0) is None  # no session, no gap
    assert judge.incomplete(Coverage(0, 50, 0, 0, 1.0), 5) is None  # imported: nothing was listed


def test_a_change_within_its_interval_is_none(week_figures):
    before = week_figures()
    assert not judge.comments_against(week_figures(comments=1300), before).clear
    many_threads = judge.comments_against(week_figures(comments=1300, square=9_000.0), week_figures(square=9_000.0))
    assert many_threads.clear
    assert many_threads.ratio == pytest.approx(1.3)
    assert judge.mood_against(week_figures(mood=0.05), before) == "flat"
    assert judge.mood_against(week_figures(mood=0.06), before) == "good"
    assert judge.mood_against(week_figures(mood=-0.06), before) == "bad"
    assert judge.mood_against(week_figures(mood=None, mood_se=None), before) == "none"
    assert judge.mood_against(week_figures(mood=0.9, comments=9), before) == "none"
    assert judge.mood_against(before, week_figures(mood=0.9, comments=9)) == "none"


@pytest.mark.parametrize(
    ("approval", "low", "high", "voters", "kind", "sure"),
    [
        (0.5, 0.3, 0.7, 60, "good", "high"),
        (0.5, 0.1, 0.8, 30, "good", "mid"),
        (0.3, -0.2, 0.7, 30, "good", "low"),
        (0.0, -0.2, 0.2, 60, "flat", "mid"),
        (-0.5, -0.7, -0.3, 60, "bad", "high"),
        (-0.5, -0.7, -0.3, 9, "bad", "low"),
        (None, None, None, 0, "none", "low"),
    ],
)
def test_approval_in_words(approval, low, high, voters, kind, sure):
    assert (judge.approval(approval), judge.certainty(approval, low, high, voters)) == (kind, sure)


def test_opposed_needs_a_clear_crowd_against_a_clear_tone(news_figures):
    against = {
        "news_tone": 0.5, "approval": -0.4, "approval_low": -0.6, "approval_high": -0.2,
        "crowd_mood": -0.3, "crowd_mood_se": 0.1,
    }  # fmt: skip
    assert judge.opposed(news_figures(**against), 0.0) == "bad"
    assert (
        judge.opposed(news_figures(**against | {"approval": 0.3, "approval_low": 0.1, "approval_high": 0.5}), -0.3)
        == "none"
    )
    assert judge.opposed(news_figures(**against | {"news_tone": 0.1}), 0.0) == "none"
    assert judge.opposed(news_figures(**against | {"voters": 9}), 0.0) == "none"
    assert judge.opposed(news_figures(news_tone=-0.5), 0.0) == "good"
    assert judge.opposed(news_figures(news_tone=-0.5, approval=None, crowd_mood=None), 0.0) == "none"


def test_comments_are_judged_against_what_is_usual(news_figures):
    assert judge.around(-0.3, 0.02) == "bad"
    assert judge.around(-0.3, 0.02, usual=-0.3) == "flat"
    assert judge.around(-0.2, 0.02, usual=-0.3) == "good"
    assert usual_mood([(100, -0.2), (5000, -0.4), (99, 0.9), (1000, None)]) == pytest.approx(-0.3)
    assert usual_mood([(99, -0.2)]) is None
    assert judge.around(-0.3, 0.02, usual=None) == "none"  # against 0 nearly every week would be gloomy
    assert judge.crowd(news_figures(approval=None), None) is None
    mean, se = judge.crowd(
        news_figures(approval=0.2, approval_low=0.004, approval_high=0.396, crowd_mood=-0.1, crowd_mood_se=0.1), -0.3
    )
    assert (mean, se) == (pytest.approx(0.2), pytest.approx(0.1 / 2**0.5))


@pytest.mark.parametrize(
    ("pushes", "boos", "booed"),
    [(1, 1, False), (0, 1, False), (0, 2, True), (3, 2, True), (4, 2, False), (5, 5, True), (9, 0, False)],
)
def test_a_single_boo_makes_no_post_the_most_booed(pushes, boos, booed):
    assert judge.is_booed(pushes, boos) == booed


def test_a_mood_of_few_comments_gets_no_word():
    assert judge.mood(9, 0.9, 0.01, 0.0) == "few"
    assert judge.mood(10, 0.9, 0.01, 0.0) == "good"
    assert judge.mood(10, None, None, 0.0) == "none"

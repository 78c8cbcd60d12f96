"""Thread effects: the optimum, its error, and how often the interval holds the truth."""

import numpy as np
import pytest

from analysis.votes import TAU, approval_of, thread_effects
from analysis.votes.effects import logit, newton, sigmoid


def objective(theta, y, offset):
    q = sigmoid(offset + theta)
    return float((y * np.log(q) + (1 - y) * np.log(1 - q)).sum() - theta**2 / (2 * TAU**2))


@pytest.mark.parametrize("seed", range(5))
def test_newton_finds_the_maximum(seed):
    rng = np.random.default_rng(seed)
    y = (rng.random(30) < 0.3).astype(float)
    habits = rng.uniform(0.02, 0.99, 30)
    effects = thread_effects(y, habits, np.zeros(30, int), 1)
    grid = np.linspace(-6, 6, 120_001)
    best = grid[np.argmax([objective(theta, y, logit(habits)) for theta in grid[::20]]) * 20]
    fine = np.linspace(best - 0.01, best + 0.01, 2_001)
    best = fine[np.argmax([objective(theta, y, logit(habits)) for theta in fine])]
    assert effects.theta[0] == pytest.approx(best, abs=2e-5)
    q = sigmoid(logit(habits) + effects.theta[0])
    assert effects.se[0] == pytest.approx(1 / np.sqrt((q * (1 - q)).sum() + 1 / TAU**2))
    assert effects.approval[0] == pytest.approx(2 * sigmoid(effects.theta[0]) - 1)


def test_votes_against_strong_habits_converge():
    """200 boos of users who never boo: a full Newton step from 0 would overshoot by far."""
    effects = thread_effects(np.zeros(200), np.full(200, 0.9999), np.zeros(200, int), 1)
    q = sigmoid(logit(0.9999) + effects.theta[0])
    assert -200 * q - effects.theta[0] / TAU**2 == pytest.approx(0, abs=1e-4)


def test_a_thread_s_result_does_not_depend_on_its_company():
    rng = np.random.default_rng(1)
    thread = rng.integers(0, 50, 600)
    y, habits = (rng.random(600) < 0.8).astype(float), rng.uniform(0.3, 0.99, 600)
    together = thread_effects(y, habits, thread, 50)
    for number in (0, 7, 49):
        own = thread == number
        alone = thread_effects(y[own], habits[own], np.zeros(own.sum(), int), 1)
        assert alone.theta[0] == together.theta[number]
        assert alone.se[0] == together.se[number]


def test_usual_votes_are_zero_and_more_votes_are_surer():
    few = thread_effects([1, 1, 1, 0], [0.75] * 4, [0] * 4, 1)
    many = thread_effects([1, 1, 1, 0] * 50, [0.75] * 200, [0] * 200, 1)
    assert few.approval[0] == pytest.approx(0, abs=1e-6)
    assert many.approval[0] == pytest.approx(0, abs=1e-6)
    assert many.approval_high[0] - many.approval_low[0] < 0.4 < few.approval_high[0] - few.approval_low[0]


def test_without_votes_there_is_nothing_but_nulls():
    effects = thread_effects([1], [0.9], [1], 3)
    assert effects.voters.tolist() == [0, 1, 0]
    assert np.isnan(effects.approval[[0, 2]]).all()
    assert np.isnan(effects.approval_low[[0, 2]]).all()
    theta, se = newton(np.empty(0), np.empty(0), np.empty(0, int), 2)
    assert theta.tolist() == [0, 0]
    assert se.tolist() == pytest.approx([TAU, TAU])
    assert len(thread_effects([], [], [], 0).theta) == 0


def test_approval_lies_within_its_scale():
    assert approval_of([-50, 0, 50]).tolist() == pytest.approx([-1, 0, 1])


@pytest.mark.parametrize("voters", [2, 10, 40, 150])
def test_intervals_hold_the_truth_as_often_as_they_say(voters):
    """Habits as skewed as the board's: most near 1, a few that always boo."""
    rng = np.random.default_rng(voters)
    rounds = 3_000
    habits = np.clip(rng.beta(4, 0.6, (rounds, voters)), 0.03, 0.995)
    theta = rng.normal(0, TAU, rounds)
    y = rng.random((rounds, voters)) < sigmoid(logit(habits) + theta[:, None])
    found = thread_effects(y.ravel(), habits.ravel(), np.repeat(np.arange(rounds), voters), rounds)
    true = approval_of(theta)
    share = ((found.approval_low <= true) & (true <= found.approval_high)).mean()
    assert 0.93 <= share <= 0.97


@pytest.mark.slow
def test_held_out_votes_of_real_threads(root, shared, monkeypatch):
    monkeypatch.syspath_prepend(str(root))
    from benchmarks.votes import habit, half_coverage, read_votes, report, simulated_coverage

    votes = read_votes()
    loss = report(votes)
    ours, plain = loss["our habit + thread"], loss["lifelong habit + thread (plain)"]
    assert ours <= plain - 0.008
    assert ours < 0.2565
    assert plain < loss["lifelong habit alone"] < loss["Beta(6.16, 0.94)"] < loss["raw ratio"]
    p_user = habit(votes, 0.85)
    for voters in (2, 10, 40, 150):
        assert 0.93 <= simulated_coverage(p_user, voters) <= 0.97
    for least in (5, 20, 40):
        assert 0.93 <= half_coverage(votes, p_user, least)[0] <= 0.97

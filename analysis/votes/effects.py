"""How a thread's votes lean, after allowing for who voted.

Each vote is 推 (1) with probability σ(logit p_user + theta), where p_user is the voter's habit and theta, one number a
thread, has the prior N(0, τ²). Derivation, data and checks: docs/method.md.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

TAU: Final = 1.2
"""Spread of thread effects in logits, fitted on threads of 2016–2018 (benchmarks/votes.py)."""
TOLERANCE: Final = 1e-6
Z95: Final = 1.96
_MAX_STEP: Final = 2.0
_MAX_ROUNDS: Final = 100

Floats = NDArray[np.float64]


class Effects(NamedTuple):
    """One entry a thread; without votes all but ``voters`` are NaN."""

    voters: NDArray[np.int64]
    theta: Floats
    """Logits by which the crowd leans above (or below) its habit."""
    se: Floats
    approval: Floats
    """2σ(theta) − 1, in [−1, 1]; 0 means "as these users usually vote"."""
    approval_low: Floats
    approval_high: Floats


def logit(p: ArrayLike) -> Floats:
    p = np.asarray(p, dtype=float)
    return np.asarray(np.log(p) - np.log1p(-p))


def sigmoid(x: ArrayLike) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(x, dtype=float))))


def approval_of(theta: ArrayLike) -> Floats:
    """Thread effect in logits -> [−1, 1]."""
    return np.asarray(np.tanh(0.5 * np.asarray(theta, dtype=float)))


def newton(y: Floats, offset: Floats, thread: NDArray[np.int64], count: int, tau: float = TAU) -> tuple[Floats, Floats]:
    """(theta, se) of ``count`` threads from votes ``y`` (0/1) with habits ``offset`` in logits.

    ``thread`` numbers each vote's thread from 0. Maximises Σ[y log q + (1−y) log(1−q)] − theta²/2τ² by Newton steps
    until every step is below 1e-6; a thread without votes keeps the prior (0, τ).
    """
    theta = np.zeros(count)
    active = np.ones(count, dtype=bool)  # each thread stops by its own steps, so that its result is its own
    for _ in range(_MAX_ROUNDS):
        q = sigmoid(offset + theta[thread])
        information = np.bincount(thread, weights=q * (1 - q), minlength=count) + 1 / tau**2
        gradient = np.bincount(thread, weights=y - q, minlength=count) - theta / tau**2
        step = np.clip(gradient / information, -_MAX_STEP, _MAX_STEP)
        theta += np.where(active, step, 0.0)
        active &= np.abs(step) >= TOLERANCE
        if not active.any():
            break
    q = sigmoid(offset + theta[thread])
    information = np.bincount(thread, weights=q * (1 - q), minlength=count) + 1 / tau**2
    return theta, 1 / np.sqrt(information)


def thread_effects(y: ArrayLike, p_user: ArrayLike, thread: ArrayLike, count: int, tau: float = TAU) -> Effects:
    """Effects of ``count`` threads from votes ``y`` (1 推, 0 噓) by users of habit ``p_user`` in (0, 1)."""
    index = np.asarray(thread, dtype=np.int64)
    theta, se = newton(np.asarray(y, dtype=float), logit(p_user), index, count, tau)
    voters = np.bincount(index, minlength=count)
    theta[voters == 0] = se[voters == 0] = np.nan
    return Effects(voters, theta, se, approval_of(theta), approval_of(theta - Z95 * se), approval_of(theta + Z95 * se))

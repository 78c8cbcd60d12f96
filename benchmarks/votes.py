"""Held-out votes: how well habits and thread effects foretell how the other half of a thread votes.

    .venv/bin/python -m benchmarks.votes [--select | --coverage | --store FILE]

Protocol (../shared/docs/sentiment.md): threads of the last 20 % by time; in each a random half of the voters (seed 0)
is held out, users without history included; theta comes from the other half; mean log loss over the held-out votes,
95 % interval by thread bootstrap. ``--select`` compares variants on earlier threads alone (40 % to 80 % by time), where
the choice was made. ``--coverage`` checks the intervals: simulated effects with real p_user sets of 2, 10, 40 and 150
voters, and held-out half-thread 推 rates. ``--store``: the same protocol with the habits that a store of these threads
holds (``.cache/bench/store-10000000/work.duckdb`` of ``benchmarks store``; later rounds of it are left out).
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np

from analysis.votes.derive import (
    AUTHOR_WEIGHT,
    BASE_RATE,
    FADE_DAYS,
    FADE_WEIGHT,
    KIND_WEIGHT,
    PRIOR_WEIGHT,
    SLOW_DAYS,
    SUREST,
)
from analysis.votes.effects import TAU, logit, newton, sigmoid, thread_effects

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
DAY = 86_400.0
QUERY = """
WITH p AS (
    SELECT p.floor, (p.tag = '推')::INT AS y, dense_rank() OVER (ORDER BY lower(p."user")) - 1 AS u, p.time, t.t, t.ts
      FROM '{pushes}' p JOIN threads t USING (post_id)
     WHERE p.tag <> '→' AND p."user" IS NOT NULL AND lower(p."user") <> t.author
), d AS (
    SELECT *, try_strptime(CASE WHEN length(time) = 11 THEN year(ts) || '/' || time END, '%Y/%m/%d %H:%M') AS pushed
      FROM p
)
SELECT t, u, floor, y, epoch(ts) AS ts,
       epoch(greatest(timezone('Asia/Taipei', pushed) + CASE WHEN timezone('Asia/Taipei', pushed) < ts - INTERVAL 2 DAY
                                                         THEN INTERVAL 1 YEAR ELSE INTERVAL 0 DAY END, ts)) AS moment
  FROM d ORDER BY t, u, moment NULLS FIRST, floor
"""


class Votes(NamedTuple):
    """One entry a vote (user and thread); ``events`` are the moments at which habits changed."""

    thread: np.ndarray
    user: np.ndarray
    y: np.ndarray
    posted: np.ndarray
    event_user: np.ndarray
    event_thread: np.ndarray
    event_at: np.ndarray
    event_first: np.ndarray
    """When the event's vote was first cast, by which it fades."""
    event_n: np.ndarray
    event_s: np.ndarray
    author: np.ndarray
    kind: np.ndarray
    """Category and is_reply of each thread, as one number."""


def read_votes() -> Votes:
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Taipei'")
    con.execute(
        "CREATE TABLE threads AS SELECT post_id, posted_at AS ts, lower(author) AS author, row_number() OVER "
        "(ORDER BY posted_at, post_id) - 1 AS t, dense_rank() OVER (ORDER BY coalesce(category, ''), is_reply) AS kind,"
        f" dense_rank() OVER (ORDER BY lower(author)) AS a FROM '{DATA}/stock_posts_2016_2018.parquet'"
    )
    rows = con.execute(QUERY.format(pushes=DATA / "stock_pushes_2016_2018.parquet")).fetchnumpy()
    t, u, y = (np.asarray(rows[name], dtype=np.int64) for name in ("t", "u", "y"))
    at = np.ma.filled(rows["moment"], np.nan).astype(float)
    first = np.r_[True, (t[1:] != t[:-1]) | (u[1:] != u[:-1])]
    last = np.r_[first[1:], True]
    dated = ~np.isnan(at)
    opens = dated & (first | ~np.r_[False, dated[:-1]])  # the first vote of theirs in the thread that has a time
    before = np.r_[0, y[:-1]]
    first_at = at[np.maximum.accumulate(np.where(opens, np.arange(len(at)), 0))]
    shape = con.execute("SELECT a, kind FROM threads ORDER BY t").fetchnumpy()
    return Votes(
        t[last], u[last], y[last].astype(float), np.asarray(rows["ts"], float)[last],
        u[dated], t[dated], at[dated], first_at[dated], opens[dated].astype(float),
        (y - np.where(opens, 0, before))[dated].astype(float),
        np.asarray(shape["a"], np.int64), np.asarray(shape["kind"], np.int64),
    )  # fmt: skip


@numba.njit
def _walk(ek, et, ef, en, es, qk, qt, rate):  # pragma: no cover
    n, s = np.zeros(len(qk)), np.zeros(len(qk))
    j, key, cn, cs, last = 0, -1, 0.0, 0.0, 0.0
    for i in range(len(qk)):
        if qk[i] != key:
            key, cn, cs, last = qk[i], 0.0, 0.0, qt[i]
            while j < len(ek) and ek[j] < key:
                j += 1
        while j < len(ek) and ek[j] == key and et[j] < qt[i]:
            fade = np.exp(-rate * max(et[j] - last, 0.0))
            weight = np.exp(-rate * (et[j] - ef[j]))
            cn, cs, last = cn * fade + en[j] * weight, cs * fade + es[j] * weight, et[j]
            j += 1
        fade = np.exp(-rate * max(qt[i] - last, 0.0))
        n[i], s[i] = cn * fade, cs * fade
    return n, s


def history(votes: Votes, half_life: float = 0.0, by: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Votes cast and 推 among them, of each vote's user before its thread was posted; fading by ``half_life`` days.

    ``by``: a number a thread; only votes in threads of the same number count.
    """
    if by is None:
        event_key, key = votes.event_user, votes.user
    else:
        size = int(by.max()) + 1
        event_key, key = votes.event_user * size + by[votes.event_thread], votes.user * size + by[votes.thread]
    events, asks = np.lexsort((votes.event_at, event_key)), np.lexsort((votes.posted, key))
    n, s = np.empty(len(key)), np.empty(len(key))
    n[asks], s[asks] = _walk(
        event_key[events], votes.event_at[events], votes.event_first[events], votes.event_n[events],
        votes.event_s[events],
        key[asks], votes.posted[asks], np.log(2) / (half_life * DAY) if half_life else 0.0,
    )  # fmt: skip
    return n, np.clip(s, 0, n)


def lifetime(votes: Votes, base: float, weight: float = PRIOR_WEIGHT) -> tuple[np.ndarray, np.ndarray]:
    n, s = history(votes)
    return (s + weight * base) / (n + weight), n > 0


def faded(votes: Votes, prior: np.ndarray, half_life: float, weight: float, by: np.ndarray | None = None) -> np.ndarray:
    n, s = history(votes, half_life, by)
    return (s + weight * prior) / (n + weight)


def rates(votes: Votes, base: float) -> dict[str, np.ndarray]:
    """Habits, each shrunk to the one before it."""
    life, _ = lifetime(votes, base)
    late = faded(votes, life, FADE_DAYS, FADE_WEIGHT)
    kind = faded(votes, late, SLOW_DAYS, KIND_WEIGHT, votes.kind)
    return {
        "lifelong": life,
        "+ of late": late,
        "+ by kind": kind,
        "+ by author": faded(votes, kind, SLOW_DAYS, AUTHOR_WEIGHT, votes.author),
    }


def habit(votes: Votes, base: float) -> np.ndarray:
    """p_user as analysis/sql/votes/habits.sql has it, but for the board's rate, which is one number here."""
    return np.clip(rates(votes, base)["+ by author"], 1 - SUREST, SUREST)


def losses(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


class Split(NamedTuple):
    fit: np.ndarray
    held: np.ndarray


def halves(votes: Votes, low: float, high: float) -> Split:
    """Threads between two quantiles of time, each with a random half of its voters held out."""
    edges = np.quantile(np.unique(votes.thread), [low, high])
    inside = (votes.thread >= edges[0]) & (votes.thread <= edges[1])
    half = np.random.default_rng(0).random(len(votes.y)) < 0.5
    return Split(inside & ~half, inside & half)


def effects(votes: Votes, p_user: np.ndarray, split: Split, tau: float = TAU) -> np.ndarray:
    """theta of each thread from the votes that are not held out."""
    count = int(votes.thread.max()) + 1
    return newton(votes.y[split.fit], logit(p_user)[split.fit], votes.thread[split.fit], count, tau)[0]


def with_theta(votes: Votes, p_user: np.ndarray, split: Split, tau: float = TAU) -> np.ndarray:
    return sigmoid(logit(p_user) + effects(votes, p_user, split, tau)[votes.thread])


def interval(loss: np.ndarray, thread: np.ndarray, rounds: int = 1000) -> tuple[float, float]:
    """95 % interval of the mean loss, threads drawn anew with replacement."""
    _, number = np.unique(thread, return_inverse=True)
    total, size = np.bincount(number, weights=loss), np.bincount(number)
    draw = np.random.default_rng(0).integers(0, len(total), (rounds, len(total)))
    low, high = np.quantile(total[draw].sum(1) / size[draw].sum(1), [0.025, 0.975])
    return float(low), float(high)


def report(votes: Votes) -> dict[str, float]:
    split = halves(votes, 0.8, 1.0)
    base = votes.y[votes.thread < votes.thread[split.held].min()].mean()
    count = int(votes.thread.max()) + 1
    n = np.bincount(votes.thread[split.fit], minlength=count)[votes.thread]
    s = np.bincount(votes.thread[split.fit], weights=votes.y[split.fit], minlength=count)[votes.thread]
    parts = rates(votes, base)
    plain, ours = parts["lifelong"], habit(votes, base)
    print(f"{len(np.unique(votes.thread[split.held]))} threads, {split.held.sum()} held-out votes")
    results = {}
    tried = {
        "base rate": np.full(len(votes.y), base),
        "raw ratio": np.clip(np.divide(s, n, out=np.full(len(n), base), where=n > 0), 0.01, 0.99),
        "Beta(6.16, 0.94)": (s + 6.16) / (n + 7.1),
        "lifelong habit alone": plain,
        "our habit alone": parts["+ by author"],
        "lifelong habit + thread (plain)": with_theta(votes, plain, split),
        **{f"  {name}": with_theta(votes, p, split) for name, p in parts.items() if name != "lifelong"},
        "our habit + thread": with_theta(votes, ours, split),
    }
    for name, p in tried.items():
        loss = losses(p, votes.y)[split.held]
        low, high = interval(loss, votes.thread[split.held])
        results[name.strip()] = float(loss.mean())
        print(f"{name:32s} {loss.mean():.4f}  [{low:.4f}, {high:.4f}]")
    before, now = (
        losses(tried[name], votes.y)[split.held] for name in tried if name.endswith(("(plain)", "it + thread"))
    )
    low, high = interval(before - now, votes.thread[split.held])
    print(f"our habits gain {(before - now).mean():.4f}  [{low:.4f}, {high:.4f}], threads paired")
    for name, p in (("plain", plain), ("ours", ours)):
        theta = effects(votes, p, split)
        seen = np.unique(votes.thread[split.fit])
        print(f"mean theta, {name}: {theta[seen].mean():+.3f}, mean approval {np.tanh(theta[seen] / 2).mean():+.3f}")
    return results


def select(votes: Votes) -> None:
    """Variants on threads before the test threads (40 % to 60 % and 60 % to 80 % by time): what earns its place."""
    splits = halves(votes, 0.4, 0.6), halves(votes, 0.6, 0.8)
    base = votes.y[votes.thread < votes.thread[splits[0].held].min()].mean()

    def tell(name: str, p_user: np.ndarray, tau: float = TAU) -> None:
        found = [losses(with_theta(votes, p_user, split, tau), votes.y)[split.held].mean() for split in splits]
        print(f"{name:45s} {found[0]:.5f}  {found[1]:.5f}", flush=True)

    parts = rates(votes, base)
    life, late, kind, ours = parts.values()
    tell("plain", life)
    for weight in (3, 8):
        tell(f"lifelong, weight {weight}", lifetime(votes, base, weight)[0])
    for days, weight in ((7, 10), (14, 5), (14, 10), (14, 20), (30, 10), (90, 10)):
        tell(f"+ of late, {days} d, weight {weight}", faded(votes, life, days, weight))
    for days, weight in ((0, 40), (30, 20), (60, 15), (60, 25), (60, 40), (120, 25)):
        tell(f"  + by kind, {days or 'all'} d, weight {weight}", faded(votes, late, days, weight, votes.kind))
    for days, weight in ((0, 10), (30, 8), (60, 5), (60, 8), (60, 12), (120, 8)):
        tell(f"    + by author, {days or 'all'} d, weight {weight}", faded(votes, kind, days, weight, votes.author))
    tell("    by author without kind", faded(votes, late, SLOW_DAYS, AUTHOR_WEIGHT, votes.author))
    for surest in (0.999, 0.995, 0.99):
        tell(f"      no surer than {surest}", np.clip(ours, 1 - surest, surest))
    for tau in (1.0, 1.1, 1.2, 1.3, 1.4):
        tell(f"      tau {tau}", np.clip(ours, 1 - SUREST, SUREST), tau)


def of_store(path: Path) -> None:
    """Log loss with the p_user that the program itself wrote."""
    import duckdb

    with duckdb.connect(path, read_only=True) as con:
        rows = con.execute(
            "SELECT dense_rank() OVER (ORDER BY posted_at, post_id) - 1 AS thread, y, p_user FROM votes"
            " WHERE posted_at < '2018-10-01 00:00+08' ORDER BY posted_at, post_id, lower(user_id)"
        ).fetchnumpy()
    thread, y, p_user = np.asarray(rows["thread"], np.int64), np.asarray(rows["y"], float), np.asarray(rows["p_user"])
    votes = Votes(thread, *[thread] * 11)._replace(y=y)
    split = halves(votes, 0.8, 1.0)
    loss = losses(with_theta(votes, p_user, split), y)[split.held]
    low, high = interval(loss, thread[split.held])
    threads = len(np.unique(thread[split.held]))
    print(f"{threads} threads, {len(loss)} held-out votes: {loss.mean():.4f}  [{low:.4f}, {high:.4f}]")


def simulated_coverage(p_user: np.ndarray, voters: int, rounds: int = 4000, seed: int = 0) -> float:
    """Share of 95 % intervals that hold the true effect: theta ~ N(0, τ²), votes drawn with real habits."""
    rng = np.random.default_rng(seed)
    habits = rng.choice(p_user, (rounds, voters))
    theta = rng.normal(0, TAU, rounds)
    y = rng.random((rounds, voters)) < sigmoid(logit(habits) + theta[:, None])
    found = thread_effects(y.ravel(), habits.ravel(), np.repeat(np.arange(rounds), voters), rounds)
    true = np.tanh(theta / 2)
    return float(((found.approval_low <= true) & (true <= found.approval_high)).mean())


def half_coverage(votes: Votes, p_user: np.ndarray, least: int) -> tuple[float, int]:
    """Share of threads whose held-out half's 推 rate lies in what theta's interval and sampling allow, and how many.

    Rates of few voters take few values, so a tie with the drawn ones is broken at random (randomised PIT); a closed
    interval on such values would cover more than it says.
    """
    split = halves(votes, 0.8, 1.0)
    offset, count = logit(p_user), int(votes.thread.max()) + 1
    theta, se = newton(votes.y[split.fit], offset[split.fit], votes.thread[split.fit], count)
    rng = np.random.default_rng(0)
    inside = total = 0
    order = np.flatnonzero(split.held)
    for rows in np.split(order, np.flatnonzero(np.diff(votes.thread[order])) + 1):
        if len(rows) < least:
            continue
        t = votes.thread[rows[0]]
        effects = rng.normal(theta[t], se[t], 1000)
        draws = (rng.random((1000, len(rows))) < sigmoid(offset[rows] + effects[:, None])).mean(1)
        seen = votes.y[rows].mean()
        below, ties = (draws < seen - 1e-12).mean(), (np.abs(draws - seen) <= 1e-12).mean()
        inside += 0.025 <= below + rng.random() * ties <= 0.975
        total += 1
    return inside / total, total


def coverage(votes: Votes) -> None:
    p_user = habit(votes, BASE_RATE)
    recent = p_user[halves(votes, 0.8, 1.0).held]
    for voters in (2, 10, 40, 150):
        print(f"simulated, {voters:3d} voters: {simulated_coverage(recent, voters):.3f}")
    for least in (5, 10, 20, 40):
        share, threads = half_coverage(votes, p_user, least)
        print(f"held-out halves of at least {least} voters: {share:.3f} of {threads} threads")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--select", action="store_true")
    arguments.add_argument("--coverage", action="store_true")
    arguments.add_argument("--store", type=Path)
    options = arguments.parse_known_args()[0]
    if options.store:
        of_store(options.store)
        return
    votes = read_votes()
    (select if options.select else coverage if options.coverage else report)(votes)


if __name__ == "__main__":
    main()

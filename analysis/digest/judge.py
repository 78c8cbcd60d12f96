"""From numbers to words a phone reader understands. Every threshold of the digest stands here."""

import math
from typing import Final, Literal, NamedTuple

from analysis.digest.figures import Coverage, NewsFigures, StockFigures, WeekFigures

Kind = Literal["good", "flat", "bad", "none"]
Mood = Kind | Literal["few"]

TONE: Final = 0.15
"""A model's reading of a news text counts as good or bad news from here on."""
OPPOSED_TONE: Final = 0.2
APPROVAL: Final = 0.15
"""Approval is a word from here on; how sure it is stands beside it. 0 means: as these people usually vote."""
SURE_WIDTH: Final = 0.3
"""Half the interval of an approval that may be called sure."""
FAIRLY_SURE_WIDTH: Final = 0.45
FEW_COMMENTS: Final = 10
"""On fewer comments no word is said of a mood, be it of a week, a day or a stock."""
FEW_VOTERS: Final = 10
FEWEST_BOOS: Final = 2
"""One 噓 makes no post the most booed."""
MISSING: Final = 0.05
"""Share of listed posts whose absence forbids a comparison."""
GAP_HOURS: Final = 6.0


class Against(NamedTuple):
    """A figure against the week before: ``ratio`` − 1 is the change; ``clear``: outside its interval."""

    ratio: float
    clear: bool


def tone(value: float | None) -> Kind:
    if value is None:
        return "none"
    return "good" if value >= TONE else "bad" if value <= -TONE else "flat"


def between(low: float | None, high: float | None) -> Kind:
    """What an interval on [−1, 1] says: good above 0, bad below, flat around it."""
    if low is None or high is None:
        return "none"
    return "good" if low > 0 else "bad" if high < 0 else "flat"


def around(value: float | None, se: float | None, usual: float | None = 0.0) -> Kind:
    """Above, around or below what is usual, by the 95 % interval; none where it is not known what is usual."""
    if value is None or se is None or usual is None:
        return "none"
    return between(value - usual - 1.96 * se, value - usual + 1.96 * se)


def mood(comments: int, value: float | None, se: float | None, usual: float | None) -> Mood:
    """What so many comments say against what is usual; few where they are too few for a word."""
    return "few" if comments < FEW_COMMENTS else around(value, se, usual)


def is_booed(pushes: int, boos: int) -> bool:
    """Of the most booed rather than the most pushed: more than half as many 噓 as 推, and not a single one."""
    return boos >= FEWEST_BOOS and 2 * boos > pushes


def approval(value: float | None) -> Kind:
    if value is None:
        return "none"
    return "good" if value >= APPROVAL else "bad" if value <= -APPROVAL else "flat"


def certainty(
    value: float | None, low: float | None, high: float | None, voters: int | None
) -> Literal["high", "mid", "low"]:
    """How sure the word for an approval is, by its 95 % interval and the number of its voters.

    high: the word holds over the whole interval and the interval is narrow; low: the other word lies within it.
    """
    if low is None or high is None or (voters or 0) < FEW_VOTERS:
        return "low"
    half, kind = (high - low) / 2, approval(value)
    if kind == "flat":
        return "mid" if half <= FAIRLY_SURE_WIDTH else "low"
    if between(low, high) == kind:
        return "high" if half <= SURE_WIDTH else "mid"
    return "mid" if half <= SURE_WIDTH else "low"


def approval_colour(value: float | None, low: float | None, high: float | None, voters: int | None) -> Kind:
    """The kind whose colour the word for an approval gets: where it is unsure, none of approval's or objection's."""
    kind = approval(value)
    return "flat" if kind != "none" and certainty(value, low, high, voters) == "low" else kind


def crowd(item: NewsFigures, usual: float | None) -> tuple[float, float] | None:
    """What votes and comments together say of a post against what is usual, and its standard error; None if nothing.

    Approval is against the voters' habits already; the comments' mood is taken against the board's ``usual``, and
    left out where that is not known.
    """
    parts = []
    if item.approval is not None and item.approval_low is not None and item.approval_high is not None:
        parts.append((item.approval, (item.approval_high - item.approval_low) / 3.92))
    if item.crowd_mood is not None and item.crowd_mood_se and usual is not None:
        parts.append((item.crowd_mood - usual, item.crowd_mood_se))
    weights = [1 / max(se, 1e-6) ** 2 for _, se in parts]
    if not weights:
        return None
    mean = sum(weight * value for weight, (value, _) in zip(weights, parts, strict=True)) / sum(weights)
    return mean, 1 / math.sqrt(sum(weights))


def opposed(item: NewsFigures, usual: float | None) -> Kind:
    """The side that votes and comments clearly take against the news; none where they do not."""
    found = crowd(item, usual)
    if item.news_tone is None or found is None or item.voters < FEW_VOTERS or item.comments_scored < FEW_COMMENTS:
        return "none"
    side = around(*found)
    against = {"good": item.news_tone <= -OPPOSED_TONE, "bad": item.news_tone >= OPPOSED_TONE}
    return side if against.get(side) else "none"


def comments_against(now: WeekFigures, before: WeekFigures) -> Against:
    """Comments come in threads, so one long thread says less than many: the interval counts threads by Σ n²."""
    return _ratio(now.comments, before.comments, now.square / now.comments**2 + before.square / before.comments**2)


def users_against(now: int, before: int) -> Against:
    return _ratio(now, before, 1 / now + 1 / before)


def _ratio(now: int, before: int, variance: float) -> Against:
    ratio = now / before
    return Against(ratio, abs(math.log(ratio)) > 1.96 * math.sqrt(variance))


def mood_against(now: WeekFigures, before: WeekFigures) -> Kind:
    """good: clearly better than the week before; flat: within the difference's interval; none: too few comments."""
    if min(now.comments, before.comments) < FEW_COMMENTS:
        return "none"
    if now.mood is None or before.mood is None or now.mood_se is None or before.mood_se is None:
        return "none"
    return around(now.mood - before.mood, math.hypot(now.mood_se, before.mood_se))


def stock_against(now: StockFigures, before: StockFigures | None) -> Against | None:
    return users_against(now.users, before.users) if before and before.users and now.users else None


def incomplete(coverage: Coverage, sessions: int | None) -> Literal["missing", "gap"] | None:
    """Why a week must not be compared."""
    if coverage.listed and coverage.missing / coverage.listed > MISSING:
        return "missing"
    if sessions and coverage.gap_hours > GAP_HOURS:
        return "gap"
    return None

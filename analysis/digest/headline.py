"""The headline of an issue, and whether its week may be compared with the one before. Pure."""

from analysis.digest import judge
from analysis.digest.figures import Figures
from analysis.digest.layout import clean
from analysis.digest.words import Words


def counts(figures: Figures) -> dict[str, str]:
    now = figures.now
    return {"posts": f"{now.posts:,}", "comments": f"{now.comments:,}", "users": f"{now.users:,}"}


def comparing_of(figures: Figures) -> str:
    """``yes``, or the key of the words that say why there is no comparison."""
    now, before = figures.now, figures.before
    if not now.posts:
        return "no_data"
    if now.sessions == 0:
        return "closed_more"
    if reason := judge.incomplete(figures.coverage, now.sessions):
        return reason
    if not before.comments or not now.comments:
        return "first"
    if judge.incomplete(figures.coverage_before, before.sessions):
        return "missing_before"
    if before.sessions == 0:
        return "closed_before"
    return "yes"


def headline_of(figures: Figures, words: Words, comparing: str) -> str:
    coverage = figures.coverage
    top = next((row for row in figures.stocks if row.comments >= judge.FEW_COMMENTS), None)
    if comparing in ("no_data", "closed_more"):
        return words(comparing, **counts(figures)) if comparing != "no_data" else words(comparing)
    if comparing == "missing":
        return words("missing", listed=coverage.listed, missing=coverage.missing)
    if comparing == "gap":
        return words("gap", hours=f"{coverage.gap_hours:.0f}")
    if comparing == "first":
        return words("first", stock=clean(top.name)) if top else words("first_bare")
    parts = [words(comparing)] if comparing != "yes" else _changes(figures, words)
    if top:
        parts.append(words("about", stock=clean(top.name)))
    return words("join").join(parts)


def _changes(figures: Figures, words: Words) -> list[str]:
    mood = judge.mood_against(figures.now, figures.before)
    parts = [words({"good": "up", "bad": "down", "flat": "same"}.get(mood, "no_mood"))]
    volume = judge.comments_against(figures.now, figures.before)
    if volume.clear and volume.ratio >= 2:
        parts.append(words("times", times=f"{volume.ratio:.1f}"))
    elif volume.clear:
        parts.append(words("more" if volume.ratio > 1 else "fewer", change=percent(volume.ratio)))
    return parts


def percent(ratio: float) -> str:
    return f"{abs(ratio - 1):.0%}"

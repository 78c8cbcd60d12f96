"""From what was loaded to what follows from it: news, mentions, votes, scores and what views
would otherwise work out each time, each for the threads that changed."""

from typing import NamedTuple

import duckdb

from analysis.config import Settings


class Derived(NamedTuple):
    """Threads that each step worked on."""

    news: int
    mentions: int
    votes: int
    scores: int
    moods: int
    stories: int


def derive_all(con: duckdb.DuckDBPyConnection, settings: Settings) -> Derived:
    """Runs the steps in order. Each is restartable: it takes its threads from internal.dirty, batch by batch.

    Raises DiskFull.
    """
    from analysis.aggregates import derive_moods, derive_stories
    from analysis.news.derive import derive_news
    from analysis.sentiment.scoring import STEP, score_threads
    from analysis.stocks.derive import derive_mentions
    from analysis.store.disk import plain_disk_errors
    from analysis.store.privacy import enforce_deleted
    from analysis.votes.derive import derive_votes

    with plain_disk_errors(settings.data):
        enforce_deleted(con, settings.deleted)
        return Derived(
            news=derive_news(con),
            mentions=derive_mentions(con),
            votes=derive_votes(con),
            # Loading a model takes longer than all the rest of a run that found nothing new.
            scores=score_threads(con, settings.engine) if _is_stale(con, STEP) else 0,
            moods=derive_moods(con),
            stories=derive_stories(con),
        )


def _is_stale(con: duckdb.DuckDBPyConnection, step: str) -> bool:
    return bool(con.execute("SELECT 1 FROM internal.dirty WHERE step = ? LIMIT 1", [step]).fetchall())

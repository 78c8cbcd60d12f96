"""From what was loaded to what follows from it: news, mentions, votes, scores and what views
would otherwise work out each time, each for the threads that changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from analysis.config import Settings
from analysis.errors import PttError

if TYPE_CHECKING:
    from analysis.sentiment.engine import Engine


class Derived(NamedTuple):
    """Threads that each step worked on."""

    news: int
    mentions: int
    votes: int
    scores: int
    moods: int
    stories: int


def derive_all(
    con: duckdb.DuckDBPyConnection, settings: Settings, *, on_step: Callable[[str], None] | None = None
) -> Derived:
    """Runs the steps in order. Each is restartable: it takes its threads from internal.dirty, batch by batch.

    ``on_step`` hears the name of each step that is done. Raises DiskFull, PttError for an engine that cannot be had:
    after the other steps, since new comments count without scores, too; their threads wait for the next run's scores.
    """
    from analysis.aggregates import derive_moods, derive_stories
    from analysis.news.derive import derive_news
    from analysis.sentiment.scoring import STEP, score_threads
    from analysis.stocks.derive import derive_mentions
    from analysis.store.disk import plain_disk_errors
    from analysis.store.privacy import enforce_deleted
    from analysis.votes.derive import derive_votes

    with plain_disk_errors(settings.data), ThreadPoolExecutor(1) as pool:
        enforce_deleted(con, settings.deleted, raw=settings.data / "raw")
        # Loading a model takes longer than all the rest of a run that found nothing new, and of one that found little.
        engine = pool.submit(_load_engine, settings.engine) if _is_stale(con, STEP) else None

        def score(con: duckdb.DuckDBPyConnection) -> int:
            return score_threads(con, engine.result()) if engine else 0

        steps: dict[str, Callable[[duckdb.DuckDBPyConnection], int]] = {
            "news": derive_news,
            "mentions": derive_mentions,
            "votes": derive_votes,
            "scores": score,
            "moods": derive_moods,
            "stories": derive_stories,
        }
        done = {}
        unscored: PttError | None = None
        for name, step in steps.items():
            try:
                done[name] = step(con)
            except PttError as error:
                if name != STEP:
                    raise
                unscored = error
                continue
            if on_step is not None:
                on_step(name)
        if unscored is not None:
            raise unscored
        return Derived(**done)


def derive_again(con: duckdb.DuckDBPyConnection) -> None:
    """What follows from marks that a restored backup of before a new rule has, or from tables that it lacks.

    No news, mentions and scores: those marks are the next run's, as they were where the backup was made.
    """
    from analysis.aggregates import derive_moods, derive_stories
    from analysis.votes.derive import derive_votes

    derive_votes(con)
    derive_moods(con)
    derive_stories(con)


def _load_engine(name: str) -> "Engine":
    from analysis.sentiment.engine import get_engine

    return get_engine(name)


def _is_stale(con: duckdb.DuckDBPyConnection, step: str) -> bool:
    return bool(con.execute("SELECT 1 FROM internal.dirty WHERE step = ? LIMIT 1", [step]).fetchall())

"""A store in memory with everything that views read, written by hand: `Threads` puts rows in, `derive` the rest."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from analysis import sql
from analysis.aggregates import derive_moods, derive_stories
from analysis.store.migrations import migrate
from analysis.votes.derive import derive_votes
from ptt_spider.clock import TAIPEI

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=TAIPEI)
VOTE = {"推": 1, "噓": -1, "→": 0}
TABLES = (
    "posts", "pushes", "news", "mentions", "prices", "engines", "post_scores", "push_scores", "votes", "thread_effects",
    "store_info", "internal.listings", "internal.failures", "internal.observations", "internal.dirty",
    "internal.board_rates", "internal.thread_moods", "internal.stories", "internal.partial_scores", "internal.periods",
    "internal.thread_days",
)  # fmt: skip


class Said(NamedTuple):
    """One push: ``minute`` after the post, null for a page that does not say."""

    user: str
    tag: str = "推"
    minute: float | None = 1
    score: float | None = None
    removed: float | None = None
    text: str = "文字"
    symbols: tuple[str, ...] = ()
    seen: float | None = None


class Threads:
    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("SET TimeZone = 'America/New_York'")  # views must not depend on the reader's zone
        migrate(self.con, Path(":memory:"))
        sql.apply(self.con)
        days = [date(2025, 12, 22) + timedelta(days=n) for n in range(60)]
        self.con.executemany("INSERT INTO trading_days VALUES (?)", [[day] for day in days if day.weekday() < 5])
        self.clear()

    def clear(self) -> None:
        for table in TABLES:
            self.con.execute(f"DELETE FROM {table}")
        self.con.execute(
            "INSERT INTO engines VALUES ('ptt', '1', '', '2026-01-05', '2026-01-05', true),"
            " ('old', '1', '', NULL, NULL, false), ('stance', '1', '', NULL, NULL, false)"
        )

    def insert(self, table: str, **fields: object) -> None:
        names = ", ".join(fields)
        marks = ", ".join("?" for _ in fields)
        self.con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(fields.values()))

    def thread(
        self, post_id, pushes=(), *, hours=0.0, board="Stock", category="新聞", author="writer", title="[新聞] 標題",
        headline=None, source_url=None, tone=None, symbols=(), is_reply=False, deleted=None, body="內文",
        removed_counts=False,
    ):  # fmt: skip
        posted = MONDAY + timedelta(hours=hours)
        votes = [VOTE[p.tag] for p in pushes if p.removed is None]
        self.insert(
            "posts", board=board, post_id=post_id, aid=f"aid{post_id}", url=f"https://www.ptt.cc/bbs/{board}/{post_id}.html",
            category=category, is_reply=is_reply, is_forward=False, title=title, author=author, posted_at=posted,
            posted_on=posted.date(), session_on=session(posted), body=body, push_count=votes.count(1),
            boo_count=votes.count(-1), arrow_count=votes.count(0), truncated=False, damaged=False,
            deleted_at=deleted and posted + timedelta(minutes=deleted), first_seen_at=posted, fetched_at=posted,
            capture_lag=60,
        )  # fmt: skip
        for symbol in symbols:
            self.insert("mentions", board=board, post_id=post_id, part="title", symbol=symbol, name=f"股{symbol}",
                        matched=symbol, start=0)  # fmt: skip
        if category == "新聞" and not is_reply:
            self.insert("news", board=board, post_id=post_id, headline=headline, source_url=source_url,
                        source_domain="example.com" if source_url else None)  # fmt: skip
            for part, score in zip(("headline", "article"), tone or (), strict=False):
                self.insert(
                    "post_scores", board=board, post_id=post_id, part=part, engine="stance", version="1", score=score
                )
        for floor, push in enumerate(pushes, 1):
            self._push(board, post_id, posted, floor, push, author)
        for step in ("votes", "moods", "stories"):
            self.insert("internal.dirty", board=board, post_id=post_id, step=step)

    def _push(self, board, post_id, posted, floor, push, author):
        at = None if push.minute is None else (posted + timedelta(minutes=push.minute)).replace(second=0)
        key = {"board": board, "post_id": post_id, "floor": floor}
        self.insert(
            "pushes", **key, tag=push.tag, vote=VOTE[push.tag], user_id=push.user, text=push.text, pushed_at=at,
            time_text="",
            session_on=at and session(at), is_author=push.user.lower() == author.lower(),
            first_seen_at=posted + timedelta(minutes=push.seen if push.seen is not None else (push.minute or 0)),
            removed_at=None if push.removed is None else posted + timedelta(minutes=push.removed),
        )  # fmt: skip
        if push.score is not None:
            self.insert("push_scores", **key, engine="ptt", version="1", score=push.score)
        for symbol in push.symbols:
            self.insert("mentions", **key, part="comment", symbol=symbol, name=f"股{symbol}", matched=symbol, start=0)

    def derive(self):
        derive_votes(self.con)
        derive_stories(self.con)
        derive_moods(self.con)
        self.con.execute("DELETE FROM store_info")
        self.con.execute(
            "INSERT INTO store_info SELECT now(), (SELECT max(t) FROM (SELECT max(posted_at) t FROM posts UNION ALL"
            " SELECT max(pushed_at) FROM pushes)), now(), 0, 0, 1, '0', 'ptt', '1'"
        )
        return self

    def rows(self, query, parameters=None):
        result = self.con.execute(query, parameters)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, query, parameters=None):
        (row,) = self.rows(query, parameters)
        return row


def session(moment: datetime) -> date:
    """First weekday whose 13:30 is not before the moment."""
    day = moment.date()
    if (moment.hour, moment.minute, moment.second) > (13, 30, 0):
        day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


@pytest.fixture(scope="session")
def said():
    return Said


@pytest.fixture(scope="session")
def store():
    return Threads()


@pytest.fixture(scope="session")
def other_store():
    return Threads()


@pytest.fixture
def threads(store):
    store.clear()
    return store


@pytest.fixture
def more_threads(other_store):
    other_store.clear()
    return other_store

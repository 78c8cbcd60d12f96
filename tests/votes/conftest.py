"""A store in memory with the schema's tables, and pushes put into it by hand."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from analysis import sql
from analysis.store.migrations import migrate
from ptt_spider.clock import TAIPEI

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=TAIPEI)


TABLES = ("posts", "pushes", "votes", "thread_effects", "internal.dirty", "internal.board_rates")


class VoteStore:
    """`thread` writes one thread whole, as the loader does, and marks it stale."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("SET TimeZone = 'Asia/Taipei'")
        migrate(self.con, Path(":memory:"))
        sql.apply(self.con)

    def clear(self):
        for table in TABLES:
            self.con.execute(f"DELETE FROM {table}")
        return self

    def thread(
        self, post_id, pushes, *, hours=0.0, author="writer", board="Stock", category="新聞", title="t", body="",
        is_reply=False,
    ):  # fmt: skip
        """``pushes``: (user, tag, minutes after posting or None[, True if removed, or the text])."""
        posted = NOON + timedelta(hours=hours)
        for table in ("posts", "pushes"):
            self.con.execute(f"DELETE FROM {table} WHERE board = ? AND post_id = ?", [board, post_id])
        self.con.execute(
            "INSERT INTO posts BY NAME SELECT ? AS board, ? AS post_id, '' AS aid, '' AS url, ? AS category,"
            " ? AS is_reply, false AS is_forward, ? AS title, ? AS author, ?::TIMESTAMPTZ AS posted_at,"
            " ?::DATE AS posted_on, ? AS body, 0 AS push_count, 0 AS boo_count, 0 AS arrow_count, false AS truncated,"
            " false AS damaged, ?::TIMESTAMPTZ AS first_seen_at, ?::TIMESTAMPTZ AS fetched_at, 0 AS capture_lag",
            [board, post_id, category, is_reply, title, author, posted, posted.date(), body, posted, posted],
        )
        rows = []
        for floor, (user, tag, minutes, *rest) in enumerate(pushes, 1):
            at = None if minutes is None else (posted + timedelta(minutes=minutes)).replace(second=0)
            removed = posted if rest and rest[0] is True else None
            text = rest[0] if rest and isinstance(rest[0], str) else "文字"
            vote = {"推": 1, "噓": -1, "→": 0}[tag]
            rows.append(
                [board, post_id, floor, tag, vote, user, text, at, user.lower() == author.lower(), posted, removed]
            )
        if rows:
            self.con.execute(
                "INSERT INTO pushes (board, post_id, floor, tag, vote, user_id, text, pushed_at, is_author,"
                " first_seen_at, removed_at, time_text) VALUES " + ", ".join(["(" + "?, " * 11 + "'')"] * len(rows)),
                [value for row in rows for value in row],
            )
        for step in ("news", "mentions", "votes"):
            self.con.execute("INSERT INTO internal.dirty VALUES (?, ?, ?)", [board, post_id, step])

    def forget(self, post_id, board="Stock"):
        for table in ("posts", "pushes"):
            self.con.execute(f"DELETE FROM {table} WHERE board = ? AND post_id = ?", [board, post_id])
        self.con.execute("INSERT INTO internal.dirty VALUES (?, ?, 'votes')", [board, post_id])

    def rows(self, query):
        return self.con.execute(query).fetchall()


@pytest.fixture(scope="session")
def made_store():
    return VoteStore()


@pytest.fixture(scope="session")
def made_other_store():
    return VoteStore()


@pytest.fixture
def store(made_store):
    return made_store.clear()


@pytest.fixture
def other_store(made_other_store):
    return made_other_store.clear()

"""The store's mentions follow its texts."""

from datetime import UTC, datetime

import duckdb
import pytest

from analysis.sql import statement
from analysis.stocks.derive import derive_mentions

NOW = datetime(2026, 1, 5, 4, tzinfo=UTC)
POST = (
    "INSERT INTO posts BY NAME SELECT 'Stock' AS board, ? AS post_id, '' AS aid, '' AS url, false AS is_reply,"
    " false AS is_forward, ? AS title, ?::TIMESTAMPTZ AS posted_at, ?::DATE AS posted_on, ? AS body, 0 AS push_count,"
    " 0 AS boo_count, 0 AS arrow_count, false AS truncated, false AS damaged, now() AS first_seen_at,"
    " now() AS fetched_at, 0 AS capture_lag"
)
PUSH = (
    "INSERT INTO pushes BY NAME SELECT 'Stock' AS board, ? AS post_id, ? AS floor, '推' AS tag, 1 AS vote,"
    " 'u' AS user_id, ? AS text, '' AS time_text, false AS is_author, now() AS first_seen_at"
)


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute(statement("schema/0001_tables"))
    return con


def put(con, post_id, title, body, *comments):
    for table in ("posts", "pushes"):
        con.execute(f"DELETE FROM {table} WHERE post_id = ?", [post_id])
    con.execute(POST, [post_id, title, NOW, NOW.date(), body])
    for floor, text in enumerate(comments, 1):
        con.execute(PUSH, [post_id, floor, text])
    con.execute("INSERT INTO internal.dirty VALUES ('Stock', ?, 'mentions')", [post_id])


def found(con):
    return con.execute("SELECT post_id, part, floor, symbol, matched, start FROM mentions ORDER BY ALL").fetchall()


def test_titles_bodies_and_comments(con):
    put(con, "M.1", "[標的] 2330", "看好台積電\n與聯電", "沒意見", "買GG!", "")
    assert derive_mentions(con) == 1
    assert found(con) == [
        ("M.1", "body", None, "2303", "聯電", 7),
        ("M.1", "body", None, "2330", "台積電", 2),
        ("M.1", "comment", 2, "2330", "GG", 1),
        ("M.1", "title", None, "2330", "2330", 5),
    ]


def test_a_changed_thread_has_its_rows_anew(con):
    put(con, "M.1", "台積電", "")
    put(con, "M.2", "聯電", "")
    derive_mentions(con, threads=1)
    put(con, "M.1", "鴻海", "")
    assert derive_mentions(con) == 1
    assert [row[3] for row in found(con)] == ["2317", "2303"]
    put(con, "M.2", "閒聊", "")
    derive_mentions(con)
    assert [row[3] for row in found(con)] == ["2317"]
    assert derive_mentions(con) == 0

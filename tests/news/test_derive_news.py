"""The store's news rows follow its posts."""

from datetime import UTC, datetime

import duckdb
import pytest

from analysis.news.derive import derive_news
from analysis.sql import statement

BODY = "原文標題：甲公司擴廠\n原文連結：https://tinyurl.com/x\n原文內容：內文\n心得：短評"
POST = (
    "INSERT INTO posts BY NAME SELECT 'Stock' AS board, ? AS post_id, '' AS aid, '' AS url, ? AS category,"
    " false AS is_reply, false AS is_forward, '[新聞] 甲' AS title, ?::TIMESTAMPTZ AS posted_at,"
    " ?::TIMESTAMPTZ::DATE AS posted_on, ? AS body, 0 AS push_count, 0 AS boo_count, 0 AS arrow_count,"
    " false AS truncated, false AS damaged, now() AS first_seen_at, now() AS fetched_at, 0 AS capture_lag"
)
NOW = datetime(2026, 1, 5, 4, tzinfo=UTC)


@pytest.fixture
def con():
    con = duckdb.connect()
    con.execute(statement("schema/0001_tables"))
    return con


def put(con, post_id, category="新聞", body=BODY):
    con.execute("DELETE FROM posts WHERE post_id = ?", [post_id])
    con.execute(POST, [post_id, category, NOW, NOW, body])
    con.execute("INSERT INTO internal.dirty VALUES ('Stock', ?, 'news')", [post_id])


def test_only_news_posts_have_rows_and_batches_cover_all(con):
    for number in range(5):
        put(con, f"M.{number}", "新聞" if number else "閒聊")
    assert derive_news(con, threads=2) == 5
    rows = con.execute("SELECT post_id, headline, article, comment FROM news ORDER BY post_id").fetchall()
    assert rows == [(f"M.{n}", "甲公司擴廠", "內文", "短評") for n in range(1, 5)]
    assert derive_news(con) == 0


def test_an_edited_post_has_its_row_anew(con):
    put(con, "M.1")
    derive_news(con)
    put(con, "M.1", body=BODY.replace("短評", "改了"))
    derive_news(con)
    assert con.execute("SELECT comment FROM news").fetchall() == [("改了",)]


def test_a_linked_page_tells_the_publisher_behind_a_shortener(con):
    put(con, "M.1")
    derive_news(con)
    assert con.execute("SELECT source_domain FROM news").fetchall() == [(None,)]
    con.execute(
        "INSERT INTO linked_pages BY NAME SELECT 'Stock' AS board, 'M.1' AS post_id, now() AS fetched_at,"
        " 'https://tinyurl.com/x' AS source_url, 'https://www.reuters.com/a' AS final_url"
    )
    con.execute("INSERT INTO internal.dirty VALUES ('Stock', 'M.1', 'news')")
    derive_news(con)
    assert con.execute("SELECT source_domain, source_url FROM news").fetchall() == [
        ("reuters.com", "https://tinyurl.com/x")
    ]

"""The replayed board against the truth behind it: whatever a page can tell must be told right, without exception.

Left out is only what the truth file marks: rows without a page, the page whose text the renderer repeats, pushes that
the page does not show as such, times after a gap of more than a year, and fields that a broken header has lost.
"""

from datetime import datetime
from typing import Any

import pytest

from ptt_spider.items import IndexPage, Post
from ptt_spider.pages import parse_article, parse_index

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def posts(replay: Any) -> list[tuple[Post, dict[str, Any]]]:
    return [(parse_article(replay.page(r["url"]), f"http://127.0.0.1{r['url']}"), r) for r in replay.articles()]


@pytest.fixture(scope="module")
def pages(replay: Any) -> list[IndexPage]:
    urls = [f"/bbs/Stock/index{n}.html" for n in range(1, 81)]
    return [parse_index(replay.page(url), f"http://127.0.0.1{url}") for url in urls]


def shown(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [p for p in row["pushes"] if not p.get("not_rendered_as_push") and p.get("visible_on_web", True)]


def test_every_push_equals_the_truth(posts: list[tuple[Post, dict[str, Any]]]) -> None:
    wrong = []
    compared = timed = 0
    for post, row in posts:
        truth = shown(row)
        assert len(post.pushes) == len(truth), row["filename"]
        for floor, (push, true) in enumerate(zip(post.pushes, truth, strict=True), 1):
            text = true["raw_content"].removeprefix(":").removeprefix(" ").rstrip()
            ip = None if "oldrecommend" in row["features"] else true["ip"]
            got = (push.floor, push.tag, push.user_id, push.text, push.ip, push.time_text)
            if got != (floor, true["tag"], true["user"], text, ip, true["time_text"]):
                wrong.append((row["filename"], got, true))
            compared += 1
            if true.get("year_ambiguous"):
                continue
            # A date without clock tells no time.
            stated = true["datetime"] if true["datetime"] and "T" in true["datetime"] else None
            timed += stated is not None
            if push.pushed_at != (datetime.fromisoformat(stated) if stated else None):
                wrong.append((row["filename"], push, true))
            assert push.is_author == (true["user"].lower() == (post.author or "").lower())
    assert not wrong
    assert compared > 48_000
    assert timed > 47_000


def test_times_of_ambiguous_pushes_are_right_but_for_the_year(posts: list[tuple[Post, dict[str, Any]]]) -> None:
    for post, row in posts:
        for push, true in zip(post.pushes, shown(row), strict=True):
            if true.get("year_ambiguous"):
                moment, stated = push.pushed_at, datetime.fromisoformat(true["datetime"])
                assert moment is not None
                assert moment.year <= stated.year
                assert moment.replace(year=stated.year) == stated


def test_headers_equal_the_truth(posts: list[tuple[Post, dict[str, Any]]]) -> None:
    for post, row in posts:
        assert (post.post_id, post.aid, post.board) == (row["filename"], row["aid"], row["board"])
        assert post.url == f"https://www.ptt.cc{row['url']}"
        if row["header"] == "ok":
            assert (post.author, post.author_nick, post.title) == (row["author"], row["nickname"], row["title"])
            assert post.posted_at == datetime.fromisoformat(row["posted_at"])
            prefix, _, rest = post.title.rpartition(": [") if post.title.startswith(("Re:", "Fw:")) else ("", "", "")
            assert post.is_reply == prefix.startswith("Re")
            assert post.category == (rest or post.title.removeprefix("[")).partition("]")[0]
        else:
            # The file name is a few seconds later than the header was.
            behind = post.posted_at - datetime.fromisoformat(row["posted_at"])
            assert 0 <= behind.total_seconds() < 60


def test_bodies_and_stations_equal_the_truth(posts: list[tuple[Post, dict[str, Any]]]) -> None:
    for post, row in posts:
        assert post.body == row["body"], row["filename"]
        assert post.ip == row["ip"]
        if "no_station_line" not in row["features"]:
            assert post.country == row["country"]
        assert post.is_forward == ("forward" in row["features"])
        assert (post.forward_from is not None) == ("forward" in row["features"])
        assert post.truncated == (row["web_render"] == "head100k+tail50k")
        assert not post.damaged


def test_edits_and_replies_equal_the_truth(posts: list[tuple[Post, dict[str, Any]]]) -> None:
    replies = 0
    for post, row in posts:
        last = row["edits"][-1] if row["edits"] else None
        assert (post.edited_at.isoformat() if post.edited_at else None) == last, row["filename"]
        truth = row["inline_replies"]
        replies += len(truth)
        assert [reply.text for reply in post.replies] == [reply["text"] for reply in truth]
        # Floors of the truth count pushes that a page over 150 KiB does not show.
        number = {true["floor"]: place for place, true in enumerate(shown(row), 1)}
        assert [reply.after_floor for reply in post.replies] == [
            number.get(reply["after_floor"], reply["after_floor"]) for reply in truth
        ], row["filename"]
        assert [reply.edited_at.isoformat() for reply in post.replies if reply.edited_at] == row["edits"] or (
            "edited" in row["features"]
        )
    assert replies > 200


def test_index_pages_equal_the_truth(pages: list[IndexPage], replay: Any) -> None:
    rows = [row for page in pages for row in page.rows if not row.pinned]
    assert len(rows) == len(replay.truth) == 1600
    for row, true in zip(rows, replay.truth, strict=True):
        assert row.post_id == (None if true["deleted"] else true["filename"])
        assert (row.title, row.author, row.date_text, row.mark) == (
            true["index_title"], true["index_author"], true["index_date"].strip(), true["mark"],
        )  # fmt: skip
        # An index shows X1 for -10…-19 and nothing for 0…-9.
        n = true["nrec"]
        assert row.nrec == (n if n > 0 else -10 * min(-n // 10, 10))
    assert [page.number for page in pages] == list(range(1, 81))
    assert [page.older_url for page in pages] == [None, *(f"/bbs/Stock/index{n}.html" for n in range(1, 80))]


def test_newest_page_tells_its_number_and_pinned_rows(replay: Any) -> None:
    page = parse_index(replay.page("/bbs/Stock/index.html"), "http://127.0.0.1/bbs/Stock/index.html")
    assert (page.number, page.newer_url) == (80, None)
    pinned = [row for row in page.rows if row.pinned]
    assert len(pinned) == 4
    assert {row.mark for row in pinned} == {"M"}

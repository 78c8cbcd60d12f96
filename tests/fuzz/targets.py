"""What must hold of every parser whatever the bytes: items or one of its typed errors, and items that the spool keeps.

Shared by `./dev fuzz`, which looks for bytes that break it, and test_corpus.py, which replays the bytes kept.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from ptt_spider.errors import DamagedIndex, DamagedPage, NotAnArticle, NotAnIndex
from ptt_spider.items import VOTE, IndexPage, Post, Push
from ptt_spider.pages import page_problem, parse_article, parse_growth, parse_index, parse_jwlin, parse_plaintext
from ptt_spider.spool import GrowthSeen, IndexSeen, PageSeen, Record, decode, encode

POST_ID: Final = "M.1772586920.A.111"
URL: Final = f"https://www.ptt.cc/bbs/Stock/{POST_ID}.html"
INDEX: Final = "https://www.ptt.cc/bbs/Stock/index7.html"
SEEN: Final = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def article(data: bytes) -> None:
    damaged = False
    try:
        post = parse_article(data, URL)
    except DamagedPage as error:
        post, damaged = error.post, True
    except NotAnArticle:
        return
    assert post.damaged == damaged
    _check(post)
    page_problem(data)


def index(data: bytes) -> None:
    try:
        page = parse_index(data, INDEX)
    except DamagedIndex as error:
        page = error.page
    except NotAnIndex:
        return
    assert isinstance(page, IndexPage)
    for row in page.rows:
        assert row.post_id is None or "/" not in row.post_id
        assert -100 <= row.nrec <= 100
        assert "\n" not in row.title + row.author + row.date_text + row.mark
    _survives(IndexSeen(SEEN, "crawl", page.board, page.rows))


def growth(data: bytes) -> None:
    pushes, replies = parse_growth(data, "Stock", POST_ID, SEEN, "someone", 5)
    _floors(pushes, 5)
    _survives(GrowthSeen(SEEN, "crawl", "Stock", POST_ID, SEEN, pushes, replies, None, None))


def plaintext(data: bytes) -> None:
    """As `ptt import` reads a file: with the address that the user gave, and without."""
    text = data.decode("utf-8", "replace")
    for url in (URL, None):
        try:
            post = parse_plaintext(text, url)
        except NotAnArticle:
            continue
        _check(post)


def jwlin(data: bytes) -> None:
    """JSON of jwlin/ptt-web-crawler's shape."""
    try:
        record: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(record, dict):
        return
    try:
        post = parse_jwlin(record)
    except NotAnArticle:
        return
    _check(post)


def _check(post: Post) -> None:
    _floors(post.pushes, 1)
    assert post.board
    assert "/" not in post.post_id
    assert post.posted_at.tzinfo
    assert "\n" not in f"{post.title}{post.author}{post.author_nick}{post.category}{post.ip}{post.country}"
    assert all(0 <= reply.after_floor <= len(post.pushes) for reply in post.replies)
    _survives(PageSeen(SEEN, "crawl", post))


def _floors(pushes: tuple[Push, ...], first: int) -> None:
    assert [push.floor for push in pushes] == list(range(first, first + len(pushes)))
    for push in pushes:
        assert push.tag in VOTE
        assert push.pushed_at is None or push.pushed_at.tzinfo
        assert "\n" not in (push.text or "")
        assert "\n" not in (push.user_id or "")


def _survives(record: Record) -> None:
    line = encode(record)
    assert line.count(b"\n") == 1
    assert encode(decode(line)) == line


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "article": article,
    "index": index,
    "growth": growth,
    "plaintext": plaintext,
    "jwlin": jwlin,
}

"""The JSON shape of jwlin/ptt-web-crawler."""

from datetime import datetime
from typing import Any

import pytest

from fixtures.pages.cases import AT, ID
from fixtures.pages.markup import ctime
from ptt_spider.clock import TAIPEI
from ptt_spider.errors import NotAnArticle
from ptt_spider.pages import parse_jwlin


def record(**changes: Any) -> dict[str, Any]:
    message = {
        "push_tag": "推",
        "push_userid": "MountainTea",
        "push_content": "冒號開頭 : 也行",
        "push_ipdatetime": "203.0.113.9 03/04 09:16",
    }
    base = {
        "article_id": ID,
        "article_title": "Re: [新聞] 別人寫好的檔案",
        "author": "mountaintea (山茶)",
        "board": "Stock",
        "content": "內文 變成一行",
        "date": ctime(AT),
        "ip": "203.0.113.7",
        "url": f"https://www.ptt.cc/bbs/Stock/{ID}.html",
        "message_count": {"all": 2, "boo": 1, "count": 0, "neutral": 0, "push": 1},
        "messages": [
            message,
            {"push_tag": "噓", "push_userid": "nightbus", "push_content": "", "push_ipdatetime": "01/02 10:00"},
        ],
    }
    return base | changes


def test_a_record() -> None:
    post = parse_jwlin(record())
    assert (post.board, post.post_id, post.title, post.category, post.is_reply) == (
        "Stock", ID, "Re: [新聞] 別人寫好的檔案", "新聞", True,
    )  # fmt: skip
    assert (post.author, post.author_nick, post.ip, post.body) == (
        "mountaintea",
        "山茶",
        "203.0.113.7",
        "內文 變成一行",
    )
    assert post.posted_at == AT.replace(tzinfo=TAIPEI)
    assert post.url == f"https://www.ptt.cc/bbs/Stock/{ID}.html"
    assert [(p.floor, p.tag, p.user_id, p.text, p.ip, p.is_author) for p in post.pushes] == [
        (1, "推", "MountainTea", "冒號開頭 : 也行", "203.0.113.9", True),
        (2, "噓", "nightbus", "", None, False),
    ]
    assert [p.pushed_at for p in post.pushes] == [
        datetime(2026, 3, 4, 9, 16, tzinfo=TAIPEI), datetime(2027, 1, 2, 10, tzinfo=TAIPEI),
    ]  # fmt: skip


def test_what_it_writes_for_nothing() -> None:
    post = parse_jwlin(record(ip="None", author="", article_title="", date="", messages=None))
    assert (post.ip, post.author, post.title, post.header_time, post.pushes) == (None, None, None, None, ())


@pytest.mark.parametrize(
    "bad",
    [
        {"error": "invalid url"},
        {},
        {"board": "Stock", "article_id": "nonsense"},
        {"article_id": ID},
        {"board": 3, "article_id": ID},
    ],
)
def test_no_article(bad: dict[str, Any]) -> None:
    with pytest.raises(NotAnArticle):
        parse_jwlin(bad)


def test_messages_that_are_none() -> None:
    assert (
        parse_jwlin(record(messages=["x", {}, {"push_tag": "?", "push_userid": "a1"}, {"push_tag": "推"}])).pushes == ()
    )

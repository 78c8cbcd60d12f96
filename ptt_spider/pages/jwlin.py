"""Articles as jwlin/ptt-web-crawler stores them -> Post.

Its ``content`` has lost line ends, quotes' colours and most signs, and its pushes stand apart from it, so replies,
edits and forged pushes cannot be told; what it kept is read by the same rules as a page.
"""

from collections.abc import Mapping
from typing import Any

from ptt_spider.aid import is_name, name_seconds, name_to_aid, post_url
from ptt_spider.clock import from_unix
from ptt_spider.errors import NotAnArticle
from ptt_spider.items import VOTE, Post, Push
from ptt_spider.pages.blocks import RawPush
from ptt_spider.pages.ending import read_origin
from ptt_spider.pages.header import posted_at, read_title, split_author
from ptt_spider.pages.pushes import read_pushes
from ptt_spider.pages.source import one_line
from ptt_spider.pages.timeline import Timeline


def parse_jwlin(record: Mapping[str, Any]) -> Post:
    """One element of its ``articles`` list, or one of its single-article files.

    Raises NotAnArticle for its ``{"error": "invalid url"}`` and for anything that names no board and post.
    """
    board, post_id = _text(record, "board"), _text(record, "article_id")
    if not board or not is_name(post_id):
        detail = str(record.get("error") or "no board or article_id")
        raise NotAnArticle("no_content", f"{board or '?'}/{post_id or '?'}", detail)
    shown = one_line(_text(record, "author"))
    author, nick = split_author(shown) if shown else (None, None)
    title = one_line(_text(record, "article_title")) or None
    marks = read_title(title)
    body = _text(record, "content")
    is_forward, origin = read_origin(body)
    date, ip = _text(record, "date") or None, one_line(_text(record, "ip"))
    posted = posted_at(post_id, date)
    pushes: list[Push] = []
    read_pushes(
        _raws(record.get("messages")), Timeline(min(posted, from_unix(name_seconds(post_id)))), author, 1, pushes
    )
    return Post(
        board=board,
        post_id=post_id,
        aid=name_to_aid(post_id),
        url=post_url(board, post_id),
        category=marks.category,
        is_reply=marks.is_reply,
        is_forward=marks.is_forward or is_forward,
        forward_from=origin,
        title=title,
        author=author,
        author_nick=nick,
        ip=None if ip in ("", "None") else ip,
        country=None,
        posted_at=posted,
        header_time=date,
        body=body,
        edited_at=None,
        truncated=False,
        damaged=False,
        pushes=tuple(pushes),
        replies=(),
    )


def _raws(messages: object) -> list[RawPush]:
    """Its messages; those without one of the three tags are none (it stores none, others that use its shape do)."""
    if not isinstance(messages, list):
        return []
    raws = (
        (_text(m, "push_tag"), _text(m, "push_userid"), f": {_text(m, 'push_content')}", _text(m, "push_ipdatetime"))
        for m in messages
        if isinstance(m, Mapping)
    )
    return [raw for raw in raws if raw[0].strip() in VOTE and raw[1].strip()]


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return value.replace("\0", "") if isinstance(value, str) else ""

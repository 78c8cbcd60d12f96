"""Comments that were taken down, out of archived HTML; what stands in their place, and how it is read again: pure.

A page keeps its floors: where a comment was, one stays that has nothing of it but what may be kept. Its text is a
character that nobody can type on PTT, so that a reparse knows it from what a reader wrote.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from html import escape
from typing import Any, Final

from ptt_spider.items import PLACE, Push
from ptt_spider.pages.growth import parse_growth

MARK: Final = "\ue0f0"
"""Of Unicode's private use: the site turns Big5 into Unicode and knows no such character."""
_NOBODY: Final = "-"
_PUSH = re.compile(r'<div class="push">.*?</div>', re.S)
_ROW: Final = b'<div class="r-ent">'
_TITLE = re.compile(rb'(<div class="title">).*?(</div>)', re.S)


def push_digest(tag: str, user_id: str | None, text: str | None, time_text: str) -> str:
    """What a comment is known by while its text waits to be taken out of the archive; long enough to be unique."""
    return blake2b(json.dumps([tag, user_id, text, time_text]).encode(), digest_size=16).hexdigest()


def blank_titles(html: bytes, is_gone: Callable[[bytes], bool]) -> bytes:
    """An index page on which the rows of deleted posts are as the site shows those: without link and title.

    ``is_gone`` is asked with the HTML of each row; all but those rows stays as it is, byte by byte.
    """
    head, *rows = html.split(_ROW)
    return _ROW.join([head, *(_TITLE.sub(rb"\1\2", row) if is_gone(row) else row for row in rows)])


def blank_pushes(html: bytes, gone: Mapping[str, Sequence[int]], *, drop: bool) -> bytes:
    """A page, or what a poll brought, without the comments whose digests are in ``gone``, with their floors.

    Tag, user and time stay, unless ``drop``: then nothing but the place does. Anything else stays as it is, byte by
    byte; of HTML that is no UTF-8, nothing goes.
    """
    try:
        text = html.decode()
    except UnicodeDecodeError:
        return html
    seen: dict[str, int] = {}

    def blank(match: re.Match[str]) -> str:
        pushes, _ = parse_growth(match[0], "", "", None, None, 1)
        if len(pushes) != 1:
            return match[0]
        push = pushes[0]
        digest = push_digest(push.tag, push.user_id, push.text, push.time_text)
        if digest not in gone:
            return match[0]
        floors = gone[digest]
        place = seen[digest] = seen.get(digest, -1) + 1
        return _html("→", _NOBODY, f"#{floors[min(place, len(floors) - 1)]}") if drop else _html(*_kept(push))

    return _PUSH.sub(blank, text).encode()


def blank_answer(body: bytes, gone: Mapping[str, Sequence[int]], *, drop: bool) -> bytes:
    """The JSON that a poll answers, in the same way."""
    try:
        answer: Any = json.loads(body)
        content = answer["contentHtml"].encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return body
    kept = blank_pushes(content, gone, drop=drop)
    if kept == content:
        return body
    answer["contentHtml"] = kept.decode()
    return json.dumps(answer, ensure_ascii=False).encode()


def empty_place() -> str:
    """What stands in a page where a forgotten user's comment was: others keep their floors."""
    return _html("→", _NOBODY, PLACE)


def read_blanked(pushes: tuple[Push, ...]) -> tuple[Push, ...]:
    """Parsed comments, blanked ones as the store has them: without text, without user where that went too."""
    if not any(push.text == MARK for push in pushes):
        return pushes
    return tuple(
        push._replace(text=None, user_id=None if push.user_id == _NOBODY else push.user_id)
        if push.text == MARK
        else push
        for push in pushes
    )


def _kept(push: Push) -> tuple[str, str, str]:
    return push.tag, push.user_id or _NOBODY, push.time_text


def _html(tag: str, user_id: str, time_text: str) -> str:
    """The markup of the site's renderer, which is read fastest."""
    colour = "f1 hl" if tag != "推" else "hl"
    return (
        f'<div class="push"><span class="{colour} push-tag">{tag} </span>'
        f'<span class="f3 hl push-userid">{escape(user_id)}</span><span class="f3 push-content">: {MARK}</span>'
        f'<span class="push-ipdatetime"> {escape(time_text)}\n</span></div>'
    )

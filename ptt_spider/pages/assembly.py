"""Lines of a post, wherever they come from -> Post: header, body, pushes with their years, replies, edits."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from ptt_spider.aid import name_seconds, name_to_aid, post_url
from ptt_spider.clock import from_unix
from ptt_spider.items import Post, Push, Reply
from ptt_spider.pages.blocks import RawPush
from ptt_spider.pages.ending import before_signature, find_ending, read_origin
from ptt_spider.pages.header import posted_at, read_header, read_title, split_plain_header
from ptt_spider.pages.pushes import read_pushes
from ptt_spider.pages.replies import Edit, Note, read_appended
from ptt_spider.pages.timeline import SLACK, Timeline

RUN: Final = "\0"
"""Stands for a run of pushes among lines; `decode` has removed it from the page."""


class Written(NamedTuple):
    """A post as written, line by line."""

    lines: list[str]
    """Each run of pushes is one line: `RUN` and its index in ``runs``."""
    runs: list[list[RawPush]]
    metalines: list[tuple[str, str]]
    board: str
    post_id: str
    truncated: bool = False
    damaged: bool = False
    poll_url: str | None = None
    longpoll_url: str | None = None
    poll_offset: int | None = None


class Appended(NamedTuple):
    """What follows the body."""

    pushes: tuple[Push, ...]
    replies: tuple[Reply, ...]
    edited_at: datetime | None


def assemble(written: Written) -> Post:
    """The post that these lines make."""
    lines, runs, post_id = written.lines, written.runs, written.post_id
    plain, skip = split_plain_header(lines, written.metalines)
    header = read_header([*written.metalines, *plain])
    # One empty line parts header and body; a body line that became a header line took its own line break with it.
    if (plain or written.metalines) and not header.rest and lines[skip : skip + 1] == [""]:
        skip += 1
    lines = lines[skip:]
    ending = find_ending(lines, post_id)
    first_run = next((number for number, line in enumerate(lines) if line.startswith(RUN)), len(lines))
    body_end = ending.body_end if ending else before_signature(lines, first_run)
    tail_start = ending.tail_start if ending else first_run
    body = "\n".join([*header.rest, *_as_written(lines[:body_end], runs)])
    posted = posted_at(post_id, header.time_text)
    # A header's time may have been moved within the day: no push is older than the file.
    start = min(posted, from_unix(name_seconds(post_id)))
    appended = read_tail(lines[tail_start:], runs, start, header.author)
    title = read_title(header.title)
    is_forward, origin = read_origin(body)
    return Post(
        board=written.board,
        post_id=post_id,
        aid=name_to_aid(post_id),
        url=post_url(written.board, post_id),
        category=title.category,
        is_reply=title.is_reply,
        is_forward=title.is_forward or is_forward,
        forward_from=origin,
        title=header.title,
        author=header.author,
        author_nick=header.author_nick,
        ip=ending.ip if ending else None,
        country=ending.country if ending else None,
        posted_at=posted,
        header_time=header.time_text,
        body=body,
        edited_at=appended.edited_at,
        truncated=written.truncated,
        damaged=written.damaged,
        pushes=appended.pushes,
        replies=appended.replies,
        poll_url=written.poll_url,
        longpoll_url=written.longpoll_url,
        poll_offset=written.poll_offset,
    )


def _as_written(lines: Iterable[str], runs: list[list[RawPush]]) -> Iterable[str]:
    """Lines of a body, with pushes that were forged in it as the text that they are."""
    for line in lines:
        if line.startswith(RUN):
            yield from ("".join(push).removesuffix("\n") for push in runs[int(line[1:])])
        else:
            yield line


def read_tail(
    lines: list[str], runs: list[list[RawPush]], start: datetime | None, author: str | None, first_floor: int = 1
) -> Appended:
    """Pushes, replies and edits of the lines after the body, with the years that follow from ``start``."""
    parts: list[Edit | Note | list[RawPush]] = []
    between: list[str] = []
    for line in lines:
        if line.startswith(RUN):
            parts += read_appended(between)
            between = []
            parts.append(runs[int(line[1:])])
        else:
            between.append(line)
    parts += read_appended(between)
    timeline = Timeline(start)
    pushes: list[Push] = []
    replies: list[Reply] = []
    edited_at: datetime | None = None
    previous: Edit | Note | list[RawPush] | None = None
    for part in parts:
        if isinstance(part, list):
            read_pushes(part, timeline, author, first_floor, pushes)
        elif isinstance(part, Note):
            replies.append(Reply(first_floor - 1 + len(pushes), part.text, None))
        else:
            moment = part.at or timeline.place(part.time_text)
            if moment and start and moment < start - SLACK:
                # Older than the post: a line pasted from elsewhere.
                moment = None
            elif part.at:
                timeline.anchor(part.at)
            edited_at = moment or edited_at
            if isinstance(previous, Note):
                replies[-1] = replies[-1]._replace(edited_at=moment)
        previous = part
    return Appended(tuple(pushes), tuple(replies), edited_at)

"""Push spans -> Push items."""

import re

from ptt_spider.items import Push
from ptt_spider.pages.blocks import RawPush
from ptt_spider.pages.timeline import Timeline, clock_of

_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", re.ASCII)
_LEADING_IP = re.compile(
    r"(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:\s+|(?=\d\d/)|$)", re.ASCII
)
_BLANKS = " \t\n\xa0\u3000"


def read_pushes(
    raws: list[RawPush], timeline: Timeline, author: str | None, first_floor: int, pushes: list[Push]
) -> None:
    """Append the items of one run; floors count on from ``first_floor`` and what ``pushes`` holds."""
    floor = first_floor + len(pushes)
    author_key = author.lower() if author else None
    place = timeline.place
    add = pushes.append
    for tag, user, content, time in raws:
        user_id = user.strip()
        text = content.rstrip()
        if text.startswith(":"):
            text = text[2 if text.startswith(": ") else 1 :]
        stamp = time.strip()
        clock = stamp[-11:]
        if clock_of(clock):
            before = stamp[:-11].rstrip()
            ip, time_text = split_stamp(before, clock) if before else (None, clock)
        else:
            ip, time_text = split_stamp(stamp, "")
        add(Push(floor, tag.strip(), user_id, text, ip, place(time_text), time_text, user_id.lower() == author_key))
        floor += 1


def split_stamp(before: str, clock: str) -> tuple[str | None, str]:
    """``(IP, time text)`` of a stamp whose last 11 characters, if they are a clock, have been taken off.

    An IP leaves no space before the date if it has 15 characters; old forms put the tag there instead.
    """
    if clock and _IP.fullmatch(before):
        return before, clock
    match = _LEADING_IP.match(before)
    ip, rest = (match[1], before[match.end() :]) if match else (None, before)
    rest = f"{rest} {clock}".strip() if clock else rest.strip()
    if rest[:1] in ("推", "噓", "→"):
        rest = rest[1:].lstrip()
    return ip, rest

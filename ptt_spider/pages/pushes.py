"""Push spans -> Push items."""

import re
from typing import Final

from ptt_spider.items import Push
from ptt_spider.pages.blocks import RawPush
from ptt_spider.pages.source import one_line
from ptt_spider.pages.timeline import Timeline, clock_of

_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", re.ASCII)
_LEADING_IP = re.compile(
    r"(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:\s+|(?=\d\d/)|$)", re.ASCII
)
_CACHE_LIMIT: Final = 100_000

_ips: dict[str, str] = {}
"""What stands before a clock and is nothing but an IP, as written -> the IP."""


def read_pushes(
    raws: list[RawPush], timeline: Timeline, author: str | None, first_floor: int, pushes: list[Push]
) -> None:
    """Append the items of one run; floors count on from ``first_floor`` and what ``pushes`` holds."""
    author_key = author.lower() if author else None
    place, known = timeline.place, timeline.known
    add, new = pushes.append, tuple.__new__
    for floor, (tag, user, content, time) in enumerate(raws, first_floor + len(pushes)):
        user_id = user.strip()
        text = content.rstrip()
        if text[:2] == ": ":
            text = text[2:]
        elif text[:1] == ":":
            text = text[1:]
        if "\n" in text or "\n" in user_id:
            text, user_id = one_line(text), one_line(user_id)
        stamp = time.strip()
        time_text = stamp[-11:]
        ip = None
        if known.get(time_text) or clock_of(time_text):
            before = stamp[:-11]
            if before:
                ip = _ips.get(before)
                if ip is None:
                    ip, time_text = split_stamp(before.rstrip(), time_text)
                    if ip and time_text == stamp[-11:] and len(_ips) < _CACHE_LIMIT:
                        _ips[before] = ip
        else:
            ip, time_text = split_stamp(stamp, "")
        moment = known[time_text] if time_text in known else place(time_text)
        # A page has 1,500 of them: this takes half the time of Push(…).
        add(new(Push, (floor, tag.strip(), user_id, text, ip, moment, time_text, user_id.lower() == author_key)))


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

"""What a page says, as immutable items whose fields carry the names of the store's columns.

Nulls mean "the page does not say", never a guess. Times carry their zone (Taipei). NamedTuples, because a page of
1,500 pushes makes 1,500 of them: a frozen dataclass costs five times as much.
"""

from datetime import datetime
from typing import Final, NamedTuple

VOTE: Final = {"推": 1, "噓": -1, "→": 0}
PLACE: Final = "#"
"""Stands as the time of a forgotten user's push, of which nothing but its place is left (`pages.taken_down`)."""


class Push(NamedTuple):
    """One comment, in page order. ``floor`` is its place on this page (1…n); the store gives the lasting one."""

    floor: int
    tag: str
    """推, 噓 or →."""
    user_id: str | None
    """As written, padding off; compare case-insensitively. None only in plain text copies that lack it."""
    text: str | None
    """Less one leading colon and one space, trailing blanks stripped; '' if empty."""
    ip: str | None
    pushed_at: datetime | None
    """To the minute, with the year that the page implies; None where it does not say."""
    time_text: str
    """What stood where ``MM/DD HH:MM`` should be, IP off, blanks stripped."""
    is_author: bool

    @property
    def vote(self) -> int:
        """+1, −1 or 0."""
        return VOTE[self.tag]


def is_empty_place(user_id: str | None, text: str | None, time_text: str) -> bool:
    """Whether a push is one of which only the place is left."""
    return text is None and user_id is None and time_text == PLACE


class Reply(NamedTuple):
    """Text that the author wrote between pushes."""

    after_floor: int
    """Floor (on this page) of the push that it follows; 0 before the first push."""
    text: str
    edited_at: datetime | None
    """Time of the ※ 編輯 line that goes with it, where one does."""


class Post(NamedTuple):
    """One article page."""

    board: str
    post_id: str
    aid: str
    url: str
    category: str | None
    """First bracket after Re:/Fw:, half-width, blanks stripped: 新聞, 標的 …"""
    is_reply: bool
    is_forward: bool
    forward_from: str | None
    """Board that a forward came from, with its AID where the page names it: ``Gossiping #1bdr64op``."""
    title: str | None
    """As shown, prefixes included."""
    author: str | None
    author_nick: str | None
    """None if absent, '' for ``()``."""
    ip: str | None
    country: str | None
    posted_at: datetime
    """The header's 時間 where it parses and lies within a day of the file name's seconds, else the latter."""
    header_time: str | None
    body: str
    """After the header to the end of body, without signature and ※ lines, ``\\n`` between lines."""
    edited_at: datetime | None
    """Time of the last ※ 編輯 line."""
    truncated: bool
    """The page hides its middle (檔案過大！部分文章無法顯示)."""
    damaged: bool
    """Part of the page could not be read; what could be is here."""
    pushes: tuple[Push, ...]
    replies: tuple[Reply, ...]
    poll_url: str | None = None
    """``data-pollurl`` of #article-polling, relative to the site; None where the page offers none."""
    longpoll_url: str | None = None
    poll_offset: int | None = None
    """Bytes of the file that this page shows."""


class IndexRow(NamedTuple):
    """One row of an index or search page."""

    board: str
    post_id: str | None
    """None for a deleted row: it has no link."""
    title: str
    author: str
    nrec: int
    """推 minus 噓 as shown: blank 0, 爆 100, X1…X9 −10…−90, XX −100."""
    date_text: str
    mark: str
    pinned: bool


class IndexPage(NamedTuple):
    board: str
    number: int | None
    """N of indexN.html, reckoned from the neighbours where the address does not say; None on search pages."""
    rows: tuple[IndexRow, ...]
    older_url: str | None
    """‹ 上頁, relative to the site; None on the oldest page."""
    newer_url: str | None

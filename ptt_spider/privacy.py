"""What is kept of people: records pass here before they are spooled, so nothing else ever reaches the disk.

Modes: ``full`` keeps what the site shows. ``hashed``: user ids become HMAC-SHA256 (hex) under a secret key, nicknames
go, addresses are cut to their first half. ``minimal``: as hashed, but an id is hashed per thread, so that nobody can be
followed from thread to thread, and addresses and countries go. Users who asked to be forgotten are known by keyed
hashes alone (tombstones): their posts and pushes are dropped in every mode, their id is blotted out of others' texts.
"""

import hmac
import ipaddress
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from ptt_spider.items import PLACE, IndexRow, Post, Push, Reply
from ptt_spider.spool import GrowthSeen, IndexSeen, PageSeen, Record

Mode = Literal["full", "hashed", "minimal"]
MODE_NAME: Final = "privacy.json"
TOMBSTONES: Final = "forgotten.txt"
BLOT: Final = "＊＊＊"
_ID: Final = r"[A-Za-z][A-Za-z0-9]{1,11}"
_TOKEN = re.compile(rf"(?<![A-Za-z0-9]){_ID}(?![A-Za-z0-9])", re.ASCII)
_ADDRESS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])", re.ASCII)
_NAMED = re.compile(
    rf"(?P<quote>引述《)(?P<a>{_ID})(?:\s*\([^》\n]*\))?(?P<end>》)"
    rf"|(?P<head>^\s*作者[:：]?\s*)(?P<b>{_ID})(?:\s*\([^\n]*?\))?"
    rf"|(?P<by>\()(?P<c>{_ID}) 刪除 (?P<d>{_ID}) 的推文"
    rf"|(?P<edit>※ 編輯: )(?P<e>{_ID})",
    re.ASCII | re.MULTILINE,
)
"""Where the site itself writes ids into texts: quotes, forwarded headers, blanked comments, edit lines."""
_BEFORE_ID: Final = ("引述《", "作者", "作者:", "作者: ", "作者：", "@", "※ 編輯: ", "刪除 ", "推文者 ")


def must_redact(data: Path) -> bool:
    """Whether records for a folder must be redacted: by PTT_PRIVACY, the folder's mode, or who was forgotten in it."""
    chosen = os.environ.get("PTT_PRIVACY", "full") != "full"
    return chosen or any((data / name).exists() for name in (MODE_NAME, TOMBSTONES))


def tombstone(key: bytes, user_id: str) -> str:
    """What is kept of a user who asked to be forgotten."""
    return _keyed(key, f"forgotten\0{user_id.lower()}")


def hashed_id(key: bytes, user_id: str) -> str:
    """A user id in mode ``hashed``: HMAC-SHA256 of the lower-case id, hex."""
    return _keyed(key, user_id.lower())


def is_distinctive(user_id: str) -> bool:
    """Whether the id in a text means the user: ``GG`` or ``apple`` may be a plain word, ``gg3be0`` hardly."""
    return len(user_id) >= 6 or any(c.isdigit() for c in user_id)


def blot_pattern(user_id: str) -> str:
    """The user in others' texts, for RE2 and Python: group 1 is what stands before.

    An id that may be a plain word counts only where the site writes ids, or after an @.
    """
    before = "" if is_distinctive(user_id) else "|".join(re.escape(text) for text in sorted(_BEFORE_ID, reverse=True))
    return rf"(?i)({before or chr(92) + 'b'}){user_id}\b"


class Redactor:
    """``redactor(record)`` is the record as it may be kept, or None where nothing of it may."""

    def __init__(
        self, mode: Mode = "full", key: bytes = b"", forgotten: Iterable[str] = (), *, places: bool = False
    ) -> None:
        """``forgotten``: tombstones. ``places``: their pushes leave empty places, as in what was read before they were
        forgotten, lest other floors change. Raises ValueError where a key is needed and there is none."""
        self._mode = mode
        self._places = places
        self._key = key
        self._forgotten = frozenset(forgotten)
        if not key and (mode != "full" or self._forgotten):
            raise ValueError("hashing people needs a key")
        self._is_forgotten = lru_cache(200_000)(self._look_up)

    def __call__(self, record: Record) -> Record | None:
        if self._mode == "full" and not self._forgotten:
            return record
        if isinstance(record, PageSeen):
            if self.is_forgotten(record.post.author):
                return None
            return record._replace(post=self.post(record.post))
        if isinstance(record, GrowthSeen):
            pushes, replies = self._thread(record.pushes, record.replies, f"{record.board}/{record.post_id}")
            return record._replace(pushes=pushes, replies=replies)
        if isinstance(record, IndexSeen):
            return record._replace(rows=tuple(self._row(row) for row in record.rows if not self._gone(row)))
        return record

    def post(self, post: Post) -> Post:
        """A page's post without what may not be kept; its author is not asked about."""
        thread = f"{post.board}/{post.post_id}"
        pushes, replies = self._thread(post.pushes, post.replies, thread)
        author = post.author and self.person(post.author, thread)
        kept = post._replace(
            author=author,
            body=self.text(post.body, thread),
            title=post.title and self._blot(post.title),
            pushes=pushes,
            replies=replies,
        )
        if self._mode == "full":
            return kept
        minimal = self._mode == "minimal"
        return kept._replace(author_nick=None, ip=self._address(post.ip), country=None if minimal else post.country)

    def text(self, text: str, thread: str) -> str:
        """A body, comment or reply: ids that the site put there hashed, addresses cut, the forgotten blotted out."""
        if self._mode != "full":
            text = _NAMED.sub(lambda match: self._named(match, thread), text)
            text = _ADDRESS.sub(lambda match: self._address(match[0]) or BLOT, text)
        return self._blot(text)

    def forgotten_in(self, page: bytes) -> set[str]:
        """Ids of forgotten users that a response holds, as it writes them."""
        if not self._forgotten:
            return set()
        return {word for word in set(_TOKEN.findall(page.decode("latin-1"))) if self._is_forgotten(word.lower())}

    def is_forgotten(self, user_id: str | None) -> bool:
        return bool(self._forgotten) and user_id is not None and self._is_forgotten(user_id.lower())

    def _thread(
        self, pushes: Sequence[Push], replies: Sequence[Reply], thread: str
    ) -> tuple[tuple[Push, ...], tuple[Reply, ...]]:
        """Floors are counted anew without the forgotten, unless their places stay; replies keep following the push that
        they followed."""
        kept: list[Push] = []
        place = {0: 0}
        for push in pushes:
            if not self.is_forgotten(push.user_id):
                kept.append(self._push(push, len(kept) + 1, thread))
            elif self._places:
                kept.append(Push(len(kept) + 1, "→", None, None, None, None, PLACE, False))
            place[push.floor] = len(kept)
        answers = tuple(
            reply._replace(
                after_floor=place.get(reply.after_floor, reply.after_floor), text=self.text(reply.text, thread)
            )
            for reply in replies
        )
        return tuple(kept), answers

    def _push(self, push: Push, floor: int, thread: str) -> Push:
        text = None if push.text is None else self.text(push.text, thread)
        if self._mode == "full":
            return push._replace(floor=floor, text=text)
        user_id = push.user_id and self.person(push.user_id, thread)
        return push._replace(floor=floor, text=text, user_id=user_id, ip=self._address(push.ip))

    def _row(self, row: IndexRow) -> IndexRow:
        author = row.author
        if self._mode != "full" and author not in ("", "-"):
            author = self.person(author, f"{row.board}/{row.post_id}")
        return row._replace(author=author, title=self._blot(row.title))

    def _gone(self, row: IndexRow) -> bool:
        return self.is_forgotten(row.author)

    def person(self, user_id: str, thread: str) -> str:
        """The id as it is kept; ``thread`` is ``board/post_id``."""
        if self._mode == "full":
            return user_id
        if self._mode == "hashed":
            return hashed_id(self._key, user_id)
        return _keyed(self._key, f"{thread}\0{user_id.lower()}")

    def _address(self, ip: str | None) -> str | None:
        if ip is None or self._mode == "minimal":
            return None
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return None
        prefix = 16 if address.version == 4 else 32
        return str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False).network_address)

    def _named(self, match: re.Match[str], thread: str) -> str:
        found = match.groupdict()
        if found["quote"]:
            return f"{found['quote']}{self.person(found['a'], thread)}{found['end']}"
        if found["head"]:
            return f"{found['head']}{self.person(found['b'], thread)}"
        if found["by"]:
            return f"({self.person(found['c'], thread)} 刪除 {self.person(found['d'], thread)} 的推文"
        return f"{found['edit']}{self.person(found['e'], thread)}"

    def _blot(self, text: str) -> str:
        if not self._forgotten:
            return text
        return _TOKEN.sub(self._blotted, text)

    def _blotted(self, match: re.Match[str]) -> str:
        word = match[0]
        if not self._is_forgotten(word.lower()):
            return word
        before = match.string[max(0, match.start() - 6) : match.start()]
        return BLOT if is_distinctive(word) or before.endswith(_BEFORE_ID) else word

    def _look_up(self, user_id: str) -> bool:
        return tombstone(self._key, user_id) in self._forgotten


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()

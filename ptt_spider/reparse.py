"""Archived responses -> the records that a crawl with today's parsers would have spooled. Pure but for its memory.

Responses must come in the order of their fetches: a poll's answer continues the page before it, and only the page
says which thread a long poll belongs to.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from ptt_spider.errors import DamagedIndex, DamagedPage, NotAnArticle, NotAnIndex
from ptt_spider.items import Post, Push
from ptt_spider.pages import parse_article, parse_growth, parse_index
from ptt_spider.pages.taken_down import read_blanked
from ptt_spider.spool import GoneSeen, GrowthSeen, IndexSeen, PageSeen, Record
from ptt_spider.warc import ArchivedResponse

GONE = (404, 410)
_ARTICLE = re.compile(r"/bbs/([A-Za-z0-9_.-]+)/([MG]\.\d+\.A(?:\.[0-9A-F]{3})?)\.html", re.ASCII)
_INDEX = re.compile(r"/bbs/([A-Za-z0-9_.-]+)/(?:index\d*\.html|search)", re.ASCII)
_POLL = re.compile(r"/poll/([A-Za-z0-9_.-]+)/([MG]\.\d+\.A(?:\.[0-9A-F]{3})?)\.html", re.ASCII)
_LONGPOLL = "/v1/longpoll"


class Seen(NamedTuple):
    """Where a thread stood after its newest page or poll."""

    at: datetime
    author: str | None
    last_time: datetime
    poll_url: str | None
    offset: int | None


class Standing(NamedTuple):
    """What the responses read so far say of threads: all that the next ones need of them."""

    threads: dict[tuple[str, str], Seen]
    longpolls: dict[str, tuple[str, str]]
    """Whose thread the address of a long poll is."""


class Reparser:
    """Turns responses into records; one an archive, for its memory of where threads stood.

    Where each file has its own (``deferred`` given), polls that continue a page of an earlier file are put aside
    there: another one can read them, once it `continues` from what the earlier files say.
    """

    def __init__(self, source: str = "reparse", *, deferred: list[ArchivedResponse] | None = None) -> None:
        self._source = source
        self._deferred = deferred
        self._threads: dict[tuple[str, str], Seen] = {}
        self._longpolls: dict[str, tuple[str, str]] = {}
        self.skipped: list[tuple[ArchivedResponse, str]] = []
        """Responses that no record could be made of, with the reason; pages of other kinds are not counted."""

    @property
    def standing(self) -> Standing:
        return Standing(self._threads, self._longpolls)

    def continues(self, standing: Standing) -> None:
        """Goes on from where a file left its threads."""
        self._threads |= standing.threads
        self._longpolls |= standing.longpolls

    def records(self, responses: Iterable[ArchivedResponse]) -> Iterator[Record]:
        for response in responses:
            record = self.record(response)
            if record is not None:
                yield record

    def record(self, response: ArchivedResponse) -> Record | None:
        """The record of one response; None for robots.txt, refusals, error pages and everything else without one."""
        path = urlsplit(response.url).path
        if match := _ARTICLE.fullmatch(path):
            return self._article(response, match[1], match[2])
        if (match := _INDEX.fullmatch(path)) and response.status == 200:
            return self._index(response)
        if (match := _POLL.fullmatch(path)) and response.status == 200:
            return self._poll(response, (match[1], match[2]))
        if (key := self._longpolls.get(_path_and_query(response.url))) and response.status == 200:
            return self._longpoll(response, key)
        if self._deferred is not None and path == _LONGPOLL and response.status == 200:
            self._deferred.append(response)
        return None

    def _article(self, response: ArchivedResponse, board: str, post_id: str) -> Record | None:
        if response.status in GONE:
            return GoneSeen(response.fetched_at, self._source, board, post_id, response.status)
        if response.status != 200:
            return None
        try:
            post = parse_article(response.body, response.url)
        except DamagedPage as damaged:
            post = damaged.post
        except NotAnArticle as error:
            if error.reason == "not_found":
                return GoneSeen(response.fetched_at, self._source, board, post_id, response.status)
            self.skipped.append((response, str(error)))
            return None
        post = post._replace(pushes=read_blanked(post.pushes))
        self._remember(response.fetched_at, post)
        return PageSeen(response.fetched_at, self._source, post)

    def _remember(self, at: datetime, post: Post) -> None:
        key = (post.board, post.post_id)
        last = _last_time(post.pushes, post.posted_at)
        self._threads[key] = Seen(at, post.author, last, post.poll_url, post.poll_offset)
        if post.longpoll_url:
            self._longpolls[_path_and_query(post.longpoll_url)] = key

    def _index(self, response: ArchivedResponse) -> Record | None:
        try:
            page = parse_index(response.body, response.url)
        except DamagedIndex as damaged:
            page = damaged.page
        except NotAnIndex as error:
            self.skipped.append((response, str(error)))
            return None
        return IndexSeen(response.fetched_at, self._source, page.board, page.rows)

    def _poll(self, response: ArchivedResponse, key: tuple[str, str]) -> Record | None:
        answer = _object(response.body)
        if not answer.get("success") or not isinstance(answer.get("contentHtml"), str):
            return None
        seen = self._threads.get(key)
        if seen is None and self._deferred is not None:
            self._deferred.append(response)
            return None
        if seen is None:
            self.skipped.append((response, f"{response.url}: the page that this poll continues is not in the archive"))
            return None
        pushes, replies = parse_growth(answer["contentHtml"], *key, seen.last_time, seen.author, 1)
        pushes = read_blanked(pushes)
        following = answer.get("pollUrl")
        size = parse_qs(urlsplit(response.url).query).get("size", [""])[0]
        return self._grown(
            response.fetched_at,
            key,
            seen,
            GrowthSeen(
                response.fetched_at, self._source, *key, seen.at, pushes, replies,
                following if isinstance(following, str) else None, int(size) if size.isdecimal() else None,
            ),
        )  # fmt: skip

    def _longpoll(self, response: ArchivedResponse, key: tuple[str, str]) -> Record | None:
        """A size equal to the offset known says that nothing grew; any other is followed by a poll."""
        seen = self._threads.get(key)
        if seen is None or seen.offset is None or _object(response.body).get("size") != seen.offset:
            return None
        growth = GrowthSeen(response.fetched_at, self._source, *key, seen.at, (), (), seen.poll_url, seen.offset)
        return self._grown(response.fetched_at, key, seen, growth)

    def _grown(self, at: datetime, key: tuple[str, str], seen: Seen, growth: GrowthSeen) -> GrowthSeen:
        last = _last_time(growth.pushes, seen.last_time)
        self._threads[key] = Seen(at, seen.author, last, growth.poll_url, growth.poll_offset)
        return growth


def _last_time(pushes: tuple[Push, ...], start: datetime) -> datetime:
    return max([start, *(push.pushed_at for push in pushes if push.pushed_at)])


def _path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}

"""Spool lines -> what the loader takes in. Reads the JSON as it is: making items of every push would cost more than
storing them.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from analysis.store.observation import Content, Observation, Place, PollState, digest_of
from ptt_spider.items import VOTE, Push, is_empty_place

ThreadKey = tuple[str, str]
"""(board, post_id)"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LINKED: Final = (
    "board", "post_id", "source_url", "final_url", "domain", "status", "fetched_at", "title", "site_name",
    "published_at", "text", "error",
)  # fmt: skip
_APART: Final = ("board", "post_id", "body", "pushes", "poll_url", "poll_offset")


class Told(NamedTuple):
    """A response about one thread."""

    thread: ThreadKey
    observation: Observation


class Listed(NamedTuple):
    """One index row that has a link."""

    board: str
    post_id: str
    title: str
    author: str
    mark: str
    nrec: int
    listed_at: int


class Failed(NamedTuple):
    board: str
    post_id: str
    failed_at: int
    reason: str


class Linked(NamedTuple):
    """A row of linked_pages, in the order of its columns, times in microseconds."""

    row: tuple[Any, ...]


Taken = Told | Listed | Failed | Linked


def micros(text: str) -> int:
    """ISO 8601 with offset -> microseconds since 1970. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return (moment - _EPOCH) // _MICROSECOND


class _Moments(dict[str | None, int | None]):
    """`micros` with a memory: pushes carry minutes, so most times come many times."""

    def __missing__(self, text: str | None) -> int | None:
        value = None if text is None else micros(text)
        self[text] = value
        return value


_MOMENTS: Final = _Moments()
_WIDTH: Final = len(Push._fields)
_TEXT: Final = itemgetter(Push._fields.index("text"))


def may_have_places(raw: list[list[Any]]) -> bool:
    """Whether any of these push arrays has no text: only such ones can be a forgotten user's place."""
    return None in map(_TEXT, raw)


def read_contents(raw: list[list[Any]]) -> list[Content | Place]:
    """Push arrays as contents, forgotten pushes as places. Raises ValueError, TypeError."""
    if not raw:
        return []
    if len(_MOMENTS) > 500_000:
        _MOMENTS.clear()
    _, tags, users, texts, ips, moments, times, authors = zip(*raw, strict=True)
    at = map(_MOMENTS.__getitem__, moments)
    contents: list[Content | Place] = list(
        map(Content._make, zip(tags, users, texts, ips, at, times, authors, strict=True))
    )
    if None in texts:
        for number, (user_id, text, time_text) in enumerate(zip(users, texts, times, strict=True)):
            if is_empty_place(user_id, text, time_text):
                contents[number] = None
    return contents


def read_line(line: bytes) -> Iterator[Taken]:
    """What one spool line says. Raises ValueError for a line that is no record."""
    try:
        record = orjson.loads(line)
        fetched_at = micros(record["fetched_at"])
        match record["kind"]:
            case "page":
                yield _page(record, fetched_at)
            case "growth":
                yield _growth(record, fetched_at)
            case "gone":
                digest = digest_of(orjson.dumps(["gone", record["status"]]))
                gone = Observation("gone", fetched_at, digest, record["source"])
                yield Told((record["board"], record["post_id"]), gone)
            case "listed":
                yield from _listed(record, fetched_at)
            case "failed":
                yield Failed(record["board"], record["post_id"], fetched_at, record["reason"])
            case "linked":
                times = {"fetched_at": fetched_at, "published_at": _MOMENTS[record["published_at"]]}
                yield Linked(tuple(times.get(name, record[name]) for name in _LINKED))
            case kind:
                raise ValueError(f"unknown kind {kind!r}")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"no spool record: {error!r}") from error


def _page(record: dict[str, Any], fetched_at: int) -> Told:
    post = record["post"]
    header = {name: value for name, value in post.items() if name not in _APART}
    micros(header["posted_at"])
    packed = orjson.dumps(header)
    body = post["body"].encode()
    observation = Observation(
        "page",
        fetched_at,
        digest_of(b"\n".join((packed, body, orjson.dumps(post["pushes"])))),
        record["source"],
        partial=bool(post["truncated"] or post["damaged"]),
        header=header,
        header_digest=digest_of(packed),
        body=post["body"],
        body_digest=digest_of(body),
        raw=_checked(post["pushes"]),
        poll=_poll(post),
    )
    return Told((post["board"], post["post_id"]), observation)


def _growth(record: dict[str, Any], fetched_at: int) -> Told:
    header = {"replies": record["replies"]} if record["replies"] else {}
    packed = orjson.dumps(header) if header else b""
    observation = Observation(
        "growth",
        fetched_at,
        digest_of(b"\n".join((record["base_fetched_at"].encode(), packed, orjson.dumps(record["pushes"])))),
        record["source"],
        base_fetched_at=micros(record["base_fetched_at"]),
        header=header,
        header_digest=digest_of(packed) if header else None,
        raw=_checked(record["pushes"]),
        poll=_poll(record),
    )
    return Told((record["board"], record["post_id"]), observation)


def _checked(raw: list[list[Any]]) -> list[list[Any]]:
    if raw and (set(map(len, raw)) != {_WIDTH} or not VOTE.keys() >= set(map(itemgetter(1), raw))):
        raise ValueError("push arrays of another shape or with unknown tags")
    return raw


def _poll(fields: dict[str, Any]) -> PollState | None:
    if not fields.get("poll_url") or fields.get("poll_offset") is None:
        return None
    return PollState(fields["poll_url"], fields.get("longpoll_url"), fields["poll_offset"])


def _listed(record: dict[str, Any], fetched_at: int) -> Iterable[Listed]:
    for board, post_id, title, author, nrec, _date, mark, _pinned in record["rows"]:
        if post_id:
            yield Listed(board, post_id, title, author, mark, nrec, fetched_at)

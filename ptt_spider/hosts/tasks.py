"""The scheduler and the duplicate filter of scrapy-redis, made safe against kills; threads to ask for as requests.

scrapy-redis 0.9.1 with Scrapy 2.19, read and tried: its queues pop destructively (a killed host loses what it popped);
the duplicate filter notes a request before the queue has it (a kill in between loses it for good); its JSON serialiser
cannot take the bytes of a request's body, and the default is pickle, with which whoever writes into Redis runs code
here; its scheduler hands the statistics an argument that this Scrapy deprecates. What is below replaces these four.
"""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from scrapy import Request, Spider
from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.queue import Base
from scrapy_redis.scheduler import Scheduler

from ptt_spider.aid import is_board, is_name, post_url
from ptt_spider.frontier import KnownThread
from ptt_spider.hosts.connection import KEPT, Server
from ptt_spider.spiders.run import Ask

_TIMES = ("fetched_at", "posted_at", "last_pushed_at", "poll_at")


class Leased(NamedTuple):
    """A request that this host is to do."""

    id: str
    request: Request


def dumps(fields: dict[str, Any]) -> str:
    """A request's fields as JSON: bytes as Latin-1."""
    return json.dumps(fields, ensure_ascii=False, default=lambda value: value.decode("latin-1"))


def loads(text: str | bytes) -> dict[str, Any]:
    """The inverse; a body becomes bytes again. Raises ValueError."""
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("a request is a JSON object")
    fields["body"] = str(fields.get("body") or "").encode("latin-1")
    for name in ("_class", "callback", "errback"):  # what a request does here is not for Redis to say
        fields.pop(name, None)
    return fields


_SERIALIZER = SimpleNamespace(dumps=dumps, loads=loads)


class LeaseQueue(Base):  # type: ignore[misc]
    """First in, first out; ``pop`` leases a request to this host until `done`, or until the lease runs out."""

    def __init__(self, server: Server, spider: Spider, key: str, host: str, lease: float) -> None:
        super().__init__(server.redis, spider, key, _SERIALIZER)
        self._server = server
        self._host = host
        self._lease = round(lease * 1000)

    def __len__(self) -> int:
        """Requests that wait or are being done."""
        return int(self._server.redis.zcard(f"{self.key}:queue")) + int(self._server.redis.zcard(f"{self.key}:leases"))

    def push(self, request: Request, fingerprint: str, *, again: bool = False) -> bool:
        """Whether the request was new, or, ``again``, lost: the duplicate filter's answer and the queueing are one."""
        names = ("queue", "requests", "leases", "seen", "done", "sequence")
        encoded = self._encode_request(request)
        return bool(self._server.script("push", self._keys(names), fingerprint, encoded, int(again), KEPT))

    def pop(self, timeout: int = 0) -> Leased | None:  # noqa: ARG002
        names = ("queue", "requests", "leases", "owners")
        found = self._server.script("pop", self._keys(names), self._host, self._lease)
        return Leased(found[0].decode(), self._decode_request(found[1])) if found else None

    def done(self, id: str) -> None:
        """What the request gave is on a disk."""
        self._server.script("done", self._keys(("queue", "requests", "leases", "owners", "done")), id, KEPT)

    def not_done(self, ids: list[str]) -> list[str]:
        """Those of ``ids`` that no host has done."""
        answers = self._server.redis.smismember(f"{self.key}:done", ids) if ids else []
        return [id for id, answer in zip(ids, answers, strict=True) if not answer]

    def _keys(self, names: tuple[str, ...]) -> list[str]:
        return [f"{self.key}:{name}" for name in names]


class SharedScheduler(Scheduler):  # type: ignore[misc]
    """scrapy-redis's scheduler over a `LeaseQueue`. The spider takes its requests from here itself, for a thread may
    need several pages (a poll, half a page asked for again): the downloader is asked by `Asker`, as on one host."""

    def __init__(self, server: Server, key: str, spider: Spider, host: str, lease: float) -> None:
        super().__init__(server.redis, persist=True, dupefilter=RFPDupeFilter(server.redis, f"{key}:seen"))
        self.spider = spider
        self.queue = LeaseQueue(server, spider, key, host, lease)

    def fingerprint(self, request: Request) -> str:
        return str(self.df.request_fingerprint(request))

    def enqueue_request(self, request: Request, *, again: bool = False) -> bool:
        return bool(self.queue.push(request, self.fingerprint(request), again=again))

    def next_request(self) -> Leased | None:
        leased: Leased | None = self.queue.pop()
        return leased


def request_of(ask: Ask, site: str) -> Request:
    """A thread to be asked for; what the leader's store knows of it goes along."""
    known = None
    if ask.known is not None:
        known = {name: _iso(value) for name, value in ask.known._asdict().items()}
    meta = {"board": ask.board, "post_id": ask.post_id, "whole": ask.whole, "known": known}
    return Request(post_url(ask.board, ask.post_id, site), meta=meta)


def ask_of(request: Request) -> Ask:
    """The inverse. Raises ValueError for what names no thread: Redis is not trusted to say where to go."""
    board, post_id = str(request.meta.get("board")), str(request.meta.get("post_id"))
    if not is_board(board) or not is_name(post_id):
        raise ValueError(f"no thread: {request.url}")
    fields: Any = request.meta.get("known")
    known = None
    try:
        if fields:
            values: dict[str, Any] = {n: _when(v) if n in _TIMES else v for n, v in fields.items()}
            known = KnownThread(**values)
    except (AttributeError, TypeError) as error:
        raise ValueError(f"no known thread: {error}") from None
    return Ask(board, post_id, known, bool(request.meta.get("whole")))


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _when(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None

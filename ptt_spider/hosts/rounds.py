"""A round: one crawl that several hosts do together. Who takes part, who walks the index, how far it came."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar

from redis import RedisError

from ptt_spider import clock
from ptt_spider.hosts.connection import KEPT, PREFIX, Server
from ptt_spider.job import CrawlJob, Failure
from ptt_spider.journal import Journal

T = TypeVar("T")

KEYS: Final = (
    "hosts", "lead", "leases", "owners", "queue", "requests", "seen", "done", "sequence", "boards", "walks", "gaps",
)  # fmt: skip
"""Of one round."""
TOLD: Final = 3600 * 1000
"""Milliseconds for which the end of a round can be seen."""
_ROUNDS: Final = f"{PREFIX}round:"
_SHARED_TIMES: Final = ("since", "until", "new_since")


class LostLead(Exception):
    """Another host leads by now, or the round is gone: this one goes on as a member."""


class Round:
    """This host's place in a round. Raises RedisGone wherever it asks Redis."""

    def __init__(self, server: Server, job: CrawlJob, host: str) -> None:
        self._server = server
        self._own_job = job
        self.host = host
        self._lease = round(job.lease * 1000)
        self.name = _name(job)
        self.id = ""
        self.job = job
        """The job as the round's first host reckoned it: its store, its clock."""

    @property
    def key(self) -> str:
        """What the round's keys begin with."""
        return _ROUNDS + self.id

    async def join(self) -> None:
        """Joins, or begins the round."""
        new_id = f"{clock.now():%Y%m%dT%H%M%S}-{self.host}"
        id, job = await self._ask(
            lambda: self._server.script(
                "join", (self.name, _ROUNDS), self.host, self._lease, new_id, _encode(self._own_job), *KEYS
            )
        )
        self.id = id.decode()
        self.job = _decode(self._own_job, job)

    async def state(self) -> Literal["going", "ended", "other"]:
        """``other``: Redis lost this round, or others began anew."""
        redis = self._server.redis
        if await self._ask(lambda: redis.exists(f"{_ROUNDS}ended:{self.id}")):
            return "ended"
        current = await self._ask(lambda: redis.hget(self.name, "id"))
        return "going" if current == self.id.encode() else "other"

    async def lead(self) -> bool:
        """Whether this host leads; it tries to, if nobody does."""
        key, redis = self._key("lead"), self._server.redis
        if await self._ask(lambda: redis.set(key, self.host, nx=True, px=self._lease)):
            return True
        return bool(await self._ask(lambda: redis.get(key)) == self.host.encode())

    async def check_lead(self) -> None:
        """Raises LostLead."""
        if await self.state() != "going" or not await self.lead():
            raise LostLead

    @contextlib.asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Signs of life while the body runs; then the host's leases are free at once."""
        beat = asyncio.ensure_future(self._beat())
        try:
            yield
        finally:
            beat.cancel()
            with contextlib.suppress(RedisError):
                self._server.script("leave", self._keys("hosts", "lead", "leases", "owners", "queue"), self.host)

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(RedisError):  # whoever asks for something next hears of it
                if self._server.redis.hget(self.name, "id") == self.id.encode():
                    self._server.redis.pexpire(self.name, KEPT)
                    self._server.script("beat", self._keys(*KEYS), self.host, self._lease, KEPT)
            await asyncio.sleep(self._lease / 3000)

    # -- what the leader leaves for the next one -----------------------------------------------------------------

    async def boards_left(self) -> list[str]:
        done = await self._ask(lambda: self._server.redis.smembers(self._key("boards")))
        return [board for board in self.job.boards if board.encode() not in done]

    async def board_done(self, board: str) -> None:
        await self._ask(lambda: self._server.redis.sadd(self._key("boards"), board))

    async def tell_gaps(self, failures: list[Failure]) -> None:
        """Index pages that could not be read: every host's run then counts as one that left a gap."""
        for failure in failures:
            line = json.dumps([self.host, failure.board, failure.url, failure.reason])
            await self._ask(lambda line=line: self._server.redis.sadd(self._key("gaps"), line))  # type: ignore[misc]

    async def gaps(self) -> list[Failure]:
        """Those that other hosts told of."""
        lines = await self._ask(lambda: self._server.redis.smembers(self._key("gaps")))
        told = sorted(json.loads(line) for line in lines)
        return [Failure(board, None, url, reason) for host, board, url, reason in told if host != self.host]

    async def finish(self) -> None:
        """Ends the round for all. Raises LostLead."""
        kept = [name for name in KEYS if name not in ("lead", "gaps")]
        keys = (self.name, f"{_ROUNDS}ended:{self.id}", self._key("lead"), *self._keys(*kept))
        if not await self._ask(lambda: self._server.script("finish", keys, self.id, self.host, TOLD)):
            raise LostLead

    def journal(self, job: CrawlJob, board: str) -> Journal:
        return SharedJournal(self._server, job, board, self._key("walks"))

    def _key(self, name: str) -> str:
        return f"{self.key}:{name}"

    def _keys(self, *names: str) -> list[str]:
        return [self._key(name) for name in names]

    async def _ask(self, ask: Callable[[], Any]) -> Any:
        return await self._server.patiently(ask)


class SharedJournal(Journal):
    """How far a walk came, in Redis: long walks for the next run, short ones for the next leader of the round.
    While Redis is away nothing is written, which costs requests, nothing else."""

    def __init__(self, server: Server, job: CrawlJob, board: str, round_key: str) -> None:
        super().__init__(job, board)
        self._redis = server.redis
        self._hash = f"{PREFIX}walks" if self.active else round_key
        self.active = True

    def _entries(self) -> dict[str, dict[str, str | int]]:
        with contextlib.suppress(RedisError, ValueError):
            text = self._redis.hget(self._hash, self._key)
            if text:
                return {self._key: json.loads(text)}
        return {}

    def _save(self, entries: dict[str, dict[str, str | int]]) -> None:
        with contextlib.suppress(RedisError):
            self._redis.hset(self._hash, self._key, json.dumps(entries[self._key]))

    def finish(self) -> None:
        with contextlib.suppress(RedisError):
            self._redis.hdel(self._hash, self._key)


def _name(job: CrawlJob) -> str:
    """Key of the round that this job belongs to: hosts that were given the same command share one.

    The times of a run that goes on from the last one follow from each host's own store and clock; that a user gave a
    range, to the minute, is part of the command.
    """
    asked: list[Any] = [job.site, *sorted(job.boards), job.category, job.search, job.pages, job.full, job.hot]
    if not job.revisit:
        asked += [f"{edge:%Y-%m-%dT%H:%M}" if edge else None for edge in (job.since, job.until)]
    digest = hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()
    return f"{PREFIX}rounds:{digest[:20]}"


def _encode(job: CrawlJob) -> str:
    times = {name: value.isoformat() for name in _SHARED_TIMES if (value := getattr(job, name))}
    last = job.last.total_seconds() if job.last else None
    return json.dumps({**times, "last": last})


def _decode(job: CrawlJob, text: bytes) -> CrawlJob:
    fields = json.loads(text)
    times: dict[str, Any] = {
        name: datetime.fromisoformat(fields[name]) if fields.get(name) else None for name in _SHARED_TIMES
    }
    last = timedelta(seconds=fields["last"]) if fields.get("last") else None
    return replace(job, last=last, **times)

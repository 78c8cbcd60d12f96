"""A host's part in a round: lead the walk over the index, or ask for the threads that the leader found.

The leader goes on to the next index page, and spools the one it read, only when all threads of that page are done, by
whichever host: as on one host, what a kill leaves undone is found again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from scrapy import Spider

from ptt_spider.hosts.connection import Server
from ptt_spider.hosts.rounds import LostLead, Round
from ptt_spider.hosts.tasks import SharedScheduler, ask_of, request_of
from ptt_spider.items import Post
from ptt_spider.spiders.run import Ask, Run
from ptt_spider.spiders.threads import Threads

LOOK_EVERY = 0.1
"""Seconds between two looks at whether there is something to do."""


class Together:
    """Works through rounds until the one that this host joined has ended."""

    def __init__(self, run: Run, spider: Spider, server: Server, host: str, sync: Callable[[], None]) -> None:
        self._run = run
        self._spider = spider
        self._server = server
        self._round = Round(server, run.job, host)
        self._threads = Threads(run)
        self._sync = sync
        self._scheduler: SharedScheduler | None = None

    async def crawl(self, walk: Callable[[Threads, str], AsyncIterator[Post]]) -> None:
        """Takes part; ``walk(threads, board)`` is the leader's way over a board. Raises RunEnds."""
        await self._server.patiently(self._server.redis.ping, patience=0)
        while not await self._take_part(walk):
            pass
        self._run.report.failures += await self._round.gaps()

    async def _take_part(self, walk: Callable[[Threads, str], AsyncIterator[Post]]) -> bool:
        """Joins a round and stays with it; whether it came to its end."""
        round = self._round
        await round.join()
        lease = self._run.job.lease
        self._run.job = round.job
        self._run.journal = round.journal
        self._scheduler = SharedScheduler(self._server, round.key, self._spider, round.host, lease)
        async with round.alive():
            while (state := await round.state()) == "going":
                if await round.lead():
                    try:
                        await self._lead(walk)
                    except LostLead:
                        continue
                    return True
                if not await self.work():
                    await asyncio.sleep(LOOK_EVERY)
            self._run.report.joined = True
            if state == "ended":
                self._run.note("索引由另一台主機走完，這一輪結束了。")
            return state == "ended"

    async def _lead(self, walk: Callable[[Threads, str], AsyncIterator[Post]]) -> None:
        threads = _Offers(self._run, self)
        for board in await self._round.boards_left():
            async for _ in walk(threads, board):
                pass
            await threads.settle()
            await self._round.board_done(board)
        await self._round.finish()
        self._run.report.joined = False

    async def offer(self, ask: Ask, *, again: bool = False) -> str:
        """Queues a thread, unless it was in this round; its fingerprint."""
        scheduler = self._given()
        request = request_of(ask, self._run.job.site)
        await self._patiently(lambda: scheduler.enqueue_request(request, again=again))
        return scheduler.fingerprint(request)

    async def settle(self, asked: dict[str, Ask]) -> None:
        """Works until all of these threads are done; queues again what a Redis without its last second lost."""
        scheduler = self._given()
        left = list(asked)
        while left := await self._patiently(lambda left=left: scheduler.queue.not_done(left)):  # type: ignore[misc]
            await self._round.check_lead()
            if await self.work():
                continue
            if not await self._patiently(lambda: len(scheduler)):
                for id in left:
                    await self.offer(asked[id], again=True)
            await asyncio.sleep(LOOK_EVERY)
        await self._round.check_lead()
        await self._round.tell_gaps([failure for failure in self._run.report.failures if failure.post_id is None])

    async def work(self) -> bool:
        """Does one thread, if there is one: it counts as done once its records are on the disk."""
        scheduler = self._given()
        leased = await self._patiently(scheduler.next_request)
        if leased is None:
            return False
        try:
            ask = ask_of(leased.request)
        except ValueError as error:
            self._run.note(f"Redis 裡有讀不懂的項目（{error}），已略過。")
        else:
            await self._threads.fetch(ask)
            self._sync()
        await self._patiently(lambda: scheduler.queue.done(leased.id))
        return True

    def _given(self) -> SharedScheduler:
        if self._scheduler is None:
            raise RuntimeError("no round was joined")
        return self._scheduler

    def _patiently(self, ask: Callable[[], Any]) -> Awaitable[Any]:
        return self._server.patiently(ask)


class _Offers(Threads):
    """What the leader's walk takes for `Threads`: it queues what is to be asked for."""

    def __init__(self, run: Run, together: Together) -> None:
        super().__init__(run)
        self._together = together
        self._asked: dict[str, Ask] = {}

    async def fetch(self, ask: Ask) -> Post | None:
        self._asked[await self._together.offer(ask)] = ask
        return None

    async def settle(self) -> None:
        await self._together.settle(self._asked)
        self._asked = {}

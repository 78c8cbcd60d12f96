"""One live thread, read as it grows: by the poll protocol where its page offers it, whole where not."""

import asyncio
import time
from datetime import datetime

from ptt_spider.frontier import KnownThread
from ptt_spider.items import Post
from ptt_spider.spiders.run import Ask, Run
from ptt_spider.spiders.threads import Threads
from ptt_spider.spool import GrowthSeen

POLL_EVERY = 10
"""Delays between two polls."""
WHOLE_EVERY = 60
"""Delays between two visits to a page that offers no poll; the site caches it for ten minutes anyway."""
SHORTEST = 0.05


class Following:
    """Reads a thread's comments as they come."""

    def __init__(self, run: Run, threads: Threads, board: str, post_id: str) -> None:
        self._run = run
        self._threads = threads
        self._board = board
        self._post_id = post_id

    async def run(self) -> None:
        """Until the job's time is over, the thread is gone, or the run is stopped. Raises RunEnds."""
        job = self._run.job
        end = time.monotonic() + job.follow_for.total_seconds() if job.follow_for else None
        state, read = await self._whole(), time.monotonic()
        while state is not None and (end is None or time.monotonic() < end):
            every = POLL_EVERY if state.longpoll_url else WHOLE_EVERY
            await asyncio.sleep(max(every * job.delay, SHORTEST))
            growth = await self._threads.poll(Ask(self._board, self._post_id, state), state, spool_idle=False)
            if growth is None and self._threads.silent and time.monotonic() - read < WHOLE_EVERY * job.delay:
                continue  # a long poll that waits for news: there are none
            if growth is None:
                state, read = await self._whole(state), time.monotonic()
            elif growth.poll_offset != state.poll_offset:
                state = after_growth(state, growth)
            self._run.progress(self._board)

    async def _whole(self, before: KnownThread | None = None) -> KnownThread | None:
        """What is known after the whole page; None once the thread is gone or cannot be had at all."""
        gone = self._run.report.gone
        post = await self._threads.whole(Ask(self._board, self._post_id, None))
        if post:
            return after_page(post, self._threads.read_at)
        return None if self._run.report.gone > gone else before


def after_page(post: Post, fetched_at: datetime) -> KnownThread:
    """What is known of a thread once its page was read."""
    return KnownThread(
        fetched_at=fetched_at,
        posted_at=post.posted_at,
        pushes=len(post.pushes),
        last_pushed_at=max((push.pushed_at for push in post.pushes if push.pushed_at), default=None),
        poll_url=post.poll_url,
        longpoll_url=post.longpoll_url,
        poll_offset=post.poll_offset,
        poll_at=fetched_at,
        author=post.author,
    )


def after_growth(known: KnownThread, growth: GrowthSeen) -> KnownThread:
    """What is known once its new bytes were read, too."""
    times = [known.last_pushed_at, *(push.pushed_at for push in growth.pushes)]
    return known._replace(
        fetched_at=growth.fetched_at,
        pushes=known.pushes + len(growth.pushes),
        last_pushed_at=max(filter(None, times), default=None),
        poll_url=growth.poll_url,
        poll_offset=growth.poll_offset,
        poll_at=growth.fetched_at,
    )

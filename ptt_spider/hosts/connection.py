"""The Redis that hosts share: how to reach it, its scripts, and what to do while it does not answer."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from redis import ConnectionError as NoConnection
from redis import Redis, RedisError
from redis import TimeoutError as NoAnswer
from redis.backoff import NoBackoff
from redis.retry import Retry
from scrapy.exceptions import IgnoreRequest
from scrapy_redis.connection import get_redis

from ptt_spider.causes import cause
from ptt_spider.spiders.asking import RunEnds

PREFIX = "ptt:"
"""Begins every key, so that other programs may use the same Redis."""
KEPT = 7 * 24 * 3600 * 1000
"""Milliseconds for which Redis keeps what a round left when all of its hosts died."""
ANSWER_WITHIN = 5.0
"""Seconds for one command: each takes a millisecond, and the crawl stands still for it."""
PATIENCE = 300.0
"""Seconds for which a Redis that went away (a restart, a network) is waited for."""
AGAIN_AFTER = 0.25
_LUA = Path(__file__).parent / "lua"

T = TypeVar("T")


class RedisGone(RunEnds, IgnoreRequest):
    """Redis did not answer for `PATIENCE`; the message is the one line that users read. No middleware tries again."""


def shown(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}{parts.path}"


class Server:
    """One connection, and the scripts of ``lua/`` by name."""

    def __init__(self, url: str, note: Callable[[str], None]) -> None:
        self.url = url
        self._note = note
        self.redis: Redis = get_redis(
            url=url,
            socket_timeout=ANSWER_WITHIN,
            socket_connect_timeout=ANSWER_WITHIN,
            retry=Retry(NoBackoff(), 0),  # its own waits would hold up the whole process; `patiently` waits
        )
        self._scripts: dict[str, Any] = {}

    def script(self, name: str, keys: Sequence[str], *arguments: str | float) -> Any:
        """Runs ``lua/NAME.lua``; a Redis that was restarted is given it anew."""
        if name not in self._scripts:
            self._scripts[name] = self.redis.register_script((_LUA / f"{name}.lua").read_text("utf-8"))
        return self._scripts[name](keys=keys, args=arguments)

    async def patiently(self, ask: Callable[[], T], *, patience: float = PATIENCE) -> T:
        """What ``ask`` returns, asked again while Redis is away: every script may run twice. Raises RedisGone."""
        until = time.monotonic() + patience
        while True:
            try:
                return ask()
            except (NoConnection, NoAnswer) as error:
                if time.monotonic() >= until:
                    raise RedisGone(
                        f"Redis {shown(self.url)} 沒有回應（{cause(error)}）："
                        "已抓的都已存好，請檢查 PTT_REDIS 後再執行。"
                    ) from None
                self._note(f"Redis {shown(self.url)} 沒有回應，最多等 {patience / 60:.0f} 分鐘。")
                await asyncio.sleep(AGAIN_AFTER)
            except RedisError as error:
                raise RedisGone(f"Redis {shown(self.url)} 不能用（{cause(error)}）：請檢查 PTT_REDIS。") from None

    def close(self) -> None:
        with contextlib.suppress(RedisError):
            self.redis.close()

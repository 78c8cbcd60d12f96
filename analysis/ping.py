"""Tells a watchdog (healthchecks style) that a run began, ended well or failed; never stops a run."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from analysis.commands.common import say
from analysis.errors import PartlyDone, PttError, StoreLocked, UsageError
from ptt_spider.causes import cause

TIMEOUT: Final = 5.0


@contextmanager
def pinged(url: str) -> Iterator[None]:
    """``url``/start before, ``url`` after success, ``url``/fail with the reason after a failure; nothing without a url.

    A run that only found another one at work says neither. Raises UsageError for a url that is none.
    """
    if not url:
        yield
        return
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError(f"PTT_PING_URL 不是網址：{_public(url)}。")
    _send(url, "/start")
    try:
        yield
    except StoreLocked:
        raise
    except PartlyDone as error:
        _send(url, "", str(error))
        raise
    except (PttError, OSError) as error:
        _send(url, "/fail", str(error))
        raise
    except BaseException as error:
        _send(url, "/fail", type(error).__name__)
        raise
    else:
        _send(url, "")


def _send(url: str, suffix: str, body: str = "") -> None:
    request = urllib.request.Request(url.rstrip("/") + suffix, data=body.encode(), method="POST")  # noqa: S310 - checked
    try:
        urllib.request.urlopen(request, timeout=TIMEOUT).close()  # noqa: S310 - checked
    except (OSError, ValueError) as error:
        say(f"PTT_PING_URL 沒有回應（{_public(url)}：{cause(error)}），不影響這次執行。")


def _public(url: str) -> str:
    """The address without its path, which is a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}/…"

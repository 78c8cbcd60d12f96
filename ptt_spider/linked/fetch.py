"""The news page that a post links to, into the spool."""

import re
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from ptt_spider import clock
from ptt_spider.items import Post
from ptt_spider.linked.extract import extract
from ptt_spider.linked.guard import REFUSED_NAMES, PrivateAddress
from ptt_spider.middlewares import ForbiddenByRobots
from ptt_spider.spiders.asking import why_unanswered
from ptt_spider.spool import LinkedSeen

MAX_BYTES = 4 * 1024 * 1024
TIMEOUT = 20.0
HOPS = 3
"""Pages in a row that only send on to the next by a meta refresh, as some shorteners do."""
_LINK = re.compile(r"原文(?:連結|網址|鏈結)[^\n:：]{0,20}[:：]?\s*(https?://[^\s<>\"'，。）)]+)")
_REFRESH = re.compile(
    rb"""http-equiv=["']?refresh["']?[^>]*?content=["']?\s*\d+\s*;\s*url=([^"'>\s]+)""", re.IGNORECASE
)
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)


def source_link(post: Post) -> str | None:
    """The address after 原文連結; the store's own finder (`CrawlJob.find_link`) knows more spellings."""
    match = _LINK.search(post.body)
    return match[1] if match else None


async def fetch_linked(crawler: Crawler, post: Post, url: str) -> LinkedSeen:
    """Asks for the page; what went wrong stands in ``error``. Redirects and shorteners are followed."""
    try:
        response = await _get(crawler, url)
    except PrivateAddress as error:
        return _seen(post, url, error=f"不抓取：{error}")
    except ForbiddenByRobots:
        return _seen(post, url, error="robots.txt 禁止")
    except Exception as error:
        if REFUSED_NAMES.intersection(re.findall(r"[\w.-]+", f"{url} {error}")):
            return _seen(post, url, error="不抓取：內部網路的位址")
        return _seen(post, url, error=why_unanswered(error))
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    if response.status >= 400:
        return _seen(post, url, response, error=f"狀態 {response.status}")
    if "html" not in kind.lower():
        return _seen(post, url, response, error=f"不是網頁（{kind or '沒有 Content-Type'}）")
    charset = _CHARSET.search(kind)
    found = extract(response.body, response.url, charset[1] if charset else None)
    seen = _seen(post, url, response, error=None if found.text else "頁面裡找不到文章")
    return seen._replace(title=found.title, site_name=found.site_name, published_at=found.published_at, text=found.text)


async def _get(crawler: Crawler, url: str) -> Response:
    meta = {"linked": True, "download_timeout": TIMEOUT, "download_maxsize": MAX_BYTES, "max_retry_times": 1}
    for _ in range(HOPS):
        response = await crawler.engine.download_async(Request(url, meta=dict(meta), dont_filter=True))
        onward = _REFRESH.search(response.body[:4096]) if len(response.body) < 16384 else None
        if onward is None:
            return response
        url = urljoin(response.url, onward[1].decode("utf-8", "replace").replace("&amp;", "&"))
    raise IgnoreRequest("too many redirects by meta refresh")


def _seen(post: Post, url: str, response: Response | None = None, *, error: str | None) -> LinkedSeen:
    final = response.url if response is not None else None
    host = urlsplit(final or "").hostname
    return LinkedSeen(
        clock.now(), "crawl", post.board, post.post_id, url, final, host.removeprefix("www.") if host else None,
        response.status if response is not None else None, None, None, None, None, error,
    )  # fmt: skip

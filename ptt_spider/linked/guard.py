"""No request of ours reaches a private address, whatever a post links to or a name resolves to.

Addresses are checked twice: as written (scheme, port, literal addresses), and as resolved. The connection goes to the
very address that was checked, so a name that answers differently the next time (DNS re-binding) gains nothing.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

PORTS = (None, 80, 443)
REFUSED_NAMES: set[str] = set()
"""Names that led inside: Twisted passes lookup errors on without their kind."""


class PrivateAddress(IgnoreRequest):
    """An address that a linked page must not be fetched from."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def problem_of(url: str) -> str | None:
    """Why a link is not to be followed, going by its text; None where it may be."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "不是網址"
    if parts.scheme not in ("http", "https") or not host:
        return "不是網頁的網址"
    if parts.username or parts.password:
        return "網址帶有帳號"
    if port not in PORTS:
        return f"不尋常的連接埠 {port}"
    if ":" in host or host.replace(".", "").isdigit():
        return None if is_public(host) else "內部網路的位址"
    bare = host.rstrip(".")
    inside = "." not in bare or bare.endswith((".local", ".internal", ".localhost"))
    return "內部網路的名稱" if inside else None


class LinkGuardMiddleware:
    """Refuses linked pages, their redirects and their robots.txt at addresses that `problem_of` names. The crawled
    site itself may be linked to."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not request.meta.get("linked"):
            return
        request.meta["proxy"] = None  # a proxy would resolve the name again, unchecked
        spider: Any = self._crawler.spider
        if urlsplit(request.url).netloc == urlsplit(spider.job.site).netloc:
            return
        if problem := problem_of(request.url):
            raise PrivateAddress(problem)


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which hands out public addresses only; ``PTT_TRUSTED_HOSTS`` (the site, proxies) excepted."""

    trusted: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        resolver.trusted = frozenset(crawler.settings.getlist("PTT_TRUSTED_HOSTS"))
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802
        found = super().getHostByName(name, timeout)
        return found if name in self.trusted else found.addCallback(self._check, name)

    @staticmethod
    def _check(address: str, name: str) -> str:
        if not is_public(address):
            REFUSED_NAMES.add(name)
            raise DNSLookupError(f"{name} leads to {address}, inside a private network")
        return address

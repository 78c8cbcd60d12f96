"""Where a news post's text comes from: the address in it and the publisher behind the address.

Words live beside this file: ``shorteners.csv`` (hosts that hide the publisher, with the publisher where the shortener
is its own) and ``suffixes.csv`` (endings under which names are sold, and platforms where each name is a publisher).
"""

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

_STOP = r"\s<>\"'，。、；：！？「」『』（）【】《》〈〉　"
_URL: Final = re.compile(rf"https?://[^{_STOP}]+", re.IGNORECASE)
_BARE: Final = re.compile(
    rf"(?<![\w@./:-])((?:[a-z0-9-]+\.)+(?:com|tw|net|org|cc|ly|gl|hk|cn|jp|io|me|co|gd|is|to|edu|gov|info|news)"
    rf"(?::\d+)?/[^{_STOP}]+)",
    re.IGNORECASE,
)
_AMP: Final = re.compile(r"https?://(?:www\.)?google\.[a-z.]{2,6}/amp/(?:s/)?(?!amp/)(.+)", re.IGNORECASE)
"""A search engine's copy, with the publisher's address in its path."""
_URL_LINE: Final = re.compile(r"[A-Za-z0-9%/._?=&#~+:@!,;$-]+", re.ASCII)
_WRAP_WIDTH: Final = 60
"""Editors wrap near column 78; a shorter line that ends in an address was not wrapped."""


@cache
def _shorteners() -> dict[str, str]:
    with (files("analysis.news") / "shorteners.csv").open(encoding="utf-8") as lines:
        return {row["host"]: row["publisher"] for row in csv.DictReader(lines)}


@cache
def _suffixes() -> frozenset[str]:
    with (files("analysis.news") / "suffixes.csv").open(encoding="utf-8") as lines:
        return frozenset(row["suffix"] for row in csv.DictReader(lines))


def _trim(url: str) -> str:
    """Signs that close a sentence are no part of the address that stands before them."""
    while url and (url[-1] in ".,;:!?]>*" or (url[-1] == ")" and "(" not in url)):
        url = url[:-1]
    return url


def first_url(text: str) -> str | None:
    """The first address in ``text``, put together again where the editor broke it over lines; None without one.

    An address without scheme (``goo.gl/abc``) gets ``https://``.
    """
    match = _URL.search(text)
    bare = _BARE.search(text)
    if bare and (not match or bare.start() < match.start()):
        return _trim("https://" + bare[1])
    if not match:
        return None
    url, end = match[0], match.end()
    line_start = text.rfind("\n", 0, match.start()) + 1
    while end - line_start >= _WRAP_WIDTH and text[end : end + 1] == "\n":
        following = text[end + 1 :].split("\n", 1)[0].rstrip()
        if not _URL_LINE.fullmatch(following) or following.lower().startswith("http"):
            break
        line_start = end + 1
        end = line_start + len(following)
        url += following
    return _trim(url)


def all_urls(text: str) -> list[str]:
    """Every address with a scheme, in order."""
    return [_trim(match[0]) for match in _URL.finditer(text)]


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url if "//" in url else "//" + url).hostname
    except ValueError:
        return None
    host = (host or "").strip(".").lower()
    return host if "." in host else None


def domain_of(url: str | None) -> str | None:
    """The publisher's domain, the name that it registered: ``https://money.udn.com/…`` -> ``udn.com``.

    None without an address, and where a shortener hides the publisher. On platforms (``….pixnet.net``) the
    publisher is the name in front.
    """
    host = _host(url) if url else None
    if not host:
        return None
    host = host.removeprefix("www.")
    if host in _shorteners():
        return _shorteners()[host] or None
    through = _AMP.match(url or "")
    if through:
        return domain_of("https://" + through[1])
    parts = host.split(".")
    if all(part.isdigit() for part in parts):
        return host
    keep = 3 if len(parts) > 2 and ".".join(parts[-2:]) in _suffixes() else 2
    return ".".join(parts[-keep:])

"""A news page -> title, site, time and text, from JSON-LD, Open Graph and the article element, furniture left out."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from ptt_spider.clock import TAIPEI


@cache
def _furniture(kind: str) -> re.Pattern[str]:
    """What is no part of an article, from furniture.csv: ``mark`` in class or id of its element, ``end`` at the start
    of the line where the article is over, ``aside`` in a line to leave out."""
    lines = (files("ptt_spider.linked") / "furniture.csv").read_text("utf-8").splitlines()
    patterns = [row["pattern"] for row in csv.DictReader(lines) if row["kind"] == kind]
    return re.compile("|".join(patterns), re.IGNORECASE)


def _is_aside(line: str) -> bool:
    return _furniture("aside").search(line[:200]) is not None


def _is_end(line: str) -> bool:
    return _furniture("end").match(line.lstrip("■▲●◆★※ 【[")) is not None


class LinkedText(NamedTuple):
    """What a news page says; None where it does not."""

    title: str | None
    site_name: str | None
    published_at: datetime | None
    """With zone; Taipei where a Taiwanese page names none."""
    text: str | None
    """Paragraphs, one a line."""


_ARTICLE_TYPES = {"newsarticle", "article", "reportagenewsarticle", "blogposting", "analysisnewsarticle"}
_DROP = ("script", "style", "noscript", "template", "nav", "aside", "footer", "form", "iframe", "button", "svg",
         "figure", "select", "dialog")  # fmt: skip
_BLOCKS = ("p", "h2", "h3", "h4", "li", "blockquote", "pre", "td")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u3000]+")
_SHORT = 40
"""Of two texts within a page, the one from an element counts if it is at least so many characters long."""


def extract(html: bytes, url: str, charset: str | None = None) -> LinkedText:
    """What the page at ``url`` says. Never raises for odd HTML: what is not found is None."""
    soup = BeautifulSoup(html, "lxml", from_encoding=charset)
    data = _article_data(soup)
    title = _first(data.get("headline"), _meta(soup, "og:title", "twitter:title"), _heading(soup))
    site = _first(_name(data.get("publisher")), _meta(soup, "og:site_name", "application-name"))
    when = _first(
        data.get("datePublished"),
        _meta(soup, "article:published_time", "og:article:published_time", "pubdate", "date", "datePublished"),
        _time_element(soup),
    )
    body = _text_of(data.get("articleBody"))
    page = _body(soup)
    text = body if body and len(body) >= max(len(page or ""), _SHORT) else page or body
    text = text or _first(_meta(soup, "og:description", "description"))
    return LinkedText(title, site, _parse_time(when, url), text)


def _article_data(soup: BeautifulSoup) -> dict[str, Any]:
    """The first JSON-LD object that is an article."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            data = json.loads(script.get_text(), strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            if any(str(kind).lower() in _ARTICLE_TYPES for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return item
    return {}


def _objects(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 5:
        return
    if isinstance(data, dict):
        yield data
        yield from _objects(data.get("@graph"), depth + 1)
        yield from _objects(data.get("mainEntity"), depth + 1)
    elif isinstance(data, list):
        for item in data:
            yield from _objects(item, depth + 1)


def _meta(soup: BeautifulSoup, *names: str) -> str | None:
    for name in names:
        for key in ("property", "name", "itemprop"):
            tag = soup.find("meta", attrs={key: name})
            if isinstance(tag, Tag) and (content := str(tag.get("content") or "").strip()):
                return content
    return None


def _heading(soup: BeautifulSoup) -> str | None:
    for name in ("h1", "title"):
        tag = soup.find(name)
        if isinstance(tag, Tag) and (text := _clean(tag.get_text(" "))):
            return text
    return None


def _time_element(soup: BeautifulSoup) -> str | None:
    tag = soup.find("time", datetime=True)
    return str(tag["datetime"]) if isinstance(tag, Tag) else None


def _body(soup: BeautifulSoup) -> str | None:
    """Text of the element that holds the article, furniture left out."""
    for tag in soup.find_all(_DROP):
        tag.decompose()
    root = soup.body or soup
    for tag in root.find_all(True):
        if tag.decomposed or tag.name in ("html", "body", "main", "article"):
            continue
        marks = " ".join([*(tag.get("class") or []), str(tag.get("id") or ""), str(tag.get("role") or "")])
        if (
            _furniture("mark").search(marks)
            and tag.find("article") is None
            and tag.find(itemprop="articleBody") is None
        ):
            tag.decompose()
    candidates = [*soup.find_all(itemprop="articleBody"), *soup.find_all("article"), *soup.find_all("main"), root]
    best = max(candidates[:20], key=lambda tag: (_weight(tag), -len(tag.get_text())), default=None)
    lines = list(_lines(best)) if best is not None else []
    return "\n".join(lines) or None


def _weight(tag: Tag) -> int:
    """Characters in paragraphs, those in links left out; an article within the page outweighs the whole page."""
    own = sum(len(p.get_text()) - sum(len(a.get_text()) for a in p.find_all("a")) for p in tag.find_all("p"))
    return own if tag.name not in ("body", "main", "[document]") else own * 2 // 3


def _lines(root: Tag) -> Iterator[str]:
    """Paragraphs in order, up to a disclaimer or a list of other news."""
    found = [tag for tag in root.find_all(_BLOCKS) if tag.find(_BLOCKS) is None]
    blocks = [_clean(tag.get_text(" " if tag.name == "td" else "")) for tag in found if not _is_links(tag)]
    if sum(map(len, blocks)) < _SHORT:
        blocks = [_clean(line) for line in root.get_text("\n").split("\n")]
    seen_length = 0
    for block in blocks:
        if not block or _is_aside(block):
            continue
        if seen_length and _is_end(block):
            return
        seen_length += len(block)
        yield block


def _is_links(tag: Tag) -> bool:
    text = tag.get_text(strip=True)
    linked = sum(len(a.get_text(strip=True)) for a in tag.find_all("a"))
    return bool(text) and linked > 0.7 * len(text)


def _text_of(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = BeautifulSoup(value, "lxml").get_text("\n") if "<" in value else value
    lines: list[str] = []
    for line in map(_clean, text.split("\n")):
        if lines and _is_end(line):
            break
        if line and not _is_aside(line):
            lines.append(line)
    return "\n".join(lines) or None


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else None


def _first(*values: Any) -> str | None:
    return next((_clean(value) for value in values if isinstance(value, str) and _clean(value)), None)


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _parse_time(text: str | None, url: str) -> datetime | None:
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
    if when.tzinfo is not None:
        return when
    host = urlsplit(url).hostname or ""
    return when.replace(tzinfo=TAIPEI) if host.endswith(".tw") else None

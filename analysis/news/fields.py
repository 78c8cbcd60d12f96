"""`parse_news`: a [新聞] post's text -> what its template says."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from analysis.news.byline import byline
from analysis.news.dateline import dateline
from analysis.news.headline import PREFIX, headline_of_title, join_lines
from analysis.news.source import all_urls, domain_of, first_url
from analysis.news.template import has_template, is_flat, sections, strip_hints
from analysis.news.unlabelled import parted, without_link
from analysis.news.when import parse_time


class NewsFields(NamedTuple):
    """Fields of the news template; None means that the post does not say."""

    headline: str | None
    """The whole headline; without 原文標題 the post's title less its brackets, whole where the text repeats it."""
    source_url: str | None
    source_domain: str | None
    """The publisher's registered domain (``udn.com``); None where only a shortener is given."""
    published_at: datetime | None
    """With zone; Taipei where the text names none, the day's first minute where it names no clock."""
    reporter: str | None
    article: str | None
    comment: str | None
    """The poster's own words (心得/評論)."""


_SHORT_LEAD: Final = 200
"""Characters up to which what stands above a named link is a headline, not the article."""
_BROKEN_URL: Final = re.compile(r"\s*(https?://[!-~]{50,})\s([\w%.&=-]{1,20})\s*", re.ASCII)
_BARE_LABEL: Final = re.compile(r"\A\s*(?:內容|內文|全文)\s*[:：]")
_BREAK: Final = re.compile(r"<br */?>", re.IGNORECASE)
_IMAGE: Final = re.compile(r"imgur\.com|ptt\.cc/bbs|\.(?:jpe?g|png|gif)(?:$|\?)|youtu\.?be", re.IGNORECASE)
_QUOTE: Final = re.compile(r"^(?:[:>] ?)+")
_CITED: Final = re.compile(r"^※ 引述.*$", re.MULTILINE)
_NO_REPORTER: Final = re.compile(
    r"[\s(（※]*(?:無|无|沒有|未署名|無署名|未記載|無記載|原文無記載|原文無|未提供|不明|none|n/?a|nil|[-—x.]+)[\s)）。]*",
    re.IGNORECASE,
)


def _own_and_quoted(body: str) -> tuple[str, str]:
    own, quoted = [], []
    for line in body.split("\n"):
        match = _QUOTE.match(line)
        if match:
            quoted.append(line[match.end() :])
        else:
            own.append(line)
    return "\n".join(own), "\n".join(quoted)


def _broken_url(field: str) -> str | None:
    """An address that an editor broke at its line's end, where the text has lost its line ends."""
    match = _BROKEN_URL.fullmatch(field)
    return match[1] + match[2] if match and "\n" not in field.strip() else None


def _first_line(value: str) -> tuple[str, str]:
    """A one-line field and what stands below it, if that is a text: a paper's own 發稿時間 opens an article."""
    first, _, below = value.partition("\n")
    return (first, below.strip()) if len(below) > _SHORT_LEAD else (value, "")


def _unlabelled_article(parts: dict[str, str]) -> str | None:
    """What stands above the comment is the article; if that is only the link, what stands under the link."""
    lead, field = parts.get("lead", ""), parts.get("source_url", "")
    after = re.sub(r"^\s*\S*(?:https?://|\w\.\w)\S*", "", field, count=1).strip()
    if "source_url" not in parts or len(lead) > max(len(after), _SHORT_LEAD):
        url = first_url(lead)
        if url and lead.lstrip().startswith(("http", url.removeprefix("https://"))):
            lead = re.sub(r"^\s*\S+", "", lead, count=1)
        return lead.strip() or None
    return after if len(after) > 40 else None


def _parse(title: str, text: str, posted_at: datetime | None) -> NewsFields:
    parts: dict[str, str] = {}
    for field, value in sections(text):
        kept = strip_hints(value)
        parts[field] = f"{parts[field]}\n{kept}".strip() if parts.get(field) else kept
    bare = not parts.keys() & {"article", "source_url", "comment"}
    for field in {"published_at", "reporter"} & parts.keys() if "article" not in parts else ():
        parts[field], below = _first_line(parts[field])
        parts["lead"] = f"{parts.get('lead', '')}\n{below}".strip()
    lead = parts.get("lead", "")
    article = parts.get("article") or _unlabelled_article(parts)
    url_field = parts.get("source_url", "")
    source_url = _broken_url(url_field) or first_url(url_field) or first_url(lead)
    if source_url is None:
        anywhere = article or ""
        begins = anywhere[:20].lstrip().startswith("http")
        source_url = first_url(anywhere) if begins or "source_url" not in parts else None
    if source_url and not url_field and _IMAGE.search(source_url):
        source_url = next((url for url in all_urls(text) if not _IMAGE.search(url)), None)
    comment = parts.get("comment") or None
    if bare and article:
        article, comment = (strip_hints(part or "") or None for part in parted(article, source_url))
    if "article" not in parts and article:
        article = _BARE_LABEL.sub("", without_link(article, source_url)).strip() or None
    headline = join_lines(parts["headline"]) if parts.get("headline") else None
    if headline is None:
        whole = (headline_of_title(title, place, is_flat(text)) for place in (lead, article or "", url_field) if place)
        longest = max(whole, key=lambda line: len(line or ""), default=None)
        headline = longest or PREFIX.sub("", title, count=1).strip() or None
    time_field = parts.get("published_at", "")
    opening = f"{lead}\n{article or ''}" if not lead.startswith("http") else article or ""
    published_at = parse_time(time_field, posted_at) if time_field else dateline(opening, article or "", posted_at)
    reporter = join_lines(parts.get("reporter", "")) or None
    if reporter and _NO_REPORTER.fullmatch(reporter):
        reporter = None
    elif "reporter" not in parts and article:
        reporter = byline(article) or byline(url_field)
    return NewsFields(headline, source_url, domain_of(source_url), published_at, reporter, article, comment)


def parse_news(title: str | None, body: str, posted_at: datetime | None = None) -> NewsFields:
    """What the news template of a post says.

    ``title`` as shown, brackets and ``Re:`` included; ``body`` as stored. ``posted_at`` supplies the year of dates
    that lack one. In a reply that quotes a template, the quoted lines give every field but ``comment``, which is
    what the replier wrote. Never raises; nothing is guessed: None means that the post does not say.
    """
    title = title or ""
    body = _BREAK.sub("\n", body.replace("\r", ""))
    own, quoted = _own_and_quoted(body)
    if quoted and not has_template(own) and (has_template(quoted) or PREFIX.match(title)[0].lower().startswith("re")):  # type: ignore[index]
        fields = _parse(title, quoted, posted_at)
        words = strip_hints(_CITED.sub("", own))
        if not has_template(quoted):
            return NewsFields(fields.headline, None, None, None, None, None, words or None)
        return fields._replace(comment=words or None)
    return _parse(title, body, posted_at)

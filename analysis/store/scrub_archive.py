"""A forgotten user out of the raw archive: files that name the user are written anew, record by record."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.config import Settings
from analysis.store.privacy import load_key, tombstones
from analysis.store.rewrite_archive import rewrite_all
from ptt_spider.errors import PageError
from ptt_spider.pages import parse_article
from ptt_spider.pages.taken_down import blank_titles, empty_place
from ptt_spider.privacy import BLOT, Redactor, blot_pattern

_PUSH = re.compile(rb'<div class="push">.*?</div>\n?', re.S)
_BLOTTED = rb"\1\2" + BLOT.encode()


def scrub_archive(folder: Path, redact: Redactor, user_id: str, unreached: list[str]) -> int:
    """How many archived responses were dropped or rewritten. What cannot be read is named in ``unreached``."""
    files = sorted(folder.glob("*.warc*"))
    return rewrite_all(files, lambda url, body: scrub_body(url, body, redact, user_id, places=True), unreached)


def page_redactor(settings: Settings) -> Callable[[str, bytes], bytes | None] | None:
    """What a crawl's responses must pass before they are archived; None where nobody asked to be forgotten."""
    forgotten = tombstones(settings.data)
    if not forgotten:
        return None
    redact = Redactor("full", load_key(settings), forgotten)

    def scrub(url: str, body: bytes) -> bytes | None:
        kept: bytes | None = body
        for user_id in sorted(redact.forgotten_in(body)):
            if kept is not None:
                kept = scrub_body(url, kept, redact, user_id)
        return kept

    return scrub


def scrub_body(url: str, body: bytes, redact: Redactor, user_id: str, *, places: bool = False) -> bytes | None:
    """A response without the user; None for a page that is the user's own.

    ``places``: where their comments stood, empty places stay, so that a reparse finds the floors of others where they
    were. What is archived only after they were forgotten has none: its crawl gave them no floors either.
    """
    named = re.compile(rb"(?i)(?<![A-Za-z0-9])" + user_id.encode("ascii") + rb"(?![A-Za-z0-9])")
    # The index links to a search for each author: author%3Asomebody.
    written = re.compile(f"{blot_pattern(user_id)}|(?i:(author%3A){user_id})\\b".encode())
    if not named.search(body):
        return body
    if b'id="main-content"' in body and redact.is_forgotten(_author(url, body)):
        return None
    if body.lstrip().startswith(b"{"):
        return _scrub_json(body, named, written, places)
    return _scrub_html(body, named, written, places)


def _scrub_html(body: bytes, named: re.Pattern[bytes], written: re.Pattern[bytes], places: bool) -> bytes:
    left = f"{empty_place()}\n".encode() if places else b""
    body = _PUSH.sub(lambda match: left if _is_by(match[0], b"push-userid", named) else match[0], body)
    body = blank_titles(body, lambda row: _is_by(row, b'"author"', named))
    return written.sub(_BLOTTED, body)


def _scrub_json(body: bytes, named: re.Pattern[bytes], written: re.Pattern[bytes], places: bool) -> bytes:
    try:
        answer: Any = json.loads(body)
        content = answer["contentHtml"].encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return written.sub(_BLOTTED, body)
    answer["contentHtml"] = _scrub_html(content, named, written, places).decode()
    return json.dumps(answer, ensure_ascii=False).encode()


def _is_by(html: bytes, mark: bytes, named: re.Pattern[bytes]) -> bool:
    at = html.find(mark)
    return at >= 0 and named.search(html[at : html.find(b"<", at)]) is not None


def _author(url: str, body: bytes) -> str | None:
    try:
        return parse_article(body, url).author
    except PageError as error:
        post = getattr(error, "post", None)
        return post.author if post is not None else None

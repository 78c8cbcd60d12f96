"""Articles of a board folder that can grow, and the site's poll protocol for reading only what was added.

``#article-polling`` offers a signed offset; the long poll answers ``{size, sig, cacheKey}``; the poll address with the
signed size answers ``{contentHtml, pollUrl, success}``. An edit changes the cache key, so that older poll addresses end
in 404: "fetch the article again" [pttweb.go]. Sizes are bytes of the BBS file, which a page shows as ``data-offset``.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_KEY: Final = b"a loopback site signs for itself alone"
_POLLING = re.compile(r'<div id="article-polling"[^>]*data-offset="(\d+)"[^>]*></div>')


def sign(*parts: object) -> str:
    """What only this site can write below an offset or a size."""
    return hmac.new(_KEY, "\0".join(map(str, parts)).encode(), hashlib.sha1).hexdigest()


class Thread:
    """One article: the page in the folder, plus what was added since."""

    def __init__(self, board: str, post_id: str, html: str) -> None:
        self.board, self.post_id = board, post_id
        self._key = 0
        self._take(html)

    def _take(self, html: str) -> None:
        found = _POLLING.search(html)
        self._html = html
        self._span = found.span() if found else None
        self.base = int(found[1]) if found else 0
        self.added: list[tuple[int, str]] = []

    @property
    def cache_key(self) -> str:
        return f"{self._key}-{sign(self.board, self.post_id)[:7]}"

    @property
    def size(self) -> int:
        """Bytes of the file now."""
        return self.base + sum(size for size, _ in self.added)

    def append(self, html: str, size: int | None = None) -> None:
        """Comments or a reply at the end, in the site's markup; ``size`` is their length in the file."""
        self.added.append((size if size is not None else max(1, len(html.encode()) // 4), html))

    def replace(self, html: str) -> None:
        """An edit: other content, a new cache key."""
        self._key += 1
        self._take(html)

    def page(self) -> str:
        """The whole article with its poll addresses signed by this site."""
        if self._span is None:
            return self._html
        start, end = self._span
        poll = self._poll_url(self.size).replace("&", "&amp;")
        polling = (
            f'<div id="article-polling" data-pollurl="{poll}"'
            f' data-longpollurl="/v1/longpoll?id={self.long_id}" data-offset="{self.size}"></div>'
        )
        before, after = self._html[:start], self._html[end:]
        if self.added:
            cut = before.rindex("</div>")
            before = before[:cut] + "".join(html for _, html in self.added) + before[cut:]
        return before + polling + after

    @property
    def long_id(self) -> str:
        return sign("long", self.board, self.post_id)

    def _poll_url(self, offset: int) -> str:
        key = self.cache_key
        signature = sign("offset", self.board, self.post_id, key, offset)
        return f"/poll/{self.board}/{self.post_id}.html?cacheKey={key}&offset={offset}&offset-sig={signature}"

    def long_poll(self) -> dict[str, Any]:
        key = self.cache_key
        return {"size": self.size, "sig": sign("size", self.board, self.post_id, key, self.size), "cacheKey": key}

    def poll(self, query: Mapping[str, str]) -> dict[str, Any] | None:
        """The answer to a poll; None where the site says 404: wrong signature, or the file was edited since."""
        try:
            key, offset, size = query["cacheKey"], int(query["offset"]), int(query["size"])
            signed = (query["offset-sig"], query["size-sig"])
        except (KeyError, ValueError):
            return None
        where = (self.board, self.post_id, key)
        if signed != (sign("offset", *where, offset), sign("size", *where, size)) or key != self.cache_key:
            return None
        at, html = self.base, ""
        for length, added in self.added:
            if offset <= at and at + length <= size:
                html += added
            at += length
        return {"contentHtml": html, "pollUrl": self._poll_url(size), "success": True}


def read_thread(board: str, folder: Path, post_id: str) -> Thread | None:
    """The article in a board's folder; None where there is none."""
    path = folder / f"{post_id}.html"
    return Thread(board, post_id, path.read_text("utf-8")) if path.is_file() else None

"""Files that people already have -> spool records: saved pages, JSON of jwlin/ptt-web-crawler, plain text copies.

Pure but for reading the file. Each record's fetched_at is the file's modification time: the best that is known of when
the page was seen.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson

from analysis.errors import PttError
from ptt_spider import clock
from ptt_spider.aid import post_url
from ptt_spider.causes import cause
from ptt_spider.errors import DamagedPage, NotAnArticle, NotAnIndex, PageError
from ptt_spider.items import Post
from ptt_spider.pages import parse_article, parse_index
from ptt_spider.pages.jwlin import parse_jwlin
from ptt_spider.pages.plaintext import parse_plaintext
from ptt_spider.spool import IndexSeen, PageSeen, Record

SOURCE = "import"
_CANONICAL = re.compile(rb"""<link[^>]+rel=["']canonical["'][^>]+href=["']([^"']+)["']""", re.IGNORECASE)
_OWN_ADDRESS = re.compile(r"※ 文章網址: *(?:<a [^>]*?href=\")?(https?://[^\s\"<]+/bbs/[^\s\"<]+\.html)".encode())
_SAVED_FROM = re.compile(rb"<!-- saved from url=\(\d+\)(\S+) -->")
_BOARD_LINK = re.compile(rb"""<a class="board" href="/bbs/([A-Za-z0-9_.-]+)/index\.html">""")
_NAME_IN_PATH = re.compile(r"[MG]\.\d+\.A(?:\.[0-9A-F]{3})?")


def records_of(path: Path) -> Iterator[Record]:
    """The records in one file, by its ending: .html .htm .json .jsonl .txt.

    Raises PttError that names the file when nothing in it can be read, OSError when the file cannot.
    """
    content = path.read_bytes()
    seen_at = clock.from_unix(int(path.stat().st_mtime))
    suffix = path.suffix.lower()
    try:
        if suffix in (".html", ".htm"):
            yield _page(content, path, seen_at)
        elif suffix in (".json", ".jsonl"):
            yield from (PageSeen(seen_at, SOURCE, post) for post in _jwlin_posts(content, path))
        elif suffix == ".txt":
            yield PageSeen(seen_at, SOURCE, parse_plaintext(content.decode("utf-8-sig", "replace")))
        else:
            raise PttError(f"{path}：不認得 {suffix or '沒有副檔名'} 的檔案；可匯入 .html、.warc.gz、.json、.txt。")
    except (PageError, ValueError) as error:
        raise PttError(f"{path}：讀不出文章（{error}）。") from None


def _page(content: bytes, path: Path, seen_at: datetime) -> Record:
    url = page_address(content, path)
    if url is None:
        raise PttError(f"{path}：頁面裡沒有原網址；請把檔名改成像 M.1769577959.A.C89.html，放在以看板為名的資料夾。")
    try:
        return PageSeen(seen_at, SOURCE, parse_article(content, url))
    except DamagedPage as damaged:
        return PageSeen(seen_at, SOURCE, damaged.post)
    except NotAnArticle as first:
        try:
            page = parse_index(content, url)
        except NotAnIndex:
            raise first from None
        return IndexSeen(seen_at, SOURCE, page.board, page.rows)


def page_address(content: bytes, path: Path) -> str | None:
    """Where a saved page came from: its canonical link, the browser's saved-from note, its 文章網址, its path."""
    for pattern in (_CANONICAL, _SAVED_FROM):
        if match := pattern.search(content):
            return match[1].decode("utf-8", "replace")
    name = _NAME_IN_PATH.search(path.name)
    for match in _OWN_ADDRESS.finditer(content):
        url = match[1].decode("utf-8", "replace")
        if not name or name[0] in url:
            return url
    board = _BOARD_LINK.search(content)
    if name:
        return post_url(board[1].decode() if board else path.absolute().parent.name, name[0])
    return f"https://www.ptt.cc/bbs/{board[1].decode()}/index.html" if board else None


def _jwlin_posts(content: bytes, path: Path) -> Iterator[Post]:
    """Posts in ``{"articles": […]}``, a list, a single object, or one a line; entries with ``error`` are skipped."""
    try:
        loaded = orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            loaded = [orjson.loads(line) for line in content.splitlines() if line.strip()]
        except orjson.JSONDecodeError as error:
            raise PttError(f"{path}：不是完整的 JSON（{cause(error)}）。") from None
    articles = loaded.get("articles", [loaded]) if isinstance(loaded, dict) else loaded
    if not isinstance(articles, list):
        raise PttError(f"{path}：不是 jwlin/ptt-web-crawler 的 JSON（articles 應是陣列）。")
    for article in articles:
        if isinstance(article, dict) and "error" not in article:
            yield parse_jwlin(article)

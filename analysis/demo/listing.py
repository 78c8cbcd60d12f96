"""The index of a board folder: its rows as the pages have them, pages made from them, and search.

Rules of the site [pttweb.go]: 20 rows a page, N grows with time, pinned rows stand on the newest page only, a number
beyond the end is 404, number 0 and absurd ones answer the newest page.
"""

import re
from html import escape, unescape
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote_plus

PER_PAGE: Final = 20
_SEPARATOR: Final = '<div class="r-list-sep"></div>'
_ROW_START: Final = '<div class="r-ent">'
_LINK = re.compile(r'<a href="/bbs/[^/]+/([MG]\.[^"/]+)\.html">(.*?)</a>', re.S)
_AUTHOR = re.compile(r'<div class="author">(.*?)</div>')
_NREC = re.compile(r'<div class="nrec">(?:<span[^>]*>)?([^<]*)')
_PAGING = re.compile(r'(<div class="btn-group btn-group-paging">).*?(</div>)', re.S)


class Row(NamedTuple):
    """One row; ``post_id`` None for a deleted one. ``html`` is the whole ``div.r-ent``."""

    post_id: str | None
    title: str
    author: str
    nrec: int
    html: str


def read_row(html: str) -> Row:
    """A ``div.r-ent`` as a row."""
    link, author, nrec = _LINK.search(html), _AUTHOR.search(html), _NREC.search(html)
    return Row(
        link[1] if link else None,
        unescape(link[2]) if link else "",
        author[1] if author else "-",
        _count(nrec[1] if nrec else ""),
        html,
    )


def _count(shown: str) -> int:
    if shown == "爆":
        return 100
    if shown.startswith("X"):
        return -100 if shown == "XX" else -10 * int(shown[1:] or 1)
    return int(shown) if shown.isdigit() else 0


class Listing:
    """The rows of one board, oldest first."""

    def __init__(self, board: str, folder: Path) -> None:
        self.board = board
        self._folder = folder
        self.rows: list[Row] = []
        self.pinned: list[Row] = []
        self._changed = False
        numbers = sorted(int(path.stem[5:]) for path in folder.glob("index?*.html") if path.stem[5:].isdigit())
        newest = (folder / "index.html").read_text("utf-8")
        self._frame = newest[: newest.index(_ROW_START)], "\n\n\t</div>\n" + newest[newest.rindex("\n</div>") :]
        self._per_page = PER_PAGE
        for number in numbers:
            plain, _, pinned = (folder / f"index{number}.html").read_text("utf-8").partition(_SEPARATOR)
            self.rows += map(read_row, _chunks(plain))
            if number == numbers[-1]:
                self.pinned = [read_row(chunk) for chunk in _chunks(pinned)]

    @property
    def pages(self) -> int:
        """Number of the newest page."""
        return max(1, -(-len(self.rows) // self._per_page))

    def add(self, row: Row) -> None:
        """A new post: from now on pages are made anew, and older rows shift."""
        self.rows.append(row)
        self._changed = True

    def remove(self, post_id: str) -> None:
        """The row of a deleted post keeps its place and loses its link, as on the site."""
        for place, row in enumerate(self.rows):
            if row.post_id == post_id:
                html = _LINK.sub(f"(本文已被刪除) [{row.author}]", row.html, count=1)
                html = _AUTHOR.sub('<div class="author">-</div>', html, count=1)
                html = re.sub(
                    r'(<div class="article-menu">).*?(</div>\s*<div class="date">)', r"\1\2", html, flags=re.S
                )
                self.rows[place] = Row(None, "", "-", row.nrec, html)
        self.pinned = [row for row in self.pinned if row.post_id != post_id]
        self._changed = True

    def replace(self, post_id: str, row: Row) -> None:
        """Another face of a listed post, such as a new nrec."""
        self.rows = [row if old.post_id == post_id else old for old in self.rows]
        self.pinned = [row if old.post_id == post_id else old for old in self.pinned]
        self._changed = True

    def page(self, number: int | None) -> str | None:
        """HTML of ``indexN.html``; None is ``index.html``. None comes back where the site answers 404."""
        if number is not None and number > self.pages:
            return None
        number = number or self.pages
        if not self._changed:
            path = self._folder / f"index{number}.html"
            if path.is_file():
                return path.read_text("utf-8")
        rows = self.rows[self._per_page * (number - 1) : self._per_page * number]
        urls = [f"/bbs/{self.board}/index{n}.html" if 1 <= n <= self.pages else None for n in (number - 1, number + 1)]
        return self._render(rows, self.pinned if number == self.pages else [], urls[0], urls[1])

    def search(self, query: str, page: int) -> str:
        """HTML of a search page, newest first: ``author:``, ``recommend:``, ``thread:``, title words; all must hold."""
        wanted = _Query(query)
        found = [row for row in reversed(self.rows) if row.post_id and wanted.holds(row)]
        rows = found[PER_PAGE * (page - 1) : PER_PAGE * page]
        base = f"/bbs/{self.board}/search?page={{}}&q={quote_plus(query)}"
        older = base.format(page + 1) if len(found) > PER_PAGE * page else None
        newer = base.format(page - 1) if page > 1 else None
        return self._render(rows, [], older, newer)

    def _render(self, rows: list[Row], pinned: list[Row], older: str | None, newer: str | None) -> str:
        def button(text: str, url: str | None) -> str:
            return (
                f'<a class="btn wide" href="{escape(url)}">{text}</a>'
                if url
                else f'<a class="btn wide disabled">{text}</a>'
            )

        base = f"/bbs/{self.board}/index"
        buttons = [
            button("最舊", f"{base}1.html"),
            button("&lsaquo; 上頁", older),
            button("下頁 &rsaquo;", newer),
            button("最新", f"{base}.html"),
        ]
        head, foot = self._frame
        paging = "\n\t\t\t\t".join(["", *buttons]) + "\n\t\t\t"
        head = _PAGING.sub(lambda match: match[1] + paging + match[2], head, count=1)
        pins = f"\n\t\t{_SEPARATOR}\n\n\t\t" + "".join(row.html for row in pinned) if pinned else ""
        return head + "".join(row.html for row in rows) + pins + foot


def _chunks(html: str) -> list[str]:
    """The ``div.r-ent`` elements of a page, each up to its closing tag, with the blanks between them."""
    chunks = []
    for part in html.split(_ROW_START)[1:]:
        end = part.index('<div class="mark">')
        end = part.index("</div>", part.index("</div>", part.index("</div>", end) + 6) + 6) + 6
        chunks.append(_ROW_START + part[:end] + "\n\n\t\t")
    return chunks


class _Query:
    def __init__(self, text: str) -> None:
        self.author: list[str] = []
        self.recommend: list[int] = []
        self.thread: str | None = None
        before, found, rest = text.partition("thread:")
        if found:
            self.thread = rest.strip().lower()
        words = []
        for word in before.split():
            if word.startswith("author:"):
                self.author.append(word[7:].lower())
            elif word.startswith("recommend:") and word[10:].lstrip("-").isdigit():
                self.recommend.append(int(word[10:]))
            else:
                words.append(word)
        self.title = " ".join(words).lower()

    def holds(self, row: Row) -> bool:
        title = row.title.lower()
        bare = re.sub(r"^(?:(?:re|fw):\s*)+", "", title)
        return (
            all(name in row.author.lower() for name in self.author)
            and all(row.nrec >= count for count in self.recommend)
            and self.title in title
            and (self.thread is None or bare == re.sub(r"^(?:(?:re|fw):\s*)+", "", self.thread))
        )

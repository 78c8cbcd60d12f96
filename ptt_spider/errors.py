"""What can be wrong with a page, as types. Each message says what happened, to which page, and what it means."""

from typing import Literal

from ptt_spider.items import IndexPage, Post

Reason = Literal["over18", "not_found", "error_page", "challenge", "empty", "not_ptt", "no_content"]


class PageError(Exception):
    """A page that gives no plain item."""


class NotAnArticle(PageError):
    """The page is something else: over-18 gate, 404, error page, challenge, empty."""

    def __init__(self, reason: Reason, url: str, detail: str = "") -> None:
        self.reason: Reason = reason
        self.url = url
        super().__init__(f"{url}: no article ({reason}){': ' + detail if detail else ''}")


class NotAnIndex(PageError):
    """The page is no index or search page."""

    def __init__(self, reason: Reason, url: str, detail: str = "") -> None:
        self.reason: Reason = reason
        self.url = url
        super().__init__(f"{url}: no index page ({reason}){': ' + detail if detail else ''}")


class DamagedPage(PageError):
    """Half a page, a wrong encoding, NUL bytes: ``post`` carries what could be read, with ``damaged`` set."""

    def __init__(self, post: Post, detail: str) -> None:
        self.post = post
        self.url = post.url
        super().__init__(f"{post.url}: damaged page: {detail}")


class DamagedIndex(PageError):
    """Half an index page or a broken encoding: ``page`` carries the rows that could be read. Ask for it again."""

    def __init__(self, page: IndexPage, url: str, detail: str) -> None:
        self.page = page
        self.url = url
        super().__init__(f"{url}: damaged index page: {detail}")

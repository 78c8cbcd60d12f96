"""Article pages -> items: this parser beside what one would pick instead, on the same pages in the same run.

Every reader gives the same Post, years of pushes and all, and that is checked before anything is timed. The others
take only the HTML apart in their own way and share everything after it, which flatters them.
"""

import sys
import time
from collections.abc import Callable, Iterable
from statistics import median

from bs4 import BeautifulSoup, NavigableString, Tag
from lxml import html as lxml_html
from parsel import Selector

from fixtures.pages.cases import Case, busy_page
from ptt_spider.aid import parse_ref
from ptt_spider.items import Post
from ptt_spider.pages import parse_article
from ptt_spider.pages.article import _polling, to_lines
from ptt_spider.pages.assembly import Written, assemble
from ptt_spider.pages.blocks import Block, Blocks

SPANS = ("push-tag", "push-userid", "push-content", "push-ipdatetime")
Reader = Callable[[bytes, str], Post]
_NAMES = {"bs4 + lxml": 3, "parsel CSS": 4, "lxml XPath": 8, "lxml walk": 12, "this parser": 30}


class Gatherer:
    """Pieces in page order -> Blocks."""

    def __init__(self) -> None:
        self.metalines: list[tuple[str, str]] = []
        self.blocks: list[Block] = []

    def text(self, text: str) -> None:
        if self.blocks and isinstance(last := self.blocks[-1], str):
            self.blocks[-1] = last + text
        elif text:
            self.blocks.append(text)

    def push(self, spans: Iterable[str]) -> None:
        tag, user, content, stamp = spans
        push = (tag, user, content, stamp)
        if self.blocks and isinstance(last := self.blocks[-1], list):
            last.append(push)
        else:
            self.blocks.append([push])

    def post(self, text: str, url: str) -> Post:
        lines, runs = to_lines(Blocks(self.metalines, self.blocks, False, False))
        ref = parse_ref(url)
        return assemble(
            Written(lines, runs, self.metalines, ref.board or "", ref.post_id, False, False, *_polling(text))
        )


def bs4(html: bytes, url: str) -> Post:
    gatherer = Gatherer()
    soup = BeautifulSoup(html, "lxml", preserve_whitespace_tags={"div"})
    for child in soup.find(id="main-content").children:  # type: ignore[union-attr]
        if isinstance(child, NavigableString):
            gatherer.text(str(child))
        elif isinstance(child, Tag):
            classes = child.get("class") or []
            if "push" in classes:
                gatherer.push(child.find("span", class_=name).get_text() for name in SPANS)  # type: ignore[union-attr]
            elif "article-metaline" in classes or "article-metaline-right" in classes:
                tag, value = child.find_all("span")
                gatherer.metalines.append((tag.get_text(), value.get_text()))
            else:
                gatherer.text(child.get_text())
    return gatherer.post(html.decode(), url)


def parsel_css(html: bytes, url: str) -> Post:
    gatherer = Gatherer()
    text = html.decode()
    for node in Selector(text=text).css("#main-content").xpath("node()"):
        if isinstance(node.root, str):
            gatherer.text(node.get())
        elif node.css("div.push"):
            gatherer.push("".join(node.css(f"span.{name} ::text").getall()) for name in SPANS)
        elif node.css("div.article-metaline, div.article-metaline-right"):
            tag, value = node.css("span::text").getall()
            gatherer.metalines.append((tag, value))
        else:
            gatherer.text("".join(node.css("::text").getall()))
    return gatherer.post(text, url)


def _lxml(html: bytes, url: str, read: Callable[[lxml_html.HtmlElement], Iterable[str]]) -> Post:
    gatherer = Gatherer()
    text = html.decode()
    main = lxml_html.document_fromstring(text).get_element_by_id("main-content")
    gatherer.text(main.text or "")
    for child in main:
        name = child.get("class", "")
        if name == "push":
            gatherer.push(read(child))
        elif name.startswith("article-metaline"):
            gatherer.metalines.append((child[0].text_content(), child[1].text_content()))
        else:
            gatherer.text(child.text_content())
        if child.tail:
            gatherer.text(child.tail)
    return gatherer.post(text, url)


def lxml_xpath(html: bytes, url: str) -> Post:
    return _lxml(
        html,
        url,
        lambda push: ("".join(push.xpath(f'.//span[contains(@class, "{name}")]//text()')) for name in SPANS),
    )


def lxml_walk(html: bytes, url: str) -> Post:
    def read(push: lxml_html.HtmlElement) -> Iterable[str]:
        tag, user, content, stamp = push
        shown = content.text_content() if len(content) else content.text or ""
        return (tag.text or "", user.text or "", shown, stamp.text or "")

    return _lxml(html, url, read)


READERS: dict[str, Reader] = {
    "bs4 + lxml": bs4,
    "parsel CSS": parsel_css,
    "lxml XPath": lxml_xpath,
    "lxml walk": lxml_walk,
    "this parser": parse_article,
}


def measure(page: Case, rounds: int = 5) -> dict[str, float]:
    """CPU milliseconds a page and reader: median of rounds in which all readers take turns."""
    html = page.html.encode()
    for name, reader in READERS.items():
        if reader(html, page.url) != parse_article(html, page.url):
            raise SystemExit(f"{name} gives other items for {page.name}")
    taken: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name, reader in READERS.items():
            times = _NAMES[name] * (1 if len(html) > 100_000 else 10)
            start = time.process_time()
            for _ in range(times):
                reader(html, page.url)
            taken[name].append((time.process_time() - start) / times * 1000)
    return {name: median(values) for name, values in taken.items()}


def main() -> None:
    out = sys.stdout.write
    for pushes in (60, 1500):
        page = busy_page(pushes)
        result = measure(page)
        ours = result["this parser"]
        out(f"\n{pushes} pushes, {len(page.html.encode()) / 1024:.0f} KiB, items equal\n")
        out(f"{'reader':<14}{'times ours':>12}{'CPU ms':>12}\n")
        for name, value in result.items():
            out(f"{name:<14}{value / ours:>12.1f}{value:>12.2f}\n")


if __name__ == "__main__":
    main()

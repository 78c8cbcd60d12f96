"""Whatever comes in: items or a typed error, in time that grows with the size."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.pages import markup as m
from fixtures.pages.cases import ID, all_cases, busy_page
from ptt_spider.errors import DamagedIndex, DamagedPage, NotAnArticle, NotAnIndex, PageError
from ptt_spider.items import IndexPage, Post
from ptt_spider.pages import page_problem, parse_article, parse_growth, parse_index, parse_plaintext
from ptt_spider.pages.source import MAX_CHARS

URL = f"https://www.ptt.cc/bbs/Stock/{ID}.html"
INDEX = "https://www.ptt.cc/bbs/Stock/index.html"
OPEN = '<div id="main-container"><div id="main-content" class="bbs-screen">'
LIST = '<div class="r-list-container">'
PAGES = {made.name: made.html.encode() for made in all_cases() if not made.name.startswith("33-")}


def read_all(html: bytes | str) -> None:
    """Every parser gives an item or one of its errors; anything else fails the test."""
    post: Post | None
    try:
        post, damaged = parse_article(html, URL), False
    except DamagedPage as error:
        post, damaged = error.post, True
    except NotAnArticle as error:
        post, damaged = None, bool(error.reason)
    if post is not None:
        assert isinstance(post, Post)
        assert post.damaged == damaged
        assert [push.floor for push in post.pushes] == list(range(1, len(post.pushes) + 1))
    try:
        page = parse_index(html, INDEX)
    except DamagedIndex as error:
        page = error.page
    except NotAnIndex:
        return
    assert isinstance(page, IndexPage)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=400), st.text(st.characters(codec=None), max_size=200)))
def test_anything(junk: bytes | str) -> None:
    read_all(junk)
    wrapped = OPEN.encode() + junk if isinstance(junk, bytes) else OPEN + junk
    read_all(wrapped)
    read_all(LIST.encode() + junk if isinstance(junk, bytes) else LIST + junk)
    parse_growth(junk, "Stock", ID, None, None, 1)
    page_problem(junk)


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(PAGES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 60)), max_size=6),
)
def test_pages_with_bytes_changed(name: str, changes: list[tuple[float, bytes, int]]) -> None:
    html = PAGES[name]
    for place, put, removed in changes:
        at = int(place * len(html))
        html = html[:at] + put + html[at + removed :]
    read_all(html)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_cut_anywhere(name: str) -> None:
    html = PAGES[name]
    for end in range(0, len(html), 97):
        read_all(html[:end])


def test_half_an_article_is_never_a_sound_one() -> None:
    html = PAGES["14-author-replies"]
    start, end = html.index(b'id="main-content"'), html.index(b'<div id="article-polling"')
    for at in range(start + 20, end - 12, 61):
        with pytest.raises((DamagedPage, NotAnArticle)):
            parse_article(html[:at], URL)


def test_half_an_index_is_never_a_sound_one() -> None:
    html = PAGES["29-index"]
    for at in range(html.index(b"r-ent"), html.rindex(b"r-ent"), 307):
        with pytest.raises((DamagedIndex, NotAnIndex)):
            parse_index(html[:at], INDEX)


@settings(max_examples=100)
@given(st.text(alphabet="推噓→ :：abcXY19/\n※作者標題時間看板發信站文章網址來自--(). F,", max_size=300))
def test_any_plain_text(text: str) -> None:
    try:
        post = parse_plaintext(text, URL)
    except NotAnArticle:
        assert not text.strip("\n ")
    else:
        assert post.post_id == ID


BOMBS = {
    "divs": "<div>",
    "spans": "<span>",
    "bold links": "<a href=x><b>",
    "tables": "<table><tr><td>",
    "attributes": '<i a="',
    "quotes": '<a href="',
    "comments": "<!--",
    "scripts": "<script>",
    "closers": "</div>",
    "mixed": "<span><div></span>",
    "fake closers": "<div></x>",
    "entities": "&#x26",
    "pushes": '<div class="push">',
    "push starts": '<div class="push"><span class="hl push-tag">推 </span>',
    "lines": "\n",
    "spaces": " ",
    "brackets": "[",
    "stations": "※ 發信站: 批踢踢實業坊(ptt.cc), 來自: ",
    "station lines": "※ 發信站: 批踢踢實業坊(ptt.cc), 來自: \n",
    "spoilt pushes": "推 abc: \n",
}


@pytest.mark.parametrize("piece", BOMBS.values(), ids=BOMBS)
def test_time_grows_with_the_size(piece: str) -> None:
    def cpu(size: int) -> float:
        best = 9e9
        for _ in range(2):
            html = OPEN + piece * (size // len(piece))
            start = time.process_time()
            read_all(html)
            read_all(LIST + html)
            best = min(best, time.process_time() - start)
        return best

    small, large = cpu(100_000), cpu(800_000)
    # Quadratic time would be 64 times as long; the constant forgives what starting up costs.
    assert large < 24 * small + 0.05


LONG_LINES = [
    "作者: a{}b",
    "作者  a{}b",
    "作者: a ({}",
    "推 abc: {}x",
    "推 abc: {}<- x",
    "※ 轉錄者: a (1.2.3.4{}x",
    "※ [本文轉錄自 X 看板{}x",
    "◆ From: {}x",
    "※ 發信站: 批踢踢, 來自: 1.2.3.4 {}x",
    "※ 編輯: a{}x",
    "(ab 刪除 cd 的推文:{}x",
    "標題: Re:{}x",
    "※ 文章網址:{}x",
    "時間: Wed {}x",
]


@pytest.mark.parametrize("line", LONG_LINES)
@pytest.mark.parametrize("filling", [" ", "1", "(", "03/04 09:16"])
def test_long_lines_take_no_longer_than_their_length(line: str, filling: str) -> None:
    def cpu(size: int) -> float:
        text = line.format(filling * (size // len(filling)))
        best = 9e9
        for _ in range(2):
            start = time.process_time()
            read_all(f"{OPEN}{text}\n{text}\n<div class='push'></div>{text}</div></div>")
            read_all(
                OPEN + m.metaline("作者", text) + m.metaline("標題", text) + m.metaline("時間", text) + "</div></div>"
            )
            read_all(m.article(m.push("推", "ab", text, text) + m.push("推", "ab", ":", text), ID, text))
            parse_plaintext(f"{text}\n{text}", URL)
            best = min(best, time.process_time() - start)
        return best

    small, large = cpu(5_000), cpu(40_000)
    assert large < 24 * small + 0.05


@pytest.mark.parametrize("before", ["", OPEN, LIST])
def test_ten_megabytes_of_div(before: str) -> None:
    html = before + "<div>" * 2_100_000
    assert len(html) > 2 * MAX_CHARS
    for parse, url in ((parse_article, URL), (parse_index, INDEX)):
        with pytest.raises(PageError):
            parse(html.encode(), url)


def test_ten_megabytes_of_pushes_are_read_as_far_as_a_page_may_be() -> None:
    html = busy_page(1500).html
    at = html.index('<div class="push"')
    end = html.rindex("</div></div>") + len("</div>")
    with pytest.raises(DamagedPage) as caught:
        parse_article(html[:end] + html[at:end] * 30, URL)
    assert len(caught.value.post.pushes) > 10_000


def test_nothing_names_the_post() -> None:
    page = PAGES["08-no-header"].replace(b"https://www.ptt.cc/bbs/Stock/", b"")
    with pytest.raises(NotAnArticle):
        parse_article(page, "https://example.test/saved.html")
    assert parse_article(PAGES["08-no-header"], "file:///home/me/saved.html").post_id == ID

"""Index and search pages beside what case 29 holds."""

import pytest

from fixtures.pages import markup as m
from fixtures.pages.cases import ID
from ptt_spider.errors import DamagedIndex, NotAnIndex
from ptt_spider.pages import parse_index
from ptt_spider.pages.index import read_nrec

BASE = "https://www.ptt.cc/bbs/Stock/"
ROW = m.row("[新聞] 一則", "mountaintea", " 3/04", post_id=ID, nrec="12")


@pytest.mark.parametrize(
    ("shown", "value"),
    [("", 0), ("1", 1), ("99", 99), ("爆", 100), ("X1", -10), ("X9", -90), ("XX", -100), (" 7 ", 7), ("?", 0), ("X", 0),
     ("²", 0), ("1234", 0), ("X12", -100), ("999", 100)],
)  # fmt: skip
def test_nrec(shown: str, value: int) -> None:
    assert read_nrec(shown) == value


@pytest.mark.parametrize(
    ("number", "newest", "name", "expected"),
    [
        (7, 9, "index7.html", (7, "index6.html", "index8.html")),
        (9, 9, "index.html", (9, "index8.html", None)),
        # index0 and absurd numbers are answered with the newest page.
        (9, 9, "index0.html", (9, "index8.html", None)),
        (9, 9, "index99999.html", (9, "index8.html", None)),
        (1, 9, "index1.html", (1, None, "index2.html")),
        (1, 1, "index.html", (1, None, None)),
    ],
)
def test_numbers_and_neighbours(
    number: int, newest: int, name: str, expected: tuple[int, str | None, str | None]
) -> None:
    page = parse_index(m.index([ROW], number, newest), BASE + name)
    older, newer = (f"/bbs/Stock/{neighbour}" if neighbour else None for neighbour in expected[1:])
    assert (page.number, page.older_url, page.newer_url) == (expected[0], older, newer)


def test_a_search_page_has_no_number_and_may_be_empty() -> None:
    html = m.index([], 1, 1).replace(
        'href="/bbs/Stock/index1.html"', 'href="/bbs/Stock/search?page=2&amp;q=author%3Ax"'
    )
    page = parse_index(html.replace("最舊", "‹ 上頁"), BASE + "search?q=author%3Ax")
    assert (page.number, page.rows) == (None, ())
    assert page.older_url == "/bbs/Stock/search?page=2&q=author%3Ax"


def test_addresses_become_relative_to_the_site() -> None:
    """A page saved by a browser has them whole."""
    page = parse_index(m.index([ROW], 7, 9).replace('href="/bbs', 'href="https://www.ptt.cc/bbs'), BASE + "index7.html")
    assert page.older_url == "/bbs/Stock/index6.html"
    assert page.rows[0].post_id == ID


def test_a_row_of_another_board_says_so() -> None:
    html = m.index([m.row("[新聞] 他板", "x1", " 3/04", post_id=ID, board="Gossiping")], 7, 9)
    assert parse_index(html, "https://www.ptt.cc/bbs/ALLPOST/index7.html").rows[0].board == "Gossiping"


def test_a_link_that_is_no_post_counts_as_none() -> None:
    html = m.index([m.row("怪連結", "x1", " 3/04", post_id="M.123.A.zzz")], 7, 9)
    assert parse_index(html, BASE + "index7.html").rows[0].post_id is None


def test_half_an_index_carries_its_whole_rows() -> None:
    html = m.index([ROW, m.row("[新聞] 兩則", "x1", " 3/04", post_id="M.1772586921.A.5D1")], 7, 9)
    with pytest.raises(DamagedIndex) as caught:
        parse_index(html[: html.index("兩則")], BASE + "index7.html")
    assert [row.post_id for row in caught.value.page.rows] == [ID]


@pytest.mark.parametrize("broken", [b"\0", b"\xff", b"\0\xa4", b"\xed\xa0\x80"])
def test_a_title_with_a_broken_character_is_no_broken_page(broken: bytes) -> None:
    """It would be broken in every run, as long as it stands there."""
    html = m.index([ROW, m.row("[新聞] 兩◎則", "x1", " 3/04", post_id="M.1772586921.A.5D1")], 7, 9).encode()
    page = parse_index(html.replace("◎".encode(), broken), BASE + "index7.html")
    assert [row.post_id for row in page.rows] == [ID, "M.1772586921.A.5D1"]
    assert "\0" not in page.rows[1].title
    assert page.rows[1].title.startswith("[新聞] 兩")


def test_a_page_in_another_encoding_is_broken() -> None:
    html = m.index([m.row("[新聞] 很多很多很多很多很多很多很多很多", "x1", " 3/04", post_id=ID)] * 3, 7, 9)
    for body in (html.encode("cp950"), html.encode().replace("很".encode(), b"\xff\xfe")):
        with pytest.raises(DamagedIndex):
            parse_index(body, BASE + "index7.html")


def test_an_article_is_no_index(root: object) -> None:
    with pytest.raises(NotAnIndex) as caught:
        parse_index(m.article("", ID, ""), BASE + "index.html")
    assert caught.value.reason == "no_content"


def test_a_page_without_any_board_is_no_index() -> None:
    with pytest.raises(NotAnIndex):
        parse_index(m.index([ROW], 7, 9).replace('class="board"', "").replace("/bbs/Stock/index", "#"), "saved.html")
    assert parse_index(m.index([ROW], 7, 9), "saved.html").board == "Stock"

"""Files that people have, by their endings, into records."""

import json
import os
from pathlib import Path

import pytest

from analysis.errors import PttError
from analysis.importing import page_address, records_of
from ptt_spider.spool import IndexSeen, PageSeen

SEEN_AT = 1769600000


@pytest.fixture
def board(root: Path) -> Path:
    return root / "fixtures/board/bbs/Stock"


def keep(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (SEEN_AT, SEEN_AT))
    return path


def test_a_saved_article(tmp_path: Path, board: Path) -> None:
    page = next(board.glob("M.*.html"))
    (record,) = records_of(keep(tmp_path, "any name.html", page.read_bytes()))
    assert isinstance(record, PageSeen)
    assert (record.post.board, record.post.post_id) == ("Stock", page.stem)
    assert record.fetched_at.timestamp() == SEEN_AT
    assert record.source == "import"


def test_a_saved_index_page(tmp_path: Path, board: Path) -> None:
    (record,) = records_of(keep(tmp_path, "index.html", (board / "index.html").read_bytes()))
    assert isinstance(record, IndexSeen)
    assert record.board == "Stock"
    assert any(row.pinned for row in record.rows)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b'<link rel="canonical" href="https://www.ptt.cc/bbs/A/M.1.A.001.html">', "x.html", "/bbs/A/M.1.A.001.html"),
        (b"<!-- saved from url=(0049)https://www.ptt.cc/bbs/A/M.1.A.001.html -->", "x.html", "/bbs/A/M.1.A.001.html"),
        ("※ 文章網址: https://www.ptt.cc/bbs/A/M.1.A.001.html".encode(), "x.html", "/bbs/A/M.1.A.001.html"),
        (b"", "Stock/M.1769577959.A.C89.html", "/bbs/Stock/M.1769577959.A.C89.html"),
        ("※ 文章網址: https://www.ptt.cc/bbs/A/M.1.A.001.html".encode(), "B/M.2.A.002.html", "/bbs/B/M.2.A.002.html"),
    ],
)
def test_where_a_page_came_from(tmp_path: Path, content: bytes, name: str, expected: str) -> None:
    found = page_address(content, tmp_path / name)
    assert found
    assert found.endswith(expected)


def test_jwlin_json(tmp_path: Path) -> None:
    article = {
        "url": "https://www.ptt.cc/bbs/Stock/M.1769577959.A.C89.html", "board": "Stock",
        "article_id": "M.1769577959.A.C89", "article_title": "[新聞] 試產成功", "author": "writer (暱稱)",
        "date": "Wed Jan 28 13:25:57 2026", "content": "內文", "ip": "1.2.3.4", "message_count": {},
        "messages": [
            {"push_tag": "推", "push_userid": "reader", "push_content": "恭喜", "push_ipdatetime": "01/28 13:30"}
        ],
    }  # fmt: skip
    content = json.dumps({"articles": [article, {"error": "invalid url"}]}).encode()
    (record,) = records_of(keep(tmp_path, "Stock-1-2.json", content))
    assert isinstance(record, PageSeen)
    assert record.post.pushes[0].user_id == "reader"
    (same,) = records_of(keep(tmp_path, "one.jsonl", json.dumps(article).encode() + b"\n"))
    assert same == record


def test_the_mirror_copy(shared: Path) -> None:
    (record,) = records_of(shared / "seeds/ptt_post_mirror.txt")
    assert isinstance(record, PageSeen)
    post = record.post
    assert (post.post_id, post.category, len(post.pushes)) == ("M.1769577959.A.C89", "新聞", 42)
    for field in ("原文標題", "原文連結", "發布時間", "記者署名", "原文內容", "心得/評論"):
        assert field in post.body
    assert {push.tag for push in post.pushes} == {"推", "噓", "→"}
    assert all(push.user_id is None and push.text is None and push.pushed_at for push in post.pushes)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF", r"\.pdf"),
        ("a.json", b"{", "JSON"),
        ("a.json", b'{"articles": 5}', "jwlin"),
        ("a.html", b"<html></html>", "原網址"),
        ("M.1769577959.A.C89.html", b"", "empty"),
        ("a.txt", b"", "a.txt"),
        ("noending", b"", "副檔名"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(PttError, match=said) as caught:
        list(records_of(keep(tmp_path, name, content)))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)

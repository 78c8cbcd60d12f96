"""Plain text copies: from a terminal, from a mirror."""

from datetime import datetime
from pathlib import Path

import pytest

from fixtures.pages.cases import ID
from ptt_spider.clock import TAIPEI
from ptt_spider.errors import NotAnArticle
from ptt_spider.pages import parse_plaintext

ADDRESS = f"※ 文章網址: https://www.ptt.cc/bbs/Stock/{ID}.html"
TERMINAL = f"""
 作者  mountaintea (山茶 (半退休))                              看板  Stock
 標題  [新聞] 海運運價連三週上漲
 時間  Wed Mar  4 09:15:20 2026
───────────────────────────────────────

原文標題：
運價指數又漲
推 someone: 這行是內文裡貼的 03/01 12:00
心得/評論：
觀望。

--
我的簽名檔

--
※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 203.0.113.7 (臺灣)
{ADDRESS}
推 riverstone: 先搭船                                            03/04 09:16
→ riverstone  : 再說一次: 有冒號                  203.0.113.200 03/04 09:17
謝謝提醒
※ 編輯: mountaintea (203.0.113.7 臺灣), 03/04/2026 09:20:00
噓 nightbus: 又來                                                01/02 10:00
→ oldform: 沒有時鐘                                              01/03
"""
MIRROR = f"""[情報] 三月除息日曆
內文第一行
--
※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 203.0.113.7 (臺灣)
{ADDRESS}
推
03/04 09:16,
3小時前
, 1F
03/04 09:16, 1F
→
riverstone
: 有名字也有字
03/04 09:17,
3小時前
, 2F
03/04 09:17, 2F
噓
03/04 09:18,
, 3F"""


def at(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=TAIPEI)  # type: ignore[misc, arg-type]


def test_terminal_copy() -> None:
    post = parse_plaintext(TERMINAL)
    assert (post.post_id, post.board, post.author, post.author_nick) == (ID, "Stock", "mountaintea", "山茶 (半退休)")
    assert (post.title, post.category, post.header_time) == (
        "[新聞] 海運運價連三週上漲", "新聞", "Wed Mar  4 09:15:20 2026",
    )  # fmt: skip
    assert post.body == "原文標題：\n運價指數又漲\n推 someone: 這行是內文裡貼的 03/01 12:00\n心得/評論：\n觀望。"
    assert (post.ip, post.country, post.edited_at) == ("203.0.113.7", "臺灣", at(2026, 3, 4, 9, 20))
    assert [(p.floor, p.tag, p.user_id, p.text, p.ip, p.pushed_at) for p in post.pushes] == [
        (1, "推", "riverstone", "先搭船", None, at(2026, 3, 4, 9, 16)),
        (2, "→", "riverstone", "再說一次: 有冒號", "203.0.113.200", at(2026, 3, 4, 9, 17)),
        (3, "噓", "nightbus", "又來", None, at(2027, 1, 2, 10, 0)),
        (4, "→", "oldform", "沒有時鐘", None, None),
    ]
    assert [(r.after_floor, r.text) for r in post.replies] == [(2, "謝謝提醒")]


def test_terminal_copy_with_colons_and_windows_line_ends() -> None:
    text = (
        TERMINAL.replace(" 作者  ", "作者: ")
        .replace("看板  ", "看板: ")
        .replace("標題  ", "標題: ")
        .replace("時間  ", "時間: ")
    )
    assert parse_plaintext(text.replace("\n", "\r\n")) == parse_plaintext(TERMINAL)


def test_copy_from_the_page_itself() -> None:
    """What a browser gives for the whole page: header lines without a gap."""
    text = TERMINAL.replace("                              看板  Stock", "\n看板Stock")
    for tag in ("作者", "標題", "時間"):
        text = text.replace(f" {tag}  ", tag)
    assert parse_plaintext(text.replace("───────────────────────────────────────\n", "")) == parse_plaintext(TERMINAL)


def test_a_title_may_begin_like_a_header() -> None:
    post = parse_plaintext("時間管理的三個重點\n標題黨真多\n內文", f"https://www.ptt.cc/bbs/Stock/{ID}.html")
    assert (post.title, post.body, post.header_time) == ("時間管理的三個重點", "標題黨真多\n內文", None)


def test_mirror_copy() -> None:
    post = parse_plaintext(MIRROR)
    assert (post.title, post.author, post.body, post.ip) == ("[情報] 三月除息日曆", None, "內文第一行", "203.0.113.7")
    assert [(p.floor, p.tag, p.user_id, p.text, p.time_text) for p in post.pushes] == [
        (1, "推", None, None, "03/04 09:16"),
        (2, "→", "riverstone", "有名字也有字", "03/04 09:17"),
        (3, "噓", None, None, "03/04 09:18"),
    ]
    assert not any(push.is_author for push in post.pushes)
    assert post.replies == ()


def test_which_post_it_is() -> None:
    other = "M.1772500000.A.0AB"
    assert parse_plaintext(TERMINAL, f"https://www.ptt.cc/bbs/Stock/{ID}.html") == parse_plaintext(TERMINAL)
    assert parse_plaintext("[閒聊] 只有標題\n內文", f"https://www.ptt.cc/bbs/Test/{other}.html").board == "Test"
    # The board is in the header, the post in an AID.
    assert parse_plaintext(TERMINAL.replace(ADDRESS, ""), other).post_id == other
    with pytest.raises(NotAnArticle):
        parse_plaintext(TERMINAL.replace(ADDRESS, ""))
    with pytest.raises(NotAnArticle):
        parse_plaintext(" \n\n")


def test_a_pasted_post_does_not_name_it() -> None:
    pasted = "※ 文章網址: https://www.ptt.cc/bbs/Stock/M.1700000000.A.111.html\n"
    post = parse_plaintext(TERMINAL.replace("觀望。", f"觀望。\n{pasted}以上是舊文。"))
    assert post.post_id == ID
    assert post.body.endswith("以上是舊文。")


@pytest.mark.shared
def test_the_mirror_copy_that_users_bring(shared: Path) -> None:
    post = parse_plaintext((shared / "seeds" / "ptt_post_mirror.txt").read_text(encoding="utf-8"))
    assert (post.board, post.post_id, post.category) == ("Stock", "M.1769577959.A.C89", "新聞")
    assert (post.author, post.ip, post.country) == (None, "180.177.12.128", "臺灣")
    fields = ["原文標題:", "原文連結:", "發布時間:", "記者署名:", "原文內容:", "心得/評論:"]
    places = [post.body.index(field) for field in fields]
    assert places == sorted(places)
    assert post.body.endswith("具有外交訊號與產業妥協雙重意涵")
    assert [push.floor for push in post.pushes] == list(range(1, 43))
    assert {(push.user_id, push.text, push.ip) for push in post.pushes} == {(None, None, None)}
    tags = "".join(push.tag for push in post.pushes)
    assert tags == "推推噓→→推→推推推推推推→噓推推→→→→推→推→→推推噓推推→推→推→推推推→推推"
    assert (post.pushes[0].pushed_at, post.pushes[-1].pushed_at) == (at(2026, 1, 28, 13, 26), at(2026, 1, 28, 14, 5))
    assert all(push.pushed_at for push in post.pushes)

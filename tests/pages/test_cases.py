"""The pages a parser must get right, by number; the pages are fixtures/pages/NN-name."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.pages.cases import AT, all_cases
from fixtures.pages.record import outcome, read, url_of
from ptt_spider.clock import TAIPEI
from ptt_spider.errors import DamagedPage, NotAnArticle
from ptt_spider.pages import parse_article

Case = Callable[[str], Any]
FOLDERS = sorted(path.parent for path in (Path(__file__).parents[2] / "fixtures" / "pages").glob("*/page.html*"))
BODY = "早盤開高走低，量縮。\n先看月線守不守得住。"


def taipei(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=TAIPEI)  # type: ignore[misc, arg-type]


def texts(post: Any) -> list[str]:
    return [push.text for push in post.pushes]


def times(post: Any) -> list[datetime | None]:
    return [push.pushed_at for push in post.pushes]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_recorded_items(folder: Path) -> None:
    assert outcome(read(folder, "page.html"), url_of(folder)) == json.loads(read(folder, "expected.json"))


def test_folders_are_what_the_case_functions_write() -> None:
    assert {folder.name: read(folder, "page.html").decode() for folder in FOLDERS} == {
        c.name: c.html for c in all_cases()
    }


def test_01_warning_box_is_no_push(case: Case) -> None:
    post = case("01-warning-box")
    assert texts(post) == ["跟你看法一樣", "又來"]
    assert post.truncated


def test_02_url_in_push_is_text(case: Case) -> None:
    assert texts(case("02-url-in-push")) == ["圖在https://example.test/k.png?a=1&b=2 這裡"]


def test_03_url_glued_to_ip(case: Case) -> None:
    push = case("03-url-glued-to-ip").pushes[0]
    assert (push.text, push.ip) == ("看 https://example.test/abcdef", "203.113.100.101")
    assert push.pushed_at == taipei(2026, 3, 4, 9, 16)


def test_04_email_in_push(case: Case) -> None:
    assert texts(case("04-email-in-push")) == ["寄給tea@example.test就好", "謝謝"]


def test_05_email_in_body_without_its_script(case: Case) -> None:
    assert case("05-email-in-body").body == "早盤開高走低，量縮。\n來信desk.team@example.test先看月線守不守得住。"


def test_06_empty_push(case: Case) -> None:
    assert texts(case("06-empty-push")) == ["", ""]


def test_07_padded_user(case: Case) -> None:
    post = case("07-padded-user")
    assert [push.user_id for push in post.pushes] == ["riverstone", "MountainTea"]
    assert [push.is_author for push in post.pushes] == [False, True]


def test_08_no_header(case: Case) -> None:
    post = case("08-no-header")
    assert (post.author, post.author_nick, post.title, post.header_time, post.category) == (None,) * 5
    # With no header above it, an empty first line is the author's.
    assert (post.body, post.posted_at, len(post.pushes)) == ("\n" + BODY, AT.replace(tzinfo=TAIPEI), 2)


def test_09_metalines_are_matched_by_tag(case: Case) -> None:
    post = case("09-some-metalines")
    assert (post.author, post.title, post.header_time) == ("mountaintea", None, "Wed Mar  4 09:15:20 2026")
    assert post.body == BODY


def test_10_body_line_that_became_a_metaline(case: Case) -> None:
    post = case("10-body-line-as-metaline")
    assert post.body == "原文標題: 某某銀行上修成長率\n\n內容如上。"
    assert (post.author, post.title) == (None, None)


def test_11_first_line_without_board(case: Case) -> None:
    post = case("11-no-board-in-first-line")
    assert (post.author, post.author_nick, post.title) == ("mountaintea", "山茶", "[閒聊] 沒有看板的一行")


def test_12_author_without_nickname_or_empty(case: Case) -> None:
    assert [(p.author, p.author_nick) for p in map(case, ("12-no-nickname", "12-empty-nickname"))] == [
        ("mountaintea", None),
        ("mountaintea", ""),
    ]


def test_13_bracket_in_nickname(case: Case) -> None:
    post = case("13-bracket-in-nickname")
    assert (post.author, post.author_nick) == ("mountaintea", "山茶 (半退休)")


def test_14_author_replies_keep_their_place(case: Case) -> None:
    post = case("14-author-replies")
    assert post.body == BODY
    assert [(reply.after_floor, reply.text) for reply in post.replies] == [
        (0, "先補一句：我沒有部位。"),
        (1, "\n謝謝，我再想想。"),
        (3, "哪裡又來了？"),
    ]
    edited = AT.replace(tzinfo=TAIPEI) + timedelta(minutes=8)
    assert [reply.edited_at for reply in post.replies] == [None, edited, None]
    assert post.edited_at == edited
    assert texts(post) == ["跟你看法一樣", "又來", "不客氣"]


def test_15_forged_push_is_no_vote(case: Case) -> None:
    post = case("15-forged-push")
    assert [push.user_id for push in post.pushes] == ["riverstone", "nightbus"]
    assert post.body == "大家這樣說：\n推 everybody: 大家都說讚 03/04 09:00\n你看！"


def test_16_dashes_do_not_end_a_body(case: Case) -> None:
    assert case("16-dashes-in-body").body == "前半段。\n--\n後半段。"


def test_16_dashes_in_a_post_without_signature(case: Case) -> None:
    assert case("16-dashes-without-signature").body == "前半段。\n還有一行。\n--\n後半段。"


def test_17_forward_by_title(case: Case) -> None:
    post = case("17-forward-by-title")
    assert (post.is_forward, post.is_reply, post.forward_from, post.category) == (True, True, None, "情報")


def test_17_forward(case: Case) -> None:
    post = case("17-forward")
    assert (post.is_forward, post.is_reply, post.forward_from, post.category) == (
        True, False, "Gossiping #1fdw0aBC", "情報",
    )  # fmt: skip
    assert (post.author, post.ip, post.country) == ("mountaintea", "203.0.113.7", "臺灣")
    assert post.posted_at == AT.replace(tzinfo=TAIPEI)
    assert post.body.endswith("※ 編輯: firstpost (198.51.100.9 日本), 03/03/2026 22:09:00")
    assert post.edited_at is None
    assert len(post.pushes) == 2


def test_18_only_the_address_line(case: Case) -> None:
    post = case("18-only-address")
    assert (post.body, post.ip, len(post.pushes)) == (BODY, None, 2)


def test_18_pasted_older_post_ends_nothing(case: Case) -> None:
    post = case("18-pasted-older-post")
    assert [push.user_id for push in post.pushes] == ["riverstone", "nightbus"]
    assert post.body.endswith("噓 pasted2: 舊文的噓 02/14 00:31\n以上是我上個月的文。")
    assert post.ip == "203.0.113.7"


def test_19_no_country(case: Case) -> None:
    post = case("19-no-country")
    assert (post.ip, post.country, post.body) == ("203.0.113.7", None, BODY)


def test_20_signs_and_numbers(case: Case) -> None:
    post = case("20-signs-and-numbers")
    assert post.body == "漲跌幅 -5.2%，+3 元\n$TSM 與 －５.２％\n+0.5～-0.5"
    assert texts(post) == ["-5.2% 到 +3，$TSM －５.２％"]


def test_21_quotes_and_link_text_stay(case: Case) -> None:
    post = case("21-quotes-and-links")
    assert post.body.split("\n") == [
        "※ 引述《riverstone (石頭)》之銘言：", ": 我套在高點", ": : 你先說成本", "> 舊式引言", "",
        "圖：https://example.test/chart.png", "看圖就懂。",
    ]  # fmt: skip
    assert post.is_reply


def test_22_pushes_after_new_year(case: Case) -> None:
    assert times(case("22-new-year")) == [taipei(2025, 12, 31, 23, 59), taipei(2026, 1, 1)]


def test_23_leap_day_of_a_later_year(case: Case) -> None:
    assert times(case("23-leap-day")) == [taipei(2028, 2, 29, 12), taipei(2028, 3, 1, 0, 10)]


def test_24_odd_times_are_kept_as_text(case: Case) -> None:
    post = case("24-odd-times")
    assert [(push.ip, push.time_text) for push in post.pushes] == [
        ("203.0.113.200", "03/04 09:16"),
        ("203.113.100.101", "03/04 09:16"),
        (None, "03/04"),
        ("203.0.113.200", "03/04"),
        (None, "06/21 00:3O"),
        (None, "03/04"),
        (None, "已修改"),
        (None, ""),
        (None, "02/30 10:00"),
        (None, "03/04 09:30"),
    ]
    assert [moment is None for moment in times(post)] == [False] * 2 + [True] * 7 + [False]
    assert post.pushes[5].tag == "→"


def test_25_colons_in_text(case: Case) -> None:
    assert texts(case("25-colon-in-text")) == [":)", ":)", "  三個空白"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("26-over18", "over18"),
        ("26-not-found", "not_found"),
        ("26-error-page", "error_page"),
        ("26-challenge", "challenge"),
        ("34-empty", "empty"),
    ],
)
def test_26_pages_that_are_no_article(case: Case, name: str, reason: str) -> None:
    error = case(name)
    assert isinstance(error, NotAnArticle)
    assert error.reason == reason


@pytest.mark.parametrize("name", ["27-time-edited", "27-time-moved"])
def test_27_edited_time_gives_way_to_the_file_name(case: Case, name: str) -> None:
    post = case(name)
    assert post.posted_at == AT.replace(tzinfo=TAIPEI)
    assert times(post) == [taipei(2026, 3, 4, 9, 16), taipei(2026, 3, 4, 9, 18)]
    assert post.header_time in ("某個起霧的早晨", "Fri Mar  5 09:15:20 2027")


def test_28_entities(case: Case) -> None:
    post = case("28-entities")
    assert (post.title, post.author_nick) == ("[新聞] R&D <3", "A&B <i>")
    assert post.body == "R&D <3 與 <b>不是粗體</b>\n'單引號' &lt; 本來就這樣打"
    assert texts(post) == ['R&D <3 "引號" &amp;']


def test_29_index(case: Case) -> None:
    page = case("29-index")
    assert [row.nrec for row in page.rows] == [100, -100, 5, -10, -90, 99, 1, 0, 0, 100, 100]
    gone = [row for row in page.rows if row.post_id is None]
    assert [row.title for row in gone] == ["(本文已被刪除) [riverstone]", "(已被sheriff刪除) <nightbus> 違規"]
    assert [row.pinned for row in page.rows] == [False] * 10 + [True]
    assert page.rows[-1].post_id == page.rows[-2].post_id
    assert (page.board, page.number, page.older_url, page.newer_url) == (
        "Stock", 8123, "/bbs/Stock/index8122.html", None,
    )  # fmt: skip


def test_30_old_edit_lines(case: Case) -> None:
    post = case("30-old-edit-lines")
    assert [(reply.text, reply.edited_at) for reply in post.replies] == [
        ("補充一。", taipei(2026, 3, 4, 9, 20, 30)),
        ("補充二。", taipei(2026, 3, 4, 9, 25)),
        ("補充三。", None),
    ]
    assert post.edited_at == taipei(2026, 3, 4, 9, 25)


def test_31_necropost(case: Case) -> None:
    post = case("31-necropost")
    assert times(post) == [
        taipei(2026, 3, 4, 9, 16),
        taipei(2027, 2, 1, 12),
        taipei(2030, 5, 6, 7, 30),
        taipei(2031, 1, 2, 3, 4),
        taipei(2033, 1, 1, 0, 5),
        taipei(2033, 1, 1, 8),
    ]
    assert post.edited_at == taipei(2033, 1, 1)


def test_32_head_and_tail_of_a_large_file(case: Case) -> None:
    post = case("32-over-150k")
    assert post.truncated
    assert not post.damaged
    assert [push.floor for push in post.pushes] == list(range(1, 9))
    assert [push.user_id for push in post.pushes][3:5] == ["head3", "tail0"]
    assert post.replies[0].after_floor == 8


def test_33_fifteen_hundred_pushes(case: Case) -> None:
    post = case("33-1500-pushes")
    assert len(post.pushes) == 1500
    start = AT.replace(tzinfo=TAIPEI)
    for number, push in enumerate(post.pushes):
        moment = (start + timedelta(seconds=7 * number)).replace(second=0)
        assert (push.floor, push.tag, push.ip, push.pushed_at) == (
            number + 1, "推噓→"[number % 3], f"203.0.113.{number % 250}", moment,
        )  # fmt: skip
        assert push.is_author == (number % 41 == 0)
        assert push.text is not None
        assert push.text.endswith(f"https://example.test/p/{number}" if number % 12 == 0 else f" {number}")


def test_34_half_a_page_yields_its_half(case: Case) -> None:
    error = case("34-half-page")
    assert isinstance(error, DamagedPage)
    assert error.post.damaged
    assert texts(error.post) == ["跟你看法一樣", "又來"]


def test_34_nul_bytes(case: Case) -> None:
    error = case("34-nul-bytes")
    assert isinstance(error, DamagedPage)
    assert error.post.body == BODY
    assert texts(error.post) == ["跟你看法一樣", "又來"]


@pytest.mark.parametrize("codec", ["big5", "utf-16"])
def test_34_wrong_encoding(root: Path, codec: str) -> None:
    html = (root / "fixtures/pages/01-warning-box/page.html").read_text(encoding="utf-8")
    url = json.loads((root / "fixtures/pages/01-warning-box/meta.json").read_text(encoding="utf-8"))["url"]
    with pytest.raises(DamagedPage) as caught:
        parse_article(html.encode(codec, "replace"), url)
    assert caught.value.post.author_nick == "山茶"
    assert texts(caught.value.post) == ["跟你看法一樣", "又來"]
    with pytest.raises(DamagedPage) as caught:
        parse_article(html.encode().decode("latin-1"), url)
    assert texts(caught.value.post) == ["跟你看法一樣", "又來"]
    with pytest.raises(DamagedPage):
        parse_article(html.encode().replace("又來".encode(), b"\xff\xfe"), url)


def test_35_header_in_plain_text(case: Case) -> None:
    post = case("35-plain-header")
    assert (post.author, post.author_nick, post.title, post.ip) == (
        "oldbird",
        "老鳥",
        "[請益] 零股怎麼買",
        "192.0.2.77",
    )
    assert (post.post_id, post.body) == ("M.1157695382.A", "請問各位前輩。")
    assert [(p.tag, p.text, p.time_text, p.pushed_at) for p in post.pushes] == [
        ("→", "打電話給營業員", "09/08", None),
        ("推", "樓上正解", "09/08 15:00", taipei(2006, 9, 8, 15)),
    ]


def test_35_board_line_of_another_name(case: Case) -> None:
    post = case("35-station-metaline")
    assert (post.author, post.title, post.body) == ("mountaintea", "[心得] 三月第一週的盤", BODY)


def test_36_user_ids_are_compared_without_case(case: Case) -> None:
    post = case("36-user-id-case")
    assert [push.user_id for push in post.pushes] == ["MountainTea", "mountaintea"]
    assert all(push.is_author for push in post.pushes)

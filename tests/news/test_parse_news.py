"""The news template in the spellings in which it is filled in. Texts are our own, in the site's forms."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.news import parse_news
from ptt_spider.clock import TAIPEI

FULL = """原文標題：甲公司第三季獲利創高
原文連結：https://www.example-news.com.tw/story/1
發布時間：2026/01/28 12:33
記者署名：王小明
原文內容：
甲公司今天公布財報。

乙公司則未評論。
心得/評論：
看好後市。"""
WANTED = (
    "甲公司第三季獲利創高",
    "https://www.example-news.com.tw/story/1",
    "example-news.com.tw",
    datetime(2026, 1, 28, 12, 33, tzinfo=TAIPEI),
    "王小明",
    "甲公司今天公布財報。\n\n乙公司則未評論。",
    "看好後市。",
)

HINTS = """原文標題：
※請勿刪減原文標題
甲公司第三季獲利創高
原文連結：
※網址超過一行過長請用縮網址工具
https://www.example-news.com.tw/story/1
發布時間：
※請以原文網頁/報紙之發布時間為準
2026/01/28 12:33
記者署名：
※原文無記載者得留空
王小明
原文內容：
甲公司今天公布財報。

乙公司則未評論。
心得/評論：
※必需填寫滿30正體中文字，無意義者板規處分
看好後市。"""


def numbered(text):
    labels = ["原文標題", "原文連結", "發布時間", "記者署名", "原文內容", "心得/評論"]
    for number, label in enumerate(labels, 1):
        text = text.replace(label, f"{number}.{label}")
    return text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(FULL, id="plain"),
        pytest.param(FULL.replace("：", ":"), id="narrow colons"),
        pytest.param(FULL.replace("：", ": "), id="narrow colons and blanks"),
        pytest.param(FULL.replace("：", "：\n\n", 4), id="value on the next line"),
        pytest.param(numbered(FULL), id="numbered"),
        pytest.param(numbered(FULL).replace(".", "、", 1).replace("2.原文", "２．原文"), id="other numerals"),
        pytest.param(HINTS, id="hints left in"),
        pytest.param(FULL.replace("原文標題：", "原文標題：(請勿刪減原文標題)\n"), id="hint in brackets"),
        pytest.param(FULL.replace("心得/評論：", "心得／評論(必需填寫滿20字)："), id="hint before the colon"),
        pytest.param(
            FULL.replace("原文標題：", "【原文標題】").replace("記者署名：", "【記者署名】"), id="in brackets"
        ),
        pytest.param(FULL.replace("：", " ").replace("心得/評論 ", "心得/評論"), id="no colons"),
        pytest.param(FULL + "\n\n--\n", id="signature line left"),
        pytest.param(FULL.replace("\n", "\r\n"), id="carriage returns"),
        pytest.param(
            FULL.replace("記者署名：王小明\n", "").replace("原文標題", "記者署名：王小明\n原文標題"), id="swapped"
        ),
        pytest.param(
            FULL.replace("心得/評論：\n看好後市。", "------------------\n心得/評論：\n看好後市。"), id="ruled"
        ),
    ],
)
def test_spellings_of_the_template(body):
    assert tuple(parse_news("[新聞] 甲公司第三季", body)) == WANTED


def test_missing_fields_are_null():
    fields = parse_news("[新聞] 甲公司", "原文連結：\n原文內容：\n甲公司今天公布財報。\n心得/評論：\n")
    assert fields == ("甲公司", None, None, None, None, "甲公司今天公布財報。", None)


def test_nothing_at_all():
    assert parse_news(None, "") == (None,) * 7


@pytest.mark.parametrize("written", ["無", "(無)", "無記載", "原文無記載", "N/A", "-"])
def test_a_reporter_that_the_page_does_not_name_is_null(written):
    assert parse_news("[新聞] t", FULL.replace("王小明", written)).reporter is None


def test_a_headline_over_several_lines():
    body = FULL.replace(
        "甲公司第三季獲利創高",
        "\nExclusive: Alpha Corp gives green light to importing first\nbatch of chips, sources say",
    )
    assert parse_news("[新聞] t", body).headline == (
        "Exclusive: Alpha Corp gives green light to importing first batch of chips, sources say"
    )
    chinese = FULL.replace("甲公司第三季獲利創高", "\n甲公司第三季\n獲利創高")
    assert parse_news("[新聞] t", chinese).headline == "甲公司第三季獲利創高"


def test_both_languages_paragraph_by_paragraph():
    article = "Alpha said profits rose.\n甲公司表示獲利上升。\nBeta declined to comment.\n乙公司不予置評。"
    fields = parse_news("[新聞] t", FULL.replace("甲公司今天公布財報。\n\n乙公司則未評論。", article))
    assert fields.article == article


def test_without_a_headline_field_the_title_stands_in_whole_where_the_text_repeats_it():
    title = "[新聞] 甲公司第三季獲利創下歷史新高紀錄 執行長對"
    body = f"原文連結：https://example.com/1\n原文內容：\n{title[5:]}明年樂觀\n正文在這裡。\n心得：\n好"
    assert parse_news(title, body).headline == "甲公司第三季獲利創下歷史新高紀錄 執行長對明年樂觀"
    assert parse_news(title, "原文內容：\n別的話。").headline == "甲公司第三季獲利創下歷史新高紀錄 執行長對"


def test_a_body_that_lost_its_line_ends():
    body = (
        "1.原文連結(超過一行或過長必須縮網址)： https://goo.gl/abc 2.原文內容： 甲公司擴廠 2018年04月10日 13:52 "
        "經濟日報 記者王小明即時報導 甲公司今天公布財報，"
        + "營收成長。" * 90
        + " 3.心得/評論(必需填寫滿20字)： 看好後市 持續加碼"
    )
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert fields.source_url == "https://goo.gl/abc"
    assert fields.source_domain is None
    assert fields.published_at == datetime(2018, 4, 10, 13, 52, tzinfo=TAIPEI)
    assert fields.reporter == "王小明"
    assert fields.article.startswith("甲公司擴廠 2018年")
    assert fields.article.endswith("營收成長。")
    assert fields.comment == "看好後市 持續加碼"


def test_instructions_left_above_the_form_are_no_field():
    body = "請用 https://goo.gl/ 縮網址。\n3.心得/評論請盡量充實。\n按ctrl+y可刪除以上內容。\n" + FULL
    assert tuple(parse_news("[新聞] t", body)) == WANTED


def test_a_forward_with_its_own_header_and_form():
    body = (
        "作者: someone (暱稱) 看板: Gossiping\n標題: [新聞] 甲公司\n時間: Thu Mar 15 10:24:00 2018\n\n"
        "1.媒體來源:\n某報\n"
        "2.記者署名:\n王小明\n3.完整新聞標題:\n甲公司擴廠\n4.完整新聞內文:\n內文在此。\n"
        "5.完整新聞連結 (或短網址):\nhttps://news.example.org/9\n6.備註:\n怎麼看"
    )
    assert parse_news("Fw: [新聞] 甲公司", body) == (
        "甲公司擴廠", "https://news.example.org/9", "example.org", None, "王小明", "內文在此。", "怎麼看"
    )  # fmt: skip


def test_a_reply_that_quotes_a_form_has_the_replier_s_comment():
    quoted = "\n".join(": " + line for line in FULL.split("\n"))
    fields = parse_news("Re: [新聞] 甲公司第三季", f"※ 引述《someone》之銘言：\n{quoted}\n這則新聞漏了重點\n不要急")
    assert fields[:6] == WANTED[:6]
    assert fields.comment == "這則新聞漏了重點\n不要急"


def test_a_reply_that_quotes_only_some_text():
    fields = parse_news("Re: [新聞] 甲公司擴廠", ": 甲公司今天公布財報\n不同意")
    assert fields == ("甲公司擴廠", None, None, None, None, None, "不同意")


def test_a_post_without_any_label_is_parted_by_its_link():
    body = "甲公司擴廠\n甲公司今天宣布擴廠，產能倍增，年底完工。\nhttps://news.example.com/1\n這個可以買嗎"
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert fields.source_url == "https://news.example.com/1"
    assert fields.article == "甲公司擴廠\n甲公司今天宣布擴廠，產能倍增，年底完工。"
    assert fields.comment == "這個可以買嗎"


def test_the_word_for_a_comment_inside_an_article_ends_nothing():
    body = FULL.replace("乙公司則未評論。", "乙公司則未評論。\n心得：受訪者這樣寫道\n評論家不同意。")
    fields = parse_news("[新聞] t", body)
    assert fields.article.endswith("評論家不同意。")
    assert fields.comment == "看好後市。"


def test_the_seed_post(shared):
    text = (shared / "seeds" / "ptt_post_mirror.txt").read_text("utf-8")
    title, rest = text.split("\n", 1)
    fields = parse_news(title, rest.split("\n--\n")[0])
    assert fields.headline.endswith("Nvidia's H200 AI chips, sources say")
    assert "\n" not in fields.headline
    assert fields.source_url.startswith("https://tinyurl.com/")
    assert fields.source_domain is None
    assert fields.published_at == datetime(2026, 1, 28, 12, 33, tzinfo=TAIPEI)
    assert "Sonali Paul" in fields.reporter
    assert fields.article.startswith("Jan 28 (Reuters)")
    assert fields.comment.count("\n") == 2


SIGNS = ["原文標題", "：", ":", "※請勿刪減", "心得", "1.", "(", "）", "https://", ">", "<br>", "115/01/28"]
PIECES = st.sampled_from([*FULL.split("\n"), *SIGNS, "\n", " ", ": "])


@given(st.text(max_size=40), st.lists(PIECES | st.text(max_size=10), max_size=30).map("".join))
def test_no_text_raises(title, body):
    fields = parse_news(title, body)
    assert all(value is None or value != "" for value in fields)
    if fields.published_at is not None:
        assert fields.published_at.tzinfo is not None

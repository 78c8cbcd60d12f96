"""What a text without the template's labels tells: headline, date, and where the paper ends. Texts are our own."""

from datetime import datetime

import pytest

from analysis.news import parse_news
from analysis.news.dateline import dateline
from analysis.news.headline import headline_of_title
from analysis.news.unlabelled import parted, without_link
from ptt_spider.clock import TAIPEI

ARTICLE = "甲公司今天公布財報，營收成長，年底完工。" * 5
CUT = "[新聞] 甲公司第三季獲利創下歷史新高紀錄 執行"


@pytest.mark.parametrize(
    ("title", "line", "headline"),
    [
        (CUT, "甲公司第三季獲利創下歷史新高紀錄 執行長樂觀", "甲公司第三季獲利創下歷史新高紀錄 執行長樂觀"),
        (CUT + "?-", "甲公司第三季獲利創下歷史新高紀錄 執行長樂觀", "甲公司第三季獲利創下歷史新高紀錄 執行長樂觀"),
        (CUT, "《電子股》甲公司第三季獲利創下歷史新高紀錄 執行長樂觀", "甲公司第三季獲利創下歷史新高紀錄 執行長樂觀"),
        # signs that the copy lost come from the title
        (
            "[新聞] 甲公司「第三季」獲利創高！　乙公司：看12,",
            "甲公司第三季獲利創高乙公司：看12000點",
            "甲公司「第三季」獲利創高！　乙公司：看12,000點",
        ),
        # a bracket that the cut left open: the text has neither
        (
            "[新聞] 甲公司第三季獲利創高　乙公司驚爆「龍頭",
            "甲公司第三季獲利創高乙公司驚爆龍頭危機",
            "甲公司第三季獲利創高乙公司驚爆龍頭危機",
        ),
        # not cut; a sentence of the article; another label; a byline
        ("[新聞] 甲公司擴廠", "甲公司擴廠計畫年底完工", "甲公司擴廠"),
        (CUT, "甲公司第三季獲利創下歷史新高紀錄 執行長說。", "甲公司第三季獲利創下歷史新高紀錄 執行"),
        (CUT, "甲公司第三季獲利創下歷史新高紀錄 執行 發布時間：昨天", "甲公司第三季獲利創下歷史新高紀錄 執行"),
        (CUT, "甲公司第三季獲利創下歷史新高紀錄 執行 記者王小明報導", "甲公司第三季獲利創下歷史新高紀錄 執行"),
    ],
)
def test_a_cut_title_is_made_whole_by_the_text(title, line, headline):
    assert headline_of_title(title, f"{line}\n{ARTICLE}", flat=False) == headline


def test_in_a_text_without_line_ends_the_headline_ends_at_the_next_blank():
    whole = "甲公司第三季獲利創下歷史新高紀錄 執行長樂觀"
    assert headline_of_title(CUT, f"{whole} {ARTICLE}", flat=True) == whole
    goes_on = headline_of_title(
        CUT + " ", f"甲公司第三季獲利創下歷史新高紀錄 執行 甲公司今天宣布， {ARTICLE}", flat=True
    )
    assert goes_on == "甲公司第三季獲利創下歷史新高紀錄 執行"


POSTED = datetime(2018, 6, 15, 20, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("opening", "end", "wanted"),
    [
        ("06月10日(五) 21:32 某網", "", datetime(2018, 6, 10, 21, 32, tzinfo=TAIPEI)),
        ("某社6月14日電 甲公司", "", datetime(2018, 6, 14, tzinfo=TAIPEI)),
        ("Tuesday 06 / 12 / 2018 甲公司", "", datetime(2018, 6, 12, tzinfo=TAIPEI)),
        ("（某社台北15日電）甲公司", "（編輯：王小明）1070615", datetime(2018, 6, 15, tzinfo=TAIPEI)),
        ("14.06.2018 00:46 甲公司", "", datetime(2018, 6, 14, 0, 46, tzinfo=TAIPEI)),
        ("撰文者王小明2018.06.14 甲公司", "", datetime(2018, 6, 14, tzinfo=TAIPEI)),
        ("甲公司", "發稿時間：2018/06/15 13:24", datetime(2018, 6, 15, 13, 24, tzinfo=TAIPEI)),
        ("20180614 某網", "MoneyDJ 新聞 20180614 15:03:25 記者", datetime(2018, 6, 14, 15, 3, 25, tzinfo=TAIPEI)),
        ("2018/06/14 12:33 甲公司", "（編輯：王小明）1070615", datetime(2018, 6, 14, 12, 33, tzinfo=TAIPEI)),
        ("甲公司", "（編輯：王小明）1071315", None),
        ("甲公司今（15）日宣布", "發稿時間：13：34", None),
    ],
)
def test_datelines(opening, end, wanted):
    assert dateline(opening, f"{opening} {ARTICLE}{end}", POSTED) == wanted


@pytest.mark.parametrize(
    ("text", "article", "comment"),
    [
        (f"{ARTICLE}\n===\n好像可以買", ARTICLE, "好像可以買"),
        (f"{ARTICLE} 心得 好像可以買", ARTICLE, "好像可以買"),
        (f"{ARTICLE}（王小明綜合外電報導） ~~ 好像可以買", f"{ARTICLE}（王小明綜合外電報導）", "~~ 好像可以買"),
        (f"{ARTICLE}（王小明綜合外電報導）", f"{ARTICLE}（王小明綜合外電報導）", None),
        (f"=== {ARTICLE}", f"=== {ARTICLE}", None),
        (ARTICLE, ARTICLE, None),
    ],
)
def test_where_the_paper_ends(text, article, comment):
    assert parted(text, None) == (article, comment)


def test_the_post_s_own_link_is_no_part_of_the_article():
    url = "https://news.example.com/1"
    assert without_link(f"甲公司擴廠 {url} {ARTICLE}", url) == f"甲公司擴廠 {ARTICLE}"
    assert without_link(f"{ARTICLE} 來源： {url}", url) == ARTICLE
    assert without_link(f"{ARTICLE} {url} ======", url) == ARTICLE
    middle = f"{ARTICLE * 2} {url} {ARTICLE}"
    assert without_link(middle, url) == middle


def test_a_page_of_blanks_costs_no_more_than_its_length():
    blanks = " " * 50_000
    body = f"甲公司 https://news.example.com/1 {blanks}（{blanks}報導） {blanks}1.發文前{blanks}心得{blanks}"
    assert parse_news("[新聞] 甲公司擴廠", body).source_url == "https://news.example.com/1"


@pytest.mark.timeout(20)
def test_signs_that_the_text_lacks_are_not_tried_in_every_combination():
    title = f"[新聞] {'~' * 20}股市大漲台積電領軍衝上新高點續創紀錄外資"
    fields = parse_news(title, f"台股{' ' * 60}積電 https://news.example.com/1 {ARTICLE}")
    assert fields.headline.endswith("續創紀錄外資")


def flat(*parts):
    return " ".join(parts)


def test_a_lead_above_a_labelled_link_is_the_article():
    body = flat("甲公司擴廠 記者王小明台北報導", ARTICLE * 3, "新聞網址： https://goo.gl/abc 心得：可以買嗎")
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert fields.article.startswith("甲公司擴廠 記者王小明")
    assert (fields.reporter, fields.comment) == ("王小明", "可以買嗎")


def test_instructions_left_below_the_form_do_not_hide_it():
    form = f"1.原文連結： https://news.example.com/1 2.原文內容： {ARTICLE} 3.心得/評論： 可以買嗎"
    hints = "發文提醒 1.發文前請先詳閱規範。 2.連結過長請善用 https://goo.gl/ 縮網址。 按ctrl+y可刪除以上內容。"
    for body in (f"{form} {hints} 1.原文連結： 2.原文內容： 3.心得/評論：", f"{hints} {form}"):
        fields = parse_news("[新聞] 甲公司擴廠", body)
        assert (fields.source_url, fields.article, fields.comment) == (
            "https://news.example.com/1",
            ARTICLE,
            "可以買嗎",
        )


@pytest.mark.parametrize("label", ["3.心得 ", "......心得 ", "comment: ", "心得 : "])
def test_a_comment_s_label_in_other_spellings(label):
    body = f"1.原文連結： https://news.example.com/1 2.原文內容： {ARTICLE * 5} {label}可以買嗎"
    assert parse_news("[新聞] 甲公司擴廠", body).comment == "可以買嗎"


def test_the_header_of_a_forward_that_lost_its_line_ends():
    header = (
        "Gossiping 看板 1QfusSNd ] 作者: someone (暱稱) 看板: Gossiping 標題: [新聞] 甲 時間: Tue Mar 13 16:36:41 2018"
    )
    news = f"甲公司擴廠 2018/03/13 16:17某報 記者王小明即時報導 {ARTICLE * 4} https://news.example.com/1"
    body = f"{header} {news} ===== 心得：買"
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert fields.article.startswith("甲公司擴廠 2018")
    assert fields.article.endswith("完工。")
    assert (fields.reporter, fields.comment) == ("王小明", "買")


def test_an_address_that_an_editor_broke_and_that_lost_its_line_end():
    long = "https://news.example.com/international/realtime/article/20180918/5869383"
    body = f"1.原文連結： {long} 33 2.原文內容： {ARTICLE * 5} 3.心得/評論： 買"
    assert parse_news("[新聞] 甲", body).source_url == long + "33"


def test_a_paper_s_own_line_of_its_time_does_not_swallow_the_article():
    body = f"甲公司擴廠\n\n發稿時間：2014/08/16 16:55\n\n（某社記者王小明台南16日電）{ARTICLE * 3}\n\nhttps://news.example.com/1\n===\n\n買"
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert fields.published_at == datetime(2014, 8, 16, 16, 55, tzinfo=TAIPEI)
    assert fields.article.startswith("甲公司擴廠")
    assert fields.article.endswith("完工。")
    assert (fields.reporter, fields.comment) == ("王小明", "買")


def test_headline_and_text_under_one_label():
    body = f"1.媒體來源:\n某報\n2.完整新聞標題/內文:\n甲公司擴廠\n\n{ARTICLE}\n3.新聞連結:\nhttps://news.example.com/1\n4.備註:\n買"
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert (fields.headline, fields.article, fields.comment) == ("甲公司擴廠", f"甲公司擴廠\n\n{ARTICLE}", "買")


def test_labels_in_a_comment_are_the_poster_s_own_words():
    body = (
        f"1.原文連結： https://news.example.com/1 2.原文內容： {ARTICLE * 5} 3.心得/評論： 舊聞 發佈日期：2013年4月4日"
    )
    fields = parse_news("[新聞] 甲公司擴廠", body)
    assert (fields.published_at, fields.comment) == (None, "舊聞 發佈日期：2013年4月4日")

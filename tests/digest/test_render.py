"""The three faces of an issue: mail, page, chat. What comes from the site can do no harm in any of them."""

import re
import warnings
from email import message_from_bytes, policy
from html.parser import HTMLParser
from io import BytesIO

import pytest

from analysis.digest.charts import day_chart, drawable, news_chart
from analysis.digest.compose import make_issue
from analysis.digest.figures import QuoteFigures, StockFigures
from analysis.digest.layout import columns, fold, pad
from analysis.digest.mail import charts, check_address, make_mail
from analysis.digest.render import CHAT_LENGTH, chat_text, html_part, text_part
from analysis.errors import UsageError

HOSTILE = (
    "[新聞] <script>alert('x')</script>\" onload=\"y\u202e倒著\u200f寫 😀𠮷 R&D &lt; {{ 7*7 }}\r\nBcc: evil@example.com"
)
IMAGES = {"days": "cid:days", "news": "cid:news"}


class Page(HTMLParser):
    """Tags, attributes and text of a page, checked for balance."""

    VOID = frozenset({"meta", "img", "br", "link", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def hostile(figures, news_figures):
    news = tuple(
        news_figures(n, title=HOSTILE, source_domain='evil"><script>.example', symbols=("2330",), boo_count=3 * n)
        for n in range(1, 13)
    )
    quotes = (QuoteFigures(news[0].post_id, 1, "推", "<img src=x onerror=alert(1)>好", 0.1),)
    stocks = (StockFigures("2330", "<b>台積電</b>", 40, 30, 0.2, 0.05),)
    return make_issue(figures(news=news, quotes=quotes, stocks=stocks), watchlist=["2330", "<i>"])


def test_nothing_from_the_site_becomes_markup(hostile):
    page = Page(html_part(hostile, IMAGES))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "b ", "i"}
    assert sum(tag == "img" for tag, _ in page.tags) == 2
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "<script>alert('x')</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "😀𠮷" in page.text
    assert not re.search("[\u200b-\u200f\u202a-\u202e]", page.text)
    for tag, attributes in page.tags:
        if tag == "a":
            assert attributes["href"].startswith("https://www.ptt.cc/bbs/Stock/")


def test_nothing_from_the_site_reaches_the_mails_head(hostile):
    raw = make_mail(hostile, recipient="reader@example.com", sender="digest@example.org").as_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Bcc"] is None
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert b"evil" not in head.lower()
    assert mail["Subject"] == hostile.subject
    assert mail["To"] == "reader@example.com"


@pytest.mark.parametrize(
    "address",
    ["a@b.c\r\nBcc: x@y.z", "a@b.c\nX", "no-at", "@x", "a@", "A <a@b.c>", "a@b.c,d@e.f", "a b@c.d", "", "a@b.c\x00"],
)
def test_bad_addresses_are_users_errors(address):
    with pytest.raises(UsageError, match="--to"):
        check_address(address)


def test_good_addresses_pass():
    assert check_address("reader+ptt@mail.example.com") == "reader+ptt@mail.example.com"


def test_the_same_issue_gives_the_same_bytes(figures):
    first, again = (make_mail(make_issue(figures()), recipient="a@example.com").as_bytes() for _ in range(2))
    assert first == again
    other = make_mail(make_issue(figures()), recipient="b@example.com")
    assert other["Message-ID"] != message_from_bytes(first, policy=policy.default)["Message-ID"]
    assert b"a@example.com" not in other.as_bytes()


def test_the_mails_shape(figures):
    raw = make_mail(make_issue(figures()), recipient="a@example.com", sender="digest@example.org").as_bytes()
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))
    mail = message_from_bytes(raw, policy=policy.default)
    assert not mail.defects
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "image/png",
    ]  # fmt: skip
    assert mail["Date"].datetime.isoformat() == "2026-01-26T07:30:00+08:00"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<stock.weekly.example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:digest@example.org?subject=unsubscribe>"
    assert mail["Content-Language"] == "zh-Hant-TW"
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", mail["Message-ID"])
    html = mail.get_body(("html",)).get_content()
    cids = {part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"}
    assert set(re.findall(r'src="cid:([^"]+)"', html)) == cids


def test_the_page(figures):
    html = html_part(make_issue(figures()), IMAGES)
    assert len(html.encode()) <= 60 * 1024
    page = Page(html)
    assert page.tags[0] == ("html", {"lang": "zh-Hant-TW"})
    assert all(attributes.get("alt") for tag, attributes in page.tags if tag == "img")
    assert "prefers-color-scheme: dark" in html
    assert "PingFang TC" in html
    assert "&#34;PingFang" not in html
    assert "&amp;quot;" not in html
    assert not re.search(r'(?:src|href)="(?!cid:|https://www\.ptt\.cc/)', html)
    assert "噓代表不認同這篇文或消息，不等於看空。" in page.text
    assert "這是看板討論的整理，不是投資建議，也不預測股價。" in page.text
    assert page.text.index("推最多") < page.text.index("噓最兇") < page.text.index("最多人談的股票")
    assert page.text.index("40 篇文章、1,000 則推文、200 人參與") < page.text.index(
        "氣氛與上週差不多，話題集中在台積電。"
    )


def test_the_largest_issue_stays_below_60_kib(hostile):
    assert len(html_part(hostile, IMAGES).encode()) <= 60 * 1024


def test_colour_never_stands_without_a_word_or_an_arrow(figures):
    html = html_part(make_issue(figures()), IMAGES)
    for kind in ("up", "down"):
        for inner in re.findall(rf'class="{kind}"[^>]*>([^<]*)<', html):
            assert inner[0] in "▲▼"
    assert not re.search(r'class="mark \w+"[^>]*></span>', html)


def test_plain_text_has_short_lines_and_everything(figures):
    text = text_part(make_issue(figures(), watchlist=["2330"]), mailed=True)
    long = [line for line in text.splitlines() if columns(line) > 72 and "https://" not in line]
    assert not long
    assert "\n\n\n\n" not in text
    for words in (
        "推最多",
        "噓最兇",
        "最多人談的股票",
        "你的觀察名單",
        "資料範圍",
        "怎麼算的",
        "不是投資建議",
        "取消訂閱",
    ):
        assert words in text
    assert text.count("https://www.ptt.cc/bbs/Stock/M.") == 5 + 2 + 1
    assert not re.search(r"[ \t]+$", text, re.M)


def test_plain_text_of_a_hostile_board(hostile):
    text = text_part(hostile)
    assert "\r" not in text
    assert "\nBcc:" not in text
    assert "<script>" in text


@pytest.mark.parametrize("watched", [0, 3, 60])
def test_chat_text_is_short(figures, hostile, watched):
    for issue in (make_issue(figures(), watchlist=[f"{n:04}" for n in range(watched)]), hostile):
        text = chat_text(issue)
        assert len(text) <= CHAT_LENGTH
        assert text.endswith(issue.words("disclaimer"))
        assert issue.headline in text


def test_the_change_of_the_people_stands_with_them(figures):
    issue = make_issue(figures())
    assert "90 人談 ▲100% · 120 則" in text_part(issue)
    assert "90 人談 ▲100% · 120 則" in Page(html_part(issue, IMAGES)).text
    assert "90 人談 ▲100% · 120 則" in chat_text(issue)
    new = make_issue(figures(stocks_before={}))
    assert "90 人談，上週沒人談 · 120 則" in text_part(new)
    assert "90 人談，上週沒人談 · 120 則" in Page(html_part(new, IMAGES)).text


def test_who_differs_from_the_news_is_told_with_how_many_they_are(figures, news_figures):
    against = {"approval": -0.4, "approval_low": -0.6, "approval_high": -0.2, "crowd_mood": -0.3}
    issue = make_issue(figures(news=(news_figures(1, **against),)))
    for text in (text_part(issue), Page(html_part(issue, IMAGES)).text):
        assert "鄉民反應負面（30 人投票，40 則留言）" in text


def test_chat_text_says_how_sure_and_has_no_empty_headings(figures, news_figures):
    text = chat_text(make_issue(figures(news=(news_figures(1, voters=5),), stocks=())))
    assert "利多 · 買單（把握低，5 人投票） · 推 29 · 噓 3" in text
    assert "推最多" in text
    for heading in ("噓最兇", "最多人談的股票", "你的觀察名單"):
        assert heading not in text
    assert "\n\n\n" not in text


def test_a_week_without_news_of_a_kind_says_which(figures, news_figures):
    issue = make_issue(figures(news=(news_figures(1, push_count=0, boo_count=1),)))
    for text in (text_part(issue), Page(html_part(issue, IMAGES)).text):
        assert text.count("這一週沒有推得多的新聞。") == 1
        assert text.count("這一週沒有噓得多的新聞。") == 1


def test_a_chart_without_a_mood_says_so(figures, monkeypatch):
    written = []
    monkeypatch.setattr("analysis.digest.charts._write", lambda axis, x, y, text, **_: written.append(text))
    day_chart(make_issue(figures()))
    assert "未評" not in written
    day_chart(make_issue(figures(usual=None)))
    assert "未評" in written


def test_an_issue_without_data_still_says_so(figures, week_figures):
    nothing = week_figures(posts=0, news=0, comments=0, users=0, mood=None, mood_se=None)
    issue = make_issue(figures(now=nothing, news=(), stocks=(), quotes=()))
    mail = make_mail(issue)
    assert charts(issue) == {}
    for text in (text_part(issue), Page(html_part(issue, {})).text, chat_text(issue)):
        assert "這一週沒有資料" in text
        assert "ptt status" in " ".join(text.split())
        assert "推最多" not in text
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_charts_are_drawn_with_real_glyphs_and_again_to_the_byte(hostile, figures):
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a missing glyph
        for issue in (hostile, make_issue(figures())):
            for draw in (day_chart, news_chart):
                picture = draw(issue)
                assert picture == draw(issue)
                image = Image.open(BytesIO(picture))
                assert image.size[0] == 1080
                assert len(picture) < 60_000
                clear, solid = image.convert("RGBA").getextrema()[3]
                assert (clear, solid > 250) == (0, True)  # something was drawn on nothing


def test_the_font_knows_what_the_site_can_say():
    assert drawable("台積電噓推爆→：，「」％１２３ﾊ啟喆ＡＢＣabc①㊣").count("〓") <= 1
    assert drawable("😀\u202e") == "〓〓"
    common = (
        "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說"
        "產種面而方後多定行學法所民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使"
        "點從業本去把性好應開它合還因由其些然前外天政四日那社義事平形相全表間樣與關各重新線內數正心反你明"
        "看原又麼利比或但質氣第向道命此變條只沒結解問意建月公無系軍很情者最立代想已通並提直題黨程展五果料"
        "象員革位入常文總次品式活設及管特件長求老頭基資邊流路級少圖山統接知較將組見計別她手角期根論運農指"
        "幾九區強放決西被幹做必戰先回則任取據處理世車"
    )
    assert "〓" not in drawable(common)


def test_layout_counts_chinese_as_two_columns():
    assert columns("台積電2330") == 10
    assert pad("台積電", 8) == "台積電  "
    assert fold("一二三四五，六七", width=10) == "一二三四五，\n六七"
    assert (
        fold("see https://www.ptt.cc/bbs/Stock/index.html now", width=20)
        == "see\nhttps://www.ptt.cc/bbs/Stock/index.html\nnow"
    )

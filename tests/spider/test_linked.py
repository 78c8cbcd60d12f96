"""News pages behind 原文連結: what is read from them, and where they are never fetched from."""

import json
from datetime import UTC, datetime

import pytest
from twisted.internet.error import DNSLookupError

from analysis.demo.site import Response
from ptt_spider.linked.extract import extract
from ptt_spider.linked.guard import GuardedResolver, is_public, problem_of
from ptt_spider.spool import LinkedSeen

PARAGRAPHS = [
    "主管機關週三宣布新的出口規定，業者將有三十天的緩衝期可以調整。",
    "知情人士表示，首批核准的數量遠低於市場預期，後續仍待審查。",
    "公司發言人不願評論，僅表示會遵守各地法規。",
]
CARDS = "".join(
    f'<div class="item"><a href="/n/{n}">外資大砍目標價第{n}檔</a><p>股價急挫，市場靜待財報。</p></div>'
    for n in range(4)
)
PAGE = """<!DOCTYPE html><html lang="zh-TW"><head><title>新規定出爐 | 某報</title>
<meta property="og:title" content="新規定出爐"><meta property="og:site_name" content="某報">
<meta property="article:published_time" content="2026-01-28T12:33:00+08:00">{ld}</head><body>
<nav><a href="/">首頁</a></nav><header><h1>新規定出爐</h1></header>
<article><div class="content">{paragraphs}</div>
<p>The smartest minds already read our newsletter. Want in? Join them.</p>
<p>免責聲明：僅供參考。過去的表現並不預示未來的結果。</p>{cards}</article>
<aside class="related"><p>延伸閱讀：另一則很長的新聞，字數足以讓人誤會是本文的一部分。</p></aside>
<footer><p>版權所有</p></footer></body></html>"""


def page(ld: str = "", paragraphs: list[str] = PARAGRAPHS) -> bytes:
    return PAGE.format(ld=ld, paragraphs="".join(f"<p>{p}</p>" for p in paragraphs), cards=CARDS).encode()


def test_text_is_the_article_without_furniture():
    found = extract(page(), "https://news.example.tw/1")
    assert found.text == "\n".join(PARAGRAPHS)
    assert (found.title, found.site_name) == ("新規定出爐", "某報")
    assert found.published_at == datetime(2026, 1, 28, 4, 33, tzinfo=UTC)


def test_json_ld_comes_first_for_title_site_and_time():
    data = {
        "@graph": [
            {"@type": "WebSite", "headline": "不是這個"},
            {
                "@type": ["NewsArticle"],
                "headline": "結構化的標題",
                "publisher": {"name": "結構化日報"},
                "datePublished": "2026-01-27T23:00:00Z",
            },
        ]
    }
    found = extract(page(f'<script type="application/ld+json">{json.dumps(data)}</script>'), "https://x.example/")
    assert (found.title, found.site_name) == ("結構化的標題", "結構化日報")
    assert found.published_at == datetime(2026, 1, 27, 23, tzinfo=UTC)
    assert found.text == "\n".join(PARAGRAPHS)


def test_an_article_body_in_json_ld_is_the_text_where_the_page_has_none():
    data = {"@type": "NewsArticle", "articleBody": "\n".join([*PARAGRAPHS, "延伸閱讀", "別的新聞"])}
    html = f'<script type="application/ld+json">{json.dumps(data)}</script><div id="root"></div>'
    assert extract(html.encode(), "https://x.example/").text == "\n".join(PARAGRAPHS)


def test_a_time_without_zone_counts_only_on_taiwanese_pages():
    html = b'<meta property="article:published_time" content="2026-01-28 12:33:00"><p>x</p>'
    assert extract(html, "https://a.example.com.tw/").published_at.isoformat() == "2026-01-28T12:33:00+08:00"
    assert extract(html, "https://a.example.com/").published_at is None


@pytest.mark.parametrize("html", [b"", b"<", b"\x00\xff\xfe", b"<script type='application/ld+json'>{</script>",
                                  b"<script type='application/ld+json'>" + b"[" * 5000 + b"</script>"])  # fmt: skip
def test_odd_pages_give_nothing_and_no_error(html):
    assert extract(html, "not a url").published_at is None


def test_big5_pages_are_read_by_their_charset():
    html = "<html><body><article><p>{}</p></article></body></html>".format("臺灣股市開高走低，成交量放大。" * 3)
    assert "臺灣股市" in extract(html.encode("big5"), "https://x.tw/", "big5").text


# -- where linked pages are not fetched from --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1",
     "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255", "bad"],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::101:101"])
def test_addresses_that_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://10.0.0.1/",
     "https://example.com:22/", "http://user:pw@example.com/", "http://printer.local/", "http://2130706433/", "http:///x",
     "http://example.com:99999/", "http://169.254.169.254/latest/meta-data", "http://router/"],
)  # fmt: skip
def test_links_that_are_not_followed(url):
    assert problem_of(url)


def test_links_that_are_followed():
    assert problem_of("https://tinyurl.com/25mewn6c") is None
    assert problem_of("http://news.example.tw:80/a?b=c") is None


class Resolving:
    """A resolver below the guard that answers something else each time."""

    def __init__(self, monkeypatch, *answers: str) -> None:
        from scrapy.resolver import CachingThreadedResolver
        from twisted.internet import defer

        self.left = list(answers)
        monkeypatch.setattr(
            CachingThreadedResolver, "getHostByName", lambda *_: defer.succeed(self.left.pop(0)), raising=True
        )
        self.guard = GuardedResolver.__new__(GuardedResolver)

    def ask(self, name: str):
        got = []
        self.guard.getHostByName(name).addBoth(got.append)
        return getattr(got[0], "value", got[0])


def test_names_that_lead_inside_are_refused_each_time_they_are_resolved(monkeypatch):
    names = Resolving(monkeypatch, "1.2.3.4", "127.0.0.1", "10.0.0.1")
    assert names.ask("rebind.example") == "1.2.3.4"
    assert isinstance(names.ask("rebind.example"), DNSLookupError)
    names.guard.trusted = frozenset({"board.internal"})
    assert names.ask("board.internal") == "10.0.0.1"


# -- in a crawl -----------------------------------------------------------------------------------------------------


def news_site(faulty_site):
    """A site that serves news pages below /news/ beside the board; the posts link to them."""

    class NewsSite(faulty_site):
        def answer(self, request):
            if request.path == "/short":
                return Response(302, headers={"Location": "/refresh"})
            if request.path == "/refresh":
                return Response(200, b'<meta http-equiv="refresh" content="0; url=/news/1?a=b&amp;c=d">')
            if request.path == "/inside":
                return Response(302, headers={"Location": "http://127.0.0.1:1/secret"})
            if request.path.startswith("/news/"):
                return Response(200, page())
            return super().answer(request)

    return NewsSite


@pytest.mark.parametrize(
    ("path", "error", "final"),
    [
        ("/news/1", None, "/news/1"),
        ("/short", None, "/news/1?a=b&c=d"),
        ("/inside", "不抓取", None),
        ("http://10.0.0.1/", "不抓取", None),
        ("http://localhost:1/", "不抓取", None),
        ("http://inside.example.com/", "不抓取：內部網路的位址", None),
    ],
)
def test_a_crawl_follows_links_once_and_never_inside(crawls, faulty_site, spooled, tmp_path, path, error, final):
    with news_site(faulty_site)() as site:
        url = path if path.startswith("http") else site.url + path
        post_id = site.new_post("[新聞] 新規定", body=f"1.原文連結：\n{url}\n2.原文內容：\n內文")
        site.new_post("Re: [新聞] 新規定", body=f"1.原文連結：\n{url}")
        crawls(tmp_path, site.url, pages=1, follow_links=True)
        crawls(tmp_path, site.url, pages=1, follow_links=True, known=spooled(tmp_path).known())
    linked = [seen for seen in spooled(tmp_path).of(LinkedSeen) if seen.post_id == post_id]
    assert len(linked) == 1
    assert linked[0].source_url == url
    if error:
        assert linked[0].error.startswith(error)
        assert linked[0].text is None
    else:
        assert linked[0].final_url == site.url + final
        assert linked[0].text == "\n".join(PARAGRAPHS)
        assert linked[0].title == "新規定出爐"


def test_links_are_left_alone_by_default(crawls, faulty_site, spooled, tmp_path):
    with news_site(faulty_site)() as site:
        site.new_post("[新聞] 新規定", body=f"1.原文連結：\n{site.url}/news/1")
        crawls(tmp_path, site.url, pages=1)
        assert not [visit for visit in site.visits if visit.target.startswith("/news/")]
    assert spooled(tmp_path).of(LinkedSeen) == []


def test_a_reader_s_page_of_real_furniture(shared):
    """The seed: an article followed by an invitation, a disclaimer and cards of other news, as plain lines."""
    lines = (shared / "seeds" / "news_page.txt").read_text("utf-8").splitlines()
    html = "<html><body>" + "".join(f"<p>{line}</p>" for line in lines if line.strip()) + "</body></html>"
    text = extract(html.encode(), "https://example.com/").text
    assert text.startswith(lines[0])
    assert "China’s development" in text
    for furniture in ("免責聲明", "newsletter", "placeholder", "聯發科", "goTop", "日幣匯率"):
        assert furniture not in text

"""The loopback site keeps the real one's rules, and its faults are what they say."""

import gzip
import http.client
import json
import threading
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from analysis.demo.listing import Listing
from analysis.demo.site import board_folder
from ptt_spider.aid import name_to_aid


@pytest.fixture
def site(faulty_site):
    with faulty_site() as running:
        yield running


def get(site, target, *, over18=True, gzipped=False, timeout=10):
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=timeout)
    headers = {"Cookie": "over18=1"} if over18 else {}
    if gzipped:
        headers["Accept-Encoding"] = "gzip"
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def text(site, target, **options):
    response, body = get(site, target, **options)
    assert response.status == 200, (target, response.status)
    return body.decode()


def test_pages_come_as_they_lie_in_the_folder(site):
    folder = board_folder() / "bbs/Stock"
    for name in ("index.html", "index1.html", "index4.html"):
        assert text(site, f"/bbs/Stock/{name}").encode() == (folder / name).read_bytes()
    assert text(site, "/bbs/Stock/index0.html") == text(site, "/bbs/Stock/index.html")
    assert get(site, "/bbs/Stock/index5.html")[0].status == 404
    assert get(site, "/bbs/Nowhere/index.html")[0].status == 404
    assert get(site, "/bbs/Stock/M.1.A.000.html")[0].status == 404
    assert get(site, "/robots.txt")[0].status == 404


def test_without_the_cookie_it_asks_for_ones_age(site):
    response, _ = get(site, "/bbs/Stock/index.html", over18=False)
    assert response.status == 302
    assert response.headers["Location"] == "/ask/over18?from=%2Fbbs%2FStock%2Findex.html"


def test_an_aid_leads_to_its_article(site):
    post_id = site.post_ids()[0]
    response, _ = get(site, f"/b/Stock/{name_to_aid(post_id)}")
    assert (response.status, response.headers["Location"]) == (301, f"/bbs/Stock/{post_id}.html")


def test_gzip_when_asked_for(site):
    response, body = get(site, "/bbs/Stock/index1.html", gzipped=True)
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == get(site, "/bbs/Stock/index1.html")[1]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("台積電", lambda row: "台積電" in row.title),
        ("author:bamboo", lambda row: "bamboo" in row.author),
        ("recommend:20", lambda row: row.nrec >= 20),
        ("recommend:10 新聞", lambda row: row.nrec >= 10 and "新聞" in row.title),
        ("thread:[新聞] 傳北京放行首批輝達H200晶片進口", lambda row: "H200" in row.title),
    ],
)
def test_search(site, query, holds):
    expected = [row.post_id for row in reversed(site.boards["Stock"].rows) if row.post_id and holds(row)]
    assert expected
    page = text(site, f"/bbs/Stock/search?q={quote(query)}")
    found = [part.split(".html")[0] for part in page.split('<a href="/bbs/Stock/M')[1:]]
    assert [f"M{name}" for name in found] == expected[:20]
    assert ("page=2" in page) == (len(expected) > 20)


def test_an_empty_search_is_an_error(site):
    assert get(site, "/bbs/Stock/search?q=")[0].status == 500


def poll_address(page):
    return unescape(page.split('data-pollurl="')[1].split('"')[0]), unescape(
        page.split('data-longpollurl="')[1].split('"')[0]
    )


def test_growth_by_polling(site):
    post_id = site.post_ids()[-1]
    page = text(site, f"/bbs/Stock/{post_id}.html")
    poll, long = poll_address(page)
    offset = int(page.split('data-offset="')[1].split('"')[0])
    assert json.loads(text(site, long))["size"] == offset
    site.grow(post_id, [("推", "late1", "晚到"), ("噓", "late2", "不信")])
    grown = json.loads(text(site, long))
    assert grown["size"] > offset
    answer = json.loads(text(site, f"{poll}&size={grown['size']}&size-sig={grown['sig']}"))
    assert answer["success"]
    assert answer["contentHtml"].count('<div class="push">') == 2
    again = json.loads(text(site, f"{answer['pollUrl']}&size={grown['size']}&size-sig={grown['sig']}"))
    assert again["contentHtml"] == ""
    assert text(site, f"/bbs/Stock/{post_id}.html").count('<div class="push">') == page.count('<div class="push">') + 2
    assert get(site, f"{poll}&size={grown['size'] + 1}&size-sig={grown['sig']}")[0].status == 404
    site.edit(post_id, "內文改了")
    assert get(site, f"{poll}&size={grown['size']}&size-sig={grown['sig']}")[0].status == 404
    assert "內文改了" in text(site, f"/bbs/Stock/{post_id}.html")


def test_a_new_post_shifts_the_index(site):
    before = [row.post_id for row in site.boards["Stock"].rows]
    ids = [site.new_post(f"[閒聊] 第{n}篇") for n in range(20)]
    newest = text(site, "/bbs/Stock/index.html")
    assert newest.index(ids[-1]) < newest.index("r-list-sep")
    assert "index5" not in newest.split("最舊")[0]
    assert before[-1] in text(site, "/bbs/Stock/index4.html")
    assert get(site, "/bbs/Stock/index5.html")[0].status == 200
    assert "第3篇" in text(site, f"/bbs/Stock/{ids[3]}.html")


def test_pages_made_anew_are_those_of_the_folder(site, tmp_path):
    """Adding a post and reading an old page: only what moved differs."""
    old = text(site, "/bbs/Stock/index2.html")
    site.new_post("[閒聊] 新")
    again = text(site, "/bbs/Stock/index2.html")
    assert [line.strip() for line in again.splitlines() if line.strip()] == [
        line.strip() for line in old.splitlines() if line.strip()
    ]


def test_a_deleted_post_keeps_its_row_without_a_link(site):
    post_id = site.post_ids()[-1]
    site.delete("Stock", post_id)
    assert get(site, f"/bbs/Stock/{post_id}.html")[0].status == 404
    page = text(site, "/bbs/Stock/index.html")
    assert post_id not in page
    assert "(本文已被刪除)" in page


def test_actions_happen_between_requests(site):
    post_id = site.post_ids()[3]
    site.after(2, post_id, lambda: site.delete("Stock", post_id))
    statuses = [get(site, f"/bbs/Stock/{post_id}.html")[0].status for _ in range(4)]
    assert statuses == [200, 200, 404, 404]


def test_refusals_come_and_go(site):
    site.fault("429", "index", retry_after=7)
    site.fault("503", "index", times=2, retry_after="date", seconds=60)
    site.fault("challenge", "index")
    first, _ = get(site, "/bbs/Stock/index.html")
    assert (first.status, first.headers["Retry-After"]) == (429, "7")
    second, _ = get(site, "/bbs/Stock/index.html")
    assert isinstance(parsedate_to_datetime(second.headers["Retry-After"]), datetime)
    assert get(site, "/bbs/Stock/index.html")[0].status == 503
    response, body = get(site, "/bbs/Stock/index.html")
    assert (response.status, response.headers["cf-mitigated"]) == (403, "challenge")
    assert b"Just a moment" in body
    assert get(site, "/bbs/Stock/index.html")[0].status == 200


def test_broken_transfers(site):
    whole = get(site, "/bbs/Stock/index1.html")[1]
    site.fault("reset", "index1")
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        get(site, "/bbs/Stock/index1.html")
    site.fault("short", "index1")
    with pytest.raises(http.client.IncompleteRead):
        get(site, "/bbs/Stock/index1.html")
    site.fault("half", "index1")
    assert get(site, "/bbs/Stock/index1.html")[1] == whole[: len(whole) // 2]
    site.fault("bomb", "index1")
    response, body = get(site, "/bbs/Stock/index1.html", gzipped=True)
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(body) < 1_000_000
    site.fault("over18_loop", "", times=2)
    response, _ = get(site, "/bbs/Stock/index1.html")
    response, _ = get(site, response.headers["Location"])
    assert response.headers["Location"].startswith("/bbs/Stock/index.html")
    assert get(site, "/bbs/Stock/index1.html")[1] == whole


def test_the_log_proves_politeness(site):
    site.fault("slow", "index", times=3, seconds=0.2)
    threads = [threading.Thread(target=get, args=(site, "/bbs/Stock/index.html")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert site.max_in_flight > 1
    assert len(site.visits) == 3
    assert all(visit.ended - visit.begun >= 0.2 for visit in site.visits)


def test_every_row_of_the_replay_is_listed(shared, tmp_path):
    import tarfile

    with tarfile.open(shared / "replay/stock_board.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    listing = Listing("Stock", tmp_path / "bbs/Stock")
    truth = [json.loads(line) for line in Path(tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    assert len(listing.rows) == len(truth)
    assert [row.post_id for row in listing.rows] == [None if t["deleted"] else t["filename"] for t in truth]

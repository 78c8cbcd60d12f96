"""PTT_DELETED=votes, drop: what authors took down goes out of the raw archive too; a reparse brings nothing back."""

import json
from datetime import datetime, timedelta

import pytest

from analysis.config import Settings
from analysis.ingest import ingest
from analysis.store import rewrite_archive, taken_down
from analysis.store.work import open_work
from ptt_spider.clock import TAIPEI
from ptt_spider.reparse import Reparser
from ptt_spider.warc import Archive, archive_files, read_archive

AT = datetime(2026, 1, 28, 12, 0, tzinfo=TAIPEI)
SITE = "https://www.ptt.cc"
KEPT, DELETED = "M.1769562000.A.C89", "M.1769562060.A.001"
HTML = [("Content-Type", "text/html; charset=utf-8")]
OFTEN = ("推", "twice", "一樣的話", "01/28 11:05")
PUSHES = [
    ("推", "reader", "留著的話", "1.2.3.4 01/28 11:00"),
    ("噓", "sorry", "收回的話 &lt;真的&gt;", "1.2.3.5 01/28 11:01"),
    OFTEN,
    OFTEN,
    ("→", "reader", "後來也收回", "01/28 11:06"),
    ("→", "reader", "同一分鐘收回", "01/28 11:06"),
]
GROWN = [("推", "late", "輪詢帶來的話", "01/28 11:40"), ("推", "late2", "輪詢留下的話", "01/28 11:41")]
LOST = ("收回的話", "後來也收回", "同一分鐘收回", "輪詢帶來的話", "1.2.3.5", "被刪的標題", "被刪的內文")
STAY = ("留著的話", "一樣的話", "輪詢留下的話", "還在的標題", "還在的內文", "1.2.3.4")


def push_html(tag, user, text, time):
    return (
        f'<div class="push"><span class="hl push-tag">{tag} </span><span class="f3 hl push-userid">{user}</span>'
        f'<span class="f3 push-content">: {text}</span><span class="push-ipdatetime"> {time}\n</span></div>'
    )


def page(title, body, pushes):
    lines = [("作者", "writer (記者)"), ("看板", "Stock"), ("標題", title), ("時間", "Wed Jan 28 09:00:00 2026")]
    metas = "".join(
        f'<div class="article-metaline"><span class="article-meta-tag">{tag}</span>'
        f'<span class="article-meta-value">{value}</span></div>'
        for tag, value in lines
    )
    return (
        f"<html><head><title>{title} - 看板 Stock - 批踢踢實業坊</title></head><body>"
        f'<div id="main-content" class="bbs-screen bbs-content">{metas}\n{body}\n\n--\n'
        '<span class="f2">※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 9.9.9.9 (臺灣)\n</span>'
        + "".join(push_html(*push) + "\n" for push in pushes)
        + f'</div><div id="article-polling" data-pollurl="/poll/Stock/{KEPT}.html?cacheKey=a&amp;size=900"></div>'
        + "</body></html>"
    ).encode()


def index_page():
    rows = "".join(
        '<div class="r-ent"><div class="nrec"></div>'
        f'<div class="title">\n<a href="/bbs/Stock/{name}.html">{title}</a></div><div class="meta">'
        '<div class="author">writer</div><div class="date"> 1/28</div><div class="mark"></div></div></div>'
        for name, title in ((KEPT, "[新聞] 還在的標題"), (DELETED, "[新聞] 被刪的標題"))
    )
    return f'<html><body><div class="r-list-container action-bar-margin bbs-screen">{rows}</div></body></html>'.encode()


def visits():
    """(minutes, path, status, body) of two runs."""
    kept = ("[新聞] 還在的標題", "還在的內文")
    post, poll = f"/bbs/Stock/{KEPT}.html", f"/poll/Stock/{KEPT}.html?cacheKey=a&size=900"
    answer = {"contentHtml": "".join(push_html(*push) for push in GROWN), "pollUrl": poll, "success": True}
    left = [PUSHES[0], OFTEN, PUSHES[4]]
    first = [
        (0, "/bbs/Stock/index.html", 200, index_page()),
        (1, f"/bbs/Stock/{DELETED}.html", 200, page("[新聞] 被刪的標題", "被刪的內文", PUSHES[:1])),
        (2, post, 200, page(*kept, PUSHES)),
        (3, poll, 200, json.dumps(answer).encode()),
        (4, post, 200, page(*kept, [*PUSHES, *GROWN])),
    ]
    second = [
        (60, "/bbs/Stock/index.html", 200, index_page()),
        (61, post, 200, page(*kept, [*PUSHES, *GROWN])),
        (90, f"/bbs/Stock/{DELETED}.html", 404, b"<html>404</html>"),
        (91, post, 200, page(*kept, [*left, *GROWN])),
        (120, post, 200, page(*kept, [*left[:2], GROWN[1]])),
    ]
    return [first, second]


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.sentiment.scoring.score_threads", lambda con, engine: 0)  # no matter here, and slow
    for number, responses in enumerate(visits()):
        archive = Archive(tmp_path / "raw", f"20260128T12000{number}")
        for minutes, path, status, body in responses:
            archive.write(SITE + path, AT + timedelta(minutes=minutes), status, HTML, body)
        archive.close()
    run(tmp_path, "keep", reparse=True)
    return tmp_path


def run(data, policy, *, reparse=False):
    settings = Settings(data=data, deleted=policy)
    records = Reparser().records(read_archive(archive_files(data / "raw"))) if reparse else ()
    with open_work(data) as con:
        ingest(con, settings, records)
        return {
            table: con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            for table in ("posts", "pushes", "votes", "replies", "post_versions", "internal.listings")
        }


def archived(data):
    return [
        (response.url, response.fetched_at, response.body) for response in read_archive(archive_files(data / "raw"))
    ]


def text_of(data):
    return "".join(body.decode() for _, _, body in archived(data)).replace("&lt;", "<")


def test_there_is_something_to_take_down(data):
    text = text_of(data)
    assert [word for word in (*LOST, *STAY) if word not in text] == []
    with open_work(data) as con:
        assert con.execute("SELECT count(*) FROM pushes WHERE removed_at IS NOT NULL").fetchall() == [(5,)]
        assert con.execute("SELECT post_id FROM posts WHERE deleted_at IS NOT NULL").fetchall() == [(DELETED,)]


@pytest.mark.parametrize("policy", ["votes", "drop"])
def test_it_goes_out_of_the_archive_and_a_reparse_says_what_the_store_says(data, policy):
    times = [path.stat().st_mtime_ns for path in archive_files(data / "raw")]
    store = run(data, policy)
    text = text_of(data)
    assert [word for word in LOST if word in text] == []
    assert [word for word in STAY if word not in text] == []
    assert ("sorry" in text) == (policy == "votes")
    assert not (data / "raw" / taken_down.PENDING).exists()
    assert [path.stat().st_mtime_ns for path in archive_files(data / "raw")] == times  # `ptt prune` goes by them
    assert len(archived(data)) == 9  # the page of the deleted post went, the revisits still have their bodies
    bytes_then = [path.read_bytes() for path in archive_files(data / "raw")]
    assert run(data, policy, reparse=True) == store
    assert [path.read_bytes() for path in archive_files(data / "raw")] == bytes_then


@pytest.mark.parametrize(
    ("policy", "moment"), [("votes", "noted"), ("drop", "before"), ("drop", "first"), ("votes", "second")]
)
def test_killed_anywhere_it_is_done_by_the_next_run(data, policy, moment, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    def rewrite(self, path):
        plain(self, path)
        if path == archive_files(data / "raw")[moment == "second"]:
            raise Killed

    plain = rewrite_archive.Rewriter.rewrite
    with monkeypatch.context() as patch:
        if moment == "noted":
            patch.setattr("analysis.store.privacy._blank_texts", kill)
            patch.setattr("analysis.store.privacy.statement", lambda name: kill() if "deleted_" in name else read(name))
            from analysis.sql import statement as read
        elif moment == "before":
            patch.setattr("analysis.ingest.clean_archive", kill)
        else:
            patch.setattr(rewrite_archive.Rewriter, "rewrite", rewrite)
        with pytest.raises(Killed):
            run(data, policy)
    assert (data / "raw" / taken_down.PENDING).exists()
    store = run(data, policy)
    text = text_of(data)
    assert [word for word in LOST if word in text] == []
    assert len(archived(data)) == 9
    assert run(data, policy, reparse=True) == store


def test_a_file_that_a_crawl_still_writes_is_left_for_the_next_run(data):
    archive = Archive(data / "raw", "20260128T120009")
    archive.write(SITE + f"/bbs/Stock/{KEPT}.html", AT + timedelta(minutes=5), 200, HTML, page("x", "y", PUSHES))
    run(data, "drop")
    archive.write(SITE + f"/bbs/Stock/{KEPT}.html", AT + timedelta(minutes=6), 200, HTML, page("x", "y", PUSHES[:2]))
    archive.close()
    assert (data / "raw" / taken_down.PENDING).exists()
    assert len(archived(data)) == 11
    assert taken_down.clean_archive(data) == []
    assert [word for word in LOST if word in text_of(data)] == []


def test_a_file_named_by_a_clock_that_was_days_ahead_is_scrubbed_too(data):
    first = archive_files(data / "raw")[0]
    first.rename(first.with_name(first.name.replace("20260128T", "20260228T")))
    run(data, "drop")
    assert [word for word in LOST if word in text_of(data)] == []
    assert not (data / "raw" / taken_down.PENDING).exists()


def test_grace_and_keep_leave_the_archive_alone(data, monkeypatch):
    before = [path.read_bytes() for path in archive_files(data / "raw")]
    run(data, "keep")
    monkeypatch.setattr("analysis.store.privacy.GRACE", datetime.now(TAIPEI) - AT)
    run(data, "votes")
    assert [path.read_bytes() for path in archive_files(data / "raw")] == before

"""ptt forget: the floors of others stay where they were, whatever is read again from the archive afterwards."""

import json
from datetime import datetime, timedelta

import pytest

from analysis.config import Settings
from analysis.ingest import ingest
from analysis.store.forget import forget
from analysis.store.lock import hold
from analysis.store.scrub_archive import page_redactor
from analysis.store.work import open_work
from ptt_spider.clock import TAIPEI
from ptt_spider.reparse import Reparser
from ptt_spider.spool import encode
from ptt_spider.warc import Archive, archive_files, read_archive

USER = "gooseneck"
AT = datetime(2026, 1, 28, 12, 0, tzinfo=TAIPEI)
SITE, NAME = "https://www.ptt.cc", "M.1769562000.A.C89"
HTML = [("Content-Type", "text/html; charset=utf-8")]
OTHERS = "SELECT floor, user_id, text, removed_at IS NULL FROM pushes WHERE lower(user_id) <> ? ORDER BY floor"


def push(minute, user):
    return (
        f'<div class="push"><span class="hl push-tag">推 </span><span class="f3 hl push-userid">{user}</span>'
        f'<span class="f3 push-content">: 第 {minute} 分說的話</span>'
        f'<span class="push-ipdatetime"> 01/28 11:{minute:02d}\n</span></div>\n'
    )


def page(pushes):
    lines = [
        ("作者", "writer (記者)"),
        ("看板", "Stock"),
        ("標題", "[閒聊] 標題"),
        ("時間", "Wed Jan 28 09:00:00 2026"),
    ]
    metas = "".join(
        f'<div class="article-metaline"><span class="article-meta-tag">{tag}</span>'
        f'<span class="article-meta-value">{value}</span></div>'
        for tag, value in lines
    )
    return (
        "<html><head><title>[閒聊] 標題 - 看板 Stock - 批踢踢實業坊</title></head><body>"
        f'<div id="main-content" class="bbs-screen bbs-content">{metas}\n內文\n\n--\n'
        '<span class="f2">※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 9.9.9.9 (臺灣)\n</span>'
        + "".join(push(*one) for one in pushes)
        + f'</div><div id="article-polling" data-pollurl="/poll/Stock/{NAME}.html?cacheKey=a&amp;size=900"></div>'
        + "</body></html>"
    ).encode()


FIRST = [(1, "a"), (2, USER), (3, "b"), (4, USER.title()), (5, "c")]
GROWN = [(6, USER), (7, "d")]
LATER = [(8, USER), (9, "e")]


def runs(taken_down):
    """(minutes, path, body) of each run; the last one is after the user was forgotten."""
    post, poll = f"/bbs/Stock/{NAME}.html", f"/poll/Stock/{NAME}.html?cacheKey=a&size=900"
    answer = {"contentHtml": "".join(push(*one) for one in GROWN), "pollUrl": poll, "success": True}
    left = [one for one in [*FIRST, *GROWN, *LATER] if one[0] not in taken_down]
    return [
        [(0, post, page(FIRST)), (20, poll, json.dumps(answer).encode())],
        [(60, post, page(left))],
        [(90, post, page([*left, (10, USER), (11, "f")]))],
    ]


def write(data, number, responses, redact=lambda _, body: body):
    archive = Archive(data / "raw", f"20260128T12000{number}")
    for minutes, path, body in responses:
        archive.write(SITE + path, AT + timedelta(minutes=minutes), 200, HTML, redact(SITE + path, body))
    archive.close()


def reparse(settings, files=None, source="reparse"):
    records = Reparser(source).records(read_archive(files or archive_files(settings.data / "raw")))
    with hold(settings.data, "test"), open_work(settings.data) as con:
        ingest(con, settings, records)
        return con.execute(OTHERS, [USER]).fetchall()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("analysis.sentiment.scoring.score_threads", lambda con, engine: 0)  # no matter here, and slow
    return Settings(data=tmp_path / "data")


def test_a_reparse_after_it_leaves_the_floors_of_others(settings):
    *before, after = runs((3, 4))  # also where comments, theirs too, were taken down between two visits
    for number, responses in enumerate(before):
        write(settings.data, number, responses)
    floors = reparse(settings)
    assert [row[0] for row in floors if row[3]] == [1, 5, 7, 9]
    with hold(settings.data, "test"):
        assert forget(settings, USER).pushes == 4
    archived = b"".join(response.body for response in read_archive(archive_files(settings.data / "raw")))
    assert USER.encode() not in archived.lower()
    assert reparse(settings) == floors
    redact = page_redactor(settings)
    assert redact
    write(settings.data, 2, after, redact)
    files = archive_files(settings.data / "raw")
    floors = [*floors, (10, "f", "第 11 分說的話", True)]
    assert reparse(settings, files[2:], "crawl") == floors
    for some in (files[1:2], files):  # a file alone finds the others as they are stored
        assert reparse(settings, some) == floors


def test_an_empty_store_made_from_the_archive_has_the_same_floors(settings, tmp_path):
    for number, responses in enumerate(runs(())[:2]):
        write(settings.data, number, responses)
    floors = reparse(settings)
    with hold(settings.data, "test"):
        forget(settings, USER)
    fresh = Settings(data=tmp_path / "fresh")
    assert reparse(fresh, archive_files(settings.data / "raw")) == floors
    with open_work(fresh.data) as con:
        assert con.execute("SELECT count(*) FROM pushes WHERE user_id IS NULL").fetchall() == [(0,)]
        assert con.execute("SELECT push_count FROM posts").fetchall() == [(5,)]


def test_what_waited_in_the_spool_keeps_the_places_that_its_archive_has(settings):
    for number, responses in enumerate(runs(())[:2]):
        write(settings.data, number, responses)
    records = list(Reparser("crawl").records(read_archive(archive_files(settings.data / "raw"))))
    (settings.data / "spool").mkdir()
    (settings.data / "spool" / "20260128T120000-1.jsonl").write_bytes(b"".join(map(encode, records)))
    with hold(settings.data, "test"):
        assert forget(settings, USER).records > 0
    with open_work(settings.data) as con:
        ingest(con, settings, ())
        floors = con.execute(OTHERS, [USER]).fetchall()
    assert [row[0] for row in floors] == [1, 3, 5, 7, 9]
    assert reparse(settings) == floors


def test_what_waits_for_its_base_is_forgotten_too(settings):
    responses = runs(())[0]
    write(settings.data, 0, responses)
    _, growth = Reparser("crawl").records(read_archive(archive_files(settings.data / "raw")))
    for path in archive_files(settings.data / "raw"):
        path.unlink()
    with hold(settings.data, "test"), open_work(settings.data) as con:
        ingest(con, settings, [growth])  # its page has not come
    with hold(settings.data, "test"):
        forget(settings, USER)
    with open_work(settings.data) as con:
        ((pending,),) = con.execute("SELECT pending FROM internal.observations").fetchall()
    assert USER not in pending.lower()
    assert f"第 {GROWN[0][0]} 分" not in pending
    assert f"第 {GROWN[1][0]} 分" in pending
    write(settings.data, 1, responses[:1], page_redactor(settings))
    assert [row[0] for row in reparse(settings)] == [1, 2, 3, 5]  # only what was had before leaves places

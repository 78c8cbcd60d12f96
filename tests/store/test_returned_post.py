"""A post that is back after PTT_DELETED=votes took its texts: it has them again, as if it had never been away."""

from datetime import timedelta

import pytest

from analysis.store.load import load_waiting
from analysis.store.privacy import enforce_deleted
from analysis.store.work import open_work
from ptt_spider.spool import GoneSeen, GrowthSeen, PageSeen

GONE, BACK = timedelta(hours=5), timedelta(days=40)
KEY = ("Stock", "M.1769562000.A.C89")


@pytest.fixture
def visit(kit, data):
    """Loads responses as one spool file; then what PTT_DELETED=votes does, 35 days after the post was missed."""
    runs = iter(range(99))

    def load(*records):
        kit.write_spool(data / "spool", f"r-{next(runs):05}", records)
        with open_work(data) as con:
            load_waiting(con, data)
            enforce_deleted(con, "votes", kit.BEGIN + timedelta(days=35))

    return load


@pytest.fixture
def seen(kit):
    def page(after, **fields):
        return PageSeen(
            kit.BEGIN + after, "crawl", kit.post(pushes=[kit.push(1)], poll_url="/poll/1", poll_offset=1, **fields)
        )

    return page


@pytest.fixture
def gone(kit):
    return GoneSeen(kit.BEGIN + GONE, "crawl", *KEY, 404)


def state(data):
    with open_work(data) as con:
        return {
            "post": con.execute("SELECT title, body, author_nick, ip, deleted_at FROM posts").fetchall()[0],
            "versions": con.execute("SELECT title, body FROM post_versions").fetchall(),
            "texts": con.execute("SELECT text FROM internal.texts").fetchall(),
            "steps": {row[0] for row in con.execute("SELECT DISTINCT step FROM internal.dirty").fetchall()},
        }


def clean(data):
    with open_work(data) as con:
        con.execute("DELETE FROM internal.dirty")


WHOLE = ("[新聞] 台積電法說會", "內文", "記者", "1.2.3.4", None)


def test_a_post_that_is_back_has_its_texts_again(visit, seen, gone, data):
    visit(seen(timedelta(hours=1)))
    before = state(data)
    visit(gone)
    blank = state(data)
    assert blank["post"][:4] == (None, "", None, None)
    assert "台積電" not in str(blank["texts"])
    clean(data)
    visit(seen(BACK))
    after = state(data)
    assert after["post"] == WHOLE
    assert after["versions"] == []
    assert after["texts"] == before["texts"]
    assert {"news", "stories", "votes", "moods"} <= after["steps"]
    clean(data)
    visit(seen(BACK + timedelta(hours=1)))
    assert (state(data)["post"], state(data)["versions"], state(data)["steps"]) == (WHOLE, [], set())


def test_an_answer_to_a_poll_comes_first(kit, visit, seen, gone, data):
    visit(seen(timedelta(hours=1)))
    visit(gone)
    grown = GrowthSeen(
        kit.BEGIN + BACK, "crawl", *KEY, kit.BEGIN + timedelta(hours=1), (kit.push(2, user="late"),), (), "/poll/2", 2
    )
    visit(grown)
    assert state(data)["post"] == (None, "", None, None, None)
    visit(seen(BACK + timedelta(hours=1)))
    assert (state(data)["post"], state(data)["versions"]) == (WHOLE, [])


def test_a_page_of_before_that_comes_in_late_brings_nothing_back(visit, seen, gone, data):
    visit(seen(timedelta(hours=1)))
    visit(gone)
    blank = state(data)
    visit(seen(timedelta(hours=2)))
    late = state(data)
    assert late["post"][:4] == (None, "", None, None)
    assert late["texts"] == blank["texts"]


def test_an_older_version_that_comes_in_late_is_blank_too(visit, seen, gone, data):
    visit(seen(timedelta(hours=1)))
    visit(gone)
    visit(seen(timedelta(minutes=30), body="更早的內文", title="更早的標題"))
    late = state(data)
    assert late["post"][:4] == (None, "", None, None)
    assert "更早" not in str(late)


def test_a_post_that_is_back_with_another_text_is_loaded(visit, seen, gone, data):
    visit(seen(timedelta(hours=1)))
    visit(gone)
    visit(seen(BACK, body="改過的內文"))
    after = state(data)
    assert after["post"] == ("[新聞] 台積電法說會", "改過的內文", "記者", "1.2.3.4", None)
    assert [body for _, body in after["versions"]] == [""]


def test_a_post_without_a_title_gets_its_body_back(visit, seen, gone, data):
    visit(seen(timedelta(hours=1), title=None))
    visit(gone)
    visit(seen(BACK, title=None))
    assert state(data)["post"] == (None, *WHOLE[1:])

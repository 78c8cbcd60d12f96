"""What the crawl is told of threads."""

from datetime import timedelta

import pytest

from analysis.store.known import load_known
from analysis.store.load import load_file
from analysis.store.work import open_work
from ptt_spider.items import IndexRow
from ptt_spider.spool import FailedSeen, GoneSeen, GrowthSeen, IndexSeen, PageSeen

NAME = "M.1769562000.A.C89"
OTHER = "M.1769565600.A.111"


@pytest.fixture
def con(data):
    with open_work(data) as con:
        yield con


def _hours(kit, hours):
    return kit.BEGIN + timedelta(hours=hours)


def test_a_thread_that_was_had(kit, con, data):
    pushes = [kit.push(i, minute=m) for i, m in enumerate((1, 2, 70, 80, 90, 115), 1)]
    page = kit.post(pushes=pushes, poll_url="/poll/a", longpoll_url="/long", poll_offset=900)
    growth = GrowthSeen(
        _hours(kit, 2),
        "crawl",
        "Stock",
        NAME,
        _hours(kit, 1.5),
        (kit.push(1, minute=119, text="新"),),
        (),
        "/poll/b",
        990,
    )
    row = IndexRow("Stock", NAME, "標題", "writer", 6, "1/28", "", False)
    never = IndexRow("Stock", OTHER, "標題", "writer", 6, "1/28", "", False)
    records = [
        PageSeen(_hours(kit, 1.5), "crawl", page),
        growth,
        IndexSeen(_hours(kit, 3), "crawl", "Stock", (row, never)),
    ]
    load_file(con, kit.write_spool(data / "spool", "a", records))
    known = load_known(con, ["Stock"])
    assert list(known) == [("Stock", NAME)]  # what was only listed is new
    thread = known["Stock", NAME]
    assert thread.fetched_at == thread.poll_at == _hours(kit, 2)
    assert thread.posted_at == kit.BEGIN
    assert (thread.nrec, thread.pushes, thread.last_pushed_at) == (6, 7, kit.BEGIN + timedelta(minutes=119))
    assert thread.growth == 5  # of the last hour: 70, 80, 90, 115, 119
    assert (thread.poll_url, thread.longpoll_url, thread.poll_offset) == ("/poll/b", "/long", 990)
    assert (thread.author, thread.deleted, thread.failed, thread.damaged) == ("writer", False, False, False)


def test_a_young_thread_grows_by_its_own_age(kit, con, data):
    page = kit.post(pushes=[kit.push(i, minute=i) for i in range(1, 7)])
    load_file(con, kit.write_spool(data / "spool", "a", [PageSeen(_hours(kit, 0.25), "crawl", page)]))
    assert load_known(con, ["Stock"])["Stock", NAME].growth == pytest.approx(24)


def test_gone_failed_and_never_had(kit, con, data):
    gone = GoneSeen(_hours(kit, 2), "crawl", "Stock", NAME, 404)
    failed = FailedSeen(_hours(kit, 2), "crawl", "Stock", OTHER, "503")
    load_file(con, kit.write_spool(data / "spool", "a", [gone, failed]))
    known = load_known(con, ["Stock"])
    assert (known["Stock", NAME].deleted, known["Stock", NAME].fetched_at) == (True, None)
    assert (known["Stock", OTHER].failed, known["Stock", OTHER].deleted) == (True, False)
    assert known["Stock", OTHER].posted_at.timestamp() == 1769565600
    later = PageSeen(_hours(kit, 3), "crawl", kit.post(post_id=OTHER, posted_at=_hours(kit, 1)))
    load_file(con, kit.write_spool(data / "spool", "b", [later, PageSeen(_hours(kit, 1), "crawl", kit.post())]))
    known = load_known(con, ["Stock"])
    assert not known["Stock", OTHER].failed
    assert known["Stock", NAME].deleted


def test_only_the_boards_and_times_asked_for(kit, con, data):
    posts = [kit.post(), kit.post(post_id=OTHER, posted_at=_hours(kit, 1)), kit.post("Gossiping")]
    load_file(con, kit.write_spool(data / "spool", "a", [PageSeen(_hours(kit, 5), "crawl", post) for post in posts]))
    assert set(load_known(con, ["Stock"])) == {("Stock", NAME), ("Stock", OTHER)}
    assert set(load_known(con, ["Stock", "Gossiping"], _hours(kit, 0.5))) == {("Stock", OTHER)}
    assert load_known(con, ["NoSuchBoard"]) == {}

"""`ptt follow`: comments arrive as they come, by poll, and by whole pages where a page offers none."""

import os
import signal
import time
from datetime import timedelta
from itertools import pairwise

import pytest

from analysis.commands.follow import Printer
from ptt_spider.aid import PostRef
from ptt_spider.frontier import parse_schedule
from ptt_spider.items import Push
from ptt_spider.spool import GrowthSeen, PageSeen


def wait_for(site, part: str, times: int) -> None:
    """Until so many more requests whose address holds ``part`` were answered."""
    seen = sum(part in visit.target for visit in site.visits)
    deadline = time.monotonic() + 60
    while sum(part in visit.target for visit in site.visits) < seen + times:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("polls", [True, False])
def test_comments_are_had_as_they_come(crawls, site, spooled, tmp_path, polls):
    post_id = site.post_ids()[-1]
    asked = "/v1/longpoll" if polls else post_id
    if not polls:
        site.fault("404", "/v1/longpoll", times=-1)
    pid = crawls.start(tmp_path, site.url, refs=(PostRef("Stock", post_id),), follow=True)
    wait_for(site, asked, 1)
    for _ in range(3):
        site.grow(post_id, 2)
        wait_for(site, asked, 3)
    os.kill(pid, signal.SIGINT)
    report = crawls.wait().report
    assert report.outcome == "stopped"
    records = spooled(tmp_path).records
    assert isinstance(records[0], PageSeen)
    if polls:
        growths = spooled(tmp_path).of(GrowthSeen)
        assert sum(len(growth.pushes) for growth in growths) == 6
        assert growths[-1].poll_offset == site.thread("Stock", post_id).size
        assert all(growth.pushes for growth in growths)  # polls without news leave no record
        for earlier, later in pairwise(records):
            assert later.base_fetched_at == earlier.fetched_at
    else:
        assert len(spooled(tmp_path).posts[post_id].pushes) == len(records[0].post.pushes) + 6


def test_a_following_ends_when_its_time_is_over(crawls, site, tmp_path):
    ref = (PostRef("Stock", site.post_ids()[-1]),)
    report = crawls(tmp_path, site.url, refs=ref, follow=True, follow_for=timedelta(seconds=0.2)).report
    assert report.outcome == "done"
    assert report.polls >= 1


def test_a_thread_taken_down_ends_it(crawls, site, tmp_path):
    post_id = site.post_ids()[-1]
    site.after(3, "/v1/longpoll", lambda: (site.delete("Stock", post_id), site._long_ids.clear()))
    report = crawls(tmp_path, site.url, refs=(PostRef("Stock", post_id),), follow=True).report
    assert report.outcome == "done"
    assert report.gone == 1
    assert [ref.state for ref in report.refs] == ["gone"]


def test_a_thread_that_never_was_is_a_failure(crawls, site, tmp_path):
    refs = (PostRef("Stock", "M.1111111111.A.AAA"),)
    report = crawls(tmp_path, site.url, refs=refs, follow=True).report
    assert (report.outcome, report.reason) == (
        "failed", "網站上沒有 Stock/M.1111111111.A.AAA（404）：請檢查網址或 AID，也可能早已刪除。",
    )  # fmt: skip


def push(n: int, text: str) -> Push:
    return Push(n, "推", "a", text, None, None, "01/28 13:26", False)


def test_the_printer_shows_each_comment_once(capsys):
    printer = Printer()
    first, again = push(1, "好"), push(2, "好")
    assert printer._fresh((first,)) == [first]
    assert printer._fresh((first, again)) == [again]
    printer._count((push(3, "新"),))
    assert printer._fresh((first, again, push(3, "新"), push(4, "更新"))) == [push(4, "更新")]
    printer._print([push(4, "更新")])
    assert capsys.readouterr().out == "推 a: 更新  01/28 13:26\n"


def test_a_long_poll_that_waits_for_news_is_not_asked_whole_each_time(crawls, site, tmp_path):
    """Whether the live long poll answers at once for an idle thread is not known."""
    post_id = site.post_ids()[-1]
    site.fault("slow", "/v1/longpoll", times=-1, seconds=3)
    ref = (PostRef("Stock", post_id),)
    crawls(tmp_path, site.url, refs=ref, follow=True, follow_for=timedelta(seconds=2.5), delay=0.1)
    assert len([visit for visit in site.visits if post_id in visit.target]) == 1


def test_a_run_stops_polling_where_long_polls_stay_silent(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url, pages=1)
    known = spooled(tmp_path).known()
    site.visits.clear()
    site.fault("slow", "/v1/longpoll", times=-1, seconds=1.5)
    report = crawls(tmp_path, site.url, pages=1, known=known, schedule=parse_schedule("9999d:0s")).report
    assert report.outcome == "done"
    assert report.revisits == report.posts == len(known)
    time.sleep(1.5)  # the site logs a request once it has answered
    assert len([visit for visit in site.visits if "/v1/longpoll" in visit.target]) == 3

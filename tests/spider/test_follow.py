"""`ptt follow`: comments arrive as they come, by poll, and by whole pages where a page offers none."""

import threading
import time
from datetime import timedelta
from itertools import pairwise

import pytest

from analysis.commands.follow import Printer
from ptt_spider.aid import PostRef
from ptt_spider.items import Push
from ptt_spider.spool import GrowthSeen, PageSeen


@pytest.mark.parametrize("polls", [True, False])
def test_comments_are_had_as_they_come(crawls, site, spooled, tmp_path, polls):
    post_id = site.post_ids()[-1]
    if not polls:
        site.fault("404", "/v1/longpoll", times=-1)
    before = site.thread("Stock", post_id).size

    def grow() -> None:
        for _ in range(3):
            time.sleep(0.2)
            site.grow(post_id, 2)

    grower = threading.Thread(target=grow)
    crawls.start(tmp_path, site.url, refs=(PostRef("Stock", post_id),), follow=True, follow_for=timedelta(seconds=1.2))
    grower.start()
    report = crawls.wait().report
    grower.join()
    assert report.outcome == "done"
    records = spooled(tmp_path).records
    if polls:
        assert isinstance(records[0], PageSeen)
        growths = spooled(tmp_path).of(GrowthSeen)
        assert sum(len(g.pushes) for g in growths) + len(records[0].post.pushes) >= 6
        assert growths[-1].poll_offset == site.thread("Stock", post_id).size > before
        for earlier, later in pairwise(records):
            assert later.base_fetched_at == earlier.fetched_at
    else:
        assert len(spooled(tmp_path).posts[post_id].pushes) == len(records[0].post.pushes) + 6
    # Polls without news leave no record.
    assert all(growth.pushes for growth in spooled(tmp_path).of(GrowthSeen))


def test_a_thread_taken_down_ends_it(crawls, site, tmp_path):
    post_id = site.post_ids()[-1]
    site.after(3, "/v1/longpoll", lambda: (site.delete("Stock", post_id), site._long_ids.clear()))
    report = crawls(tmp_path, site.url, refs=(PostRef("Stock", post_id),), follow=True).report
    assert report.outcome == "done"
    assert report.gone == 1


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

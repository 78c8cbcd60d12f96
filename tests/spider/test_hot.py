"""A thread past 150 KiB, of which the site serves head and tail only: with `--hot` no comment is lost."""

from datetime import datetime, timedelta

import pytest

from analysis.demo.threads import Thread
from ptt_spider.clock import TAIPEI
from ptt_spider.frontier import parse_schedule
from ptt_spider.spool import GrowthSeen, PageSeen

COMMENT = 150
"""Bytes of a comment in the file: the last 50 KiB are 341 of them."""
NEVER = parse_schedule("1s:1s")


class LongThread(Thread):
    """Served as its first 100 KiB and last 50 KiB where the file is larger."""

    polls = True

    def page(self) -> str:
        kept, self_added = [], self.added
        end = self.size
        at = self.base
        for size, html in self_added:
            if end <= 150 * 1024 or at + size <= 100 * 1024:
                kept.append((size, html))
            elif at >= end - 50 * 1024:
                if not any("warning-box" in text for _, text in kept):
                    kept.append((0, '<div class="push center warning-box">檔案過大！部分文章無法顯示</div>'))
                kept.append((size, html))
            at += size
        self.added = kept
        try:
            page = super().page()
        finally:
            self.added = self_added
        page = page.replace(f'data-offset="{sum(s for s, _ in kept) + self.base}"', f'data-offset="{end}"')
        return page if self.polls else page.replace('id="article-polling"', 'id="no-polling"')


@pytest.fixture
def busy(site):
    """A thread of 700 comments in the last half hour, and how to make it grow."""
    site._clock = datetime.now(TAIPEI) - timedelta(minutes=31)
    post_id = site.new_post("[閒聊] 盤中閒聊")
    thread = LongThread("Stock", post_id, site._article("Stock", post_id).page())
    site.put(thread)
    said = []

    def grow(count: int, minutes: float = 0.0) -> None:
        start = datetime.now(TAIPEI) - timedelta(minutes=minutes)
        for n in range(count):
            at = start + timedelta(minutes=minutes * n / count)
            said.append(f"第{len(said)}則")
            tail = f'<span class="push-ipdatetime"> 192.0.2.9 {at:%m/%d %H:%M}\n</span></div>'
            thread.append(
                '<div class="push"><span class="hl push-tag">推 </span><span class="f3 hl push-userid">'
                f'fan{len(said)}</span><span class="f3 push-content">: {said[-1]}</span>{tail}',
                COMMENT,
            )

    grow(700, minutes=30)
    return thread, said, grow


def seen(spooled, data, post_id):
    records = spooled(data).records
    pages = [
        push.text for r in records if isinstance(r, PageSeen) and r.post.post_id == post_id for push in r.post.pushes
    ]
    return pages, [
        push.text for r in records if isinstance(r, GrowthSeen) and r.post_id == post_id for push in r.pushes
    ]


@pytest.mark.parametrize("polls", [True, False])
def test_500_comments_in_20_minutes_are_all_had(crawls, site, spooled, tmp_path, busy, polls):
    thread, said, grow = busy
    thread.polls = polls
    crawls(tmp_path, site.url, pages=1)
    for _ in range(4):  # every five minutes
        grow(125)
        report = crawls(tmp_path, site.url, hot=True, known=spooled(tmp_path).known(), schedule=NEVER).report
        assert report.outcome == "done"
        assert (report.revisits, report.polls) == (1, int(polls))
    pages, growths = seen(spooled, tmp_path, thread.post_id)
    assert set(said) <= {*pages, *growths}
    assert len(growths) == (500 if polls else 0)


def test_without_hot_runs_the_same_comments_would_be_lost(crawls, site, spooled, tmp_path, busy):
    thread, said, grow = busy
    thread.polls = False
    crawls(tmp_path, site.url, pages=1)
    grow(900)
    crawls(tmp_path, site.url, pages=1, known=spooled(tmp_path).known(), full=True)
    pages, _ = seen(spooled, tmp_path, thread.post_id)
    assert set(said) - set(pages)
    assert spooled(tmp_path).posts[thread.post_id].truncated


def test_the_poll_protocol_reads_what_a_page_would_hide(crawls, site, spooled, tmp_path, busy):
    thread, said, grow = busy
    crawls(tmp_path, site.url, pages=1)
    grow(900)
    crawls(tmp_path, site.url, pages=1, known=spooled(tmp_path).known(), schedule=parse_schedule("9999d:0s"))
    pages, growths = seen(spooled, tmp_path, thread.post_id)
    assert set(said) <= {*pages, *growths}


def test_a_hot_run_asks_for_little_else(crawls, site, spooled, tmp_path, busy):
    crawls(tmp_path, site.url)
    site.visits.clear()
    fresh = site.new_post("[新聞] 剛出爐")
    crawls(tmp_path, site.url, hot=True, known=spooled(tmp_path).known())
    targets = [visit.target for visit in site.visits]
    assert targets[0] == "/robots.txt"
    assert targets[1].startswith("/v1/longpoll")
    assert targets[2:] == ["/bbs/Stock/index.html", f"/bbs/Stock/{fresh}.html"]

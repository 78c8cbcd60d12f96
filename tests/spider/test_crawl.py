"""Whole crawls over real sockets against the faulty site, each in a process of its own."""

import gzip
import math
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from analysis import cli
from analysis.demo.site import Response, error_page
from ptt_spider.aid import PostRef
from ptt_spider.clock import TAIPEI
from ptt_spider.crawling import CrawlNotBegun
from ptt_spider.frontier import KnownThread, parse_schedule
from ptt_spider.spool import FailedSeen, GoneSeen, GrowthSeen, IndexSeen

NEVER = parse_schedule("1s:1s")
"""A schedule by which nothing on a board of January is ever due."""
ALWAYS = parse_schedule("9999d:0s")


def paths(site) -> list[str]:
    return [visit.target for visit in site.visits]


def articles(site) -> list[str]:
    return [target for target in paths(site) if "/M." in target and target.startswith("/bbs/")]


def index_pages(site) -> list[str]:
    return [target for target in paths(site) if "/index" in target]


def test_a_board_arrives_whole_politely_and_once(crawls, site, spooled, tmp_path):
    outcome = crawls(tmp_path, site.url)
    report = outcome.report
    assert report.outcome == "done"
    assert sorted(spooled(tmp_path).posts) == sorted(site.post_ids())
    assert report.posts == len(site.post_ids()) == len(articles(site)) == len(set(articles(site)))
    assert report.requests == len(site.visits)
    assert site.max_in_flight == 1
    assert paths(site)[0] == "/robots.txt"
    assert {visit.headers["cookie"] for visit in site.visits} == {"over18=1"}
    assert all(visit.headers["user-agent"].startswith("ptt-pulse/") for visit in site.visits)
    assert report.failures == []
    assert outcome.told["plans"][0].posts == pytest.approx(report.posts, abs=10)
    assert outcome.told["progress"][-1].done <= outcome.told["progress"][-1].total


def test_newest_posts_come_first(crawls, site, tmp_path):
    crawls(tmp_path, site.url, pages=1)
    order = [target.split("/")[-1] for target in articles(site)]
    assert order == sorted(order, reverse=True)


def test_the_delay_and_the_contact_are_kept(crawls, site, tmp_path):
    crawls(tmp_path, site.url, pages=1, delay=0.1, contact="me@example.org", refs=tuple(
        PostRef("Stock", post_id) for post_id in site.post_ids()[:4]))  # fmt: skip
    begun = [visit.begun for visit in site.visits]
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    assert len(gaps) == 4
    assert min(gaps) > 0.07  # the site begins to count when its thread wakes up
    assert sum(gaps) > 0.38
    assert site.visits[0].headers["user-agent"].endswith("(+mailto:me@example.org)")


def test_a_range_is_found_by_file_names_alone(crawls, site, spooled, tmp_path):
    since, until = datetime(2026, 1, 5, tzinfo=TAIPEI), datetime(2026, 1, 15, tzinfo=TAIPEI)
    crawls(tmp_path, site.url, since=since, until=until)
    wanted = [p for p in site.post_ids() if since.timestamp() <= int(p.split(".")[1]) < until.timestamp()]
    assert wanted
    assert sorted(spooled(tmp_path).posts) == sorted(wanted)
    assert sorted(t.split("/")[-1].removesuffix(".html") for t in articles(site)) == sorted(wanted)


def test_a_range_without_posts_asks_for_no_article(crawls, site, tmp_path):
    report = crawls(tmp_path, site.url, since=datetime(2030, 1, 1, tzinfo=TAIPEI)).report
    assert report.outcome == "done"
    assert articles(site) == []
    assert report.requests <= 3


def test_an_unchanged_board_costs_three_requests_besides_robots(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url)
    newest = int(site.post_ids()[-1].split(".")[1])
    last_run = datetime.fromtimestamp(newest + 3600, TAIPEI)
    site.visits.clear()
    report = crawls(
        tmp_path, site.url, known=spooled(tmp_path).known(), since=last_run, new_since=last_run,
        schedule=NEVER, revisit=True,
    ).report  # fmt: skip
    assert report.requests - report.robots_requests <= 3
    assert report.revisits == report.posts == 0


def test_watched_pages_are_counted_apart(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url)
    known = spooled(tmp_path).known()
    newest = int(site.post_ids()[-1].split(".")[1])
    last_run = datetime.fromtimestamp(newest + 3600, TAIPEI)
    site.visits.clear()
    report = crawls(
        tmp_path, site.url, known=known, since=last_run - timedelta(days=60), new_since=last_run, schedule=NEVER
    ).report
    assert report.posts == 0
    assert report.index_pages + report.watch_pages == len(index_pages(site))
    assert report.watch_pages == len(index_pages(site))
    assert report.requests_saved == len(known)


def test_new_and_moved_threads_are_asked_for_and_no_others(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url)
    known = spooled(tmp_path).known()
    moved = site.post_ids()[-5]
    site.grow(moved, 3)
    fresh = site.new_post("[新聞] 剛出爐")
    site.visits.clear()
    report = crawls(tmp_path, site.url, known=known, schedule=NEVER, pages=2).report
    assert [t.split("/")[-1] for t in articles(site)] == [f"{fresh}.html"]
    grown = spooled(tmp_path).of(GrowthSeen)
    assert [g.post_id for g in grown] == [moved]
    assert len(grown[0].pushes) == 3
    assert (report.posts, report.revisits, report.polls) == (1, 1, 1)


def test_threads_due_by_age_are_polled_and_unchanged_ones_leave_no_article_request(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url, pages=1)
    known = spooled(tmp_path).known()
    site.visits.clear()
    outcome = crawls(tmp_path, site.url, known=known, schedule=ALWAYS, revisit=True, pages=1)
    report = outcome.report
    assert report.revisits == report.polls == len(known)
    assert outcome.told["plans"][0].posts == len(known)
    assert articles(site) == []
    assert all("/v1/longpoll" in t for t in paths(site)[2:])
    assert {len(g.pushes) for g in spooled(tmp_path).of(GrowthSeen)} == {0}


@pytest.mark.parametrize("fault", ["404", "500", "edit"])
def test_a_poll_that_fails_falls_back_to_the_article(crawls, site, spooled, tmp_path, fault):
    post_id = site.post_ids()[-1]
    ref = (PostRef("Stock", post_id),)
    crawls(tmp_path, site.url, refs=ref)
    known = spooled(tmp_path).known()
    site.grow(post_id, 2)
    if fault == "edit":
        site.edit(post_id, "改過的內文")
    else:
        site.fault(fault, "/poll/", times=-1)
    outcome = crawls(tmp_path, site.url, refs=ref, known=known)
    assert outcome.report.outcome == "done"
    assert outcome.report.polls == 0
    assert len(spooled(tmp_path).posts[post_id].pushes) == known["Stock", post_id].pushes + 2


def test_deleted_posts_are_noticed_by_404_and_by_their_missing_row(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url)
    known = spooled(tmp_path).known()
    ids = site.post_ids()
    for post_id in (ids[-3], ids[-4], ids[-12]):
        site.delete("Stock", post_id)
    report = crawls(tmp_path, site.url, known=known, schedule=NEVER).report
    assert {gone.post_id for gone in spooled(tmp_path).of(GoneSeen)} == {ids[-3], ids[-4], ids[-12]}
    assert report.gone == 3
    assert report.outcome == "done"


def test_an_article_that_vanishes_between_index_and_request(crawls, site, spooled, tmp_path):
    victim = site.post_ids()[-10]
    site.after(0, victim, lambda: site.delete("Stock", victim))
    report = crawls(tmp_path, site.url).report
    assert report.outcome == "done"
    assert [gone.post_id for gone in spooled(tmp_path).of(GoneSeen)] == [victim]
    assert len(spooled(tmp_path).posts) == len(site.post_ids())


def test_new_posts_while_walking_skip_and_repeat_nothing(crawls, site, tmp_path, spooled):
    before = set(site.post_ids())
    for count in range(1, 4):
        site.after(count, "/index", lambda: [site.new_post("[閒聊] 插隊") for _ in range(7)])
    report = crawls(tmp_path, site.url).report
    assert before <= set(spooled(tmp_path).posts)
    assert len(articles(site)) == len(set(articles(site)))
    assert report.outcome == "done"


def test_rows_leaving_the_index_while_walking_skip_and_repeat_nothing(crawls, site, tmp_path, spooled):
    """Rows taken out shift the others towards older pages, which are still to be read."""
    listing = site.boards["Stock"]
    victims = site.post_ids()[-15:-5]

    def remove() -> None:
        listing.rows[:] = [row for row in listing.rows if row.post_id not in victims]
        listing._changed = True

    site.after(1, "/index", remove)
    crawls(tmp_path, site.url)
    assert set(site.post_ids()) <= set(spooled(tmp_path).posts)
    assert len(articles(site)) == len(set(articles(site)))


# -- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "form"), [("429", 1), ("429", "date"), ("503", 1)])
def test_retry_after_stops_the_whole_site(crawls, site, tmp_path, kind, form):
    post_id = site.post_ids()[-3]
    site.fault(kind, post_id, retry_after=form, seconds=1)
    outcome = crawls(tmp_path, site.url, pages=1)
    assert outcome.report.outcome == "done"
    refused = next(i for i, visit in enumerate(site.visits) if visit.status == int(kind))
    pause = site.visits[refused + 1].begun - site.visits[refused].ended
    assert pause > (0.9 if form == 1 else 0.0)
    assert site.visits[refused + 1].target == site.visits[refused].target
    assert any(kind in note for note in outcome.notes)


def test_a_burst_of_503_is_survived(crawls, site, tmp_path):
    site.fault("503", "/bbs/", times=2)
    report = crawls(tmp_path, site.url, pages=1).report
    assert report.outcome == "done"
    assert report.failures == []


@pytest.mark.parametrize("kind", ["403", "503", "429", "challenge"])
def test_three_refusals_end_the_run_with_one_line(crawls, site, spooled, tmp_path, kind):
    site.after(10, "/M.", lambda: site.fault(kind, "", times=-1))
    outcome = crawls(tmp_path, site.url)
    report = outcome.report
    assert report.outcome == "failed"
    assert "拒絕了這台主機" in report.reason
    assert ("challenge" if kind == "challenge" else kind) in report.reason
    assert "\n" not in report.reason
    assert len([v for v in site.visits if v.status >= 400 and v.target != "/robots.txt"]) == 3
    assert len(spooled(tmp_path).posts) == report.posts == 10


def test_a_page_that_is_always_refused_does_not_end_the_run(crawls, site, spooled, tmp_path):
    post_id = site.post_ids()[-3]
    site.fault("403", post_id, times=-1)
    report = crawls(tmp_path, site.url, pages=1).report
    assert report.outcome == "partly"
    assert [failure.post_id for failure in report.failures] == [post_id]
    assert post_id in report.reason
    assert [failed.post_id for failed in spooled(tmp_path).of(FailedSeen)] == [post_id]


@pytest.mark.parametrize("kind", ["reset", "short", "half", "empty", "busy"])
def test_a_passing_fault_loses_nothing(crawls, site, spooled, tmp_path, kind):
    post_id = site.post_ids()[-3]
    site.fault(kind, post_id)
    report = crawls(tmp_path, site.url, pages=1).report
    posts = spooled(tmp_path).posts
    assert report.outcome == "done"
    assert not posts[post_id].damaged


@pytest.mark.parametrize("kind", ["bomb", "over18_loop", "over18_page", "busy", "404_as_200"])
def test_a_lasting_fault_is_one_failed_page(crawls, site, spooled, tmp_path, kind):
    post_id = site.post_ids()[-3]
    site.fault(kind, post_id, times=-1)
    if kind == "over18_loop":
        site.fault(kind, "/ask/over18", times=-1)
        site.fault(kind, "from=", times=-1)
    report = crawls(tmp_path, site.url, pages=1).report
    if kind == "404_as_200":
        assert report.gone == 1
    else:
        assert report.outcome == "partly"
        assert [failure.post_id for failure in report.failures] == [post_id]


def test_an_unknown_board_and_an_unreachable_site_are_one_line(crawls, site, tmp_path):
    report = crawls(tmp_path, site.url, boards=("Nirvana",)).report
    assert report.outcome == "failed"
    assert report.reason.startswith("看板 Nirvana 不存在")
    report = crawls(tmp_path, "http://127.0.0.1:9").report
    assert report.outcome == "failed"
    assert report.reason.startswith("連不上 http://127.0.0.1:9/")
    assert "\n" not in report.reason


@pytest.mark.parametrize(
    ("rule", "told"),
    [("/bbs/Stock/search", "搜尋"), ("/bbs/", "看板 Stock"), ("/poll/\nDisallow: /v1/", "改為重抓")],
)
def test_robots_switch_off_what_they_forbid_by_name(crawls, faulty_site, spooled, tmp_path, rule, told):
    with faulty_site(robots=f"User-agent: *\nDisallow: {rule}\n") as site:
        if "poll" in rule:
            ref = (PostRef("Stock", site.post_ids()[-1]),)
            crawls(tmp_path, site.url, refs=ref)
            outcome = crawls(tmp_path, site.url, refs=ref, known=spooled(tmp_path).known())
            assert outcome.report.outcome == "done"
            assert outcome.report.posts == 1
            assert told in outcome.notes[0]
            assert not [t for t in paths(site) if "poll" in t]
        else:
            report = crawls(tmp_path, site.url, search="台積電" if "search" in rule else None).report
            assert report.outcome == "failed"
            assert told in report.reason
            assert paths(site) == ["/robots.txt"]


def test_search_walks_its_own_pages(crawls, site, spooled, tmp_path):
    rows = [row for row in site.boards["Stock"].rows if row.post_id and "[新聞]" in row.title]
    report = crawls(tmp_path, site.url, search="[新聞]").report
    assert report.outcome == "done"
    assert set(spooled(tmp_path).posts) == {row.post_id for row in rows}
    assert len(rows) > 20


def test_category_takes_its_own_and_replies(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url, category="標的")
    rows = [row for row in site.boards["Stock"].rows if row.post_id]
    wanted = {r.post_id for r in rows if r.title.removeprefix("Re: ").removeprefix("Fw: ").startswith("[標的]")}
    assert wanted
    assert set(spooled(tmp_path).posts) == wanted


def test_posts_asked_for_by_name_report_found_gone_and_changed(crawls, site, spooled, tmp_path):
    ids = site.post_ids()
    refs = (PostRef("Stock", ids[-1]), PostRef(None, ids[-2]), PostRef("Stock", "M.1000000000.A.123"))
    crawls(tmp_path, site.url, refs=refs[:2])
    site.grow(ids[-1], 1)
    known = spooled(tmp_path).known()
    report = crawls(tmp_path, site.url, refs=refs, known=known).report
    assert [ref.state for ref in report.refs] == ["changed", "found", "missing"]
    assert (report.outcome, report.reason.split("：")[0]) == ("partly", "網站上沒有 Stock/M.1000000000.A.123（404）")
    site.delete("Stock", ids[-1])
    report = crawls(tmp_path, site.url, refs=refs[:1], known=known, full=True).report
    assert ([ref.state for ref in report.refs], report.outcome) == (["gone"], "done")


def test_posts_that_never_were_are_a_failure(crawls, site, tmp_path):
    refs = tuple(PostRef("Stock", f"M.100000000{n}.A.123") for n in range(5))
    report = crawls(tmp_path, site.url, refs=refs).report
    assert report.outcome == "failed"
    assert report.reason.count("Stock/M.") == 3
    assert "等 5 篇（404）" in report.reason


# -- ends -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_with_everything_spooled(crawls, site, spooled, tmp_path, sent):
    pid = crawls.start(tmp_path, site.url, delay=0.02)
    while len(articles(site)) < 8:
        time.sleep(0.01)
    os.kill(pid, sent)
    outcome = crawls.wait()
    assert outcome.status == 0
    assert outcome.report.outcome == "stopped"
    assert "再執行一次" in outcome.report.reason
    assert 6 <= len(spooled(tmp_path).posts) == outcome.report.posts < len(site.post_ids())
    assert list((tmp_path / "spool").glob("*.part")) == []
    assert outcome.told["spooled"]


def killed_crawls(crawls, site, spooled, kill, data, rounds, seed=1):
    """Crawls killed at random moments and begun again, then once to the end; the posts."""
    dice = random.Random(seed)
    for _ in range(rounds):
        pid = crawls.start(data, site.url, known=spooled(data).known(), schedule=NEVER)
        time.sleep(dice.uniform(0.02, 0.45))
        try:
            kill(pid)
        except ProcessLookupError:
            crawls.wait()
            break
        crawls.wait()
    crawls(data, site.url, known=spooled(data).known(), schedule=NEVER)
    return {post_id: post._replace(poll_url=None) for post_id, post in spooled(data).posts.items()}


def test_killed_crawls_lose_nothing_and_repeat_little(crawls, site, spooled, kill, tmp_path):
    whole = tmp_path / "whole"
    crawls(whole, site.url)
    expected = {post_id: post._replace(poll_url=None) for post_id, post in spooled(whole).posts.items()}
    site.visits.clear()
    assert killed_crawls(crawls, site, spooled, kill, tmp_path / "killed", 4) == expected
    assert len(articles(site)) <= len(expected) + 4


def test_each_response_is_spooled_before_the_next_request(crawls, site, spooled, kill, tmp_path):
    """Killed at the very moment of a request, a run has all that came before it on disk."""
    state = {}
    ids = site.post_ids()

    def at_request() -> None:
        kill(state["pid"])

    site.after(12, "/M.", at_request)
    state["pid"] = crawls.start(tmp_path, site.url, delay=0.01)
    crawls.wait()
    assert sorted(spooled(tmp_path).posts) == ids[-12:]


def test_a_full_disk_is_an_os_error(crawls, site, tmp_path):
    (tmp_path / "spool").write_text("a file where a folder should be")
    outcome = crawls(tmp_path, site.url)
    assert outcome.status == 1
    assert "spool" in outcome.told["error"]


def test_refused_settings_name_themselves(tmp_path):
    from ptt_spider.crawling import CrawlJob

    with pytest.raises(ValueError, match="PTT_DELAY=0"):
        CrawlJob(data_dir=tmp_path, delay=0)
    for site in ("ftp://x", "http://[::1", "http://[x]", "http://x:99999", "http://x y", "http://x\n", "http://℀.tw"):
        with pytest.raises(ValueError, match=r"--site '.+' 不是網址"):
            CrawlJob(data_dir=tmp_path, site=site)
    for loopback in ("http://127.0.0.1:1", "http://localhost", "http://[::1]:5"):
        assert CrawlJob(data_dir=tmp_path, site=loopback, delay=0).delay == 0
    with pytest.raises(ValueError, match="PTT_DELAY"):
        CrawlJob(data_dir=tmp_path, site="http://127.0.0.1.example.org", delay=0)


def test_index_listing_is_spooled_after_its_threads(crawls, site, spooled, tmp_path):
    crawls(tmp_path, site.url, pages=1)
    kinds = [type(record) for record in spooled(tmp_path).records]
    assert kinds[-1] is IndexSeen
    assert kinds.count(IndexSeen) == 1


def test_the_raw_archive_can_be_read_with_gzip_alone(crawls, site, tmp_path):
    crawls(tmp_path, site.url, pages=1)
    (path,) = (tmp_path / "raw").glob("*.warc.gz")
    text = gzip.decompress(path.read_bytes())
    assert text.count(b"WARC-Type: response") == len(site.visits)


# -- long walks -----------------------------------------------------------------------------------------------------


def test_a_long_walk_goes_on_where_it_was_killed(crawls, site, spooled, kill, tmp_path):
    """The pages that were dealt with are not read again, but for the newest and the last one."""
    since = datetime(2025, 12, 1, tzinfo=TAIPEI)
    pages = site.boards["Stock"].pages
    assert pages >= 4
    state = {}
    site.after(pages, "/index", lambda: kill(state["pid"]))  # the plan asks for one page, too
    state["pid"] = crawls.start(tmp_path, site.url, since=since)
    crawls.wait()
    assert (tmp_path / "walks.json").exists()
    site.visits.clear()
    outcome = crawls(tmp_path, site.url, since=since, known=spooled(tmp_path).known(), schedule=NEVER)
    assert outcome.report.outcome == "done"
    assert sorted(spooled(tmp_path).posts) == sorted(site.post_ids())
    read = [target.rpartition("/")[2] for target in index_pages(site)]
    assert read[-3:] == ["index.html", "index2.html", "index1.html"]
    assert len(read) - 3 <= 1  # the request during which the first run was killed
    assert any("第 2 頁" in note for note in outcome.notes)
    assert not (tmp_path / "walks.json").exists()
    progress = outcome.told["progress"][-1]
    assert progress.done <= progress.total


def test_another_range_or_a_finished_walk_begins_anew(crawls, site, spooled, kill, tmp_path):
    since = datetime(2025, 12, 1, tzinfo=TAIPEI)
    crawls(tmp_path, site.url, since=since)
    site.visits.clear()
    crawls(tmp_path, site.url, since=since, known=spooled(tmp_path).known(), schedule=NEVER)
    assert len(index_pages(site)) >= site.boards["Stock"].pages
    assert articles(site) == []


def test_posts_that_could_not_be_had_are_asked_for_again(crawls, site, spooled, tmp_path):
    post_id = site.post_ids()[-3]
    site.fault("500", post_id, times=3)
    assert crawls(tmp_path, site.url, pages=1).report.outcome == "partly"
    known = spooled(tmp_path).known()
    posted = datetime.fromtimestamp(int(post_id.split(".")[1]), TAIPEI)
    known["Stock", post_id] = KnownThread(fetched_at=None, posted_at=posted, failed=True)
    report = crawls(tmp_path, site.url, known=known, schedule=NEVER, pages=1).report
    assert report.outcome == "done"
    assert post_id in spooled(tmp_path).posts


def test_redacted_growth_still_knows_its_author(crawls, site, spooled, tmp_path):
    post_id = site.post_ids()[-1]
    ref = (PostRef("Stock", post_id),)
    crawls(tmp_path, site.url, refs=ref, privacy="hashed")
    author = site.boards["Stock"].rows[-1].author
    site.grow(post_id, [("→", author, "補充"), ("推", "stranger", "收到")])
    crawls(tmp_path, site.url, refs=ref, known=spooled(tmp_path).known(), privacy="hashed")
    (growth,) = spooled(tmp_path).of(GrowthSeen)
    assert [push.is_author for push in growth.pushes] == [True, False]
    assert author not in {push.user_id for push in growth.pushes}


def test_a_loader_that_fails_is_heard_and_the_files_stay(crawls, site, spooled, tmp_path):
    outcome = crawls(tmp_path, site.url, pages=1, explode=True)
    assert outcome.status == 1
    assert outcome.told["error"].startswith("OSError: [Errno 28]")
    assert len(spooled(tmp_path).posts) == len(articles(site))


def test_a_crawl_delay_in_robots_is_kept(crawls, faulty_site, tmp_path):
    with faulty_site(robots="User-agent: *\nCrawl-delay: 0.15\n") as site:
        crawls(tmp_path, site.url, refs=tuple(PostRef("Stock", post_id) for post_id in site.post_ids()[:4]))
        begun = [visit.begun for visit in site.visits][1:]
        assert begun[-1] - begun[0] > 0.4


# -- a board of ten thousand pages ------------------------------------------------------------------------------------


@pytest.fixture
def huge(faulty_site):
    """200,000 posts over ten years, at an uneven pace; every 97th page has no link."""

    class Huge(faulty_site):
        last, first_post = 10_000, 1_450_000_000

        def seconds(self, number: int) -> int:
            return self.first_post + 1500 * number + int(4e6 * math.sin(number / 3000))

        def page(self, number: int) -> str:
            row = (
                '<div class="r-ent"><div class="nrec"></div><div class="title">{}</div><div class="meta">'
                '<div class="author">a</div><div class="date">1/1</div><div class="mark"></div></div></div>'
            )
            posts = range(20 * (number - 1), 20 * number)
            link = '<a href="/bbs/Stock/M.{}.A.{:03X}.html">[新聞] x</a>'
            links = [link.format(self.seconds(n), n % 4096) if number % 97 else "(已刪)" for n in posts]
            older = f'<a class="btn wide" href="/bbs/Stock/index{number - 1}.html">‹ 上頁</a>'
            rows = "".join(map(row.format, links))
            return (
                f'<html><body><div class="btn-group btn-group-paging">{older}</div>'
                f'<div class="r-list-container">{rows}</div></body></html>'
            )

        def _board(self, board, name, query):
            if name.startswith("index"):
                return Response(200, self.page(int(name[5:-5] or self.last)).encode())
            return error_page(404)

    with Huge() as site:
        yield site


@pytest.mark.parametrize(
    "share", [0.13, 0.9996, *(pytest.param(share, marks=pytest.mark.slow) for share in (0.0004, 0.5, 0.87))]
)
def test_a_date_among_ten_thousand_pages_costs_fifteen_requests_a_bound(crawls, huge, tmp_path, share):
    at = huge.seconds(int(share * 200_000))
    since, until = (datetime.fromtimestamp(at + more, TAIPEI) for more in (0, 20_000))
    report = crawls(tmp_path, huge.url, since=since, until=until).report
    assert report.index_pages == len(index_pages(huge))
    assert len(index_pages(huge)) <= 2 * 18 + 3  # two bounds, pages without links on the way, and the range itself
    wanted = [n for n in range(200_000) if since.timestamp() <= huge.seconds(n) < until.timestamp()]
    assert len(articles(huge)) == len([n for n in wanted if (n // 20 + 1) % 97])


def test_a_long_retry_after_ends_the_run_at_once_and_says_when_to_come_back(crawls, site, tmp_path):
    site.fault("429", "/index", retry_after=5000)
    report = crawls(tmp_path, site.url).report
    assert report.outcome == "failed"
    assert "要求等 5000 秒" in report.reason
    assert len(site.visits) == 2


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ("RuntimeError('a fault')", "CrawlNotBegun|抓取沒有開始（RuntimeError：a fault）：已存的資料沒有變，"),
        ("PermissionError(13, 'Permission denied', '/x')", "PermissionError|[Errno 13] Permission denied: '/x'"),
    ],
)
def test_a_crawl_that_cannot_be_set_up_says_why(fault, raised, tmp_path):
    code = f"""if True:
        import sys
        from pathlib import Path
        from ptt_spider.crawling import CrawlJob, crawl
        from ptt_spider.spiders.board import BoardSpider

        def broken(*_, **__):
            raise {fault}

        BoardSpider.__init__ = broken
        try:
            crawl(CrawlJob(Path(sys.argv[1]), site="http://127.0.0.1:9", delay=0))
        except Exception as error:
            print(type(error).__name__, error, sep="|")
    """
    words = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(raised)
    assert "Traceback" not in done.stderr


def test_the_command_tells_in_one_line_why_nothing_began(tmp_path, monkeypatch, capsys):
    def crawl(*_, **__):
        raise CrawlNotBegun("抓取沒有開始")

    monkeypatch.setattr("analysis.gathering.crawl", crawl)
    for name, value in {"SITE": "http://127.0.0.1:9", "DELAY": "0", "ENGINE": "lexicon"}.items():
        monkeypatch.setenv(f"PTT_{name}", value)
    monkeypatch.setattr(sys, "argv", ["ptt", "crawl", "--data", str(tmp_path)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert capsys.readouterr().err.splitlines()[-1] == "ptt: 抓取沒有開始"

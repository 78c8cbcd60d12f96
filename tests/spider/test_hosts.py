"""Several hosts crawl as one, over a real Redis: nothing is lost, nothing repeated, nobody asks faster."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
import uuid
from collections import Counter
from datetime import datetime
from itertools import pairwise
from types import SimpleNamespace

import pytest
from redis import Redis
from scrapy import Request
from scrapy.utils.request import request_from_dict

from analysis.store.load import load_waiting
from analysis.store.work import open_work
from ptt_spider import spool
from ptt_spider.aid import SITE
from ptt_spider.clock import TAIPEI
from ptt_spider.crawling import CrawlJob
from ptt_spider.frontier import KnownThread, parse_schedule
from ptt_spider.hosts.connection import Server
from ptt_spider.hosts.pace import Pace
from ptt_spider.hosts.tasks import SharedScheduler, ask_of, loads, request_of
from ptt_spider.middlewares import SiteRefused
from ptt_spider.reparse import Reparser
from ptt_spider.spiders.run import Ask
from ptt_spider.warc import read_archive

NEVER = parse_schedule("1s:1s")
DELAY = 0.03
LEASE = 3.0


def articles(site) -> list[str]:
    return [visit.target for visit in list(site.visits) if "/M." in visit.target and visit.target.startswith("/bbs/")]


def start(hosts, site, redis, tmp_path, **options):
    """Starts the hosts on the same job; their pids. No article is answered before all have joined: one that a busy
    machine starts late would find the round over, and rightly begin another."""
    site.after(0, "/M.", lambda: wait_for(lambda: joined(redis) == len(hosts)))
    given = {"redis": redis.url, "lease": LEASE, "schedule": NEVER, "delay": DELAY, **options}
    return [host.start(tmp_path / f"host{number}", site.url, **given) for number, host in enumerate(hosts)]


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.005)
    return found


def joined(redis) -> int:
    """How many hosts are in the round."""
    with Redis.from_url(redis.url) as client:
        return sum(client.zcard(key) for key in client.scan_iter("ptt:round:*:hosts"))


def leader(redis, pids):
    """Index of the host that leads."""
    with Redis.from_url(redis.url) as client:
        keys = list(client.scan_iter("ptt:round:*:lead"))
        name = client.get(keys[0]) if keys else None
    return pids.index(int(name.split(b"-")[-2])) if name else None


def stored(folders, data):
    """What a store says of all that these hosts spooled, but for when it was seen."""
    (data / "spool").mkdir(parents=True)
    for folder in folders:
        for path in spool.waiting(folder / "spool"):
            shutil.copy(path, data / "spool" / path.name)
    with open_work(data) as con:
        load_waiting(con, data)
        posts = con.execute(
            "SELECT board, post_id, title, author, body, posted_at, push_count, nrec FROM posts ORDER BY ALL"
        ).fetchall()
        pushes = con.execute(
            "SELECT board, post_id, floor, tag, user_id, text, pushed_at, removed_at FROM pushes ORDER BY ALL"
        ).fetchall()
    return posts, pushes


def politely(site) -> bool:
    """One request at a time, and as many of them as one host sends; the log's own times are late by what the machine is
    busy with."""
    begun = sorted(visit.begun for visit in site.visits)
    spans = [begun[i + 20] - begun[i] for i in range(len(begun) - 20)]
    whole = begun[-1] - begun[0] > (len(begun) - 5) * DELAY
    return site.max_in_flight == 1 and min(spans) > 10 * DELAY and whole


@pytest.fixture(scope="module")
def alone(hosts, faulty_site, tmp_path_factory):
    """What a single host, without Redis, makes of the board."""
    folder = tmp_path_factory.mktemp("alone")
    with faulty_site() as site:
        outcome = hosts[0](folder / "host", site.url, schedule=NEVER)
    assert outcome.report.outcome == "done"
    return stored([folder / "host"], folder / "store")


@pytest.mark.slow
def test_three_hosts_do_the_work_of_one(hosts, site, redis_server, alone, tmp_path):
    start(hosts, site, redis_server, tmp_path)
    outcomes = [host.wait() for host in hosts]
    assert [outcome.report.outcome for outcome in outcomes] == ["done"] * 3
    assert Counter(Counter(articles(site)).values()) == {1: len(site.post_ids())}
    assert sorted(outcome.report.joined for outcome in outcomes) == [False, True, True]
    assert min(outcome.report.posts for outcome in outcomes) > 0
    assert politely(site)
    assert stored([tmp_path / f"host{n}" for n in range(3)], tmp_path / "store") == alone
    archives = sorted(tmp_path.glob("host*/raw/*.warc.gz"), key=lambda path: path.name)
    writer = spool.SpoolWriter(tmp_path / "again" / "spool", "all")
    for record in Reparser().records(read_archive(archives)):
        writer.write(record)
    writer.close()
    assert stored([tmp_path / "again"], tmp_path / "whole") == alone, "one store of the hosts' archives"


@pytest.mark.parametrize("victim", ["leader", pytest.param("member", marks=pytest.mark.slow)])
def test_a_killed_host_loses_nothing_and_repeats_nothing(hosts, site, redis_server, alone, kill, tmp_path, victim):
    pids = start(hosts, site, redis_server, tmp_path)
    wait_for(lambda: len(articles(site)) > len(site.post_ids()) // 3)
    lead = wait_for(lambda: (found := leader(redis_server, pids)) is not None and found + 1) - 1
    dead = lead if victim == "leader" else (lead + 1) % 3
    kill(pids[dead])
    outcomes = [host.wait() for host in hosts]
    assert outcomes[dead].status == -9
    assert [o.report.outcome for n, o in enumerate(outcomes) if n != dead] == ["done"] * 2
    times = Counter(articles(site))
    assert set(times.values()) <= {1, 2}
    assert sum(times.values()) - len(times) <= 1, "what it was at when it died is asked for again, nothing else"
    assert len(times) == len(site.post_ids())
    assert politely(site)
    assert stored([tmp_path / f"host{n}" for n in range(3)], tmp_path / "store") == alone


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "stop", "forget"])
def test_redis_may_restart(hosts, site, redis_server, alone, tmp_path, how):
    start(hosts, site, redis_server, tmp_path)
    wait_for(lambda: len(articles(site)) > len(site.post_ids()) // 3)
    redis_server.stop() if how == "stop" else redis_server.kill()
    if how == "forget":
        redis_server.forget()
    time.sleep(0.5)
    redis_server.start()
    outcomes = [host.wait() for host in hosts]
    assert [outcome.report.outcome for outcome in outcomes] == ["done"] * 3
    assert any("沒有回應" in note for outcome in outcomes for note in outcome.notes)
    if how != "forget":  # what hosts did not do themselves they cannot know without it
        assert Counter(Counter(articles(site)).values()) == {1: len(site.post_ids())}
    assert politely(site)
    assert stored([tmp_path / f"host{n}" for n in range(3)], tmp_path / "store") == alone


@pytest.mark.slow
def test_a_refusal_holds_up_all_hosts_and_the_third_ends_them(hosts, site, redis_server, tmp_path):
    site.fault("429", "/M.", times=1, retry_after=1)
    site.after(30, "/M.", lambda: site.fault("403", "/bbs/", times=-1))
    start(hosts, site, redis_server, tmp_path)
    outcomes = [host.wait() for host in hosts]
    (busy,) = [visit for visit in site.visits if visit.status == 429]
    after = min(visit.begun for visit in site.visits if visit.begun > busy.ended)
    assert after - busy.ended > 0.95
    assert [outcome.report.outcome for outcome in outcomes] == ["failed"] * 3
    assert all("403" in outcome.report.reason for outcome in outcomes)
    assert sum(visit.status == 403 for visit in site.visits) == 3, "as many as one host takes"


# -- the parts, with a clock of seconds ---------------------------------------------------------------------------


@pytest.fixture
def schedulers(redis_server):
    """Two hosts' views of one queue, with a lease of 0.2 s."""
    spider, key = SimpleNamespace(name="board"), f"test:{uuid.uuid4()}"
    servers = [Server(redis_server.url, print) for _ in range(2)]
    yield [SharedScheduler(server, key, spider, name, 0.2) for server, name in zip(servers, "ab", strict=True)]
    for server in servers:
        server.close()


def ask(number, known=None) -> Ask:
    return Ask("Stock", f"M.{1766363356 + number}.A.99D", known)


def test_a_popped_request_comes_back_unless_it_is_done(schedulers):
    first, second = schedulers
    asks = [ask(0), ask(1)]
    assert [first.enqueue_request(request_of(one, SITE)) for one in [*asks, asks[0]]] == [True, True, False]
    taken, other = first.next_request(), second.next_request()
    assert [ask_of(leased.request) for leased in (taken, other)] == asks
    assert second.next_request() is None
    second.queue.done(other.id)
    time.sleep(0.25)
    again = second.next_request()
    assert again.id == taken.id
    assert second.queue.not_done([taken.id, other.id]) == [taken.id]
    first.queue.done(taken.id)  # it was slow, not dead
    time.sleep(0.25)
    assert second.next_request() is None
    assert len(first) == 0
    assert not first.enqueue_request(request_of(asks[0], SITE), again=True)


def test_what_redis_lost_is_queued_again_once(schedulers):
    scheduler, _ = schedulers
    request = request_of(ask(0), SITE)
    scheduler.enqueue_request(request)
    assert not scheduler.enqueue_request(request, again=True)
    scheduler.server.delete(f"{scheduler.queue.key}:queue")
    assert scheduler.enqueue_request(request, again=True)
    assert scheduler.next_request().id == scheduler.fingerprint(request)


def test_requests_travel_as_json_and_name_threads_only(schedulers):
    scheduler, _ = schedulers
    at = datetime(2026, 1, 28, 13, 5, tzinfo=TAIPEI)
    known = KnownThread(at, at, 3, 5, at, 1.5, "/poll/x", "/v1/longpoll?id=x", 512, at, "作者")
    scheduler.enqueue_request(request_of(ask(0, known), SITE))
    ((raw,),) = [scheduler.server.hvals(f"{scheduler.queue.key}:requests")]
    assert json.loads(raw)["meta"]["board"] == "Stock"
    assert ask_of(scheduler.next_request().request) == ask(0, known)
    harmful = json.loads(raw) | {"_class": "subprocess.Popen", "callback": "fail"}
    assert type(request_from_dict(loads(json.dumps(harmful)), spider=scheduler.spider)) is Request
    for meta in ({}, {"board": "../x", "post_id": "M.1766363356.A.99D"}, {"board": "Stock", "post_id": "x"}):
        with pytest.raises(ValueError, match="no thread"):
            ask_of(Request(SITE, meta=meta))


def test_a_site_has_one_token_for_all_hosts(redis_server):
    servers = [Server(redis_server.url, print) for _ in range(2)]
    site = str(uuid.uuid4())
    paces = [Pace(server, site, name, 9) for server, name in zip(servers, "ab", strict=True)]
    times = []

    async def turns(pace, hold):
        for _ in range(5):
            async with pace.turn(0.05):
                begun = time.monotonic()
                await asyncio.sleep(hold)
                times.append((begun, time.monotonic()))

    first = time.monotonic()

    async def both():
        await asyncio.gather(turns(paces[0], 0.01), turns(paces[1], 0.12))

    asyncio.run(both())
    times.sort()
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(times)), "one request at a time"
    assert all(begun - first > number * 0.05 for number, (begun, _) in enumerate(times)), "the first waits, too"
    paces[0].stop("429", 700.0)
    with pytest.raises(SiteRefused) as refused:
        asyncio.run(turns(paces[1], 0))
    assert (refused.value.answer, refused.value.wait) == ("429", 700.0)
    for server in servers:
        server.close()


def test_without_redis_a_run_ends_with_one_line(hosts, site, tmp_path):
    outcome = hosts[0](tmp_path, site.url, redis="redis://:secret@127.0.0.1:1/0")
    assert outcome.report.outcome == "failed"
    assert "redis://127.0.0.1:1/0" in outcome.report.reason
    assert "secret" not in outcome.report.reason
    assert not site.visits


def test_the_address_must_be_one_of_redis(tmp_path):
    with pytest.raises(ValueError, match="PTT_REDIS"):
        CrawlJob(tmp_path, redis="http://127.0.0.1:6379")


@pytest.mark.parametrize(
    "address",
    [
        "redis://:secr3t/x@localhost:6379/0", "redis://:12/secr3t@localhost:6379/0", "redis://:12?secr3t@localhost",
        "redis://:12#secr3t@localhost", "redis://:12?secr3t=@localhost", "redis://host:63x9", "redis://host:99999",
        "redis://[::1/0", "redis://host/zero", "redis://host?socket_timeout=abc", "redis://host?secr3t=1", "redis:host",
    ],
)  # fmt: skip
def test_a_typo_in_the_address_is_one_line_that_quotes_nothing(address, tmp_path):
    with pytest.raises(ValueError, match=r"^PTT_REDIS 不是 Redis 的位址") as told:
        CrawlJob(tmp_path, redis=address)
    assert told.value.__suppress_context__ or told.value.__context__ is None
    assert not [word for word in ("secr3t", "63x9", "99999") if word in str(told.value)]


@pytest.mark.parametrize(
    "address",
    [
        "redis://host", "redis://:a%2Fb%40c@host:6379/0", "rediss://me:secret@[::1]:6380/15/", "unix:///run/redis.sock?db=2",
        "redis://host/3?socket_timeout=1.5",
    ],
)  # fmt: skip
def test_addresses_of_redis_that_are_right(address, tmp_path):
    assert CrawlJob(tmp_path, redis=address).redis == address


def test_nothing_of_it_is_imported_where_it_is_off():
    code = (
        "import sys, ptt_spider.spiders.board, analysis.gathering;"
        " sys.exit(any(name.split('.')[0] in ('redis', 'scrapy_redis') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Several hosts crawl as one, over a real Redis: nothing is lost, nothing repeated, nobody asks faster."""

import shutil
import threading
import time
from collections import Counter

import pytest
from redis import Redis

from analysis.store.load import load_waiting
from analysis.store.work import open_work
from ptt_spider import spool
from ptt_spider.frontier import parse_schedule

NEVER = parse_schedule("1s:1s")
DELAY = 0.03
LEASE = 1.0


def articles(site) -> list[str]:
    return [visit.target for visit in list(site.visits) if "/M." in visit.target and visit.target.startswith("/bbs/")]


def start(hosts, site, redis, tmp_path, **options):
    """Starts the hosts on the same job; their pids."""
    given = {"redis": redis.url, "lease": LEASE, "schedule": NEVER, "delay": DELAY, **options}
    return [host.start(tmp_path / f"host{number}", site.url, **given) for number, host in enumerate(hosts)]


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.005)
    return found


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
    """One request at a time, and in no span more of them than the delay allows one host."""
    begun = sorted(visit.begun for visit in site.visits)
    spans = [begun[i + 20] - begun[i] for i in range(len(begun) - 20)]
    return site.max_in_flight == 1 and min(spans) > 20 * DELAY - 0.1 and begun[-1] - begun[0] > (len(begun) - 2) * DELAY


@pytest.fixture(scope="module")
def alone(hosts, faulty_site, tmp_path_factory):
    """What a single host, without Redis, makes of the board."""
    folder = tmp_path_factory.mktemp("alone")
    with faulty_site() as site:
        outcome = hosts[0](folder / "host", site.url, schedule=NEVER)
    assert outcome.report.outcome == "done"
    return stored([folder / "host"], folder / "store")


def test_three_hosts_do_the_work_of_one(hosts, site, redis_server, alone, tmp_path):
    start(hosts, site, redis_server, tmp_path)
    outcomes = [host.wait() for host in hosts]
    assert [outcome.report.outcome for outcome in outcomes] == ["done"] * 3
    assert Counter(Counter(articles(site)).values()) == {1: len(site.post_ids())}
    assert sorted(outcome.report.joined for outcome in outcomes) == [False, True, True]
    assert min(outcome.report.posts for outcome in outcomes) > 0
    assert politely(site)
    assert stored([tmp_path / f"host{n}" for n in range(3)], tmp_path / "store") == alone


@pytest.mark.parametrize("victim", ["leader", "member"])
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


@pytest.mark.parametrize("how", ["stop", "kill", "forget"])
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

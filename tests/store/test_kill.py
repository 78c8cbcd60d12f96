"""kill -9 at any moment of load and publish: the published file opens, no spool file is missed, none is doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from analysis.store.connect import connect
from ptt_spider.spool import PageSeen

WORKER = """
import sys, time
from pathlib import Path
from analysis.errors import StoreLocked
from analysis.store.load import load_waiting
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work
data = Path(sys.argv[1])
import pyarrow
print("ready", flush=True)
while True:
    try:
        with hold(data, "worker"), open_work(data) as con:
            load_waiting(con, data, on_file=lambda path, report: publish(data, con))
            publish(data, con)
        break
    except StoreLocked:  # a lake's PostgreSQL has not yet noticed that the one before was killed
        time.sleep(0.05)
print("done", flush=True)
"""
PUSHES = 40


def _spool(kit, data, number):
    pushes = [kit.push(i, user=f"u{i}", minute=i) for i in range(1, PUSHES + 1)]
    page = PageSeen(
        kit.BEGIN + timedelta(hours=2), "crawl", kit.post(post_id=f"M.{1769562000 + number}.A.C89", pushes=pushes)
    )
    kit.write_spool(data / "spool", f"{number:05d}", [page])


def _start(data):
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def _published(data):
    with connect(data) as con:
        posts, pushes, in_views = con.execute(
            "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM pushes), (SELECT count(*) FROM news_sentiment)"
        ).fetchall()[0]
    assert pushes == posts * PUSHES
    assert in_views <= posts
    return posts


def _rounds(kit, data, rounds):
    _spool(kit, data, 0)
    assert _start(data).communicate()[0] == "done\n"
    number, seen, killed_at_work = 1, 1, 0
    process = _start(data)  # how long a whole run takes here
    begun = time.monotonic()
    assert process.communicate()[0] == "done\n"
    whole = time.monotonic() - begun
    dice = random.Random(rounds)
    for _ in range(rounds):
        for _ in range(3):
            _spool(kit, data, number)
            number += 1
        process = _start(data)
        time.sleep(dice.uniform(0, whole * 1.6))
        os.kill(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        killed_at_work += out == ""
        posts = _published(data)
        assert posts >= seen
        seen = posts
    assert killed_at_work >= rounds // 3
    assert _start(data).communicate()[0] == "done\n"
    assert list((data / "spool").iterdir()) == []  # none was put aside as *.bad, either
    assert not list(data.glob("loaded/*"))
    assert _published(data) == number


def test_a_few_kills(kit, data):
    _rounds(kit, data, 3)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_kills(kit, data):
    _rounds(kit, data, 50)

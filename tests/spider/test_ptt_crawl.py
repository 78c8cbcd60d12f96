"""`ptt crawl`, `ptt run` and `ptt follow` as users start them: processes of their own, real sockets, a real store."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from scrapy.utils.test import get_crawler

from analysis.store.lock import hold
from ptt_spider.spiders.board import BoardSpider

RUNNING_APART = {"crawls", "store_info"}
"""Tables that tell of runs, not of the board."""
MOMENTS = {"fetched_at", "first_seen_at", "capture_lag", "seen_from", "seen_until"}
"""Columns that tell when a page was read."""


@pytest.fixture
def ptt(site, tmp_path):
    """Runs `ptt ARGUMENTS` on the test site; the process ended, with what it said."""

    def run(*arguments: str, data: Path | None = None, wait: bool = True, **environment: str):
        command = [sys.executable, "-m", "analysis", *arguments, "--data", str(data or tmp_path / "data")]
        env = {key: value for key, value in os.environ.items() if not key.startswith("PTT_")}
        env |= {"PTT_SITE": site.url, "PTT_DELAY": "0", "PTT_ENGINE": "lexicon", **environment}
        process = subprocess.Popen(
            command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if not wait:
            return process
        out, err = process.communicate(timeout=100)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    return run


def rows(data: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(data / "ptt.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def test_first_run_second_run_and_failed_runs(ptt, site, tmp_path):
    data = tmp_path / "data"
    first = ptt("run")
    assert first.returncode == 0, first.stderr
    lines = first.stderr.splitlines()
    assert lines[0] == f"資料夾：{data}"
    assert lines[1].startswith("股票板 7 天約 ")
    assert lines[1].endswith("隨時可按 Ctrl-C，已抓的不會遺失。")
    newest = int(site.post_ids()[-1].split(".")[1])
    week = [post_id for post_id in site.post_ids() if int(post_id.split(".")[1]) >= newest - 7 * 86400]
    assert sorted(post_id for (post_id,) in rows(data, "SELECT post_id FROM posts")) == week
    assert rows(data, "SELECT count(*) > 0 FROM news_sentiment") == [(True,)]

    moved, fresh = week[-3], site.new_post("[新聞] 剛出爐")
    site.grow(moved, 4)
    before = rows(data, f"SELECT count(*) FROM pushes WHERE post_id = '{moved}'")[0][0]
    site.visits.clear()
    second = ptt("run", PTT_WATCH_DAYS="9999", PTT_REVISIT="1s:1s")
    assert second.returncode == 0, second.stderr
    articles = [v.target for v in site.visits if v.target.startswith("/bbs/Stock/M.")]
    assert articles[0] == f"/bbs/Stock/{fresh}.html"
    assert rows(data, f"SELECT count(*) FROM pushes WHERE post_id = '{moved}'") == [(before + 4,)]

    unknown = ptt("crawl", "--board", "Nirvana")
    assert unknown.returncode == 1
    assert unknown.stderr.splitlines()[-1].startswith("ptt: 看板 Nirvana 不存在")
    assert "Traceback" not in unknown.stderr
    told = rows(data, "SELECT command, exit_code, posts, reason FROM crawls ORDER BY started_at")
    assert [(command, code) for command, code, _, _ in told] == [("ptt run", 0), ("ptt run", 0), ("ptt crawl", 1)]
    assert told[0][2] == len(week)
    assert told[2][3].startswith("看板 Nirvana 不存在")


@pytest.fixture
def here(site, tmp_path, monkeypatch, capsys):
    """Runs `ptt ARGUMENTS` in this process, for what ends before a crawl begins: exit code and last line."""
    from analysis import cli

    monkeypatch.chdir(tmp_path)
    for name, value in {"PTT_SITE": site.url, "PTT_DELAY": "0", "PTT_DATA": str(tmp_path / "data")}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["ptt", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().err.splitlines()[-1]

    return run


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("crawl", "--since", "yesteryear"), "--since"),
        (("crawl", "--since", "2026-02-01", "--until", "2026-01-01"), "--until"),
        (("crawl", "--url", "no such thing"), "no such thing"),
        (("crawl", "--url", "@missing.txt"), "missing.txt"),
        (("crawl", "--site", "https://www.ptt.cc"), "PTT_DELAY"),
        (("follow", "???"), "???"),
        (("follow", "M.1000000000.A.AAA", "--for", "ever"), "--for"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(here, tmp_path, arguments, named):
    code, line = here(*arguments)
    assert code == 2
    assert line.startswith("ptt: ")
    assert named in line
    assert not (tmp_path / "data").exists()


def test_a_second_run_at_the_same_time_exits_4(here, tmp_path):
    with hold(tmp_path / "data", "ptt run"):
        code, line = here("crawl")
    assert code == 4
    assert str(os.getpid()) in line
    assert "ptt run" in line


def test_a_list_of_posts_in_any_form(ptt, site, tmp_path):
    from ptt_spider.aid import name_to_aid

    ids = site.post_ids()[-3:]
    lines = [f"{site.url}/bbs/Stock/{ids[0]}.html", f"#{name_to_aid(ids[1])} (Stock)", "# a comment", "", f"{ids[2]}"]
    (tmp_path / "list.txt").write_text("\n".join([*lines, "M.1000000000.A.AAA"]), "utf-8")
    ended = ptt("crawl", "--url", "@list.txt")
    assert ended.returncode == 3, ended.stderr
    assert sorted(p for (p,) in rows(tmp_path / "data", "SELECT post_id FROM posts")) == ids
    assert ended.stderr.count("找到 ") == 3
    assert "網站上沒有這篇（404） Stock/M.1000000000.A.AAA" in ended.stderr


def test_follow_prints_and_stores(ptt, site, tmp_path):
    post_id = site.post_ids()[-1]
    process = ptt("follow", post_id, wait=False)
    while not any("/v1/longpoll" in visit.target for visit in site.visits):
        assert process.poll() is None
        time.sleep(0.05)
    site.grow(post_id, [("推", "latecomer", "剛剛才到")])
    seen = len(site.visits)
    while len(site.visits) < seen + 4:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "推 latecomer: 剛剛才到" in out
    assert rows(tmp_path / "data", "SELECT text FROM pushes WHERE user_id = 'latecomer'") == [("剛剛才到",)]


def snapshot(data: Path) -> dict[str, list[tuple]]:
    """Every table of the publication but those of runs, without the columns that tell when a page was read."""
    with duckdb.connect(str(data / "ptt.duckdb"), read_only=True) as con:
        tables = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY ALL"
        ).fetchall()
        found = {}
        for (table,) in tables:
            if table in RUNNING_APART:
                continue
            columns = con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [table]).fetchall()
            kept = ", ".join(f'"{name}"' for (name,) in columns if name not in MOMENTS)
            found[table] = con.execute(f'SELECT {kept} FROM main."{table}" ORDER BY ALL').fetchall()
        return found


def killed_and_resumed(ptt, data: Path, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(rounds):
        process = ptt("crawl", "--since", "2025-12-01", data=data, wait=False, PTT_REVISIT="1s:1s", PTT_DELAY="0.004")
        time.sleep(dice.uniform(0.5, 3.5))
        process.kill()
        process.communicate()
    ended = ptt("crawl", "--since", "2025-12-01", data=data, PTT_REVISIT="1s:1s")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_crawl_killed_20_times_ends_with_the_same_store(ptt, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert ptt("crawl", "--since", "2025-12-01", data=whole).returncode == 0
    killed_and_resumed(ptt, killed, rounds=20, seed=20)
    expected, got = snapshot(whole), snapshot(killed)
    assert expected["posts"]
    for table, content in expected.items():
        assert got[table] == content, table


def test_of_several_boards_one_unknown_is_partly_done(ptt, site, tmp_path):
    ended = ptt("run", "--board", "Nirvana", "--board", "Stock")
    assert ended.returncode == 3, ended.stderr
    assert "/bbs/Nirvana/index.html（看板不存在" in ended.stderr.splitlines()[-1]
    assert rows(tmp_path / "data", "SELECT count(*) > 0, list(DISTINCT board) FROM posts") == [(True, ["Stock"])]
    assert rows(tmp_path / "data", "SELECT exit_code FROM crawls") == [(3,)]
    assert ptt("run", "--board", "Nirvana", "--board", "Nowhere", data=tmp_path / "none").returncode == 1


@pytest.mark.parametrize(
    "argument", ["since=yesterday", "pages=0", "board=../x", "url=nonsense", "delay=fast", "bord=S"]
)
def test_a_bad_argument_of_scrapy_is_one_line(argument, monkeypatch, capsys):
    crawler = get_crawler(BoardSpider)
    with pytest.raises(SystemExit) as ended:
        BoardSpider.from_crawler(crawler, **dict([argument.split("=")]))
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert argument.partition("=")[0] in line


def test_scrapy_does_the_same_crawl_and_gives_the_items(site, root, tmp_path):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PTT_")}
    env |= {"PTT_DATA": str(tmp_path / "data"), "PTT_DELAY": "0"}
    command = [sys.executable, "-m", "scrapy", "crawl", "board", "-a", "board=Stock", "-a", f"site={site.url}"]
    command += ["-a", "pages=1", "-O", str(tmp_path / "out.jsonl"), "-L", "WARNING"]
    ended = subprocess.run(command, env=env, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    items = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    page = {v.target.rpartition("/")[2].removesuffix(".html") for v in site.visits if "/M." in v.target}
    assert {item["post_id"] for item in items} == page
    assert all(item["pushes"][0]["user_id"] for item in items if item["pushes"])
    assert list((tmp_path / "data" / "spool").glob("*.jsonl"))
    assert list((tmp_path / "data" / "raw").glob("*.warc.gz"))
    assert ended.stderr == ""

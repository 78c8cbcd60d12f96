"""`ptt run` and `ptt crawl` as processes: exit codes, one line each, posts and pushes untouched by what fails."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import analysis


def start(*args: str, data: Path, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "analysis", *args, "--data", str(data)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=data.parent,
        env={**os.environ, "PTT_DELAY": "0", "PTT_ENGINE": "lexicon", **env},
    )  # fmt: skip


def ptt(*args: str, data: Path, **env: str) -> tuple[int, str, str]:
    process = start(*args, data=data, **env)
    out, err = process.communicate(timeout=110)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def counts(data: Path) -> tuple[int, int]:
    with analysis.connect(data) as con:
        return con.execute("SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM pushes)").fetchone()


def last_run(data: Path) -> tuple[int, str]:
    with analysis.connect(data) as con:
        return con.execute("SELECT exit_code, reason FROM crawls ORDER BY started_at DESC LIMIT 1").fetchone()


@pytest.fixture(scope="module")
def site(faulty_site: Any) -> Any:
    with faulty_site() as running:
        yield running


def test_a_post_that_the_site_does_not_have_is_told_so(site: Any, tmp_path: Path) -> None:
    data, wrong, right = tmp_path / "data", "M.1111111111.A.AAA", site.post_ids()[-1]
    for command in (["follow", wrong], ["crawl", "--url", wrong], ["crawl", "--url", wrong, "--url", right]):
        code, out, err = ptt(*command, "--site", site.url, data=data)
        assert (code, out) == (3 if right in command else 1, ""), err
        assert err.splitlines()[-1] == f"ptt: 網站上沒有 Stock/{wrong}（404）：請檢查網址或 AID，也可能早已刪除。"
        assert "刪除" not in err.replace("也可能早已刪除", "")
        assert last_run(data) == (code, err.splitlines()[-1].removeprefix("ptt: "))
    with analysis.connect(data) as con:
        assert con.execute("SELECT count(*), sum(gone) FROM coverage").fetchone() == (1, 0)
        assert con.execute("SELECT count(*) FROM posts").fetchone() == (1,)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, site: Any) -> Path:
    """A store after a first `ptt run`."""
    data = tmp_path_factory.mktemp("run") / "data"
    code, _, err = ptt("run", "--site", site.url, data=data)
    assert code == 0, err
    lines = err.splitlines()
    assert lines[0] == f"資料夾：{data}"
    assert "股票板 7 天約" in lines[1]
    assert "隨時可按 Ctrl-C，已抓的不會遺失。" in lines[1]
    return data


def test_a_second_run_finds_nothing_new(store: Path, site: Any) -> None:
    before = counts(store)
    assert before[0] > 5
    code, _, err = ptt("run", "--site", site.url, data=store)
    assert code == 0
    assert "沒有新的內容" in err or "抓了 0 篇" in err
    assert counts(store) == before


def test_what_fails_is_one_line_and_changes_nothing(store: Path, site: Any) -> None:
    before = counts(store)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{free.getsockname()[1]}"
    for args, env, code, said in (
        (("run", "--site", dead), {}, 1, dead.removeprefix("http://")),
        (("crawl", "--board", "NoSuchBoard", "--site", site.url), {}, 1, "NoSuchBoard"),
        (("crawl", "--since", "yesterday", "--site", site.url), {}, 2, "yesterday"),
        (("crawl", "--since", "1d", "--until", "2d", "--site", site.url), {}, 2, "--until"),
        (("crawl", "--url", "nonsense", "--site", site.url), {}, 2, "nonsense"),
        (("run", "--site", "ftp://127.0.0.1"), {}, 2, "ftp://127.0.0.1"),
        (("run", "--site", site.url), {"PTT_REVISIT": "soon"}, 2, "soon"),
        (("run", "--site", "https://www.ptt.cc"), {"PTT_DELAY": "0"}, 2, "PTT_DELAY"),
    ):
        got, _, err = ptt(*args, data=store, **env)
        assert (got, said in err.splitlines()[-1]) == (code, True), (args, got, err)
        assert counts(store) == before
    code, _, _ = ptt("crawl", "--board", "NoSuchBoard", "--site", site.url, data=store)
    assert last_run(store)[0] == 1
    assert "NoSuchBoard" in last_run(store)[1]


def test_a_second_run_at_the_same_time_says_who_runs(store: Path, site: Any) -> None:
    site.fault("slow", "/bbs/", times=2, seconds=3)
    first = start("run", "--site", site.url, data=store)
    for _ in range(100):
        time.sleep(0.1)
        code, _, err = ptt("load", data=store)
        if code == 4:
            break
    assert code == 4, err
    assert f"pid {first.pid}" in err
    assert "ptt run" in err
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_a_killed_crawl_is_loaded_once(tmp_path: Path, site: Any) -> None:
    data = tmp_path / "data"
    process = start("crawl", "--site", site.url, data=data, PTT_DELAY="0.02")
    spool = data / "spool"
    deadline = time.monotonic() + 60
    while sum(path.read_bytes().count(b'"kind":"page"') for path in spool.glob("*.part")) < 10:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    spooled = sum(path.read_bytes().count(b'"kind":"page"') for path in spool.glob("*"))
    code, _, err = ptt("load", data=data)
    assert code == 0, err
    assert counts(data)[0] == spooled
    again = counts(data)
    ptt("load", data=data)
    assert counts(data) == again
    assert not list(spool.glob("*"))


def test_status_tells_and_counts_lag(store: Path) -> None:
    import json

    code, out, err = ptt("status", data=store)
    assert code == 0, err
    assert "執行中　　沒有" in out
    code, out, _ = ptt("status", "--json", data=store)
    state = json.loads(out)
    assert state["posts"] == counts(store)[0]
    assert state["running"] is None
    assert ptt("status", "--max-lag", "3h", data=store)[0] == 0
    assert ptt("status", "--max-lag", "0h", data=store)[0] == 1
    assert ptt("status", "--max-lag", "soon", data=store)[0] == 2
    assert ptt("status", data=store.parent / "nowhere")[0] == 1


def test_doctor_asks_the_site_and_names_remedies(store: Path, site: Any) -> None:
    code, out, err = ptt("doctor", data=store, PTT_SITE=site.url)
    assert code == 0, out + err
    assert "[好] 網站" in out
    assert "[注意] 設定" in out
    assert "PTT_CONTACT" in out
    code, out, err = ptt("doctor", data=store, PTT_SITE="http://127.0.0.1:9")
    assert code == 1
    assert "[壞] 網站" in out

"""docs/scaling.md: the commands of crawl and backfill do what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def commands(root, title):
    """The shell blocks of a section."""
    section = (root / "docs" / "scaling.md").read_text("utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def start(block, places, **environment):
    for name, place in places.items():
        assert name in block
        block = block.replace(name, str(place))
    script = f"trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\nset -e\n{block}"
    given = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **environment}
    return subprocess.Popen(["bash", "-c", script], env=given, stderr=subprocess.PIPE, text=True)


def finish(running):
    said = running.communicate(timeout=250)[1]
    assert running.returncode == 0, said
    return said


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_hosts_run_together(root, faulty_site, redis_server, tmp_path):
    (block,) = commands(root, "Crawl from several hosts")
    page = (root / "docs" / "scaling.md").read_text("utf-8")
    assert "--appendonly yes --appendfsync always" in page, "the options of tests/services/redis_server.py"
    with faulty_site() as site:
        hosts = [
            start(block, {"redis://redis.example.com:6379/0": redis_server.url, "/srv/ptt": tmp_path / name},
                  PTT_SITE=site.url, PTT_DELAY="0.05")
            for name in ("a", "b")
        ]  # fmt: skip
        said = [finish(host) for host in hosts]
        asked = [visit.target for visit in site.visits if "/M." in visit.target]
    assert len(asked) == len(set(asked)) > 10
    assert sum("索引由另一台主機走完" in text for text in said) == 1


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, faulty_site):
    """A data folder with a raw archive; its store is gone."""
    data = tmp_path_factory.mktemp("crawled") / "data"
    with faulty_site() as site:
        subprocess.run(
            [sys.executable, "-m", "analysis", "crawl", "--data", str(data), "--site", site.url, "--pages", "1"],
            env={**os.environ, "PTT_DELAY": "0"}, check=True, capture_output=True,
        )  # fmt: skip
    for store in data.glob("*.duckdb"):
        store.unlink()
    return data


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("block", [0, 1], ids=["processes", "scheduler"])
def test_backfill(root, crawled, tmp_path, block):
    text = commands(root, "Backfill of years")[block]
    places = {"/srv/ptt/raw": crawled / "raw", "/srv/ptt": tmp_path / "data"}
    said = finish(start(text, places))
    assert "1 個是新的" in said
    assert (tmp_path / "data" / "ptt.duckdb").exists()

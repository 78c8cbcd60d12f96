"""Tests of PTT_STORE=ducklake on a real PostgreSQL and an S3 server. They need the environment of
tests/services/cluster_env.py, in which ``PTT_TEST_STORE=ducklake ./dev test tests/services/lake`` runs them."""

import importlib.util
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

HERE = Path(__file__).parent
LONG = 600
"""Seconds. Some services and processes at once: on a machine that is busy with other things they take their time."""
if importlib.util.find_spec("duckdb_extension_ducklake") is None:
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(LONG))


@pytest.fixture(scope="session")
def kit():
    """Makers of records, as in tests/store."""
    spec = importlib.util.spec_from_file_location("store_conftest", HERE.parents[1] / "store" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return SimpleNamespace(
        post=module.make_post, push=module.make_push, Site=module.Site, write_spool=module.write_spool,
        BEGIN=module.BEGIN,
    )  # fmt: skip


@pytest.fixture(scope="session")
def empty_lake(lake_services):
    with lake_services.no_signatures():
        yield lake_services.template()


@pytest.fixture
def lake(lake_services, empty_lake, monkeypatch):
    """Environment of a lake of this test's own, in force while it runs."""
    environment = lake_services.copy_of(empty_lake)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PTT_BOARD", "Stock")
    yield SimpleNamespace(name=environment["PTT_STORE"].rpartition("/")[2])
    from analysis.store.lake.session import close_all

    close_all()


@pytest.fixture
def page(kit):
    """``page(n, board)``: a record of thread n with three pushes; ``page(n, pushes=5)`` is a later look at it."""
    from ptt_spider.spool import PageSeen

    def make(number, board="Stock", pushes=3):
        items = [kit.push(i, minute=i) for i in range(1, pushes + 1)]
        post = kit.post(board=board, post_id=f"M.{1769562000 + number}.A.C89", pushes=items)
        return PageSeen(kit.BEGIN + timedelta(hours=30, minutes=pushes), "crawl", post)

    return make


@pytest.fixture
def run(kit, monkeypatch):
    """``run(data, *records, board=…)``: what a command that writes does: lock, open, load, publish."""
    from analysis.store.load import load_waiting
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    count = iter(range(10**6))

    def work(data, *records, boards=("Stock",), published=True):
        with hold(data, "ptt load"):
            if records:
                kit.write_spool(data / "spool", f"{next(count):05d}", records)
            with open_work(data, boards) as con:
                report = load_waiting(con, data)
                if published:
                    publish(data, con)
        return report

    return work


@pytest.fixture
def rows():
    """``rows("SELECT …")``: asked of the lake, as any reader would."""
    import analysis

    def ask(query, *parameters):
        with analysis.connect() as con:
            return con.execute(query, list(parameters)).fetchall()

    return ask


class Writer:
    """A host of its own: writer.py in a process."""

    def __init__(self, data, board, first, number):
        self.data = data
        self._out = data.with_name(f"{data.name}.{first}.out")
        command = [sys.executable, str(HERE / "writer.py"), str(data), board, str(first), str(number)]
        with self._out.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=dict(os.environ))

    @property
    def said(self) -> str:
        return self._out.read_text("utf-8")

    @property
    def published(self) -> set[int]:
        return {int(line.split()[1]) for line in self.said.splitlines() if line.startswith("published ")}

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)

    def wait(self) -> None:
        assert self._process.wait(LONG) == 0, self.said


@pytest.fixture
def writer():
    """``writer(data, board, first, number)``: a process that publishes so many threads, one after another."""
    started = []

    def start(*arguments):
        started.append(Writer(*arguments))
        return started[-1]

    yield start
    for process in started:
        process.kill()

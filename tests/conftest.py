"""Shared by all tests: the offline profile, and the data that lies beside the repository."""

import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "offline", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("offline")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """../shared: third-party data to measure on, never committed; tests skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is absent: third-party data that the repository must not contain")
    return folder


@pytest.fixture(scope="session")
def faulty_site() -> Any:
    """The class `FaultySite` of tests/site: ``with faulty_site() as site: …`` (see its module for the switches)."""
    return _load("site/faulty_site.py").FaultySite


@pytest.fixture(scope="session")
def unavailable() -> Callable[[str], NoReturn]:
    """Ends a test that needs a service which is not there: skipped, or failed where PTT_REQUIRE_SERVICES=1."""

    def end(reason: str) -> NoReturn:
        if os.environ.get("PTT_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return end


@pytest.fixture(scope="session")
def old_duckdb(unavailable: Callable[[str], NoReturn]) -> Path:
    """Folder with DuckDB 1.5.5; skips where it cannot be had, fails if PTT_REQUIRE_SERVICES=1."""
    other_duckdb = _load("other_duckdb.py")
    try:
        folder: Path = other_duckdb.folder()
    except other_duckdb.NotAvailable as error:
        unavailable(str(error))
    return folder


@pytest.fixture(scope="session")
def lake_services(unavailable: Callable[[str], NoReturn]) -> Iterator[Any]:
    """PostgreSQL and S3 on loopback (tests/services/lake_services.py); skips where they cannot be had, fails if
    PTT_REQUIRE_SERVICES=1. Works in the environment of tests/services/cluster_env.py only: ``PTT_TEST_STORE=ducklake``.
    """
    services = _service("lake_services")
    try:
        with services.lake_services() as running:
            yield running
    except services.NotAvailable as error:
        unavailable(str(error))


@pytest.fixture(scope="module")
def redis_server(unavailable: Callable[[str], NoReturn]) -> Any:
    """A real Redis (tests/services/redis_server.py); skips where there is none, fails if PTT_REQUIRE_SERVICES=1."""
    redis_server = _service("redis_server")
    try:
        server = redis_server.RedisServer()
    except redis_server.NotAvailable as error:
        unavailable(str(error))
    with server:
        yield server


def _service(name: str) -> Any:
    """A module of tests/services, whose modules import one another by name."""
    folder = str(ROOT / "tests" / "services")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


def _load(name: str) -> Any:
    """A helper module of the tests, which is no package."""
    path = ROOT / "tests" / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a finished `ptt demo`, made once a session; read it only."""
    data = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "demo", "--data", str(data)],
        capture_output=True, text=True, cwd=data, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture(scope="session")
def board_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the bundled board loaded and published (tests/sql/board_store.py); do not write into it."""
    data = tmp_path_factory.mktemp("board") / "data"
    _load("sql/board_store.py").build(data)
    return data

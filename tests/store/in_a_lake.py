"""``PTT_TEST_STORE=ducklake ./dev test tests/store``: all of these tests publish into, and read from, a DuckLake.

Its services are those of tests/services. Each test, or each module whose tests share a store, has a lake of its own.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

LONG = 600
"""Seconds that a test may take on a busy machine."""
ONE_LAKE_A_MODULE = frozenset({"test_connect", "test_export", "test_forget", "test_load_history", "test_lost_work"})
"""Modules whose tests share a store, and so its lake."""
_A_FILE = "asks what becomes of the published file, which readers of a lake do not open"
_A_FORMAT = "asks which DuckDB reads the file that another one wrote; a lake has one DuckDB, which extra `cluster` pins"
_A_CLOCK = (
    "what a fast clock wrote is set right in a store of one's own; in a shared one the user is told:"
    " tests/services/lake/test_base.py"
)
ONE_MACHINE_ONLY = {
    "test_connect.test_a_file_that_is_no_store_is_named": _A_FILE,
    "test_duckdb_versions.test_each_version_reads_what_the_other_wrote": _A_FORMAT,
    "test_clock_skew.test_what_a_fast_clock_saw_is_no_later_than_now": _A_CLOCK,
    "test_clock_skew.test_pages_of_a_fast_clock_on_both_sides_of_now_keep_their_order": _A_CLOCK,
    "test_clock_skew.test_where_the_clock_jumped_cannot_be_told_nothing_is_changed": _A_CLOCK,
    "test_clock_skew.test_nothing_goes_back_to_before_it_was_written": _A_CLOCK,
    "test_clock_skew.test_a_store_that_a_fast_clock_began_goes_back_as_a_whole": _A_CLOCK,
    "test_clock_skew.test_the_end_of_a_killed_run_hides_no_jump": _A_CLOCK,
}
"""Tests that say nothing of a lake, with the reason. docs/scaling.md names them."""


@pytest.fixture(scope="session")
def empty_lake(lake_services):
    with lake_services.no_signatures():
        yield lake_services.template()


@pytest.fixture(scope="session")
def lake(lake_services, empty_lake):
    """``with lake(): …`` everything in it has a lake of its own."""

    @contextlib.contextmanager
    def enter():
        from analysis.store.lake.session import close_all

        with pytest.MonkeyPatch.context() as patch:
            for name, value in lake_services.copy_of(empty_lake).items():
                patch.setenv(name, value)
            yield
            close_all()  # stores that were opened without the folder's lock

    return enter


@pytest.fixture(scope="session")
def elsewhere(lake):
    return lake


@pytest.fixture(scope="session", autouse=True)
def session_lake(lake):
    with lake():
        yield


@pytest.fixture(scope="module", autouse=True)
def module_lake(lake):
    with lake():
        yield


@pytest.fixture(autouse=True)
def own_lake(lake, request):
    if request.path.stem in ONE_LAKE_A_MODULE:
        yield
    else:
        with lake():
            yield


@pytest.fixture(scope="session")
def board_alone(root, tmp_path_factory):
    """The bundled board in a folder that knows of no lake."""
    data = tmp_path_factory.mktemp("board_alone") / "data"
    command = [sys.executable, str(root / "tests" / "sql" / "board_store.py"), str(data)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PTT_STORE": "duckdb"})
    return data


@pytest.fixture(scope="module")
def board_data(board_alone, module_lake, tmp_path_factory):
    """The bundled board in this module's lake: sent as a whole by a folder that had it before there was a lake."""
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    data = tmp_path_factory.mktemp("board_in_a_lake") / "data"
    shutil.copytree(board_alone, data)
    with hold(data, "test"), open_work(data) as con:
        publish(data, con)
    return data


@pytest.fixture(scope="module")
def lake_history(module_lake, tmp_path_factory):
    import analysis
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    data = tmp_path_factory.mktemp("history")
    with hold(data, "test"), open_work(data) as con:

        def as_read():
            publish(data, con)
            return analysis.connect(data)

        yield SimpleNamespace(con=con, publish=lambda: publish(data, con), as_read=as_read)

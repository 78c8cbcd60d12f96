"""The short form of `./dev soak`: a few of a day's jobs against the faulty site, the store equal to the truth."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def soak(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", root / "tests" / "soak" / "soak.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module
    spec.loader.exec_module(module)
    return module


def test_the_timetable_is_the_schedule(soak: ModuleType) -> None:
    whole = soak.timetable(60)
    count = {arguments: sum(given == arguments for _, given in whole) for _, arguments in whole}
    assert count[("run",)] == 8
    assert count[("run", "--sessions-only")] == 5
    assert count[("run", "--hot", "--sessions-only")] == 69
    assert count[("digest",)] == 1
    assert {at - soak.MIDNIGHT for at, given in whole if given == ("digest",)} == {timedelta(hours=7, minutes=30)}
    assert {arguments for _, arguments in soak.timetable(0.4)} == count.keys()


def test_a_run_that_dies_is_told_with_the_end_of_its_log(soak: ModuleType, tmp_path: Path) -> None:
    """As one killed for its memory would: no traceback, and what the run before it had left says nothing of it."""
    day = soak.Soak(tmp_path / "soak", 1)
    (tmp_path / "soak" / "tmp").mkdir(parents=True)
    (tmp_path / "soak" / "left.json").write_text('{"files": 9, "threads": 1}')
    (tmp_path / "soak" / "data" / "spool").mkdir(parents=True)
    dies = "import os, sys; print('so far', flush=True); os.kill(os.getpid(), 9)"
    (tmp_path / "dies.py").write_text(dies)
    day.program = tmp_path / "dies.py"
    with day.site:
        day.ptt(soak.MIDNIGHT, ("run",))
    (problem,) = day.leaks()
    assert problem.startswith("00:00 ('run',): exit code -9, died: ")
    assert problem.rstrip().endswith("so far")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_day_in_short(soak: ModuleType, tmp_path: Path) -> None:
    verdict = soak.Soak(tmp_path / "soak", 0.6, engine="lexicon").run()
    assert verdict.problems == []
    assert verdict.facts["exit_codes"].keys() <= {0, 1, 3}
    assert verdict.facts["most_in_flight"] == 1
    assert sum(verdict.facts["faults"].values()) >= 2
    assert verdict.facts["pushes"] > 3000

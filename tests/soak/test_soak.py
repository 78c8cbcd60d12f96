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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_day_in_short(soak: ModuleType, tmp_path: Path) -> None:
    verdict = soak.Soak(tmp_path / "soak", 0.6, engine="lexicon").run()
    assert verdict.problems == []
    assert verdict.facts["exit_codes"].keys() <= {0, 1, 3}
    assert verdict.facts["most_in_flight"] == 1
    assert sum(verdict.facts["faults"].values()) >= 2
    assert verdict.facts["pushes"] > 3000

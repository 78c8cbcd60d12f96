"""CONTRIBUTING.md names files and commands that are there."""

import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "CONTRIBUTING.md").read_text("utf-8")


def test_named_files_are_there(page: str, root: Path) -> None:
    names = set(re.findall(r"`((?:analysis|ptt_spider|fixtures|tests|docs|tools|\.ci)/[^` ]+)`", page))
    assert len(names) > 30
    assert sorted(name for name in names if not (root / name).exists()) == []


def test_named_modules_and_names_are_there(page: str, root: Path) -> None:
    for module in re.findall(r"`python -m ([\w.]+)`", page):
        assert (root / (module.replace(".", "/") + ".py")).exists(), module
    for name, path in re.findall(r"`([A-Z_a-z]+)` (?:of|in) `([\w/]+\.py)`", page):
        assert re.search(rf"^(class )?{name}\b", (root / path).read_text("utf-8"), re.MULTILINE), (
            f"{path} has no {name}"
        )


def test_every_kind_of_addition_is_told(page: str) -> None:
    told = re.findall(r"^### (.+)$", page, re.MULTILINE)
    assert told == ["an engine", "a view or a macro", "a cookbook question", "a command", "a template", "a parser case"]


def test_dev_knows_what_it_says_and_says_what_it_knows(page: str, root: Path) -> None:
    script = (root / "dev").read_text("utf-8")
    usage = re.findall(r"^  ([a-z-]+) ", script.split("<<'T'")[1].split("\nT\n")[0], re.MULTILINE)
    cases = set(re.findall(r"^  ([a-z-]+)\)", script, re.MULTILINE))
    assert cases == set(usage)
    assert set(re.findall(r"\./dev ([a-z-]+)", page)) <= cases

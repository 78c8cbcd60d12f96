"""The README's table is what `./dev bench --write` writes, and its pieces measure what they say."""

import re
from pathlib import Path

import pytest

from benchmarks import table


def test_the_readme_holds_a_whole_table(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    (kept,) = re.findall(f"{table.BEGIN}\n(.*?)\n{table.END}", text, re.DOTALL)
    rows = [line for line in kept.splitlines() if line.startswith("| **")]
    for work in ("parse", "crawl", "load", "who boos most", "engine snownlp", "engine ptt"):
        assert [line for line in rows if work in line], work
    assert re.search(r"^\(20\d\d-\d\d-\d\d, \d+ × .+Python 3.+duckdb", kept, re.MULTILINE), (
        "the machine and the versions"
    )


def test_ratios_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    row = table.Row("carry water", "a sieve", 0.002, 0.5, "equal drops")
    assert row.times == 250
    lines = table.markdown([row]).splitlines()
    assert lines[2] == "| **250** | a sieve | carry water | 500 ms | 2 ms | equal drops |"
    assert len({line.count("|") for line in lines[:3]}) == 1


def test_writing_leaves_the_rest_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", "utf-8")
    monkeypatch.setattr(table, "README", page)
    table.write("new")
    table.write("newer")
    assert page.read_text("utf-8") == f"before\n{table.BEGIN}\nnewer\n{table.END}\nafter\n"


@pytest.mark.slow
def test_store_and_frame_agree_and_are_timed() -> None:
    rows = list(table.load_and_query(pushes=6_000))
    assert len(rows) == 3
    assert all(row.ours > 0 and row.theirs > 0 for row in rows)

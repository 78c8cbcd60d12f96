"""NOTICE names what the package carries of others, as it is."""

import csv
import re
import tomllib
from pathlib import Path

from ptt_spider import __version__


def test_what_is_named_is_there_and_dated(root: Path) -> None:
    notice = (root / "NOTICE").read_text("utf-8")
    paths = re.findall(r"^- (analysis/[\w/.-]+):", notice, re.MULTILINE)
    assert len(paths) == 5
    assert [path for path in paths if not (root / path).exists()] == []
    with (root / "analysis/stocks/listed.csv").open(encoding="utf-8") as lines:
        newest = max(row["listed_on"] for row in csv.DictReader(lines))
    assert f"tables of {newest}" in notice
    for script, package in (("stocks/make_list.py", "twstock"), ("trading_days/make_closed.py", "exchange_calendars")):
        pinned = re.search(rf"{package}==([\d.]+)", (root / "analysis" / script).read_text("utf-8"))
        assert pinned
        assert f"{package} {pinned[1]}" in notice


def test_every_licence_beside_a_part_is_told(root: Path) -> None:
    notice = (root / "NOTICE").read_text("utf-8")
    for licence in [*(root / "analysis").rglob("*LICENSE*"), *(root / "analysis").rglob("OFL*")]:
        assert licence.name in notice, licence
    assert "snownlp (MIT)" in notice


def test_versions_agree(root: Path) -> None:
    with (root / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    citation = (root / "CITATION.cff").read_text("utf-8")
    assert project["version"] == __version__
    assert f"version: {__version__}\n" in citation
    assert re.search(r"^date-released: 20\d\d-\d\d-\d\d$", citation, re.MULTILINE)
    assert f"license: {project['license']}\n" in citation

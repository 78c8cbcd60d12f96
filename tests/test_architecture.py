"""docs/architecture.md's picture is what the imports say: every box, every arrow, no circle, no module too long."""

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ptt_spider", "analysis")
BASE = ("facts", "basics")
"""Boxes that every box may use: arrows to them are not drawn."""
MAX_LINES = 300
LONGER: dict[str, str] = {}
"""Modules of more than MAX_LINES lines, and why."""


@cache
def modules() -> dict[str, str]:
    """Dotted name -> path of every module."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
            found[name] = path.relative_to(ROOT).as_posix()
    return found


@cache
def imports(module: str) -> frozenset[str]:
    """Our modules that one imports, anywhere in its code: late imports and those for types too."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / modules()[module]).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: say where from: from {'.' * node.level}{node.module or ''} import …"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                names.add(whole if whole in modules() else node.module or "")
    return frozenset(names & modules().keys() - {module})


@cache
def picture() -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    """Boxes with their paths, and the arrows that leave each."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    (drawing,) = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    boxes = {name: label.split("<br>") for name, label in re.findall(r'^\s*(\w+)\["(.+)"\]$', drawing, re.MULTILINE)}
    arrows: dict[str, set[str]] = {name: set() for name in boxes}
    for start, ends in re.findall(r"^\s*(\w+) --> (.+)$", drawing, re.MULTILINE):
        arrows[start] |= set(ends.split(" & "))
    return boxes, arrows


def box_of(path: str) -> str:
    """The box with the longest path that holds this module."""
    fits = [
        (len(place), box)
        for box, places in picture()[0].items()
        for place in places
        if path == place or path.startswith(f"{place}/")
    ]
    assert fits, f"{path} is in no box of docs/architecture.md's picture"
    return max(fits)[1]


def real_arrows() -> dict[str, dict[str, str]]:
    """Box -> box -> one import that makes the arrow."""
    arrows: dict[str, dict[str, str]] = defaultdict(dict)
    for module, path in sorted(modules().items()):
        for other in sorted(imports(module)):
            start, end = box_of(path), box_of(modules()[other])
            if start != end:
                arrows[start].setdefault(end, f"{path} imports {other}")
    return arrows


def test_arrows_are_the_imports() -> None:
    boxes, drawn = picture()
    real = real_arrows()
    missing = [f"{box} --> {end}: {why}" for box, ends in real.items() for end, why in ends.items()
               if end not in BASE and end not in drawn[box]]  # fmt: skip
    assert missing == [], "imports that the picture does not show: mend the import, or draw the arrow"
    idle = [f"{box} --> {end}" for box in boxes for end in drawn[box] if end not in real[box]]
    assert idle == [], "arrows that no import makes: take them out"


def test_boxes_are_there() -> None:
    boxes, drawn = picture()
    places = [place for places in boxes.values() for place in places]
    assert [place for place in places if not (ROOT / place).exists()] == []
    assert len(places) == len(set(places))
    assert set().union(*drawn.values()) <= boxes.keys()


def test_no_circles_between_boxes() -> None:
    graph = {box: set(ends) for box, ends in real_arrows().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"boxes that import each other: {' -> '.join(error.args[1])}")


CIRCLES = ({"analysis.store.publish", "analysis.store.lake.pull", "analysis.store.work"},)
"""Modules that still import each other, late: one store file is opened, published and pulled from the lake."""


def test_no_circles_between_modules() -> None:
    def known(module: str, other: str) -> bool:
        return any({module, other} <= circle for circle in CIRCLES)

    graph = {module: {other for other in imports(module) if not known(module, other)} for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"modules that import each other: {' -> '.join(error.args[1])}")


def test_the_spider_knows_nothing_of_the_analysis() -> None:
    assert [(module, other) for module in modules() if module.startswith("ptt_spider") for other in imports(module)
            if other.startswith("analysis")] == []  # fmt: skip


def test_modules_are_short() -> None:
    lines = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in modules().values()}
    assert {path: count for path, count in lines.items() if count > MAX_LINES and path not in LONGER} == {}
    assert [path for path in LONGER if lines.get(path, 0) <= MAX_LINES] == [], "short now: take them off the list"


def test_the_table_names_every_box() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w+) \|", page, re.MULTILINE)
    assert sorted(set(rows) - {"box"}) == sorted(picture()[0])

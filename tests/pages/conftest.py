"""Pages to parse: the recorded cases, the replayed board, and a second reader to compare with."""

import importlib.util
import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest


class Replay(NamedTuple):
    """A board as the site renders it, with the truth behind it."""

    folder: Path
    truth: list[dict[str, Any]]

    def page(self, url: str) -> bytes:
        return (self.folder / url.lstrip("/")).read_bytes()

    def articles(self) -> list[dict[str, Any]]:
        """Rows that have a page whose text is not repeated by the renderer's defect."""
        return [r for r in self.truth if not r["deleted"] and r["web_render"] != "dup_no_final_newline"]


@pytest.fixture(scope="session")
def replay(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    folder = tmp_path_factory.mktemp("replay")
    with tarfile.open(shared / "replay" / "stock_board.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        return Replay(folder, [json.loads(line) for line in lines])


@pytest.fixture(scope="session")
def slow_reading() -> ModuleType:
    """The independent reader, tests/pages/slow_reading.py."""
    path = Path(__file__).with_name("slow_reading.py")
    spec = importlib.util.spec_from_file_location("ptt_slow_reading", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def case(root: Path) -> Callable[[str], Any]:
    """Item of a recorded case by its folder's name; the error where it raises one."""
    from fixtures.pages import record
    from ptt_spider.errors import PageError
    from ptt_spider.pages import parse_article, parse_index

    def read(name: str) -> Any:
        folder = root / "fixtures" / "pages" / name
        url = record.url_of(folder)
        try:
            return (parse_index if "/index" in url else parse_article)(record.read(folder, "page.html"), url)
        except PageError as error:
            return error

    return read

"""The bytes that `./dev fuzz` kept: those that once broke a parser, and those that reach its odd corners."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"


@pytest.fixture(scope="module")
def targets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_targets", HERE / "targets.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_kept_bytes_are_read(path: Path, targets: ModuleType) -> None:
    targets.TARGETS[path.parent.name](path.read_bytes())


def test_every_parser_has_a_corpus(targets: ModuleType) -> None:
    folders = {folder.name: len(list(folder.iterdir())) for folder in CORPUS.iterdir()}
    assert folders.keys() == targets.TARGETS.keys()
    assert min(folders.values()) >= 10, folders
    assert sum(path.stat().st_size for path in CORPUS.glob("*/*")) < 500_000, "keep it small: minimise what is kept"

"""Wheel and sdist: built from the tree, equal whichever way, complete, and `ptt demo` works from the wheel alone."""

import email
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
LEFT_OUT = re.compile(r"__pycache__|\.nb[ic]$|\.DS_Store")


def run(*command: object, cwd: Path, timeout: float = 600, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PTT_", "PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env | environment, capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def environment(unavailable: Callable[[str], NoReturn], root: Path) -> Callable[..., Path]:
    """Makes a fresh environment in a folder with these packages; its Python. Unavailable without a package index."""

    def make(folder: Path, *packages: object) -> Path:
        python, constraints = folder / "bin" / "python", root / "constraints.txt"
        if shutil.which("uv"):
            steps = [("uv", "venv", "-q", "--python", sys.executable, folder),
                     ("uv", "pip", "install", "-q", "--python", python, "-c", constraints, *packages)]  # fmt: skip
        else:
            steps = [
                (sys.executable, "-m", "venv", folder),
                (python, "-m", "pip", "install", "-q", "-c", constraints, *packages),
            ]
        for step in steps:
            done = run(*step, cwd=folder.parent)
            if done.returncode:
                unavailable(f"no package index? {done.stderr.strip().splitlines()[-1]}")
        return python

    return make


@pytest.fixture(scope="module")
def built(
    root: Path, tmp_path_factory: pytest.TempPathFactory, environment: Callable[..., Path]
) -> tuple[Path, Path, Path]:
    """Wheel of the tree, sdist, and the wheel made from the sdist unpacked elsewhere."""
    folder = tmp_path_factory.mktemp("built")
    with (root / "pyproject.toml").open("rb") as file:
        builder = environment(folder / "builder", *tomllib.load(file)["build-system"]["requires"])
    done = run(builder, "-m", "hatchling", "build", "-d", folder / "dist", cwd=root)
    assert done.returncode == 0, done.stderr
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    done = run(builder, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "again", cwd=source)
    assert done.returncode == 0, done.stderr
    (again,) = (folder / "again").glob("*.whl")
    return wheel, sdist, again


def content(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def test_the_sdist_builds_the_same_wheel(built: tuple[Path, Path, Path]) -> None:
    wheel, _, again = built
    assert content(wheel) == content(again)


def test_the_wheel_holds_all_that_the_packages_hold(built: tuple[Path, Path, Path], root: Path) -> None:
    names = {name for name in content(built[0]) if ".dist-info/" not in name}
    tree = {path.relative_to(root).as_posix() for package in ("analysis", "ptt_spider")
            for path in (root / package).rglob("*") if path.is_file()}  # fmt: skip
    board = {f"analysis/demo/board/{path.relative_to(root / 'fixtures/board').as_posix()}"
             for path in (root / "fixtures/board").rglob("*") if path.is_file()}  # fmt: skip
    assert names == {name for name in tree | board if not LEFT_OUT.search(name)}
    for needed in ("analysis/py.typed", "ptt_spider/py.typed", "analysis/sql/comments.csv",
                   "analysis/stocks/listed.csv",
                   "analysis/digest/templates/digest.html.j2", "analysis/digest/font/OFL.txt",
                   "analysis/report/page.html", "analysis/sql/schema/0001_tables.sql"):  # fmt: skip
        assert needed in names
    assert [name for name in names if name.startswith("analysis/sentiment/weights/")]
    assert [name for name in names if name.startswith("analysis/demo/board/bbs/Stock/M.")]


def test_the_wheel_says_what_it_is(built: tuple[Path, Path, Path], root: Path) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        (about,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        facts = email.message_from_bytes(archive.read(about))
        licences = {name.rsplit("/", 1)[1]: archive.read(name) for name in archive.namelist() if "/licenses/" in name}
    assert facts["License-Expression"] == "MIT"
    assert facts["Requires-Python"] == ">=3.11"
    assert licences == {name: (root / name).read_bytes() for name in ("LICENSE", "NOTICE")}


def test_the_sdist_brings_tests_and_documents_and_no_data(built: tuple[Path, Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {
        "README.md",
        "NOTICE",
        "CITATION.cff",
        "CHANGELOG.md",
        "dev",
        "tests/conftest.py",
        "docs/schema.md",
    } <= names
    strays = [name for name in names if re.match(r"(\.venv|\.cache|\.demo|data|\.git)/|.*\.(duckdb|warc\.gz)$", name)]
    assert [name for name in strays if not name.startswith(("tests/", "fixtures/"))] == []


def test_demo_and_types_from_the_wheel(
    built: tuple[Path, Path, Path], root: Path, tmp_path_factory: pytest.TempPathFactory,
    environment: Callable[..., Path],
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("installed")
    python = environment(folder / "env", built[0])
    program = python.parent / "ptt"
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    done = run(program, "demo", "--data", folder / "data", cwd=folder, **home)
    assert done.returncode == 0, done.stderr
    assert (folder / "data" / "ptt.duckdb").is_file()
    assert list((folder / "data" / "digest").glob("*.eml"))
    answer = run(
        program, "sql", "--data", folder / "data", "SELECT count(*) > 50 FROM posts", "--format", "csv", cwd=folder
    )
    assert answer.stdout.splitlines()[1:] == ["true"], answer.stderr
    where = run(python, "-c", "import analysis, ptt_spider; print(analysis.__file__, ptt_spider.__file__)", cwd=folder)
    assert where.stdout.count(str(folder / "env")) == 2, "the wheel was tested, not the checkout"
    example = shutil.copy(root / "tests/typing/use_public_api.py", folder)
    typed = run(sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "--cache-dir", folder / "mypy",
                "--python-executable", python, example, cwd=folder)  # fmt: skip
    assert typed.returncode == 0, typed.stdout

"""The command line as a process: exit codes, one-line errors, a start that loads nothing heavy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def ptt(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis", *args], capture_output=True, text=True, cwd=cwd, timeout=60, check=False
    )


def test_help_lists_every_command(tmp_path: Path) -> None:
    from analysis.cli import COMMANDS

    done = ptt("--help", cwd=tmp_path)
    assert done.returncode == 0
    for name in COMMANDS:
        assert f" {name} " in done.stdout


def test_the_help_of_demo_names_its_own_folder(tmp_path: Path) -> None:
    said = ptt("demo", "--help", cwd=tmp_path).stdout
    assert "./.demo" in said
    assert "./data" not in said


def test_version(tmp_path: Path) -> None:
    done = ptt("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[0]) == (0, "ptt-pulse")


@pytest.mark.parametrize("args", [["nonsense"], ["run", "--no-such-option"], ["--no-such-option"]])
def test_wrong_usage_exits_2(args: list[str], tmp_path: Path) -> None:
    done = ptt(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_start_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, analysis.cli as c; c.register();"
        "print([m for m in ('pandas', 'numba', 'scrapy', 'matplotlib', 'sklearn', 'twisted') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("encoding", ["ascii", "big5", "latin-1"])
def test_no_locale_makes_a_message_raise(encoding: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "sql", "SELECT '推 é → 👍'", "--data", "/nowhere"],
        capture_output=True, cwd=tmp_path, timeout=60, check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"ptt: " in done.stderr


@pytest.mark.parametrize("args", ["sql --list", "--help", "sql --help"])
def test_a_closed_pipe_is_no_failure(args: str, tmp_path: Path) -> None:
    command = f"set -o pipefail; {sys.executable} -m analysis {args} | true"
    assert subprocess.run(["bash", "-c", command], cwd=tmp_path, timeout=60, check=False).returncode == 0

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


BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("args", [["sql", "--list"], ["--help"], ["sql", "--help"], ["--version"]])
def test_a_pipe_that_was_closed_before_is_no_failure_either(args: list[str], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "analysis", *args],
            stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, env=BUFFERED, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_answer_that_has_no_room_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "analysis", "sql", "--list"],
            stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=BUFFERED, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.decode().startswith("ptt: 磁碟已滿")
    assert done.stderr.count(b"\n") == 1

"""DuckDB 1.5.5 in a folder of its own, for tests that the two versions read each other's files.

Put the folder first on PYTHONPATH and a Python process uses it instead of the installed one. Made once, in
``.cache/duckdb-1.5.5`` of the checkout; PTT_OLD_DUCKDB names another place. Run this file to make it by hand.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "1.5.5"
ROOT = Path(__file__).resolve().parents[1]


class NotAvailable(Exception):
    """It could not be had; the message says why."""


def folder() -> Path:
    """The folder, made where it is missing. Raises NotAvailable."""
    named = os.environ.get("PTT_OLD_DUCKDB")
    place = Path(named) if named else ROOT / ".cache" / f"duckdb-{VERSION}"
    if (place / "duckdb").is_dir():
        return place
    if named:
        raise NotAvailable(f"PTT_OLD_DUCKDB={named} holds no package duckdb")
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    part.mkdir(parents=True)
    try:
        _install(part)
        part.rename(place)
    except OSError as error:
        if (place / "duckdb").is_dir():  # another test worker was quicker
            return place
        raise NotAvailable(f"{place} cannot be made: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return place


def _install(target: Path) -> None:
    wanted = ["--quiet", "--no-deps", "--target", str(target), f"duckdb=={VERSION}"]
    ways = [
        ["uv", "pip", "install", "--python", sys.executable, *wanted],
        [sys.executable, "-m", "pip", "install", *wanted],
    ]
    said = []
    for way in ways:
        if not shutil.which(way[0]):
            continue
        done = subprocess.run(way, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode == 0:
            return
        said.append(done.stderr.strip().splitlines()[-1:] or ["no reason given"])
    raise NotAvailable(f"duckdb=={VERSION} cannot be installed: {said}")


if __name__ == "__main__":
    print(folder())

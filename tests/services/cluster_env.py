"""What PTT_STORE=ducklake needs (extra ``cluster``), and an S3 server to test it with, in folders of their own.

The other tests use a newer DuckDB, whose extensions are not to be had as wheels. With the folder first on PYTHONPATH a
Python process uses this one. Made once, in ``.cache`` of the checkout; run this file to make them by hand.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from service import NotAvailable

ROOT = Path(__file__).resolve().parents[2]
S3 = ["moto[server]>=5.1"]


def lake_environment() -> dict[str, str]:
    """Of a process that works with a lake. Raises NotAvailable."""
    return _environment(lake_folder())


def s3_environment() -> dict[str, str]:
    """Of a process that is an S3 server. Raises NotAvailable."""
    return _environment(_folder("s3", S3))


def lake_folder() -> Path:
    """The folder, made where it is missing. Raises NotAvailable."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return _folder("cluster", project["optional-dependencies"]["cluster"])


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def _folder(name: str, wanted: list[str]) -> Path:
    mark = hashlib.sha256(repr((wanted, sys.version_info[:2])).encode()).hexdigest()[:8]
    place = ROOT / ".cache" / f"{name}-{mark}"
    if place.is_dir():
        return place
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    part.mkdir(parents=True)
    try:
        _install(part, wanted)
        part.rename(place)
    except OSError as error:
        if place.is_dir():  # another process was quicker
            return place
        raise NotAvailable(f"{place} cannot be made: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return place


def _install(target: Path, wanted: list[str]) -> None:
    arguments = ["--quiet", "--target", str(target), *wanted]
    if shutil.which("uv"):
        way = ["uv", "pip", "install", "--python", sys.executable, *arguments]
    else:
        way = [sys.executable, "-m", "pip", "install", *arguments]
    done = subprocess.run(way, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise NotAvailable(f"{wanted} cannot be installed: {done.stderr.strip().splitlines()[-3:]}")


if __name__ == "__main__":
    try:
        s3_environment()
        print(lake_folder())
    except NotAvailable as error:
        sys.exit(str(error))

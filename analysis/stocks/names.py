"""The lists of names beside this file, read once."""

import csv
import re
from functools import cache
from importlib.resources import files

_SUFFIX = re.compile(r"\*?(?:-KY創|-KY|-創|-DR|\*)?$")


def rows(name: str) -> list[dict[str, str]]:
    """Rows of ``analysis/stocks/<name>.csv``; lines that begin with # are comments."""
    with (files("analysis.stocks") / f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def short_name(name: str) -> str:
    """A listed name as people write it: ``TPK-KY`` -> ``TPK``, ``國巨*`` -> ``國巨``."""
    return _SUFFIX.sub("", name)


@cache
def listed() -> dict[str, str]:
    """symbol -> short name of every listed stock and ETF."""
    return {row["symbol"]: short_name(row["name"]) for row in rows("listed")}

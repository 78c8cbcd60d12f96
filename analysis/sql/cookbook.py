"""Cookbook queries: files of one question each, with named parameters and their defaults.

A file begins with ``-- name:``, ``-- question:`` and, per parameter, ``-- param: NAME = DEFAULT`` (DEFAULT in JSON).
The query uses ``$NAME``.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_HEADER = re.compile(r"-- (name|question|param): (.*)")
_PARAMETER = re.compile(r"(\w+) = (.+)")


class Query(NamedTuple):
    name: str
    question: str
    defaults: Mapping[str, Any]
    text: str


@cache
def queries() -> Mapping[str, Query]:
    """All of ``analysis/sql/queries``, by name, in the order of their file names."""
    folder = files("analysis.sql").joinpath("queries")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name)
    found = [parse(entry.read_text("utf-8")) for entry in entries]
    return {query.name: query for query in found}


def parse(text: str) -> Query:
    """One query file. Raises ValueError if a header is missing or unreadable."""
    headers: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    body = []
    for line in text.splitlines():
        match = _HEADER.fullmatch(line)
        if match and match[1] == "param":
            parameter = _PARAMETER.fullmatch(match[2])
            if not parameter:
                raise ValueError(f"{line!r}: a parameter needs NAME = DEFAULT")
            defaults[parameter[1]] = json.loads(parameter[2])
        elif match:
            headers[match[1]] = match[2].strip()
        else:
            body.append(line)
    if not {"name", "question"} <= headers.keys():
        raise ValueError(f"a query file needs -- name: and -- question: {text[:60]!r}")
    return Query(headers["name"], headers["question"], defaults, "\n".join(body).strip().rstrip(";"))

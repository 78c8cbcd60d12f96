"""Answers as CSV and JSON, a row at a time. Times are ISO 8601 with their offset."""

import csv
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TextIO

import orjson

from analysis.sql.ask import Answer, Row
from ptt_spider.clock import TAIPEI

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(answer: Answer, out: TextIO, *, bom: bool = False) -> int:
    """RFC 4180 with ``\\n``; nulls are empty, lists and structs JSON. How many rows.

    ``bom``: for Excel: a byte order mark, and an apostrophe before text that Excel would run as a formula.
    """
    if bom:
        out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.names)
    count = 0
    for row in answer.rows:
        writer.writerow([_cell(value, bom=bom) for value in row])
        count += 1
    return count


def write_json(answer: Answer, out: TextIO) -> int:
    """One array of objects, one object a line. How many rows."""
    out.write("[")
    count = 0
    for row in answer.rows:
        out.write(",\n" if count else "\n")
        out.write(json_line(answer.names, row))
        count += 1
    out.write("\n]\n")
    return count


def json_line(names: list[str], row: Row) -> str:
    """One row as a JSON object."""
    return orjson.dumps(dict(zip(names, map(plain, row), strict=True)), option=orjson.OPT_NON_STR_KEYS).decode()


def plain(value: Any) -> Any:
    """A value as JSON can say it: times ISO 8601 (Taipei's offset), decimals numbers, intervals seconds, bytes hex."""
    if isinstance(value, datetime):
        return (value.astimezone(TAIPEI) if value.tzinfo else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, int) and not -(2**53) < value < 2**53:
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _cell(value: Any, *, bom: bool) -> Any:
    if isinstance(value, str):
        return f"'{value}" if bom and value.startswith(_FORMULA) else value
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value

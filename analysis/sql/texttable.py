"""Answers as tables for a terminal: Chinese widths right, and nothing in the data can steer the terminal."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from rich.cells import cell_len, set_cell_size

from analysis.sql.formats import plain
from analysis.visible import clean
from ptt_spider.clock import TAIPEI

WIDEST: Final = 60
NARROWEST: Final = 6
_GAP: Final = " │ "


def render(names: Sequence[str], rows: Iterable[Sequence[Any]], width: int | None) -> Iterator[str]:
    """Lines of a table at most ``width`` cells wide (None: as wide as it takes); else record by record."""
    kept = list(rows)
    numeric = [_is_numeric(row[index] for row in kept) for index in range(len(names))]
    header = [clean(name) for name in names]
    cells = [[shown(value) for value in row] for row in kept]
    most = WIDEST if width is not None else sys.maxsize
    widths = [
        min(most, max([cell_len(header[index]), *(cell_len(row[index]) for row in cells)]))
        for index in range(len(header))
    ]
    if width is not None and not _fit(widths, width):
        yield from _records(header, cells, width)
        return
    yield _line(header, widths, numeric)
    yield "─┼─".join("─" * wide for wide in widths)
    for row in cells:
        yield _line(row, widths, numeric)


def shown(value: Any) -> str:
    """A value in a table: nulls as ∅, times in Taipei to the second, decimals to three places."""
    if value is None:
        return "∅"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        local = value.astimezone(TAIPEI).replace(tzinfo=None) if value.tzinfo else value
        return local.isoformat(" ", "seconds")
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, date | timedelta | int):
        return str(value)
    if isinstance(value, str):
        return clean(value)
    value = plain(value)
    return " ".join(map(shown, value)) if isinstance(value, list) else clean(str(value))


def _fit(widths: list[int], width: int) -> bool:
    """Shrinks the widest columns in place until all fit; False if they cannot."""
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= NARROWEST:
            return False
        widths[widest] -= 1
    return True


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    parts = []
    for text, wide, right in zip(cells, widths, numeric, strict=True):
        size = cell_len(text)
        if size > wide:
            parts.append(set_cell_size(set_cell_size(text, wide - 1).rstrip() + "…", wide))
        else:
            pad = " " * (wide - size)
            parts.append(pad + text if right else text + pad)
    return _GAP.join(parts).rstrip()


def _records(header: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> Iterator[str]:
    name_width = max(map(cell_len, header), default=0)
    for number, row in enumerate(rows, 1):
        yield f"── {number} " + "─" * max(0, min(width, 60) - 5 - len(str(number)))
        for name, text in zip(header, row, strict=True):
            yield f"{set_cell_size(name, name_width)}  {text}"


def _is_numeric(values: Iterable[Any]) -> bool:
    seen = [value for value in values if value is not None]
    return bool(seen) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in seen)

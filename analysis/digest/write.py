"""Issues as files: ``<data>/digest/<board>-<week>.eml``, ``.html`` and the two charts beside it."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analysis.digest.compose import make_issue
from analysis.digest.figures import Figures, newest_week, read_figures
from analysis.digest.issue import Issue
from analysis.digest.mail import DEFAULT_SENDER, charts, make_mail
from analysis.digest.render import html_part
from analysis.digest.weeks import Week
from analysis.digest.words import Lang
from analysis.errors import PttError
from analysis.store.connect import connect
from ptt_spider import clock


@contextmanager
def published(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published store. Raises StoreNotFound, and PttError for one that another version of the program published."""
    with connect(data) as con:
        try:
            yield con
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise PttError(f"{data} 的資料庫是別的版本發布的：請先執行 ptt load，再寫週報。") from error


def gather_figures(data: Path, board: str, week: Week | None) -> Figures:
    """The figures of ``week``, or of the last week that has ended and has data; where none has, of last week.

    Raises what `published` does.
    """
    with published(data) as con:
        chosen = week or newest_week(con, board, clock.now()) or Week.of(clock.now().date()).before
        return read_figures(con, board, chosen)


def write_issue(
    data: Path,
    issue: Issue,
    *,
    recipient: str = "",
    sender: str = DEFAULT_SENDER,
    pictures: dict[str, bytes] | None = None,
) -> list[Path]:
    """Writes an issue's mail and page; returns their paths. A recipient's files carry a hash, never the address.

    ``pictures`` are the issue's `charts`, where they have been drawn already.
    """
    folder = data / "digest"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{issue.board}-{issue.week.name}" + ("" if issue.words.lang == "zh" else f"-{issue.words.lang}")
    if recipient or issue.watch:
        stem += f"-{hashlib.sha256(f'{recipient}|{issue.key}'.encode()).hexdigest()[:8]}"
    pictures = charts(issue) if pictures is None else pictures
    for name, picture in pictures.items():
        _put(folder / f"{stem}-{name}.png", picture)
    mail = make_mail(issue, recipient=recipient, sender=sender, pictures=pictures)
    html = html_part(issue, {name: f"{stem}-{name}.png" for name in pictures})
    eml, page = folder / f"{stem}.eml", folder / f"{stem}.html"
    _put(eml, mail.as_bytes())
    _put(page, html.encode())
    return [eml, page]


def write_week(
    data: Path, board: str, week: Week | None = None, *, lang: Lang = "zh", stocks: Sequence[str] = ()
) -> list[Path]:
    """One issue for nobody in particular: what `ptt demo` and a plain `ptt digest` write."""
    return write_issue(data, make_issue(gather_figures(data, board, week), lang, stocks))


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    waiting.write_bytes(content)
    waiting.replace(path)

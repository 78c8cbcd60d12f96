"""`ptt sql`: questions to the published store."""

import os
import shutil
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.errors import PttError, UsageError
from ptt_spider.causes import cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def command(
    query: Annotated[
        list[str] | None, typer.Argument(metavar="[QUERY | @NAME] [KEY=VALUE]...", help="SQL, or a cookbook query")
    ] = None,
    data: DataOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE.sql", help="Read the SQL from a file")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the cookbook queries")] = False,
    output: Annotated[
        Format | None,
        typer.Option("--format", help="table, csv, json or parquet (default: by --out's ending, else table)"),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="F", help="Write to a file instead of standard output")] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="CSV for Excel: byte order mark, and ' before text that looks like a formula")
    ] = False,
) -> None:
    """Ask the published store: read-only, locked down, streamed. Without a query: an interactive prompt."""
    from analysis.sql import ask, prompt

    if show_list:
        print("\n".join(prompt.list_queries()))
        return
    settings = settle(data)
    text, parameters = _what(query or [], file)
    form = output or _by_ending(out)
    if bom and form is not Format.csv:
        raise UsageError("--bom 只用於 --format csv。")
    if text is None and sys.stdin.isatty():
        with ask.open_locked(settings.data) as con:
            names = [row[0] for row in ask.ask(con, _names_query()).rows]
            with prompt.history(names):
                prompt.converse(con, input, print, _terminal_width())
        return
    text = sys.stdin.read() if text is None else text
    if not text.strip():
        raise UsageError("沒有查詢：請給 SQL，例如 ptt sql 'FROM top_news()'，或 ptt sql --list。")
    if form is Format.parquet:
        _to_parquet(settings.data, text, parameters, out)
        return
    with ask.open_locked(settings.data) as con:
        if text.startswith("."):
            print("\n".join(prompt.dot_command(con, text.split(), _terminal_width())))
            return
        answer = ask.ask(con, text, parameters)
        with _target(out) as target:
            _write(answer, form, target, bom=bom, width=None if out else _terminal_width())


def _what(words: list[str], file: Path | None) -> "tuple[str | None, Mapping[str, Any]]":
    """SQL and its parameters from the command line; no SQL means the prompt or standard input."""
    from analysis.sql import ask

    if file is not None:
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"{file} 不是 UTF-8 的文字檔。") from None
        except OSError as error:
            raise UsageError(f"讀不到 {file}：{cause(error)}。") from None
        return text, ask.parse_parameters(words)
    if not words:
        return None, {}
    first, *rest = words
    if first.startswith("@"):
        query = ask.find_query(first)
        return query.text, ask.parse_parameters(rest, query.defaults)
    if first.startswith("."):
        return " ".join(words), {}
    return first, ask.parse_parameters(rest)


def _write(answer: object, form: Format, target: TextIO, *, bom: bool, width: int | None) -> None:
    from analysis.sql import ask, formats, prompt

    assert isinstance(answer, ask.Answer)  # noqa: S101 - for the type checker
    if form is Format.csv:
        formats.write_csv(answer, target, bom=bom)
    elif form is Format.json:
        formats.write_json(answer, target)
    else:
        for line in prompt.table_lines(answer, width):
            target.write(line + "\n")


def _to_parquet(data: Path, text: str, parameters: "Mapping[str, Any]", out: Path | None) -> None:
    from analysis.sql import ask

    if out is None:
        raise UsageError("Parquet 要寫到檔案：請加 --out 檔名.parquet。")
    waiting = _beside(out).absolute()
    try:
        with ask.open_locked(data, may_write=waiting) as con:
            rows = ask.copy_parquet(con, text, parameters, waiting)
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)
    say(f"已寫入 {out.absolute()}（{rows:,} 列）")


@contextmanager
def _target(out: Path | None) -> "Iterator[TextIO]":
    """Standard output, or a file that appears whole once all is written."""
    if out is None:
        if getattr(sys.stdout, "name", "") == os.devnull:  # put there by `analysis.cli`; not what > /dev/null gives
            raise PttError("標準輸出是關著的，答案沒有地方寫：請不要用 >&-，或用 --out 寫到檔案。")
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        yield sys.stdout
        return
    waiting = _beside(out)
    try:
        with waiting.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)
    say(f"已寫入 {out.absolute()}")


def _beside(out: Path) -> Path:
    if out.is_dir():
        raise UsageError(f"--out {out} 是資料夾：請給一個檔名，例如 {out / 'answer.csv'}。")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"--out {out} 的資料夾不存在：請先建立 {out.absolute().parent}。")
    return out.with_name(f".{out.name}.{os.getpid()}")


def _by_ending(out: Path | None) -> Format:
    ending = out.suffix.removeprefix(".").lower() if out else ""
    return Format(ending) if ending in ("csv", "json", "parquet") else Format.table


def _terminal_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _names_query() -> str:
    from analysis.sql import statement

    return f"SELECT name FROM ({statement('document/public')})"  # noqa: S608 - our own file

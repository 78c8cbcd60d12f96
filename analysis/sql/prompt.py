"""The interactive prompt of ``ptt sql``: statements up to a semicolon, cookbook names, and a few dot commands."""

import contextlib
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb

from analysis.errors import PttError, UsageError
from analysis.sql import statement
from analysis.sql.ask import Answer, ask, find_query, parse_parameters
from analysis.sql.cookbook import queries
from analysis.sql.texttable import render
from analysis.visible import clean

MAX_ROWS: Final = 500
"""Rows that a table shows; CSV, JSON and Parquet have no limit."""
HELP: Final = """\
SQL 以分號結尾；Tab 補完名稱，方向鍵回到先前的輸入。
.tables           表、檢視與巨集
.schema [名稱]    每個名稱（或它的每一欄）是什麼
.list             現成的查詢；@名稱 參數=值 執行
.quit             離開（或 Ctrl-D）"""
Print = Callable[[str], None]


def converse(con: duckdb.DuckDBPyConnection, read: Callable[[str], str], show: Print, width: int | None) -> None:
    """Reads with ``read(prompt)`` until .quit or EOFError. Wrong SQL is one line, and the prompt goes on."""
    show("ptt sql：唯讀。.help 說明，.quit 離開。")
    waiting = ""
    while True:
        try:
            line = read("  … " if waiting else "ptt> ")
        except EOFError:
            show("")
            return
        except KeyboardInterrupt:
            waiting = ""
            show("")
            continue
        if not waiting and not line.strip():
            continue
        if not waiting and line.strip().split()[0] in (".quit", ".exit"):
            return
        waiting = f"{waiting}\n{line}" if waiting else line
        if not _is_complete(waiting):
            continue
        text, waiting = waiting, ""
        try:
            for output in respond(con, text, width):
                show(output)
        except PttError as error:
            show(str(error))
        except KeyboardInterrupt:
            con.interrupt()
            show("已中斷這個查詢。")


def respond(con: duckdb.DuckDBPyConnection, text: str, width: int | None) -> Iterator[str]:
    """What the prompt answers to one input: a dot command, ``@NAME key=value …`` or SQL. Raises PttError."""
    text = text.strip()
    words = text.split()
    if text.startswith("."):
        yield from dot_command(con, words, width)
    elif text.startswith("@"):
        query = find_query(words[0].rstrip(";"))
        given = [word.rstrip(";") for word in words[1:]]
        yield from table_lines(ask(con, query.text, parse_parameters(given, query.defaults)), width)
    else:
        yield from table_lines(ask(con, text), width)


def dot_command(con: duckdb.DuckDBPyConnection, words: list[str], width: int | None) -> Iterator[str]:
    """``.tables``, ``.schema [NAME]``, ``.list``, ``.help``. Raises UsageError."""
    command, *names = words
    if command == ".tables":
        yield from table_lines(ask(con, statement("document/public")), width)
    elif command == ".schema" and not names:
        yield from table_lines(ask(con, statement("document/public")), width)
        yield ".schema 名稱 列出它的每一欄"
    elif command == ".schema":
        answer = ask(con, statement("document/one"), {"name": names[0].rstrip(";")})
        rows = list(answer.rows)
        if not rows:
            raise UsageError(f"沒有 {clean(names[0])} 這個表、檢視或巨集：.tables 列出全部。")
        yield from render(answer.names, rows, width)
    elif command == ".list":
        yield from list_queries()
    elif command == ".help":
        yield HELP
    else:
        raise UsageError(f"沒有 {clean(command)} 這個指令：.help 列出全部。")


def list_queries() -> Iterator[str]:
    """The cookbook, one query a line: name, parameters with their defaults, question."""
    for query in queries().values():
        values = "".join(f" {name}={'…' if value is None else value}" for name, value in query.defaults.items())
        yield f"@{query.name}{values}\n    {query.question}"


def table_lines(answer: Answer, width: int | None, limit: int = MAX_ROWS) -> Iterator[str]:
    """An answer as a table of at most ``limit`` rows, with a line on what is not shown."""
    rows = list(islice(answer.rows, limit))
    more = next(answer.rows, None) is not None
    yield from render(answer.names, rows, width)
    yield f"（只顯示前 {limit} 列；要全部請用 --format csv）" if more else f"（{len(rows)} 列）"


@contextlib.contextmanager
def history(names: list[str]) -> Iterator[None]:
    """Line editing with Tab completion of ``names`` and a history kept in the user's state folder (mode 0600)."""
    try:
        import readline
    except ImportError:
        yield
        return
    path = history_path()
    with contextlib.suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(1000)

    def complete(text: str, state: int) -> str | None:
        found = [name for name in names if name.startswith(text.lower())]
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n(),;=")
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(path)
            path.chmod(0o600)


def history_path() -> Path:
    """``$XDG_STATE_HOME/ptt/sql_history``, by default below ~/.local/state."""
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "ptt" / "sql_history"


def _is_complete(text: str) -> bool:
    return text.lstrip().startswith((".", "@")) or text.rstrip().endswith(";")

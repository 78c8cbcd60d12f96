"""The command line ``ptt`` (also ``python -m analysis``).

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done, 4 another run holds the lock.
"""

import codecs
import io
import os
import sys
from importlib import import_module
from typing import Final, cast

import typer

from analysis.commands.common import explain_os_error, say
from analysis.errors import PttError
from analysis.usage import explain_usage
from ptt_spider import __version__

COMMANDS: Final = (
    "demo", "run", "crawl", "follow", "load", "reparse", "import", "score", "sql", "stock", "thread", "export",
    "digest", "report", "train", "evaluate", "schedule", "status", "doctor", "forget", "prune", "backfill",
)  # fmt: skip
_ParserError: Final = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""UsageError of click, which newer versions of typer bring themselves."""

app = typer.Typer(
    name="ptt",
    help="PTT forum scraper and sentiment analyser: crawl, keep, score, ask, read.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"ptt-pulse {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version and end"),
) -> None:
    """PTT forum scraper and sentiment analyser: crawl, keep, score, ask, read."""


def register() -> None:
    """Adds every command to `app`; once."""
    if app.registered_commands:
        return
    for name in COMMANDS:
        module = f"analysis.commands.{'import_' if name == 'import' else name}"
        app.command(name)(import_module(module).command)


def main() -> None:
    """Runs one command; every failure a user can act on is one line on standard error."""
    if os.name == "nt":
        print("ptt 不支援原生 Windows：請在 WSL2 裡執行（wsl --install）。", file=sys.stderr)
        raise SystemExit(2)
    _open_closed_streams()
    _speak_any_locale()
    register()
    try:
        _call(sys.argv[1:])
    except PttError as error:
        raise SystemExit(_fail(error)) from None
    except BrokenPipeError:
        _print_no_more()
        raise SystemExit(0) from None
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # rich, which prints the help, ends with 1 by itself
            raise SystemExit(0) from None
        _print_no_more()
        raise
    except OSError as error:
        _print_no_more()
        raise SystemExit(_fail(explain_os_error(error))) from None
    except KeyboardInterrupt:
        say("ptt: 已中斷；已存的資料沒有遺失，再執行一次會接著做。")
        raise SystemExit(130) from None
    except Exception as error:
        if "duckdb" not in sys.modules or not isinstance(error, sys.modules["duckdb"].Error):
            raise
        raise SystemExit(_fail(_explain_database(error))) from None


def _print_no_more() -> None:
    """What could not be printed is dropped: else Python tries once more at its end, and makes the exit code 120."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed_streams() -> None:
    """``>&-`` and the like become the null device: else the next file opened, the store's perhaps, is stream 1, and
    what is printed to no standard error goes to standard output."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end


def _speak_any_locale() -> None:
    """No locale's encoding makes a message raise: what it lacks is shown as ``?``, and ASCII gives way to UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="replace")


def _call(args: list[str]) -> None:
    """Parses and runs, without typer's own ending: it would answer a closed pipe with 1 and Ctrl-C with silence."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("ptt", args) as context:
            command.invoke(context)
        sys.stdout.flush()  # a closed pipe or a full disk is told here, not by Python at its end
    except typer.Exit as end:
        if not end.exit_code:
            sys.stdout.flush()
        raise SystemExit(end.exit_code) from None
    except _ParserError as error:
        if not args:
            raise SystemExit(2) from None  # the help is printed
        raise explain_usage(error) from None


def _explain_database(error: Exception) -> PttError:
    """What DuckDB said where no one expected it: most often a store that another version of this program wrote."""
    from analysis.store.disk import is_disk_full

    if is_disk_full(error):
        return PttError("磁碟已滿：請騰出空間後執行 ptt load；已存的資料沒有遺失。")
    detail = str(error).split("\n\nLINE ")[0]
    return PttError(f"資料庫讀寫失敗：{detail}　若剛升級過，請先執行 ptt load 更新資料庫；不是的話請執行 ptt doctor。")


def _fail(error: PttError) -> int:
    """Says why on one line, whatever the message quotes; the exit code."""
    say("ptt: " + " ".join(str(error).splitlines()))
    return error.exit_code

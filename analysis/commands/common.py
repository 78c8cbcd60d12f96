"""What commands share: the --data option, the settings in force, and how they speak."""

import errno
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analysis.config import Settings, check_boards, load_settings, unknown_variables
from analysis.errors import PttError, UsageError
from analysis.visible import clean
from ptt_spider import clock
from ptt_spider.causes import cause

if TYPE_CHECKING:
    import duckdb

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Data folder (default: PTT_DATA, ptt.toml's folder, ./data)"),
]

FIRST = datetime(1995, 1, 1, tzinfo=clock.TAIPEI)
"""Before this there was no PTT; reckoning with any year at all would overflow."""
LAST_YEAR = 9000


def settle(data: Path | None, **overrides: Any) -> Settings:
    """The settings in force; the first log line names the data folder. Raises UsageError."""
    settings = load_settings(data, **overrides)
    Voice.json = settings.log == "json"
    say(f"資料夾：{settings.data}")
    for line in unknown_variables():
        say(line)
    return settings


def one_board(given: str | None, settings: Settings) -> str:
    """``--board``, by default the first of PTT_BOARD. Raises UsageError: the name becomes part of file names."""
    try:
        return check_boards([given])[0] if given is not None else settings.board[0]
    except ValueError as error:
        raise UsageError(f"--board {error}。") from None


def check_stored(con: "duckdb.DuckDBPyConnection", board: str, settings: Settings) -> None:
    """Raises UsageError where the store has no post of ``board``: a typo, whose empty answer would replace a good one.

    A configured board of a store that has no post at all is none: timers may come before the first crawl is done.
    """
    stored = [name for (name,) in con.execute("SELECT DISTINCT board FROM posts ORDER BY board").fetchall()]
    if board in stored or (not stored and board in settings.board):
        return
    has = f"有的是 {'、'.join(stored)}" if stored else "還沒有任何文章"
    raise UsageError(
        f"資料庫裡沒有 {board} 板（{has}）：請檢查 --board 或 PTT_BOARD，或先執行 ptt crawl --board {board}。"
    )


class Voice:
    """How log lines look: plain text, or one JSON object a line (PTT_LOG=json)."""

    json = False


def say(message: str, **fields: object) -> None:
    """One log line on standard error, whatever a title in it holds; results go to standard output."""
    if Voice.json:
        line = json.dumps(
            {"time": clock.now().isoformat(), "message": message, **fields}, ensure_ascii=False, default=str
        )
    else:
        line = clean(message)
    print(line, file=sys.stderr, flush=True)


def explain_os_error(error: OSError) -> PttError:
    """A one-line error for what the operating system refused."""
    where = f"（{error.filename}）" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return PttError(f"磁碟已滿{where}：請騰出空間後再執行一次；已存的資料沒有遺失。")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PttError(f"沒有寫入或讀取的權限{where}：請檢查資料夾的擁有者，或用 --data 指定別的資料夾。")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return PttError(f"那裡已經有檔案，不能當資料夾{where}：請檢查路徑，或用 --data 指定別的資料夾。")
    if error.errno == errno.EISDIR:
        return PttError(f"那是資料夾，不是檔案{where}：請檢查路徑。")
    if error.errno == errno.ENOENT:
        return PttError(f"找不到檔案或資料夾{where}：請檢查路徑。")
    return PttError(f"系統錯誤{where}：{cause(error)}")


def parse_when(text: str, option: str, *, now: datetime | None = None, end: bool = False) -> datetime:
    """``2026-01-28``, ``2026-01-28 13:05`` or ``3d``/``12h`` back from now -> Taipei time.

    ``end``: a bare date means the end of that day. Raises UsageError that names the option and shows the forms.
    """
    text = text.strip()
    if text[:-1].isdigit() and text[-1:] in ("d", "h") and len(text) <= 7:
        count = timedelta(**{"days" if text[-1] == "d" else "hours": int(text[:-1])})
        now = now or clock.now()
        if count < now - FIRST:
            return now - count
        raise UsageError(f"{option} {text!r} 太久了：批踢踢 {FIRST.year} 年才有，請給短一點的時間。")
    try:
        when = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise UsageError(f"{option} {text!r} 不是日期：請用 2026-01-28、2026-01-28T13:05 或 3d、12h。") from None
    if not FIRST.year <= when.year < LAST_YEAR:
        raise UsageError(f"{option} {text!r} 不在批踢踢的年代：請用 {FIRST.year} 到 {LAST_YEAR - 1} 年的日期。")
    if when.tzinfo is None:
        when = when.replace(tzinfo=clock.TAIPEI)
    if end and len(text) <= len("2026-01-28"):
        when += timedelta(days=1)
    return when.astimezone(clock.TAIPEI)

"""`ptt status`: how fresh the store is, who is running, what waits, what failed."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.commands.common import DataOption, parse_when, settle
from analysis.errors import PttError
from analysis.sql import statement
from ptt_spider import clock


def command(
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines")] = False,
    max_lag: Annotated[
        str | None, typer.Option(metavar="3h", help="Exit 1 when the last crawl that worked is older than this")
    ] = None,
) -> None:
    """Say how fresh the store is, what runs, what waits to be loaded and what failed."""
    settings = settle(data)
    now = clock.now()
    oldest = parse_when(max_lag, "--max-lag", now=now) if max_lag else None
    state = read_state(settings.data, now)
    print(json.dumps(state, ensure_ascii=False, default=str) if as_json else "\n".join(_lines(state)))
    if oldest and (state["last_crawl_at"] is None or datetime.fromisoformat(state["last_crawl_at"]) < oldest):
        raise PttError(
            f"資料太舊：最後一次成功的抓取是 {state['last_crawl_at'] or '從未'}，超過 {max_lag}；"
            "請看 ptt status 列出的失敗原因。"
        )


def read_state(data: Path, now: datetime) -> dict[str, Any]:
    """Everything that `ptt status` says, as one flat mapping with ISO times. Raises StoreNotFound."""
    from analysis.store.connect import connect
    from analysis.store.lock import holder

    with connect(data) as con:
        found = con.execute(statement("status/store"))
        names = [column[0] for column in found.description]
        row = found.fetchone() or (None,) * len(names)
        state: dict[str, Any] = {name: _iso(value) for name, value in zip(names, row, strict=True)}
        runs = con.execute(statement("status/last_runs"))
        columns = [column[0] for column in runs.description]
        state["last_runs"] = [dict(zip(columns, map(_iso, run), strict=True)) for run in runs.fetchall()]
    until = state["data_until"]
    state["lag_minutes"] = round((now - datetime.fromisoformat(until)).total_seconds() / 60) if until else None
    state["running"] = holder(data)
    state["spool_files"] = len(list((data / "spool").glob("*.jsonl*")))
    state["raw_bytes"] = sum(file.stat().st_size for file in (data / "raw").glob("*.warc.gz"))
    state["disk_free_bytes"] = shutil.disk_usage(data).free
    return state


def _iso(value: object) -> object:
    return value.astimezone(clock.TAIPEI).isoformat() if isinstance(value, datetime) else value


def _lines(state: dict[str, Any]) -> list[str]:
    gib = state["disk_free_bytes"] / 2**30
    lines = [
        f"資料到　　{_moment(state['data_until']) or '（還沒有）'}"
        + (f"（{_age(state['lag_minutes'])}）" if state["data_until"] else ""),
        f"上次抓取　{_moment(state['last_crawl_at']) or '（從未成功）'}",
        f"上次發布　{_moment(state['published_at'])}",
        f"收錄　　　{state['posts']:,} 篇、{state['pushes']:,} 則推文",
        f"引擎　　　{state['engine']} {state['engine_version']}",
        f"等待載入　{state['spool_files']} 個檔案",
        f"原始檔　　{state['raw_bytes'] / 2**20:,.1f} MiB；磁碟剩 {gib:,.1f} GiB",
        f"執行中　　{_running(state['running'])}",
        f"七天內失敗 {state['failed_runs']} 次",
    ]
    return lines + [_run_line(run) for run in state["last_runs"]]


def _run_line(run: dict[str, Any]) -> str:
    when = _moment(run["started_at"])
    said = f"  {when}　{run['command']}　結束碼 {run['exit_code']}　{run['posts']} 篇　{run['reason'] or ''}"
    return said.rstrip()


def _running(holder: dict[str, Any] | None) -> str:
    return f"{holder['command']}（pid {holder['pid']}，自 {_moment(holder['since'])}）" if holder else "沒有"


def _moment(iso: str | None) -> str:
    """``2026-01-28 21:00:05``, Taipei's time; empty for none."""
    return f"{datetime.fromisoformat(iso).astimezone(clock.TAIPEI):%Y-%m-%d %H:%M:%S}" if iso else ""


def _age(minutes: int) -> str:
    """In the largest unit that leaves two or more of it; the site's clock may be a little ahead of ours.

    >>> _age(119), _age(150), _age(432_671)
    ('119 分鐘前', '2 小時前', '300 天前')
    """
    if minutes < 120:
        return f"{max(minutes, 0)} 分鐘前"
    return f"{minutes // 60} 小時前" if minutes < 2 * 24 * 60 else f"{minutes // (24 * 60):,} 天前"

"""What can be wrong with an installation, found out one check at a time; each says what to do about it."""

import platform
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from analysis.config import Settings, find_config
from analysis.errors import PttError
from ptt_spider import clock
from ptt_spider.causes import cause
from ptt_spider.crawling import CrawlJob

ROBOT: Final = "ptt-pulse"
"""The name that robots.txt rules may address."""
LEAST_FREE: Final = 2 * 2**30
"""Bytes below which a publication of a store of some years may not fit."""
STALE: Final = timedelta(days=1)
SITE_TIMEOUT: Final = 10.0
_SAMPLE: Final = "這季營收創新高，恭喜持有的人"


class State(StrEnum):
    """How a check ended."""

    good = "好"
    warning = "注意"
    bad = "壞"


class Finding(NamedTuple):
    """One check: what was looked at, how it is, and what to do where it is not good."""

    topic: str
    state: State
    said: str
    remedy: str = ""


def examine(settings: Settings, *, ask_site: bool = True) -> Iterator[Finding]:
    """Runs the checks in the order in which they would stop a user. ``ask_site``: one request for robots.txt."""
    checks: list[Callable[[Settings], Finding]] = [_program, _config, _folder, _disk, _running, _store, _model, _font]
    if ask_site:
        checks.append(_site)
    for check in checks:
        try:
            yield check(settings)
        except (PttError, OSError) as error:
            yield Finding(check.__name__.strip("_"), State.bad, str(error))


def _program(_: Settings) -> Finding:
    import duckdb

    from ptt_spider import __version__

    said = f"ptt-pulse {__version__}、Python {platform.python_version()}、DuckDB {duckdb.__version__}"
    return Finding("程式", State.good, said)


def _config(settings: Settings) -> Finding:
    path = find_config(Path.cwd())
    if not settings.contact:
        return Finding(
            "設定", State.warning, f"{path or '沒有 ptt.toml'}；沒有設 PTT_CONTACT",
            "設一個信箱，站方才找得到抓取的人：contact = \"you@example.com\"",
        )  # fmt: skip
    return Finding("設定", State.good, f"{path or '沒有 ptt.toml'}；聯絡 {settings.contact}")


def _folder(settings: Settings) -> Finding:
    settings.data.mkdir(parents=True, exist_ok=True)
    probe = settings.data / ".doctor"
    probe.write_bytes(b"")
    probe.unlink()
    return Finding("資料夾", State.good, f"{settings.data} 可以寫入")


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    said = f"剩 {free / 2**30:,.1f} GiB"
    if free < LEAST_FREE:
        return Finding("磁碟", State.warning, said, "騰出空間；ptt prune 可以刪掉舊的原始檔")
    return Finding("磁碟", State.good, said)


def _running(settings: Settings) -> Finding:
    from analysis.store.lock import holder

    other = holder(settings.data)
    return Finding("執行中", State.good, f"{other['command']}（pid {other['pid']}）" if other else "沒有別的程序在寫入")


def _store(settings: Settings) -> Finding:
    from analysis.store.connect import connect
    from analysis.store.work import PUBLISHED_NAME

    if not (settings.data / PUBLISHED_NAME).is_file():
        return Finding("資料庫", State.warning, "還沒有", "執行 ptt run")
    with connect(settings.data) as con:
        posts, pushes, until = con.execute("SELECT posts, pushes, data_until FROM store_info").fetchall()[0]
    said = f"{posts:,} 篇、{pushes:,} 則推文，資料到 {until:%Y-%m-%d %H:%M}" if until else "是空的"
    if until is None or clock.now() - until > STALE:
        return Finding("資料庫", State.warning, said, "執行 ptt run；要定時執行請用 ptt schedule")
    return Finding("資料庫", State.good, said)


def _model(settings: Settings) -> Finding:
    from analysis.sentiment import get_engine

    engine = get_engine(settings.engine)
    score = float(engine.score([_SAMPLE])[0])
    return Finding("模型", State.good, f"{engine.info.name} {engine.info.version}（試算「{_SAMPLE}」{score:+.2f}）")


def _font(_: Settings) -> Finding:
    from importlib.resources import files

    found = [entry.name for entry in files("analysis.digest.font").iterdir() if entry.name.endswith(".otf")]
    if not found:
        return Finding("字型", State.bad, "週報圖表的中文字型不見了", "重新安裝 ptt-pulse")
    return Finding("字型", State.good, found[0])


def _site(settings: Settings) -> Finding:
    from protego import Protego

    job = CrawlJob(settings.data, site=settings.site, delay=max(settings.delay, 0.5), contact=settings.contact)
    address = f"{settings.site.rstrip('/')}/robots.txt"
    request = urllib.request.Request(address, headers={"User-Agent": job.user_agent})  # noqa: S310 - http(s) checked by CrawlJob
    try:
        with urllib.request.urlopen(request, timeout=SITE_TIMEOUT) as response:  # noqa: S310 - checked
            rules = response.read(1 << 20).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        if error.code in (403, 429, 503):
            return Finding(
                "網站", State.bad, f"{settings.site} 拒絕了這台主機（{error.code}）",
                "雲端主機常被擋：請改在自己的網路抓取，再用 ptt import *.warc.gz 匯入",
            )  # fmt: skip
        if error.code >= 500:
            return Finding("網站", State.bad, f"{settings.site} 故障（{error.code}）", "晚點再試")
        rules = ""
    except (OSError, ValueError) as error:
        return Finding("網站", State.bad, f"{settings.site} 連不上：{cause(error)}", "檢查網路與 PTT_SITE")
    robots = Protego.parse(rules)
    site = settings.site.rstrip("/")
    forbidden = [board for board in settings.board if not robots.can_fetch(f"{site}/bbs/{board}/index.html", ROBOT)]
    if forbidden:
        return Finding("網站", State.bad, f"robots.txt 不許抓 {'、'.join(forbidden)}", "換一個看板，或請教站方")
    return Finding("網站", State.good, f"{settings.site} 有回應，robots.txt 允許 {'、'.join(settings.board)}")

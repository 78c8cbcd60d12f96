"""How a crawl looks while it runs: the plan first, a progress line on a terminal, plain lines in a log, a summary."""

import sys
import time
from typing import Any

from analysis.commands.common import say
from analysis.config import Settings
from analysis.errors import PartlyDone, PttError
from analysis.gathering import Listener, gather
from ptt_spider import clock
from ptt_spider.crawling import CrawlJob, CrawlReport, Plan, Progress

LOG_EVERY = 30.0
"""Seconds between two progress lines in a log."""
SAFE = "隨時可按 Ctrl-C，已抓的不會遺失。"
BOARD_NAMES = {"Stock": "股票板"}


class Watcher(Listener):
    """Tells on standard error."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def plan(self, plan: Plan) -> None:
        say(plan_line(plan))

    def note(self, line: str) -> None:
        if self._bar:
            self._bar.console.print(line)
        else:
            say(line)

    def progress(self, progress: Progress) -> None:
        if self._terminal:
            self._draw(progress)
        elif time.monotonic() - self._last >= LOG_EVERY:
            self._last = time.monotonic()
            say(progress_line(progress))

    def close(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None

    def _draw(self, progress: Progress) -> None:
        from rich.console import Console
        from rich.progress import BarColumn
        from rich.progress import Progress as Bar

        if self._bar is None:
            self._bar = Bar(BarColumn(bar_width=12), "{task.description}", console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        self._bar.update(
            self._task, description=bar_text(progress), completed=progress.done, total=progress.total or None
        )


def plan_line(plan: Plan) -> str:
    """``股票板 7 天約 420 篇，每秒 1 篇，約 7 分鐘；隨時可按 Ctrl-C，已抓的不會遺失。``"""
    name = BOARD_NAMES.get(plan.board, f"{plan.board} 板")
    pace = f"每秒 {1 / plan.delay:.3g} 篇" if plan.delay else "不設間隔"
    return f"{name} {_span(plan)}約 {plan.posts} 篇，{pace}，約{_duration(plan.seconds)}；" + SAFE


def progress_line(progress: Progress) -> str:
    line = (
        f"{progress.board}：索引 {progress.index_pages} 頁、文章 {progress.posts} 篇、推文 {progress.pushes} 則，"
        f"{progress.done}/{progress.total}，每秒 {progress.rate:.1f} 篇"
    )
    if progress.eta_seconds is None or progress.done >= progress.total:
        return line
    return f"{line}，預計 {_finish(progress.eta_seconds)} 完成"


def bar_text(progress: Progress) -> str:
    """The same beside a bar, short enough for 80 columns."""
    parts = [
        f"{progress.board} {progress.done}/{progress.total}",
        f"文章 {progress.posts}",
        f"推文 {progress.pushes}",
        f"{progress.rate:.1f} 篇/秒",
    ]
    if progress.eta_seconds is not None and progress.done < progress.total:
        parts.append(f"{_finish(progress.eta_seconds)} 完成")
    return "  ".join(parts)


def _finish(seconds: float) -> str:
    """When a run ends, with the date where that is not today."""
    finish = clock.from_unix(time.time() + seconds)
    return f"{finish:{'%m/%d ' if finish.date() != clock.now().date() else ''}%H:%M}"


def summary_line(report: CrawlReport) -> str:
    seconds = ((report.finished_at or clock.now()) - report.started_at).total_seconds()
    parts = [
        f"抓了 {report.posts} 篇、{report.pushes} 則推文",
        f"索引 {report.index_pages} 頁" + (f"（另看守 {report.watch_pages} 頁）" if report.watch_pages else ""),
        f"重訪 {report.revisits} 篇",
        f"共 {report.requests} 次請求，省下 {report.requests_saved} 次",
        f"耗時{_duration(seconds)}",
    ]
    missing = sum(ref.state == "missing" for ref in report.refs)
    if missing:
        parts.insert(1, f"{missing} 篇網站上沒有")
    if report.gone > missing:
        parts.insert(1, f"{report.gone - missing} 篇已刪除")
    if not (report.posts or report.pushes or report.gone):
        parts[0] = "沒有新的內容"
    return "，".join(parts) + "。"


def run_and_report(settings: Settings, command: str, job: CrawlJob, *, incremental: bool) -> CrawlReport:
    """Locks, runs, tells. Raises StoreLocked, PartlyDone, PttError: the command's exit code."""
    from analysis.store.lock import hold

    with hold(settings.data, command):
        report = gather(settings, command, job, Watcher(), incremental=incremental)
    for ref in report.refs:
        say(f"{_STATES[ref.state]} {ref.board}/{ref.post_id}")
    say(summary_line(report))
    if report.outcome in ("partly", "stopped"):
        raise PartlyDone(report.reason or "")
    if report.outcome == "failed":
        raise PttError(report.reason or "")
    return report


_STATES = {
    "found": "找到",
    "changed": "有變動",
    "gone": "已刪除",
    "missing": "網站上沒有這篇（404）",
    "failed": "沒抓到",
}


def _span(plan: Plan) -> str:
    if plan.since is None:
        return ""
    if plan.days:
        return f"{plan.days:.0f} 天"
    until = min(plan.until or clock.now(), clock.now())
    hours = (until - plan.since).total_seconds() / 3600
    return f"{hours / 24:.0f} 天" if hours >= 36 else f"{max(hours, 1):.0f} 小時"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f" {max(seconds, 1):.0f} 秒"
    if seconds < 5400:
        return f" {seconds / 60:.0f} 分鐘"
    return f" {seconds / 3600:.1f} 小時" if seconds < 172800 else f" {seconds / 86400:.1f} 天"

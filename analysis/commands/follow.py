"""`ptt follow`: a live thread's comments, printed and stored as they come."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.commands.crawl import SiteOption
from analysis.errors import PttError, UsageError
from analysis.gathering import Listener, base_job, gather
from analysis.visible import clean
from ptt_spider.aid import parse_ref
from ptt_spider.items import Push
from ptt_spider.spool import GrowthSeen, PageSeen, Record

LAST = 20
"""Comments shown of those that were there before."""


def command(
    thread: Annotated[str, typer.Argument(metavar="URL|AID", help="The thread: URL, #AID (Board) or M.….A.…")],
    for_: Annotated[str | None, typer.Option("--for", metavar="SPAN", help="Stop after 30m, 2h …")] = None,
    site: SiteOption = None,
    data: DataOption = None,
) -> None:
    """Print and store a live thread's pushes as they come, until Ctrl-C."""
    from analysis.store.lock import hold

    settings = settle(data)
    try:
        ref = parse_ref(thread)
    except ValueError:
        raise UsageError(f"{thread!r} 不是文章：請給網址、#AID (看板) 或 M.1769577959.A.C89。") from None
    job = replace(base_job(settings, site=site), refs=(ref,), follow=True, follow_for=_span(for_))
    with hold(settings.data, "ptt follow"):
        report = gather(settings, "ptt follow", job, Printer())
    if any(ref.state == "missing" for ref in report.refs):
        raise PttError(report.reason or "")
    if report.gone:
        say("文章已被刪除。")
    say(f"共收到 {report.pushes} 則推文，{report.requests} 次請求；已存好並發布。")
    if report.failures and not report.posts:
        raise PttError(f"{report.failures[0].url} 讀不到：{report.failures[0].reason}。")
    if report.outcome == "failed":
        raise PttError(report.reason or "")


def _span(text: str | None) -> timedelta | None:
    from ptt_spider.frontier import parse_span

    if text is None:
        return None
    try:
        return parse_span(text)
    except ValueError:
        raise UsageError(f"--for {text!r} 不是一段時間：請用 30m、2h 這樣的形式。") from None


class Printer(Listener):
    """Each comment once, on standard output, in the order of the page."""

    def __init__(self) -> None:
        self._shown: Counter[tuple[str, str | None, str | None, str]] = Counter()
        self._begun = False

    def note(self, line: str) -> None:
        say(line)

    def record(self, record: Record) -> None:
        match record:
            case PageSeen(_, _, post):
                fresh = self._fresh(post.pushes)
                if not self._begun:
                    self._begun = True
                    say(f"{post.title or post.post_id}（{post.author or '?'}）：已有 {len(post.pushes)} 則推文")
                    fresh = fresh[-LAST:]
                self._print(fresh)
            case GrowthSeen():
                self._print(self._count(record.pushes))

    def _fresh(self, pushes: tuple[Push, ...]) -> list[Push]:
        """Comments of a whole page that were not shown yet; equal ones count."""
        here: Counter[tuple[str, str | None, str | None, str]] = Counter()
        fresh = []
        for push in pushes:
            here[_key(push)] += 1
            if here[_key(push)] > self._shown[_key(push)]:
                fresh.append(push)
        self._shown |= here
        return fresh

    def _count(self, pushes: tuple[Push, ...]) -> tuple[Push, ...]:
        self._shown.update(map(_key, pushes))
        return pushes

    @staticmethod
    def _print(pushes: list[Push] | tuple[Push, ...]) -> None:
        for push in pushes:
            print(clean(f"{push.tag} {push.user_id or '?'}: {push.text or ''}  {push.time_text}"), flush=True)


def _key(push: Push) -> tuple[str, str | None, str | None, str]:
    return push.tag, push.user_id, push.text, push.time_text

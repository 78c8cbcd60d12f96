"""`ptt crawl`: boards, ranges, searches or single posts into the store."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, parse_when, settle
from analysis.errors import UsageError
from ptt_spider.aid import PostRef, parse_ref

BoardOption = Annotated[list[str] | None, typer.Option("--board", help="Board; may be given several times")]
SiteOption = Annotated[str | None, typer.Option("--site", metavar="URL", help="Site to crawl")]


def command(
    board: BoardOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="D", help="Posts from then on: a date, a time, 3d or 12h")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="D", help="Posts up to then; a date includes its day")
    ] = None,
    pages: Annotated[int | None, typer.Option("--pages", min=1, help="At most so many index pages a board")] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="Only posts of this category, such as 新聞")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="Q", help="Site search: author:x recommend:10 thread:… or words")
    ] = None,
    url: Annotated[
        list[str] | None, typer.Option("--url", metavar="URL|AID|@FILE", help="Only these posts; may be given again")
    ] = None,
    site: SiteOption = None,
    full: Annotated[bool, typer.Option("--full", help="Fetch again what is known")] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Also fetch the news pages that posts link to")
    ] = False,
    data: DataOption = None,
) -> None:
    """Crawl and load: what is new, or a range, a search, a list of posts. Repeating it goes on where it stopped."""
    from analysis.gathering import base_job
    from analysis.watching import run_and_report

    settings = settle(data)
    boards = [name for given in board for name in given.split(",")] if board else None
    job = base_job(settings, boards, site=site)
    for option, value in (("--search", search), ("--category", category)):
        if value is not None and not value.strip():
            raise UsageError(f"{option} 是空的：請給要找的字，或不要這個選項。")
    asked = bool(since or until or pages or search or url or category)
    job = replace(
        job,
        since=parse_when(since, "--since") if since is not None else None,
        until=parse_when(until, "--until", end=True) if until is not None else None,
        pages=pages,
        category=category,
        search=search,
        refs=read_refs(url) if url else (),
        full=full,
        follow_links=follow_links,
    )
    if job.since and job.until and job.since >= job.until:
        raise UsageError(f"--since {since} 不早於 --until {until}：請把較早的時間放在 --since。")
    run_and_report(settings, "ptt crawl", job, incremental=not asked)


def read_refs(given: list[str]) -> tuple[PostRef, ...]:
    """URLs, AIDs and ``@FILE`` lists (one a line, # begins a comment) -> posts, each once. Raises UsageError."""
    refs: dict[PostRef, None] = {}
    for text in given:
        for place, line in _lines(text):
            try:
                refs[parse_ref(line)] = None
            except ValueError:
                raise UsageError(f"{place}{line!r} 不是文章：請給網址、#AID (看板) 或 M.1769577959.A.C89。") from None
    return tuple(refs)


def _lines(text: str) -> list[tuple[str, str]]:
    if not text.startswith("@"):
        return [("--url ", text)]
    path = Path(text[1:])
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--url {text} 讀不了（{error}）：請給一行一個網址或 AID 的文字檔。") from None
    lines = ((number, line.split(" #")[0].strip()) for number, line in enumerate(content.splitlines(), 1))
    return [(f"{path} 第 {number} 行 ", line) for number, line in lines if line and not _is_comment(line)]


def _is_comment(line: str) -> bool:
    """``# words``: an AID follows its # at once."""
    return line == "#" or line.startswith(("# ", "##"))

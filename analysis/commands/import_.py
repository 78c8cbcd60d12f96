"""`ptt import`: pages and prices that people already have."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.config import Settings
from analysis.errors import PartlyDone, PttError, UsageError
from ptt_spider.spool import PageSeen, Record

WARC = (".warc", ".warc.gz")


def command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Saved pages, WARC, JSON, plain text copies, folders")
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Closing prices: a CSV with symbol, day and close")
    ] = None,
    data: DataOption = None,
) -> None:
    """Import saved pages, WARC, JSON of jwlin/ptt-web-crawler, plain text copies, prices; restore a `ptt export`."""
    if not files and not prices:
        raise UsageError("要匯入什麼？ptt import 檔案…，或 ptt import --prices 收盤價.csv。")
    for path in [*(files or []), *([prices] if prices else [])]:
        if not path.exists():
            raise UsageError(f"{path} 不存在：請檢查路徑。")
    settings = settle(data)
    if prices:
        _import_prices(settings, prices)
    backups = [path for path in files or [] if (path / "manifest.json").is_file()]
    if backups:
        _restore(settings, backups, files or [])
    elif files:
        _import_files(settings, list(_expand(files)))


def _import_prices(settings: Settings, path: Path) -> None:
    from analysis.prices import read_prices
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.tables import replace_prices
    from analysis.store.work import open_work

    rows = list(read_prices(path))
    with hold(settings.data, "ptt import --prices"), open_work(settings.data) as con:
        replace_prices(con, rows, path.name)
        publish(settings.data, con)
    say(f"匯入 {len(rows):,} 筆收盤價。")


def _restore(settings: Settings, backups: list[Path], files: list[Path]) -> None:
    from analysis.derive import derive_again
    from analysis.store.export import restore
    from analysis.store.lock import hold

    if len(files) > 1:
        raise UsageError(f"{backups[0]} 是 ptt export 的備份：還原時請只給這一個資料夾。")
    with hold(settings.data, "ptt import"):
        manifest = restore(backups[0], settings.data, complete=derive_again)
    say(f"已從備份還原：{manifest['posts']:,} 篇、{manifest['pushes']:,} 則推文。")


def _import_files(settings: Settings, paths: list[Path]) -> None:
    from analysis.ingest import ingest
    from analysis.store.lock import hold
    from analysis.store.tables import known_posts
    from analysis.store.work import open_work

    if not paths:
        raise UsageError("資料夾裡沒有可匯入的檔案：可匯入 .html、.warc.gz、.json、.txt。")
    problems: list[str] = []
    read = Counter[str]()
    with hold(settings.data, "ptt import"), open_work(settings.data) as con:
        known = known_posts(con)
        report = ingest(con, settings, _count(_records(paths, known, problems), read), say)
    say(
        f"匯入 {len(paths):,} 個檔案：新增 {report.new_posts:,} 篇、{report.new_pushes:,} 則推文，"
        f"{report.changed_threads:,} 串有變動。"
    )
    if problems:
        said = f"{len(problems):,} 項沒有匯入：" + "；".join(problems[:5])
        if report.responses:
            raise PartlyDone(said)
        raise PttError(said)
    if not read:
        raise PttError("這些檔案裡沒有一篇文章：請檢查是不是批踢踢的網頁、WARC 或 jwlin 的 JSON。")


def _count(records: Iterator[Record], read: Counter[str]) -> Iterator[Record]:
    """The records, counted before any is dropped for privacy."""
    for record in records:
        read[type(record).__name__] += 1
        yield record


def _records(paths: list[Path], known: set[tuple[str, str]], problems: list[str]) -> Iterator[Record]:
    from analysis.importing import SOURCE, records_of
    from ptt_spider.reparse import Reparser
    from ptt_spider.warc import read_archive

    archives = [path for path in paths if path.name.endswith(WARC)]
    if archives:
        reparser = Reparser(SOURCE)
        yield from reparser.records(read_archive(sorted(archives)))
        problems += [reason for _, reason in reparser.skipped]
    for path in paths:
        if path in archives:
            continue
        try:
            for record in records_of(path):
                if _lacks_users(record) and _key(record) in known:
                    problems.append(f"{path}：這篇已在庫中，而這份抄本沒有推文者，不匯入以免重複計票")
                else:
                    yield record
        except (PttError, OSError) as error:
            problems.append(str(error))


def _key(record: Record) -> tuple[str, str]:
    return (record.post.board, record.post.post_id) if isinstance(record, PageSeen) else ("", "")


def _lacks_users(record: Record) -> bool:
    """A copy whose pushes name nobody cannot be told apart from the same pushes read on the site."""
    return isinstance(record, PageSeen) and any(push.user_id is None for push in record.post.pushes)


def _expand(files: list[Path]) -> Iterator[Path]:
    """Files as given; a folder stands for the importable files below it."""
    endings = (".html", ".htm", ".json", ".jsonl", ".txt", *WARC)
    for path in files:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith(endings))
        else:
            yield path

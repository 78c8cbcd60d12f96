"""`ptt reparse`: parse the raw archive again with today's parsers."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.errors import PartlyDone, PttError, UsageError


def command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE.warc.gz]…", help="Only these files (default: the raw folder)")
    ] = None,
    data: DataOption = None,
) -> None:
    """Parse the raw archive again with today's parsers; what older ones read from the same responses is replaced."""
    from analysis.ingest import ingest
    from analysis.store.lock import hold
    from analysis.store.work import open_work
    from ptt_spider.reparse import Reparser
    from ptt_spider.warc import archive_files, read_archive

    for path in files or []:
        if not path.is_file():
            raise UsageError(f"{path} 不是檔案：請給 .warc.gz 檔，或不給檔名來重讀整個 raw 資料夾。")
    settings = settle(data)
    paths = files or archive_files(settings.data / "raw")
    if not paths:
        say(f"{settings.data / 'raw'} 裡沒有原始檔，沒有東西要重新解析。")
        return
    reparser = Reparser()
    with hold(settings.data, "ptt reparse"), open_work(settings.data) as con:
        report = ingest(con, settings, reparser.records(read_archive(paths)), say)
    say(
        f"重新解析 {len(paths)} 個檔案、{report.responses:,} 份回應：新增 {report.new_posts:,} 篇、"
        f"{report.new_pushes:,} 則推文，{report.changed_threads:,} 串有變動。"
    )
    if files and not (report.responses or reparser.skipped):
        raise PttError(f"{'、'.join(map(str, files))} 裡讀不到任何回應：請檢查是不是 WARC 檔。")
    if reparser.skipped:
        names = "；".join(reason for _, reason in reparser.skipped[:3])
        raise PartlyDone(f"{len(reparser.skipped):,} 份回應解析不出內容，已略過：{names}")

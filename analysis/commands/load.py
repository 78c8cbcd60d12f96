"""`ptt load`: take in the spool files that wait, derive what follows from them, publish."""

from analysis.commands.common import DataOption, say, settle
from analysis.errors import PartlyDone


def command(data: DataOption = None) -> None:
    """Load waiting spool files, derive news, mentions, votes and scores, publish."""
    from analysis.derive import derive_all
    from analysis.ingest import clean
    from analysis.store.load import load_waiting
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    settings = settle(data)
    with hold(settings.data, "ptt load"), open_work(settings.data) as con:
        report = load_waiting(con, settings.data)
        derive_all(con, settings)
        path = publish(settings.data, con)
        clean(settings, say)
    say(
        f"載入 {report.files} 個檔案：新增 {report.new_posts:,} 篇、{report.new_pushes:,} 則推文，"
        f"{report.changed_threads:,} 串有變動；已發布 {path}"
    )
    if report.bad:
        names = "、".join(f"{path.name}（{reason}）" for path, reason in report.bad)
        raise PartlyDone(f"有檔案讀不懂，已改名保留：{names}。")

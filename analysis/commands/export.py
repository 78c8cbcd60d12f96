"""`ptt export`: the store as Parquet, to keep, to cite or to pass on."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.config import absolute
from analysis.errors import UsageError


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; an earlier export there is replaced")],
    data: DataOption = None,
    share: Annotated[
        bool,
        typer.Option("--share", help="Only ids, times, tags, scores and hashes of texts: no text, user or address"),
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Write nothing: check an export against its manifest")
    ] = False,
) -> None:
    """Write the store as Parquet with manifest and codebook, or check such an export. `ptt import DIR` restores one."""
    from analysis.store import export

    if verify:
        if share:
            raise UsageError("--verify 只檢查，不寫入：不要和 --share 一起用。")
        manifest = export.verify(folder)
        print(f"{folder.absolute()}：{len(manifest['files'])} 個檔案都和 manifest.json 相符（{_what(manifest)}）")
        return
    folder = absolute(folder)
    settings = settle(data)
    manifest = export.export(settings.data, folder, share=share, on_table=lambda name: say(f"匯出 {name} …"))
    size = sum(entry["bytes"] for entry in manifest["files"]) / 1e6
    print(f"已匯出到 {folder}：{_what(manifest)}，{len(manifest['files'])} 個檔案、{size:.1f} MB，雜湊已核對")


def _what(manifest: dict[str, object]) -> str:
    kind = {"backup": "完整備份", "share": "可分享的資料"}.get(str(manifest["kind"]), "")
    return f"{kind}：{manifest['posts']:,} 篇、{manifest['pushes']:,} 則推文"

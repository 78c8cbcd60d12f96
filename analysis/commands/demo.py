"""`ptt demo`: the whole job on the bundled board, over real HTTP on loopback, without the internet."""

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands.common import say
from analysis.errors import PttError, UsageError

if TYPE_CHECKING:
    import duckdb

    from analysis.config import Settings

FOLDER = ".demo"
BOARD = "Stock"


def command(
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help=f"Data folder (default: ./{FOLDER}, whatever PTT_DATA says)"),
    ] = None,
    shell: Annotated[
        bool, typer.Option("--shell", help="Then open IPython with the store as `con` (no new crawl if there is one)")
    ] = False,
) -> None:
    """Crawl the bundled board from a site on this machine, score it, print its news, write digest and report page."""
    from analysis.config import load_settings
    from analysis.store.connect import connect
    from analysis.store.work import PUBLISHED_NAME

    folder = (data or Path(FOLDER)).absolute()  # never PTT_DATA: invented posts have no place in a real store
    os.environ["PTT_STORE"] = "duckdb"  # nor in a lake that others read
    os.environ["PTT_REDIS"] = ""  # nor do they concern other hosts: nothing leaves this machine
    settings = load_settings(folder, board=BOARD, delay=0.0)
    say(f"資料夾：{settings.data}")
    published = (settings.data / PUBLISHED_NAME).is_file()
    if published:
        _refuse_real_data(settings.data)
    if not (shell and published):
        _crawl(settings)
        with connect(settings.data) as con:
            print_news(con)
        _write(settings)
    if shell:
        _open_shell(settings.data)


def _refuse_real_data(data: Path) -> None:
    from analysis.store.connect import connect

    with connect(data) as con:
        real = con.execute("SELECT count(*) FROM crawls WHERE command <> 'ptt demo'").fetchall()[0][0]
    if real:
        raise UsageError(f"{data} 裡有真正抓來的資料：示範的文章是虛構的，不該混進去；請用 --data 指定別的資料夾。")


def _crawl(settings: "Settings") -> None:
    from analysis.demo import second_look
    from analysis.demo.site import Site, board_folder
    from analysis.gathering import Listener, base_job, gather
    from analysis.store.lock import hold

    with Site(board_folder()) as site:
        say(f"示範站：{site.url}（只在這台機器上，內容全是虛構的）")
        with hold(settings.data, "ptt demo"):
            report = gather(settings, "ptt demo", base_job(settings, [BOARD], site=site.url), Listener())
        if report.outcome != "done":
            raise PttError(f"示範沒有跑完：{report.reason}")
        say(f"抓了 {report.index_pages} 頁索引、{report.posts} 篇文章、{report.pushes:,} 則推文，已評分並發布。")
        second_look.change(site)
        second_look.look_again(site.url, settings.data)
        say("再看一次：一篇被刪、一篇改過、兩則推文不見了；原來的都還記得。")


def print_news(con: "duckdb.DuckDBPyConnection", limit: int = 10) -> None:
    """The week's news with votes, approval and tone, best first, as a table on standard output."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from analysis.sql import statement

    console = Console()
    if not console.is_terminal:
        console.width = 110
    wide = console.width >= 96
    table = Table(title="最近一週的新聞：鄉民買單的在前", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("新聞", ratio=1, overflow="ellipsis", no_wrap=True)
    for name in ("推", "噓", "買單", "95% 區間", "消息", "留言"):
        table.add_column(name, justify="right", no_wrap=True, min_width=5 if len(name) > 1 else 2)
    if wide:
        table.add_column("股票", no_wrap=True, min_width=9)
    for title, pushes, boos, approval, low, high, tone, mood, symbols in con.execute(
        statement("demo/news"), {"n": limit}
    ).fetchall():
        cells = [f"{value:+.2f}" if value is not None else "–" for value in (approval, tone, mood)]
        cells.insert(1, f"{low:+.2f}…{high:+.2f}")
        more = [" ".join(symbols[:2])] if wide else []
        table.add_row(title.removeprefix("[新聞] "), str(pushes), str(boos), *cells, *more)
    console.print(table)
    console.print(
        "買單：0 是這些人平常的投票習慣，+1 人人推，−1 人人噓。消息、留言：−1 最差，+1 最好。", soft_wrap=True
    )


def _write(settings: "Settings") -> None:
    from analysis.commands.digest import write_digest
    from analysis.commands.report import command as report

    for path in write_digest(settings, board=BOARD):
        print(f"週報：{path}")
    report(settings.data, out=None, board=BOARD, days=None)
    print(f"報告頁：{settings.data / 'report.html'}（用瀏覽器打開）")
    print(f"資料庫：{settings.data / 'ptt.duckdb'}")
    ptt = "./dev ptt" if not shutil.which("ptt") and Path("dev").is_file() else "ptt"
    where = shlex.quote(str(settings.data))
    print(f"接著試試：{ptt} sql --data {where} 'FROM top_news()'   或   {ptt} stock 2330 --data {where}")


def _open_shell(data: Path) -> None:
    from analysis.store.connect import connect

    con = connect(data)
    names = {"con": con}
    hint = 'con.sql("FROM top_news()").show()   con.sql("SHOW TABLES").show()   輸入 exit 離開'
    try:
        from IPython import start_ipython
    except ImportError:
        import code

        code.interact(banner=hint, local=names, exitmsg="")
        return
    start_ipython(argv=["--no-banner", "--no-confirm-exit", "-c", f"print({hint!r})", "-i"], user_ns=names)

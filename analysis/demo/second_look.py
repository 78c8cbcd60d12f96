"""What happens on the demo's board between two crawls, so that its store has a history to ask for.

A post is taken down, an author edits another, and two comments vanish from a third. The second crawl is a process of
its own (``python -m analysis.demo.second_look URL DATA``): Scrapy starts once a process.
"""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from analysis.demo.site import Site
from analysis.errors import PttError

BOARD: Final = "Stock"
DELETED: Final = "M.1767612614.A.8A3"
EDITED: Final = "M.1767445534.A.FF7"
TRIMMED: Final = "M.1766708923.A.314"
TRIMMED_FLOORS: Final = (5, 18)
ADDED_LINE: Final = "補充：第七筆的日期寫錯了，已更正。"
_STATION: Final = re.compile(r'\n--\n(?=<span class="f2">※ 發信站)')


def change(site: Site) -> None:
    """Lets an evening pass on the board."""
    site.delete(BOARD, DELETED)
    edited, trimmed = site.thread(BOARD, EDITED), site.thread(BOARD, TRIMMED)
    if edited is None or trimmed is None:
        raise PttError("示範看板不完整：請重新安裝 ptt-pulse。")
    edited.replace(_STATION.sub(f"\n{ADDED_LINE}\n\n--\n", edited.page(), count=1))
    pieces = trimmed.page().split('<div class="push">')
    kept = [piece for floor, piece in enumerate(pieces) if floor not in TRIMMED_FLOORS]
    trimmed.replace('<div class="push">'.join(kept))


def look_again(url: str, data: Path) -> None:
    """Crawls the whole board again in a process of its own. Raises PttError."""
    words = [sys.executable, "-m", "analysis.demo.second_look", url, str(data)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PttError(f"示範的第二次抓取沒有完成：{done.stderr.strip().splitlines()[-1:]}")


def main() -> None:
    from analysis.config import load_settings
    from analysis.gathering import Listener, base_job, gather
    from analysis.store.lock import hold

    url, data = sys.argv[1:]
    settings = load_settings(Path(data), board=BOARD, delay=0.0)
    with hold(settings.data, "ptt demo"):
        job = replace(base_job(settings, [BOARD], site=url), full=True)
        report = gather(settings, "ptt demo", job, Listener())
    if report.outcome != "done":
        raise SystemExit(report.reason)


if __name__ == "__main__":
    main()

"""`ptt backfill` with 1 and 2 workers beside `ptt reparse`, on an archive made of threads with a real board's shape.

PTT_BENCH_PUSHES sets how many pushes (240,000); every way starts from an empty store and must end with equal tables.
Prints the table of docs/scaling.md.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import duckdb

from benchmarks._threads import fetched_at, source, threads
from fixtures.board_markup import article, body_line, push
from ptt_spider.items import Post
from ptt_spider.warc import Archive

POSTS_A_FILE = 500
TURNS = 2
"""The faster of which is shown."""
HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def page(post: Post) -> bytes:
    """A post in the site's markup."""
    header = [
        ("作者", f"{post.author} ()"),
        ("看板", post.board),
        ("標題", post.title),
        ("時間", f"{post.posted_at:%a %b %d %H:%M:%S %Y}"),
    ]
    content = "\n" + "".join(body_line(line) for line in post.body.split("\n"))
    content += '\n--\n<span class="f2">※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 192.0.2.1 (臺灣)\n</span>'
    content += f'<span class="f2">※ 文章網址: <a href="{post.url}">{post.url}</a>\n</span>'
    content += "".join(push(p.tag, p.user_id or "", p.text, "", p.pushed_at or post.posted_at) for p in post.pushes)
    return article(post.post_id, post.title, header, content, len(content)).encode()


def archive(folder: Path, posts: Iterator[Post]) -> tuple[int, int, int]:
    """Writes WARC files; bytes of HTML, posts and pushes in them."""
    size = count = pushes = number = 0
    while some := list(islice(posts, POSTS_A_FILE)):
        number += 1
        writer = Archive(folder, f"made-{number:04d}")
        for post in some:
            html = page(post)
            writer.write(post.url, fetched_at(post), 200, HEADERS, html)
            size, count, pushes = size + len(html), count + 1, pushes + len(post.pushes)
        writer.close()
    return size, count, pushes


WAYS = {
    "`ptt reparse`": ("reparse",),
    "`ptt backfill`, 1 worker": ("backfill", "--workers", "1"),
    "`ptt backfill`, 2 workers": ("backfill", "--workers", "2"),
}
EQUAL = (
    "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM pushes), (SELECT count(*) FROM mentions),"
    " (SELECT round(sum(score), 6) FROM push_scores), (SELECT round(sum(p_user), 6) FROM votes)"
)


MEASURED = """
import resource, sys
from analysis.cli import main
def cpu(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
if __name__ == "__main__":
    main()
    print()  # ends what DuckDB may have said of its progress
    print(cpu(resource.RUSAGE_SELF), cpu(resource.RUSAGE_CHILDREN))
"""


def run(arguments: tuple[str, ...], files: list[Path], data: Path) -> tuple[list[float], tuple]:
    """Wall seconds, CPU seconds of the loader and of its workers; and what the store says then."""
    script = data.with_suffix(".py")
    script.write_text(MEASURED)
    command = [sys.executable, str(script), *arguments, "--data", str(data), *map(str, files)]
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - begun
    with duckdb.connect(str(data / "ptt.duckdb"), read_only=True) as con:
        says = con.execute(EQUAL).fetchall()[0]
    return [wall, *map(float, done.stdout.splitlines()[-1].split())], says


def row(name: str, wall: float, loader: float, workers: float, size: int, posts: int) -> str:
    of_workers = f"{workers:.1f}" if workers else ""
    return f"| {name} | {wall:.1f} | {loader:.1f} | {of_workers} | {size / 1e6 / wall:.2f} | {posts / wall:.0f} |\n"


def main() -> None:
    out = sys.stdout.write
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "raw").mkdir()
        size, posts, pushes = archive(folder / "raw", threads(int(os.environ.get("PTT_BENCH_PUSHES", "240000"))))
        files = sorted((folder / "raw").glob("*.warc.gz"))
        packed = sum(path.stat().st_size for path in files)
        out(f"{source()}: {len(files)} files, {packed / 1e6:.1f} MB ({size / 1e6:.0f} MB of HTML), ")
        out(f"{posts:,} posts, {pushes:,} pushes; load of the machine before: {os.getloadavg()[0]:.1f}\n\n")
        least: dict[str, list[float]] = {}
        said = set()
        for turn in range(TURNS):
            for name, way in WAYS.items():
                data = folder / f"{name} {turn}"
                numbers, says = run(way, files, data)
                shutil.rmtree(data)
                said.add(says)
                least[name] = min(least.get(name, numbers), numbers)
        out("| way | seconds | CPU s of the loader | CPU s of all workers | MB of HTML a second | posts a second |\n")
        out("|---|---|---|---|---|---|\n")
        for name, numbers in least.items():
            out(row(name, *numbers, size, posts))
        if len(said) != 1:
            raise SystemExit(f"the ways differ: {said}")


if __name__ == "__main__":
    main()

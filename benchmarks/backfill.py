"""`ptt backfill` with 1 and 2 workers beside `ptt reparse`, on an archive made of threads with a real board's shape.

PTT_BENCH_PUSHES sets how many pushes (240,000); every way starts from an empty store and must end with equal tables.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks._threads import fetched_at, source, threads
from fixtures.board_markup import article, body_line, push
from ptt_spider.items import Post
from ptt_spider.warc import Archive

POSTS_A_FILE = 500
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

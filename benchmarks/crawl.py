"""Crawl end to end on loopback: CPU and memory an article, beside the loop that one would write instead.

    python -m benchmarks crawl                       # 3,000 articles
    PTT_BENCH_ARTICLES=30000 python -m benchmarks crawl

The site runs in a process of its own, which is not counted; every article has 60 comments, as the median of the busy
half of a real board. The crawl does all that a real one does: robots.txt, index, articles, parsing, spool, raw archive.
The plain loop (requests, BeautifulSoup on lxml) fetches, parses the same fields, and writes JSON lines, nothing else.
"""

import json
import multiprocessing
import os
import resource
import socketserver
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from multiprocessing.connection import Connection
from pathlib import Path

FIRST = 1_700_000_000
STEP = 600
COMMENTS = 60
PER_PAGE = 20


def post_id(number: int) -> str:
    return f"M.{FIRST + STEP * number}.A.{number % 4096:03X}"


def article(number: int) -> str:
    name = post_id(number)
    push = (
        '<div class="push"><span class="hl push-tag">推 </span><span class="f3 hl push-userid">user{0}</span>'
        '<span class="f3 push-content">: 今天量縮，外資續賣，第{0}樓繼續看</span>'
        '<span class="push-ipdatetime"> 192.0.2.{1} 11/15 {2:02}:{3:02}\n</span></div>'
    )
    pushes = "".join(push.format(n, n % 250, 8 + n // 6, n % 60) for n in range(COMMENTS))
    lines = "\n".join(f"第{n}段：營收與毛利的說明，附上幾個數字 {n * 3.7:.1f}% 作為參考。" for n in range(20))
    meta = "".join(
        f'<div class="article-metaline"><span class="article-meta-tag">{tag}</span>'
        f'<span class="article-meta-value">{value}</span></div>'
        for tag, value in (
            ("作者", "someone (某人)"),
            ("標題", "[新聞] 某公司法說會"),
            ("時間", "Wed Nov 15 06:13:20 2023"),
        )
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>批踢踢實業坊</title></head><body>'
        f'<div id="main-container"><div id="main-content" class="bbs-screen bbs-content">{meta}\n{lines}\n--\n'
        '<span class="f2">※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 192.0.2.1 (臺灣)\n</span>'
        f'<span class="f2">※ 文章網址: <a href="https://www.ptt.cc/bbs/Stock/{name}.html">'
        f"https://www.ptt.cc/bbs/Stock/{name}.html</a>\n</span>{pushes}</div></div></body></html>"
    )


def index(number: int, articles: int) -> str:
    rows = "".join(
        f'<div class="r-ent"><div class="nrec">9</div><div class="title"><a href="/bbs/Stock/{post_id(n)}.html">'
        '[新聞] 某公司法說會</a></div><div class="meta"><div class="author">someone</div>'
        '<div class="date">11/15</div><div class="mark"></div></div></div>'
        for n in range(PER_PAGE * (number - 1), min(PER_PAGE * number, articles))
    )
    older = f'<a class="btn wide" href="/bbs/Stock/index{number - 1}.html">‹ 上頁</a>' if number > 1 else ""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>'
        f'<div class="btn-group btn-group-paging">{older}</div><div class="r-list-container">{rows}</div></body></html>'
    )


def serve(articles: int, ready: Connection) -> None:
    """The site; sends its port."""
    last = -(-articles // PER_PAGE)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[-1].removesuffix(".html")
            if name.startswith("index"):
                self._send(200, index(int(name[5:] or last), articles))
            elif name.startswith("M."):
                self._send(200, article((int(name.split(".")[1]) - FIRST) // STEP))
            else:
                self._send(404, "404 - Not Found")

        def _send(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        ready.send(server.server_address[1])
        server.serve_forever()


def ours(site: str, articles: int) -> dict[str, float]:
    """The crawl of this project. CPU and memory of this process, start-up apart."""
    from ptt_spider.crawling import CrawlJob, Progress, crawl

    memory: list[tuple[int, int]] = []

    def look(progress: Progress) -> None:
        if progress.posts % 500 == 0:
            memory.append((progress.posts, rss()))

    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        report = crawl(CrawlJob(data_dir=Path(folder), site=site, delay=0), on_progress=look)
        cpu = time.process_time() - begun
    if report.posts != articles:
        raise RuntimeError(f"{report.posts} of {articles} articles: {report.reason}")
    tenth, half = (next(kib for posts, kib in memory if posts >= articles * share) for share in (0.1, 0.5))
    return {"cpu": cpu, "at_tenth": tenth / 1024, "at_half": half / 1024, "rss_at_end": memory[-1][1] / 1024}


def plain(site: str, articles: int) -> dict[str, float]:
    """What one would write instead."""
    import requests
    from bs4 import BeautifulSoup

    def text(node: object) -> str:
        return node.get_text().strip() if node is not None else ""  # type: ignore[attr-defined]

    session = requests.Session()
    session.cookies.set("over18", "1")
    done = 0
    begun = time.process_time()
    with tempfile.TemporaryFile("w") as out:
        page = session.get(f"{site}/bbs/Stock/index.html", timeout=10)
        while done < articles:
            soup = BeautifulSoup(page.content, "lxml")
            for link in soup.select("div.r-ent .title a"):
                post = BeautifulSoup(session.get(site + link["href"], timeout=10).content, "lxml")
                main = post.select_one("#main-content")
                pushes = [
                    [text(push.select_one(f".{name}")) for name in _SPANS] for push in main.select("div.push")
                ]  # fmt: skip
                header = [text(node) for node in main.select(".article-meta-value")]
                json.dump({"header": header, "body": main.get_text(), "pushes": pushes}, out, ensure_ascii=False)
                done += 1
            older = next((a for a in soup.select(".btn-group-paging a") if "上頁" in a.get_text()), None)
            if older is None:
                break
            page = session.get(site + older["href"], timeout=10)
    return {"cpu": time.process_time() - begun, "rss_at_end": rss() / 1024}


_SPANS = ("push-tag", "push-userid", "push-content", "push-ipdatetime")


def rss() -> int:
    """KiB of memory that this process holds now (its peak where the system does not tell)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak


@contextmanager
def site(articles: int) -> Iterator[str]:
    """The address of a site with so many articles, served by a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(articles, there), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        server.terminate()
        server.join()


def in_child(job: Callable[[str, int], dict[str, float]], address: str, articles: int) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_answer, args=(there, job, address, articles))
    child.start()
    there.close()
    result: dict[str, float] = here.recv()
    child.join()
    return result


def _answer(out: Connection, job: Callable[[str, int], dict[str, float]], site: str, articles: int) -> None:
    out.send(job(site, articles))


def main() -> None:
    articles = int(os.environ.get("PTT_BENCH_ARTICLES", "3000"))
    few = min(articles, 500)
    with site(articles) as address:
        crawl, loop = in_child(ours, address, articles), in_child(plain, address, few)
    each, plainly = crawl["cpu"] / articles * 1000, loop["cpu"] / few * 1000
    print(f"{'':34}{'articles':>9}{'CPU ms each':>13}{'memory at 10 %':>16}{'at 50 %':>12}{'at the end':>12}")
    print(
        f"{'ptt crawl (spool and WARC)':34}{articles:>9}{each:>13.2f}"
        f"{crawl['at_tenth']:>12.0f} MiB{crawl['at_half']:>8.0f} MiB{crawl['rss_at_end']:>8.0f} MiB"
    )
    print(f"{'requests + BeautifulSoup(lxml)':34}{few:>9}{plainly:>13.2f}{'':28}{loop['rss_at_end']:>8.0f} MiB")
    print(f"{plainly / each:.1f} times the CPU for the loop; {COMMENTS} comments an article, target 8 ms")


if __name__ == "__main__":
    main()

"""The demo's site with switches for what goes wrong in the world, and a board that changes while one reads it.

site.fault("reset", "M.1768", times=2)          # the next two requests whose address holds this text
site.fault("429", "/bbs/", retry_after=3)       # or retry_after="date": the HTTP date form
site.after(3, "index", lambda: site.new_post("[新聞] …"))   # before the fourth request to an index page
site.grow(post_id, 5); site.delete("Stock", post_id); site.edit(post_id, "新的內文")
"""

import gzip
import importlib.util
import os
import socket
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, NamedTuple

from analysis.demo.listing import read_row
from analysis.demo.site import Request, Response, Site, error_page, html_page
from analysis.demo.threads import Thread
from ptt_spider.clock import TAIPEI

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_spec = importlib.util.spec_from_file_location("board_markup", FIXTURES / "board_markup.py")
assert _spec
assert _spec.loader
markup = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(markup)

CHALLENGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
    '<meta name="robots" content="noindex,nofollow"></head><body><noscript>Enable JavaScript and cookies to continue'
    '</noscript><script>(function(){window._cf_chl_opt={cType:"managed"};var a=document.createElement("script");'
    'a.src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1";}());</script></body></html>'
)
KINDS = {
    "slow", "reset", "half", "short", "bomb", "403", "429", "503", "500", "busy", "challenge", "over18_loop",
    "over18_page", "404", "404_as_200", "empty", "stall",
}  # fmt: skip


class Rule(NamedTuple):
    kind: str
    match: str
    options: dict[str, Any]


class FaultySite(Site):
    """`Site` with faults, growth and shifts; see the module's head."""

    def __init__(self, folder: Path = FIXTURES / "board", **options: Any) -> None:
        super().__init__(folder, **options)
        self._rules: list[list[Any]] = []  # rule, times left
        self._actions: list[list[Any]] = []  # requests still to pass, match, action
        self._clock = datetime(2026, 1, 26, 8, 0, tzinfo=TAIPEI)
        self._made = 0

    # -- faults -----------------------------------------------------------------------------------------------------

    def fault(self, kind: str, match: str = "", times: int = 1, **options: Any) -> None:
        """The next ``times`` requests whose address holds ``match`` go wrong in this way; −1: all of them."""
        assert kind in KINDS, kind
        self._rules.append([Rule(kind, match, options), times])

    def after(self, requests: int, match: str, action: Callable[[], object]) -> None:
        """Runs ``action`` once, just before the answer to the request that follows ``requests`` matching ones."""
        self._actions.append([requests, match, action])

    def answer(self, request: Request) -> Response:
        with self._lock:
            for entry in list(self._actions):
                if entry[1] in request.target:
                    entry[0] -= 1
                    if entry[0] < 0:
                        self._actions.remove(entry)
                        entry[2]()
            rule = self._next_rule(request.target)
        if rule is None:
            return super().answer(request)
        return self._misbehave(rule, request)

    def _next_rule(self, target: str) -> Rule | None:
        for entry in self._rules:
            if entry[1] and entry[0].match in target:
                entry[1] -= 1
                return entry[0]
        return None

    def _misbehave(self, rule: Rule, request: Request) -> Response:
        match rule.kind:
            case "slow":
                time.sleep(rule.options.get("seconds", 0.2))
                return super().answer(request)
            case "403" | "503" | "429":
                headers = {}
                if wait := rule.options.get("retry_after"):
                    seconds = rule.options.get("seconds", 1)
                    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
                    headers["Retry-After"] = date if wait == "date" else str(wait)
                return Response(int(rule.kind), b"<html><body>denied</body></html>", headers=headers)
            case "500":
                return error_page(500)
            case "busy":
                return html_page("<html><body>Server Too Busy</body></html>", 500)
            case "404":
                return error_page(404)
            case "404_as_200":
                return error_page(404)._replace(status=200)
            case "challenge":
                return html_page(CHALLENGE, rule.options.get("status", 403))._replace(
                    headers={"cf-mitigated": "challenge", "Server": "cloudflare"}
                )
            case "over18_loop":
                there = "/ask/over18?from=" if not request.path.startswith("/ask/") else "/bbs/Stock/index.html?from="
                return Response(302, headers={"Location": there + "loop"})
            case "over18_page":
                return super().answer(request._replace(path="/ask/over18"))
            case "empty":
                return Response(200, b"")
            case "half":
                good = super().answer(request)
                return good._replace(body=good.body[: int(len(good.body) * rule.options.get("part", 0.5))])
        return super().answer(request)._replace(fault=rule.kind)

    def transmit(self, handler: BaseHTTPRequestHandler, request: Request, response: Response) -> None:
        match response.fault:
            case "reset":
                self._raw(handler, response, len(response.body), response.body[: len(response.body) // 2])
                handler.wfile.flush()
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(handler.connection.detach())
            case "short":  # promises more than it sends
                self._raw(handler, response, len(response.body) + 1000, response.body)
                handler.close_connection = True
            case "stall":  # sends half and goes silent
                self._raw(handler, response, len(response.body), response.body[: len(response.body) // 2])
                handler.wfile.flush()
                time.sleep(5)
                handler.close_connection = True
            case "bomb":  # 200 kB on the wire, 200 MB in memory
                body = gzip.compress(b"\0" * 10_000_000, 9, mtime=0) * 20
                handler.send_response(200)
                handler.send_header("Content-Type", "text/html; charset=utf-8")
                handler.send_header("Content-Encoding", "gzip")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)
            case _:
                super().transmit(handler, request, response)

    @staticmethod
    def _raw(handler: BaseHTTPRequestHandler, response: Response, length: int, body: bytes) -> None:
        handler.send_response(response.status)
        handler.send_header("Content-Type", response.content_type)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(body)

    # -- a board that changes ---------------------------------------------------------------------------------------

    def post_ids(self, board: str = "Stock") -> list[str]:
        """Listed posts, oldest first, deleted ones left out."""
        return [row.post_id for row in self.boards[board].rows if row.post_id]

    def now(self) -> datetime:
        """The board's own clock: a minute later at each call."""
        self._clock += timedelta(minutes=1)
        return self._clock

    def new_post(self, title: str, author: str = "newcomer1", body: str = "內文", board: str = "Stock") -> str:
        """Posts an article at the end of the board; older rows shift. Returns its post_id."""
        at = self.now()
        self._made += 1
        post_id = f"M.{int(at.timestamp())}.A.{self._made:03X}"
        header = [("作者", f"{author} (新來的)"), ("看板", board), ("標題", title)]
        header.append(("時間", f"{at:%a %b} {at.day:>2} {at:%H:%M:%S %Y}"))
        self.put(Thread(board, post_id, self._page(post_id, title, header, body)))
        html = markup._row(markup.Row(post_id, title, author, 0, at, ""))
        self.boards[board].add(read_row(html.strip() + "\n\n\t\t"))
        return post_id

    @staticmethod
    def _page(post_id: str, title: str, header: list[tuple[str, str]], body: str) -> str:
        content = "\n" + "".join(markup.body_line(line) for line in body.split("\n"))
        content += '\n--\n<span class="f2">※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 192.0.2.1 (臺灣)\n</span>'
        url = f"{markup.SITE}/bbs/{markup.BOARD}/{post_id}.html"
        content += f'<span class="f2">※ 文章網址: {markup.link(url)}\n</span>'
        return markup.article(post_id, title, header, content, len(content))

    def grow(
        self,
        post_id: str,
        pushes: int | list[tuple[str, str, str]] = 1,
        board: str = "Stock",
        at: datetime | None = None,
    ) -> None:
        """Adds comments, ``(tag, user, text)`` or a number of made-up ones; nrec in the index follows."""
        if isinstance(pushes, int):
            first = len(self._article(board, post_id).added)
            pushes = [("推", f"fan{(first + n) % 900}", f"第{first + n}則") for n in range(pushes)]
        thread = self._article(board, post_id)
        for tag, user, text in pushes:
            thread.append(markup.push(tag, user, text, "192.0.2.7", at or self.now()))
        row = next(row for row in self.boards[board].rows if row.post_id == post_id)
        nrec = min(100, row.nrec + sum({"推": 1, "噓": -1}.get(tag, 0) for tag, _, _ in pushes))
        head, rest = row.html.split('<div class="nrec">', 1)
        html = f'{head}<div class="nrec">{markup._nrec(nrec)}</div>{rest.split("</div>", 1)[1]}'
        self.boards[board].replace(post_id, read_row(html)._replace(nrec=nrec))

    def edit(self, post_id: str, body: str, board: str = "Stock") -> None:
        """Replaces the first line of the body, as an author would; comments stay, poll addresses die."""
        thread = self._article(board, post_id)
        before, rest = thread.page().split("</span></div>\n", 1)
        _, rest = rest.split("\n", 1)
        thread.replace(f"{before}</span></div>\n{markup.body_line(body)}{rest}")

    def _article(self, board: str, post_id: str) -> Thread:
        thread = self.thread(board, post_id)
        assert thread, f"no article {post_id}"
        return thread

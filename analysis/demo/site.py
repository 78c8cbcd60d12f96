"""A PTT web site on loopback that serves a folder of saved pages as the real one would.

For `ptt demo`, so that the whole job runs over real HTTP without the internet, and for the tests, which add faults.
Routes and rules are those of the open-source site [pttweb.go].
"""

import gzip
import json
import re
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import parse_qsl, quote, urlsplit

from analysis.demo.listing import Listing
from analysis.demo.threads import Thread, read_thread
from ptt_spider.aid import aid_to_name, is_name

HTML = "text/html; charset=utf-8"
_NOT_FOUND = (
    '<!DOCTYPE html>\n<html>\n\t<head>\n\t\t<meta charset="utf-8">\n<title>{0} - 批踢踢實業坊</title>\n\t</head>\n'
    '    <body>\n\t\t\n<div class="bbs-screen bbs-content">{0}.</div>\n    </body>\n</html>\n'
)
_OVER18 = (
    '<!DOCTYPE html>\n<html>\n\t<head>\n\t\t<meta charset="utf-8">\n<title>批踢踢實業坊</title>\n\t</head>\n'
    "    <body>\n"
    '<div class="bbs-screen bbs-content over18-notice">\n    <p>本網站已依網站內容分級規定處理</p>\n</div>\n'
    '<div class="bbs-screen bbs-content center clear">\n    <form action="/ask/over18" method="post">\n'
    '        <input type="hidden" name="from" value="{0}">\n'
    '        <div class="over18-button-container"><button class="btn-big" type="submit" name="yes" value="yes">'
    "我同意，我已年滿十八歲<br><small>進入</small></button></div>\n    </form>\n</div>\n    </body>\n</html>\n"
)


class Request(NamedTuple):
    """What a client asked for."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    target: str
    """Path and query as sent."""

    @property
    def over18(self) -> bool:
        return "over18=" in self.headers.get("cookie", "")


class Response(NamedTuple):
    """What the site says; ``fault`` is a test's way of saying it badly."""

    status: int
    body: bytes = b""
    content_type: str = HTML
    headers: Mapping[str, str] = {}
    fault: str = ""


class Visit(NamedTuple):
    """One request in the log; times in seconds of a monotonic clock."""

    target: str
    status: int
    begun: float
    ended: float
    in_flight: int
    """Requests under way when this one came, itself included."""
    headers: Mapping[str, str]


def html_page(text: str, status: int = 200) -> Response:
    return Response(status, text.encode())


def error_page(status: int) -> Response:
    """The site's own error pages."""
    return html_page(_NOT_FOUND.format({404: "404 - Not Found", 500: "500 - Internal Server Error"}[status]), status)


class Site:
    """Serves ``folder/bbs/BOARD/*.html`` on a random loopback port while used as a context manager.

    ``over18``: boards ask for the cookie, as some real ones do. ``robots``: text of robots.txt; None answers 404.
    """

    def __init__(self, folder: Path, *, over18: bool = True, robots: str | None = None) -> None:
        self.folder = folder
        self.over18 = over18
        self.robots = robots
        self.visits: list[Visit] = []
        self._in_flight = 0
        self._lock = threading.RLock()
        self.boards = {path.name: Listing(path.name, path) for path in sorted((folder / "bbs").iterdir())}
        self._threads: dict[tuple[str, str], Thread | None] = {}
        self._long_ids: dict[str, Thread] = {}
        site = self

        class Handler(_Handler):
            owner = site

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def max_in_flight(self) -> int:
        """The most requests that were under way at once."""
        return max((visit.in_flight for visit in self.visits), default=0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def thread(self, board: str, post_id: str) -> Thread | None:
        """The article as it stands now; None where the site answers 404."""
        key = (board, post_id)
        with self._lock:
            if key not in self._threads:
                known = board in self.boards and is_name(post_id)
                self._threads[key] = read_thread(board, self.folder / "bbs" / board, post_id) if known else None
                if thread := self._threads[key]:
                    self._long_ids[thread.long_id] = thread
            return self._threads[key]

    def put(self, thread: Thread) -> None:
        """A new article, or another version of one."""
        with self._lock:
            self._threads[thread.board, thread.post_id] = thread
            self._long_ids[thread.long_id] = thread

    def delete(self, board: str, post_id: str) -> None:
        """The article answers 404 and its row loses the link."""
        with self._lock:
            self._threads[board, post_id] = None
            self.boards[board].remove(post_id)

    def answer(self, request: Request) -> Response:
        """What the site says to a request."""
        if request.path == "/robots.txt":
            return error_page(404) if self.robots is None else Response(200, self.robots.encode(), "text/plain")
        if request.path == "/ask/over18":
            return html_page(_OVER18.format(request.query.get("from", "/")))
        parts = request.path.strip("/").split("/")
        if parts[0] in ("bbs", "b", "poll") and self.over18 and not request.over18:
            return Response(302, headers={"Location": f"/ask/over18?from={quote(request.target, safe='')}"})
        match parts:
            case ["v1", "longpoll"]:
                thread = self._long_ids.get(request.query.get("id", ""))
                return json_answer(thread.long_poll()) if thread else error_page(404)
            case ["b", board, aid]:
                try:
                    return Response(301, headers={"Location": f"/bbs/{board}/{aid_to_name(aid)}.html"})
                except ValueError:
                    return error_page(404)
            case ["bbs", board, *rest] if board in self.boards:
                return self._board(board, rest[0] if rest else "index.html", request.query)
            case ["poll", board, name] if board in self.boards:
                thread = self.thread(board, name.removesuffix(".html"))
                answer = thread.poll(request.query) if thread else None
                return json_answer(answer) if answer else error_page(404)
        return error_page(404)

    def _board(self, board: str, name: str, query: Mapping[str, str]) -> Response:
        listing = self.boards[board]
        if name == "search":
            if not query.get("q", "").strip():
                return error_page(500)
            return html_page(listing.search(query["q"], max(1, _number(query.get("page", "1")) or 1)))
        if match := re.fullmatch(r"index(\d*)\.html", name):
            number = _number(match[1])
            page = listing.page(None if number and number > 10**9 else number)
            return html_page(page) if page else error_page(404)
        thread = self.thread(board, name.removesuffix(".html"))
        return html_page(thread.page()) if thread else error_page(404)

    def transmit(self, handler: BaseHTTPRequestHandler, request: Request, response: Response) -> None:
        """Puts a response on the wire, gzipped for clients that take it. Tests override this to misbehave."""
        body = response.body
        handler.send_response(response.status)
        if "gzip" in request.headers.get("accept-encoding", "") and len(body) > 500:
            body = gzip.compress(body, 1, mtime=0)
            handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Type", response.content_type)
        for name, value in response.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """One request from the wire to the log."""
        parts = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, handler.path)
        begun = time.monotonic()
        with self._lock:
            self._in_flight += 1
            in_flight = self._in_flight
        status = 0
        try:
            response = self.answer(request)
            status = response.status
            self.transmit(handler, request, response)
        finally:
            with self._lock:
                self._in_flight -= 1
                self.visits.append(Visit(handler.path, status, begun, time.monotonic(), in_flight, headers))


def json_answer(value: Mapping[str, Any]) -> Response:
    return Response(200, json.dumps(value, ensure_ascii=False).encode(), "application/json")


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    owner: ClassVar[Site]

    def do_GET(self) -> None:
        self.owner.serve(self)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(302)
        self.send_header("Set-Cookie", "over18=1; Path=/")
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """The log is `Site.visits`."""


def board_folder() -> Path:
    """The bundled board: in the wheel beside this module, in a checkout under fixtures."""
    bundled = Path(__file__).parent / "board"
    return bundled if bundled.is_dir() else Path(__file__).resolve().parents[2] / "fixtures" / "board"

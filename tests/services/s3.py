"""An S3 on loopback: moto's server in a process of its own, behind a proxy that can answer 503 in its place."""

import http.client
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

BUCKET = "lake"


class S3:
    """``with S3(environment) as s3: s3.settings`` are the AWS_* variables; `fail_next` makes requests fail."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self._command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self._environment = environment
        self._port = port
        self._fail = 0
        self._verbs: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self.failed = 0
        """Requests that were answered 503."""

    def __enter__(self) -> Self:
        self._moto = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._proxy.daemon_threads = True
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()
        self._moto.terminate()
        self._moto.wait(20)

    def answers(self) -> bool:
        """Whether it is up; makes the bucket."""
        try:
            return self._pass_on("PUT", f"/{BUCKET}", b"", {})[0] in (200, 409)
        except OSError:
            return False

    def fail_next(self, requests: int, verbs: frozenset[str] = frozenset({"PUT", "POST", "GET", "HEAD"})) -> None:
        """The next so many requests of these verbs are answered 503 SlowDown."""
        with self._lock:
            self._fail, self._verbs = requests, verbs

    @property
    def settings(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": "loopback-key", "AWS_SECRET_ACCESS_KEY": "loopback-secret", "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._proxy.server_address[1]}",
        }  # fmt: skip

    def _should_fail(self, verb: str) -> bool:
        with self._lock:
            if self._fail <= 0 or verb not in self._verbs:
                return False
            self._fail -= 1
            self.failed += 1
            return True

    def _pass_on(
        self, verb: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            upstream.request(verb, path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            upstream.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        s3 = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if s3._should_fail(self.command):
                    status, headers, content = 503, [], b"<Error><Code>SlowDown</Code></Error>"
                else:
                    status, headers, content = s3._pass_on(self.command, self.path, body, dict(self.headers.items()))
                self.send_response(status)
                left_out = {"transfer-encoding", "connection", "date", "server"}
                if self.command != "HEAD":
                    left_out.add("content-length")
                for name, value in headers:
                    if name.lower() not in left_out:
                        self.send_header(name, value)
                if self.command != "HEAD":
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer

            def log_message(self, *_: object) -> None: ...

        return Handler

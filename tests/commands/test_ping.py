"""The watchdog hears of every end, and its silence or its secret address troubles no run."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from analysis.errors import PartlyDone, PttError, StoreLocked, UsageError
from analysis.ping import pinged


@pytest.fixture
def heard() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    calls: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            calls.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/secret-id", calls
    server.shutdown()
    thread.join()
    server.server_close()


def test_success(heard: tuple[str, list[tuple[str, str]]]) -> None:
    url, calls = heard
    with pinged(url):
        pass
    assert calls == [("/secret-id/start", ""), ("/secret-id", "")]


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (PttError("網站連不上"), ("/secret-id/fail", "網站連不上")),
        (OSError(28, "disk full"), ("/secret-id/fail", "[Errno 28] disk full")),
        (KeyboardInterrupt(), ("/secret-id/fail", "KeyboardInterrupt")),
        (PartlyDone("有 1 頁沒抓到"), ("/secret-id", "有 1 頁沒抓到")),
        (StoreLocked("pid 1"), ("/secret-id/start", "")),
    ],
)
def test_ends(heard: tuple[str, list[tuple[str, str]]], error: BaseException, last: tuple[str, str]) -> None:
    url, calls = heard
    with pytest.raises(type(error)), pinged(url):
        raise error
    assert calls[-1] == last


def test_a_silent_watchdog_stops_nothing_and_its_address_stays_secret(capsys: pytest.CaptureFixture[str]) -> None:
    done = []
    with pinged("http://127.0.0.1:9/secret-id"):
        done.append(1)
    assert done
    said = capsys.readouterr().err
    assert "127.0.0.1" in said
    assert "secret-id" not in said


def test_no_address_no_ping_and_a_wrong_one_is_named() -> None:
    with pinged(""):
        pass
    with pytest.raises(UsageError, match="PTT_PING_URL"), pinged("not an address"):
        pass

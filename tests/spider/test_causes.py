"""Failures as users read them: in Chinese, with what the library said in brackets."""

import json
import smtplib
import socket
import ssl
import tomllib
import urllib.error
import urllib.request

import pytest

from ptt_spider.causes import cause


def raised(call) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever the library raises is what users meet
        call()
    return caught.value


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_a_closed_port_as_sockets_and_urllib_tell_it() -> None:
    port = closed_port()
    for call in (
        lambda: socket.create_connection(("127.0.0.1", port), 5),
        lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5),
    ):
        assert cause(raised(call)).startswith("連線被拒 [")


def test_a_closed_port_as_redis_and_duckdb_tell_it(tmp_path) -> None:
    redis = pytest.importorskip("redis")
    assert cause(raised(redis.Redis(port=closed_port()).ping)).startswith("連線被拒 [Error 111")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "找不到主機 [Name or service not known]"),
        (urllib.error.URLError(TimeoutError("timed out")), "逾時 [timed out]"),
        (TimeoutError(), "逾時 [TimeoutError]"),
        (PermissionError(13, "Permission denied", "/x"), "沒有權限 [Permission denied]"),
        (FileNotFoundError(2, "No such file or directory", "/x"), "找不到檔案 [No such file or directory]"),
        (ConnectionResetError(104, "Connection reset by peer"), "連線中斷 [Connection reset by peer]"),
        (OSError(101, "Network is unreachable"), "網路不通 [Network is unreachable]"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), "連線中斷 [Connection unexpectedly closed]"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "加密連線失敗 [[SSL: "),
        ('could not translate host name "db.invalid" to address: Name or service not known', "找不到主機 ["),
        ('connection to server at "::1", port 5432 failed: Connection refused\n\tIs the server running?', "連線被拒 ["),
        ('FATAL:  password authentication failed for user "ptt"', "帳號、密碼或權限不對 ["),
        ("HTTP Error: 503 Service Unavailable", "對方忙或故障 ["),
        (OSError("something new"), "something new"),
        ("第 3 行不是 connection refused", "第 3 行不是 connection refused"),
        (ValueError(), "ValueError"),
        (ValueError("unknown address scheme 'foo' (known schemes: ['tcp', 'tls', 'ws'])"), "位址的寫法不對 [unknown"),
        ("unknown scheme: ftps (ssl is not meant)", "位址的寫法不對 ["),
    ],
)  # fmt: skip
def test_what_users_meet(error: BaseException | str, said: str) -> None:
    assert cause(error) == said or (said.endswith("[") and cause(error).startswith(said)) or said in cause(error)
    assert "\n" not in cause(error)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tomllib.loads("board = [\n= 3"), "第 2 行第 1 字寫法不對 ["),
        (lambda: tomllib.loads("board ="), "最後一行寫法不對 ["),
        (lambda: json.loads('{"a": }'), "第 1 行第 7 字寫法不對 ["),
        (lambda: float("much"), "'much' 不是數字 ["),
        (lambda: b"\xaa".decode(), "不是 UTF-8 的文字 ["),
    ],
)
def test_files_that_cannot_be_read_say_where(call, said: str) -> None:
    assert cause(raised(call)).startswith(said)


def test_a_long_answer_is_cut() -> None:
    assert len(cause(OSError("x" * 5000))) <= 200

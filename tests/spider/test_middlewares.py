"""What counts as a refusal, and how long the site asks to be left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scrapy.http import HtmlResponse

from ptt_spider.middlewares import refusal, retry_after

PAGE = b'<html><body><div id="main-content">Just a moment... 403 cf-challenge</div></body></html>'
CHALLENGE = b"<html><head><title>Just a moment...</title></head><body>x</body></html>"


def response(status: int, body: bytes = b"", **headers: str) -> HtmlResponse:
    return HtmlResponse("http://127.0.0.1/", status=status, body=body, headers=headers)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, PAGE, None),
        (200, b"", None),
        (404, b"<html>404 - Not Found</html>", None),
        (500, b"Server Too Busy", None),
        (403, b"denied", "403"),
        (429, b"", "429"),
        (503, b"<html>busy</html>", "503"),
        (403, CHALLENGE, "challenge"),
        (503, CHALLENGE, "challenge"),
        (200, CHALLENGE, "challenge"),
    ],
)
def test_what_is_a_refusal(status, body, expected):
    assert refusal(response(status, body)) == expected


def test_retry_after_as_seconds_and_as_a_date():
    now = datetime(2026, 1, 28, 4, 0, tzinfo=UTC)
    date = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert retry_after(response(429)) is None
    assert retry_after(response(429, **{"Retry-After": " 120 "})) == 120
    assert retry_after(response(429, **{"Retry-After": date, "Date": format_datetime(now, usegmt=True)})) == 90
    assert retry_after(response(429, **{"Retry-After": format_datetime(now, usegmt=True)})) == 0
    assert retry_after(response(429, **{"Retry-After": "soon"})) is None
    assert retry_after(response(429, **{"Retry-After": "-5"})) is None

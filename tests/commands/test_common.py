"""Dates as users type them, and what the operating system refuses."""

import errno
from datetime import datetime, timedelta

import pytest

from analysis.commands.common import explain_os_error, parse_when
from analysis.errors import UsageError
from ptt_spider.clock import TAIPEI

NOW = datetime(2026, 1, 28, 13, 5, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-25", datetime(2026, 1, 25, tzinfo=TAIPEI)),
        ("2026/01/25", datetime(2026, 1, 25, tzinfo=TAIPEI)),
        ("2026-01-25 09:30", datetime(2026, 1, 25, 9, 30, tzinfo=TAIPEI)),
        ("2026-01-25T01:30+00:00", datetime(2026, 1, 25, 9, 30, tzinfo=TAIPEI)),
        ("3d", NOW - timedelta(days=3)),
        ("12h", NOW - timedelta(hours=12)),
    ],
)
def test_forms(text: str, expected: datetime) -> None:
    assert parse_when(text, "--since", now=NOW) == expected


def test_a_bare_end_date_means_its_end() -> None:
    assert parse_when("2026-01-25", "--until", end=True) == datetime(2026, 1, 26, tzinfo=TAIPEI)
    assert parse_when("2026-01-25 09:30", "--until", end=True) == datetime(2026, 1, 25, 9, 30, tzinfo=TAIPEI)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "d", "99999999d", "-3d", "3w", "２０２６-01-01x"])
def test_a_bad_date_names_the_option_and_the_forms(text: str) -> None:
    with pytest.raises(UsageError, match=r"--since .*2026-01-28"):
        parse_when(text, "--since", now=NOW)


def test_full_disk_is_one_line() -> None:
    message = str(explain_os_error(OSError(errno.ENOSPC, "No space left on device", "/data/work.duckdb")))
    assert "/data/work.duckdb" in message
    assert "磁碟已滿" in message
    assert "\n" not in message

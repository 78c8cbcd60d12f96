"""`ptt status` as people read it."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from analysis.commands import status


@pytest.mark.parametrize(
    ("minutes", "age"),
    [
        (-3, "0 分鐘前"),
        (119, "119 分鐘前"),
        (120, "2 小時前"),
        (2879, "47 小時前"),
        (2880, "2 天前"),
        (432_671, "300 天前"),
    ],
)
def test_ages_and_times_are_short(
    board_data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, minutes: int, age: str
) -> None:
    monkeypatch.setenv("PTT_DATA", str(board_data))
    status.command(as_json=True)
    state = json.loads(capsys.readouterr().out)
    until = datetime.fromisoformat(state["data_until"])
    with time_machine.travel(until + timedelta(minutes=minutes), tick=False):
        status.command()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"資料到　　{until:%Y-%m-%d %H:%M:%S}（{age}）"
    assert said[2].startswith(f"上次發布　{datetime.fromisoformat(state['published_at']):%Y-%m-%d}")
    assert not re.search(r"\+08:00|:\d\d\.\d", "\n".join(said))

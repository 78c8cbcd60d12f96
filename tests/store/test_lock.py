import json
import os
import signal
import subprocess
import sys
import time

import pytest

from analysis.errors import StoreLocked
from analysis.store.lock import hold, holder

_HOLD = """
import sys, time
from pathlib import Path
from analysis.store.lock import hold
with hold(Path(sys.argv[1]), "ptt run --hot"):
    print("held", flush=True)
    time.sleep(60)
"""

_LOOK = """
import sys
from pathlib import Path
from analysis.store.lock import holder
while True:
    holder(Path(sys.argv[1]))
"""


@pytest.fixture
def other(tmp_path):
    """A process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_told_who_holds_the_lock(tmp_path, other):
    with pytest.raises(StoreLocked) as caught, hold(tmp_path, "ptt load"):
        pass
    assert caught.value.exit_code == 4
    message = str(caught.value)
    assert str(other.pid) in message
    assert "ptt run --hot" in message
    assert json.loads((tmp_path / "lock").read_text())["since"] in message
    assert str(tmp_path) in message
    assert "\n" not in message


def test_holder_reads_without_taking(tmp_path, other):
    who = holder(tmp_path)
    assert (who["pid"], who["command"]) == (other.pid, "ptt run --hot")


def test_kill_9_frees_the_lock(tmp_path, other):
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert (tmp_path / "lock").read_text()  # it could not clean up
    assert holder(tmp_path) is None
    with hold(tmp_path, "ptt load"):
        assert holder(tmp_path)["command"] == "ptt load"


def test_it_can_be_taken_again_and_says_nobody_when_free(tmp_path):
    assert holder(tmp_path) is None
    for _ in range(2):
        with hold(tmp_path / "new" / "folder", "ptt load"):
            pass
    assert holder(tmp_path / "new" / "folder") is None


def test_the_same_process_cannot_hold_it_twice(tmp_path):
    with hold(tmp_path, "ptt run"), pytest.raises(StoreLocked, match=str(os.getpid())), hold(tmp_path, "ptt load"):
        pass


def test_looking_does_not_keep_a_run_from_starting(tmp_path):
    with hold(tmp_path, "first"):
        pass
    process = subprocess.Popen([sys.executable, "-c", _LOOK, str(tmp_path)])
    try:
        time.sleep(0.5)
        for _ in range(200):
            with hold(tmp_path, "ptt run"):
                pass
    finally:
        process.kill()
        process.wait()

"""`ptt_then.py MOMENT LEFT ARGUMENTS…`: `ptt ARGUMENTS` as if it were MOMENT; LEFT gets what it had open at its end."""

import json
import os
import sys
import threading
from datetime import datetime
from pathlib import Path

import time_machine


def main() -> None:
    moment, left, *arguments = sys.argv[1:]
    with time_machine.travel(datetime.fromisoformat(moment), tick=True):
        from analysis.cli import main as ptt

        sys.argv = ["ptt", *arguments]
        try:
            ptt()
        finally:
            open_files = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208
            Path(left).write_text(json.dumps({"files": open_files, "threads": threading.active_count()}))


if __name__ == "__main__":
    main()

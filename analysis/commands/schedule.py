"""`ptt schedule`: timers for the crawl and the digest."""

import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.common import DataOption, say, settle
from analysis.config import find_config
from analysis.errors import PttError, UsageError
from analysis.schedule import JOBS, cron_lines, systemd_units


class Form(StrEnum):
    """Forms that a schedule can be printed in."""

    systemd = "systemd"
    cron = "cron"


def command(
    data: DataOption = None,
    print_: Annotated[Form | None, typer.Option("--print", help="Print the units or the crontab")] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Install and start the timers for this user's systemd")
    ] = False,
) -> None:
    """Print or install timers: runs by the exchange's hours, the digest on Monday at 07:30, Taipei time."""
    if not print_ and not install:
        raise UsageError("要做什麼？ptt schedule --print systemd、--print cron 或 --install。")
    settings = settle(data)
    config = find_config(Path.cwd())
    folder = config.parent if config else settings.data
    program = _program()
    if print_ is Form.cron:
        print(cron_lines(program, settings.data, folder), end="")
    elif print_ is Form.systemd:
        for name, text in systemd_units(program, settings.data, folder).items():
            print(f"# ~/.config/systemd/user/{name}\n{text}")
    if install:
        settings.data.mkdir(parents=True, exist_ok=True)
        _install(systemd_units(program, settings.data, folder))


def _program() -> Path:
    beside = Path(sys.executable).parent / "ptt"
    found = beside if beside.exists() else shutil.which("ptt")
    if not found:
        raise PttError("找不到 ptt 這支程式：請先用 pip install 安裝，再排程。")
    return Path(found).absolute()


def _install(units: dict[str, str]) -> None:
    if not shutil.which("systemctl"):
        raise PttError("這台機器沒有 systemd：請改用 ptt schedule --print cron，把它貼進 crontab -e。")
    folder = Path.home() / ".config" / "systemd" / "user"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in units.items():
        (folder / name).write_text(text, "utf-8")
    timers = [f"{job.name}.timer" for job in JOBS]
    for words in (["daemon-reload"], ["enable", "--now", *timers]):
        done = subprocess.run(["systemctl", "--user", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PttError(
                f"systemctl --user {words[0]} 失敗：{done.stderr.strip() or done.returncode}；單元檔已寫在 {folder}。"
            )
    say(
        f"已排程：{'、'.join(timers)}（systemctl --user list-timers 可查；"
        "要在登出後也跑，請執行 loginctl enable-linger）。"
    )

"""The schedule as systemd and cron see it."""

import shutil
import subprocess
from pathlib import Path

import pytest
import time_machine

from analysis.schedule import JOBS, cron_lines, systemd_units

ODD = Path("/srv/股 板/50% $x")


def test_units_name_absolute_paths_and_taipei() -> None:
    units = systemd_units(Path("/opt/ptt/bin/ptt"), Path("/srv/ptt"), Path("/srv/ptt"))
    assert sorted(units) == sorted(f"{job.name}.{kind}" for job in JOBS for kind in ("service", "timer"))
    assert "ExecStart=/opt/ptt/bin/ptt run --hot --sessions-only --data /srv/ptt\n" in units["ptt-hot.service"]
    for name, text in units.items():
        assert "$" not in text
        if name.endswith(".service"):
            assert "SuccessExitStatus=3 4\n" in text
        else:
            calendars = [line for line in text.splitlines() if line.startswith("OnCalendar=")]
            assert calendars
            assert all(line.endswith(" Asia/Taipei") for line in calendars)
    assert "Persistent=true" in units["ptt-run.timer"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for name, text in systemd_units(Path("/bin/true"), ODD, tmp_path).items():
        (tmp_path / name).write_text(text, "utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert name not in done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("calendar", [calendar for job in JOBS for calendar in job.calendars])
def test_systemd_understands_each_time(calendar: str) -> None:
    subprocess.run(["systemd-analyze", "calendar", f"{calendar} Asia/Taipei"], check=True, capture_output=True)


def _run_cron(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What cron does: the sixth field on, ``\\%`` as a percent sign, by sh, with next to no environment."""
    command = line.split(None, 5)[5]
    assert "%" not in command.replace(r"\%", "")
    return subprocess.run(
        ["/usr/bin/env", "-i", "/bin/sh", "-c", command.replace(r"\%", "%")],
        capture_output=True, text=True, cwd="/", check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("code", "heard"), [(0, False), (4, False), (1, True), (3, True)])
def test_cron_speaks_only_when_something_failed(tmp_path: Path, code: int, heard: bool) -> None:
    program = tmp_path / "a ptt"
    program.write_text(f'#!/bin/sh\necho "ran $* in $PWD"\nexit {code}\n')
    program.chmod(0o755)
    data = tmp_path / "50% data"
    folder = tmp_path / "d %H"
    folder.mkdir()
    lines = [line for line in cron_lines(program, data, folder).splitlines() if line[0] in "0123456789*"]
    assert len(lines) == sum(len(job.cron) for job in JOBS)
    done = _run_cron(lines[0], tmp_path)
    assert done.returncode == (code if heard else 0)
    assert done.stdout == (f"ran run --data {data} in {folder}\n" if heard else "")
    assert done.stderr == ""


def test_cron_runs_in_taipei_time(tmp_path: Path) -> None:
    assert "CRON_TZ=Asia/Taipei" in cron_lines(tmp_path / "ptt", tmp_path, tmp_path).splitlines()


@pytest.mark.parametrize(("day", "runs"), [("2026-01-25", False), ("2024-10-31", False), ("2026-01-26", True)])
def test_timers_do_nothing_on_days_without_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], day: str, runs: bool
) -> None:
    """A Sunday, the day of a typhoon, a Monday."""
    from analysis import watching
    from analysis.commands import run

    asked = []
    monkeypatch.setattr(watching, "run_and_report", lambda *args, **options: asked.append(args[1]))
    monkeypatch.setenv("PTT_SITE", "http://127.0.0.1:9")
    with time_machine.travel(f"{day} 10:00 +0800", tick=False):
        run.command(data=tmp_path, hot=True, sessions_only=True)
        run.command(data=tmp_path)
    assert asked == (["ptt run --hot", "ptt run"] if runs else ["ptt run"])
    assert (f"{day} 休市" in capsys.readouterr().err) != runs

"""When the jobs run: one table, printed as systemd user units or as cron lines. Pure.

Times are Taipei's: every three hours, hourly on trading days, threads that grow fast every five
minutes around the session, the digest on Monday at 07:30. Runs never overlap: each takes the data folder's lock, and
one that finds it held ends with exit code 4, which both forms treat as fine.
"""

import hashlib
import shlex
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final, NamedTuple

ZONE: Final = "Asia/Taipei"


class Job(NamedTuple):
    """One scheduled command."""

    name: str
    what: str
    arguments: tuple[str, ...]
    calendars: tuple[str, ...]
    """systemd's OnCalendar, less the zone."""
    cron: tuple[str, ...]
    """Hours and days; ``{m}`` is a minute shifted by the installation, so that not everybody asks at once."""
    persistent: bool
    """Made up for after sleep. The fast job is not: a missed one is worth nothing an hour later."""
    jitter: int
    """Most seconds of delay."""
    timeout: str


JOBS: Final = (
    Job(
        "ptt-run",
        "crawl what is new, load, score, publish",
        ("run",),
        ("*-*-* 00/3:00:00",),
        ("{m} */3 * * *",),
        True,
        120,
        "3h",
    ),
    Job(
        "ptt-session",
        "crawl hourly on trading days",
        ("run", "--sessions-only"),
        ("Mon..Fri *-*-* 08,10,11,13,14:00:00",),
        ("{m} 8,10,11,13,14 * * 1-5",),
        True,
        120,
        "3h",
    ),
    Job(
        "ptt-hot",
        "follow threads that grow fast",
        ("run", "--hot", "--sessions-only"),
        ("Mon..Fri *-*-* 08:25/5:00", "Mon..Fri *-*-* 09..13:00/5:00", "Mon..Fri *-*-* 14:00,05:00"),
        ("25-59/5 8 * * 1-5", "*/5 9-13 * * 1-5", "0,5 14 * * 1-5"),
        False,
        20,
        "15min",
    ),
    Job(
        "ptt-digest",
        "write the weekly digest",
        ("digest",),
        ("Mon *-*-* 07:30:00",),
        ("30 7 * * 1",),
        True,
        60,
        "15min",
    ),
)


def jobs_for(folder: Path) -> tuple[Job, ...]:
    """`JOBS`; the digest is sent where the ptt.toml in ``folder`` names a mail server and readers."""
    from analysis.config import CONFIG_NAME
    from analysis.digest.readers import is_configured

    if not is_configured(folder / CONFIG_NAME):
        return JOBS
    return tuple(job._replace(arguments=("digest", "--send")) if job.arguments == ("digest",) else job for job in JOBS)


def command_line(job: Job, program: Path, data: Path) -> list[str]:
    """What a job executes, with absolute paths."""
    return [str(program), *job.arguments, "--data", str(data)]


def systemd_units(program: Path, data: Path, folder: Path) -> dict[str, str]:
    """File name -> text of the user units; ``folder`` is where ptt.toml is looked for."""
    units = {}
    for job in jobs_for(folder):
        calendars = "\n".join(f"OnCalendar={calendar} {ZONE}" for calendar in job.calendars)
        command = " ".join(_systemd_quote(word) for word in command_line(job, program, data))
        fields = {
            "what": job.what,
            "folder": str(folder).replace("%", "%%"),
            "command": command,
            "timeout": job.timeout,
            "calendars": calendars,
            "persistent": str(job.persistent).lower(),
            "jitter": f"{job.jitter}s",
        }
        for kind in ("service", "timer"):
            units[f"{job.name}.{kind}"] = Template(_template(f"unit.{kind}")).substitute(fields)
    return units


def cron_lines(program: Path, data: Path, folder: Path) -> str:
    """A crontab: silent when a job did its work (0) or another run was at work (4), else it mails what was said."""
    minute = int(hashlib.sha256(str(data).encode()).hexdigest(), 16) % 10
    lines = [
        "# PTT Pulse. CRON_TZ is cronie's; Debian's cron ignores it: there, set the machine to Asia/Taipei.",
        f"CRON_TZ={ZONE}",
        "SHELL=/bin/sh",
    ]
    for job in jobs_for(folder):
        command = shlex.join(command_line(job, program, data))
        quiet = f'said=$({command} 2>&1); code=$?; case $code in 0|4) ;; *) printf "%s\\n" "$said"; exit $code;; esac'
        whole = f"cd {shlex.quote(str(folder))} && {quiet}".replace("%", r"\%")  # cron ends a command at a bare one
        lines += [f"{times.format(m=minute)} {whole}" for times in job.cron]
    return "\n".join(lines) + "\n"


def _template(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _systemd_quote(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if set(word) & set(" \t\"'\\;") else escaped

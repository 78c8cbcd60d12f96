"""`./dev soak [MINUTES]`: a day of scheduled runs against a faulty site, compressed into an hour (or MINUTES).

The jobs are those of `ptt schedule`, each a process of its own, as a timer starts it, at the day's own clock (Monday,
2026-01-26, a trading day). Between them the board lives on, and requests fail: 5xx, refusals, resets, stalls, pages cut
in half, a challenge, a 404 that was none. The next noon, with the faults off, the store must be equal to the truth; and
memory, open files and files on disk must have stayed flat. Fewer minutes than the jobs need drop fast jobs first.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from analysis.schedule import JOBS, Job  # noqa: E402
from ptt_spider.clock import TAIPEI  # noqa: E402

MIDNIGHT = datetime(2026, 1, 26, tzinfo=TAIPEI)
RUN_SECONDS = 4.0
"""What one run takes at most, to plan with."""
GROWTH = 1.3
"""The last quarter of the runs may need this many times the memory of the first."""


class Ran(NamedTuple):
    """One job."""

    at: datetime
    arguments: tuple[str, ...]
    code: int
    megabytes: float
    files: int
    """Open when it ended."""
    threads: int
    seconds: float
    store: float
    """Megabytes of the three store files then."""
    crash: str = ""
    """The end of its log, if it died before its end: nothing else would tell why."""


class Verdict(NamedTuple):
    runs: list[Ran]
    problems: list[str]
    facts: dict[str, Any]


def due(job: Job, at: datetime) -> bool:
    """Whether a cron line of the job names this minute."""
    for line in job.cron:
        minute, hour, _, _, weekday = line.replace("{m}", "7").split()
        days = (at.isoweekday(),)
        if _fits(minute, at.minute) and _fits(hour, at.hour) and any(_fits(weekday, day) for day in days):
            return True
    return False


def _fits(field: str, value: int) -> bool:
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = (0, "", 59) if span == "*" else span.partition("-")  # type: ignore[assignment]
        if int(low) <= value <= int(high or low) and (value - int(low)) % int(step or 1) == 0:
            return True
    return False


def timetable(minutes: float) -> list[tuple[datetime, tuple[str, ...]]]:
    """The day's jobs in order; where they would take longer than ``minutes``, evenly fewer of the fast ones."""
    every = [
        (at, job.arguments, job.name)
        for at in (MIDNIGHT + timedelta(minutes=n) for n in range(24 * 60))
        for job in JOBS
        if due(job, at)
    ]
    groups = {name: [entry for entry in every if entry[2] == name] for name in dict.fromkeys(e[2] for e in every)}
    room = int(minutes * 60 / RUN_SECONDS) - 2
    kept = []
    for number, group in enumerate(sorted(groups.values(), key=len)):
        fair = max(1, room // (len(groups) - number))
        step = max(1.0, len(group) / fair)
        kept += [group[int((n + 0.5) * step)] for n in range(min(len(group), fair))]
        room -= min(len(group), fair)
    return sorted((at, arguments) for at, arguments, _ in kept)


class Soak:
    def __init__(self, folder: Path, minutes: float, *, engine: str = "ptt", seed: int = 1) -> None:
        self.folder, self.data, self.minutes = folder, folder / "data", minutes
        self._day = _module("board_day")
        self.site = _module("faulty_site", ROOT / "tests" / "site").FaultySite()
        rows = [json.loads(line) for line in (ROOT / "fixtures/board/truth.jsonl").read_text("utf-8").splitlines()]
        self.board = self._day.BoardDay(self.site, rows, seed)
        self.runs: list[Ran] = []
        self.faults: Counter[str] = Counter()
        self._engine = engine
        self.program = HERE / "ptt_then.py"

    def run(self) -> Verdict:
        (self.folder / "tmp").mkdir(parents=True)
        with self.site:
            self.ptt(MIDNIGHT - timedelta(minutes=30), ("run",))
            plan = timetable(self.minutes)
            begun, before = time.monotonic(), MIDNIGHT - timedelta(minutes=30)
            for at, arguments in plan:
                wanted = (at - MIDNIGHT) / timedelta(days=1) * self.minutes * 60
                time.sleep(max(0.0, wanted - (time.monotonic() - begun)))
                self.board.advance(before, at)
                self._break_something()
                self.ptt(at, arguments)
                before = at
            broken = len([rule for rule in self.site._rules if rule[1]])
            self.site._rules.clear()
            self.ptt(MIDNIGHT + timedelta(hours=36), ("run",))
            wrong = self.compare()
        facts = {
            "runs": len(self.runs),
            "exit_codes": dict(Counter(ran.code for ran in self.runs)),
            "faults": dict(self.faults),
            "faults_not_met": broken,
            "requests": len(self.site.visits),
            "most_in_flight": self.site.max_in_flight,
            "posts": len(self.board.truth.pushes),
            "deleted": len(self.board.truth.deleted),
            "pushes": sum(map(len, self.board.truth.pushes.values())),
            "store_megabytes": round((self.data / "ptt.duckdb").stat().st_size / 1e6, 1),
            "work_megabytes": round((self.data / "work.duckdb").stat().st_size / 1e6, 1),
            "raw_files": len(list((self.data / "raw").rglob("*.gz"))),
        }
        return Verdict(self.runs, wrong + self.leaks(), facts)

    def ptt(self, at: datetime, arguments: tuple[str, ...]) -> None:
        """One job at a moment of the day."""
        left = self.folder / "left.json"
        left.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PTT_")}
        environment |= {
            "PTT_SITE": self.site.url, "PTT_DELAY": "0", "PTT_ENGINE": self._engine, "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        command = [sys.executable, str(self.program), at.isoformat(), str(left), *arguments]
        begun = time.monotonic()
        with (self.folder / "log.txt").open("ab") as log:
            log.write(f"\n== {at:%m-%d %H:%M} ptt {' '.join(arguments)}\n".encode())
            log.flush()
            process = subprocess.Popen([*command, "--data", str(self.data)], env=environment, stdout=log, stderr=log,
                                       cwd=ROOT)  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = left.is_file()
        told = json.loads(left.read_text()) if ended else {"files": 0, "threads": 0}
        scale = 1e6 if sys.platform == "darwin" else 1e3
        self.runs.append(Ran(
            at, arguments, process.returncode, usage.ru_maxrss / scale, told["files"], told["threads"],
            time.monotonic() - begun, sum(path.stat().st_size for path in self.data.glob("*.duckdb*")) / 1e6,
            "" if ended else (self.folder / "log.txt").read_text("utf-8", "replace")[-2000:],
        ))  # fmt: skip

    def _break_something(self) -> None:
        for _ in range(self.board.dice.choice([0, 1, 1, 2])):
            kind, match, times = self.board.dice.choice(self._day.FAULTS)
            self.site.fault(kind, match, times, **({"retry_after": 1} if kind == "429" else {}))
            self.faults[f"{kind} {match}"] += 1

    def compare(self) -> list[str]:
        """What the store says that is not so."""
        import duckdb

        truth = self.board.truth
        with duckdb.connect(str(self.data / "ptt.duckdb"), read_only=True) as con:
            posts = {
                post_id: (body, gone, damaged)
                for post_id, body, gone, damaged in con.execute(
                    "SELECT post_id, body, deleted_at IS NOT NULL, damaged FROM posts WHERE board = 'Stock'"
                ).fetchall()
            }
            pushes: dict[str, list[tuple[str, str, str]]] = {}
            for post_id, *line in con.execute(
                "SELECT post_id, tag, user_id, text FROM pushes WHERE board = 'Stock' AND removed_at IS NULL"
                " ORDER BY post_id, floor"
            ).fetchall():
                pushes.setdefault(post_id, []).append(tuple(line))
            unscored = con.execute(
                "SELECT count(*) FROM pushes p ANTI JOIN push_scores USING (board, post_id, floor)"
                " WHERE p.text <> '' AND p.removed_at IS NULL"
            ).fetchall()[0][0]
        since = int((MIDNIGHT - timedelta(days=6)).timestamp())
        wrong = [f"{unscored} comments without a score"] if unscored else []
        for post_id, lines in truth.pushes.items():
            if int(post_id.split(".")[1]) < since:
                continue
            if post_id in truth.deleted:
                if post_id in posts and not posts[post_id][1]:
                    wrong.append(f"{post_id} was deleted and is not")
                continue
            if post_id not in posts:
                wrong.append(f"{post_id} is missing")
                continue
            body, gone, damaged = posts[post_id]
            if gone or damaged:
                wrong.append(f"{post_id} is {'deleted' if gone else 'damaged'} and should not be")
            if pushes.get(post_id, []) != lines:
                wrong.append(f"{post_id} has {len(pushes.get(post_id, []))} comments, should have {len(lines)}")
            if (first := truth.bodies.get(post_id)) and not body.lstrip().startswith(first):
                wrong.append(f"{post_id}: body begins {body[:20]!r}, should begin {first!r}")
        return wrong

    def leaks(self) -> list[str]:
        """What did not stay flat, or was left lying about."""
        found = []
        full = [ran for ran in self.runs if ran.arguments[0] == "run" and "--hot" not in ran.arguments]
        quarter = max(1, len(full) // 4)
        first, last = (median(ran.megabytes for ran in part) for part in (full[:quarter], full[-quarter:]))
        if last > GROWTH * first:
            found.append(f"memory grew from {first:.0f} to {last:.0f} MB a run")
        opened = Counter(ran.files for ran in full)
        if max(opened) > min(opened) + 2:
            found.append(f"open files at the end of a run: {dict(opened)}")
        crashed = [
            f"{ran.at:%H:%M} {ran.arguments}: exit code {ran.code}{ran.crash and ', died: '}{ran.crash}"
            for ran in self.runs
            if ran.code not in (0, 1, 3) or ran.crash
        ]
        lying = [str(path.relative_to(self.folder)) for path in (self.folder / "tmp").rglob("*") if path.is_file()]
        lying += [path.name for path in (self.data / "spool").iterdir()]
        lying += [path.name for path in self.data.iterdir() if ".part" in path.name or path.name.startswith(".")]
        raw = len(list((self.data / "raw").rglob("*.gz")))
        if raw > len(self.runs):
            found.append(f"{raw} raw files of {len(self.runs)} runs")
        if "Traceback" in (self.folder / "log.txt").read_text("utf-8"):
            found.append("a traceback in the log")
        return found + crashed + [f"left over: {name}" for name in lying]


def _module(name: str, folder: Path = HERE) -> Any:
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float, nargs="?", default=float(os.environ.get("PTT_SOAK_MINUTES", "60")))
    parser.add_argument("--seed", type=int, default=1, help="another day")
    parser.add_argument("--engine", default="ptt")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ptt-soak-"))
    verdict = Soak(folder, options.minutes, engine=options.engine, seed=options.seed).run()
    for hour in range(24):
        runs = [ran for ran in verdict.runs if ran.at.hour == hour and ran.at.day == MIDNIGHT.day]
        if runs:
            print(
                f"{hour:02}:00  {len(runs):3} runs  memory {median(r.megabytes for r in runs):4.0f} MB, at most"
                f" {max(r.megabytes for r in runs):4.0f}  open files {max(r.files for r in runs)}"
                f"  store {runs[-1].store:4.1f} MB  {median(r.seconds for r in runs):4.1f} s"
                f"  exit codes {dict(Counter(r.code for r in runs))}"
            )
    for name, value in verdict.facts.items():
        print(f"{name:16} {value}")
    for problem in verdict.problems:
        print(f"dev soak: {problem}", file=sys.stderr)
    print(f"log, store: {folder}" if verdict.problems else f"equal to the truth, nothing left over; {folder}")
    return int(bool(verdict.problems))


if __name__ == "__main__":
    sys.exit(main())

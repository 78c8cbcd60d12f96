"""`ptt backfill`: the store of `ptt reparse`, made by many; a dead worker costs time, nothing else."""

import contextlib
import dataclasses
import errno
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import CancelledError
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from analysis.backfill import drive, parts, workers
from analysis.backfill.drive import backfill
from analysis.backfill.parts import make_part
from analysis.backfill.work import FOLDER, INDEX, LINES, LISTS, Job, read_file
from analysis.backfill.workers import Done
from analysis.commands import load, reparse
from analysis.commands.backfill import _expand, command
from analysis.config import load_settings
from analysis.errors import PttError, UsageError
from analysis.sentiment.engine import get_engine
from analysis.sql import statement
from analysis.store.columns import SCHEMAS
from analysis.store.load import LoadReport, load_waiting
from analysis.store.privacy import add_tombstone, load_key, tombstones
from analysis.store.rewrite_archive import ArchiveBusy
from analysis.store.taken_down import PENDING
from analysis.store.work import open_work
from ptt_spider.privacy import hashed_id
from ptt_spider.warc import read_archive

OF_THE_LOAD = {"spool_files", "migrations", "crawls", "store_info"}
"""Tables that say when and from which file something was loaded."""


def ptt(*arguments, **options):
    command = [sys.executable, "-m", "analysis", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, check=False, **options)


def tables(data):
    """Every row of every table; a sum's last bit depends on the order in which DuckDB's threads add."""

    def plain(row):
        return tuple(float(f"{value:.12g}") if isinstance(value, float) else value for value in row)

    with open_work(data) as con:
        names = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'ptt' ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{name}": list(
                map(plain, con.execute(f'SELECT * FROM "{schema}"."{name}" ORDER BY ALL').fetchall())
            )
            for schema, name in names
            if name not in OF_THE_LOAD
        }


def here(do, items, job):
    """This process as the worker."""
    return (Done(item, do(item, job), "") for item in items)


def backwards(do, items, job):
    return here(do, items[::-1], job)


class Client:
    """Dask's, with this process as the worker; ``around`` is entered for each piece of work, by its number."""

    def __init__(self, monkeypatch, around):
        dask = SimpleNamespace(as_completed=list, KilledWorker=MemoryError)
        monkeypatch.setitem(sys.modules, "distributed", dask)
        self._around = around
        self._count = 0

    def submit(self, do, item, job, *, pure):
        assert pure is False
        self._count += 1
        return Future(do, item, pickle.loads(pickle.dumps(job)), self._around(self._count))


class Future(NamedTuple):
    do: Any
    item: Any
    job: Job
    around: Any

    def __hash__(self):
        return id(self)

    def result(self):
        with self.around:
            return self.do(self.item, self.job)

    def release(self):
        pass


def fill(data, paths, run=here):
    with open_work(data) as con:
        return backfill(con, load_settings(data), paths, run)


@pytest.fixture(scope="module")
def serial(archive, tmp_path_factory):
    """What `ptt reparse` makes of the files."""
    data = tmp_path_factory.mktemp("serial")
    done = ptt("reparse", "--data", data, *archive)
    assert done.returncode == 0, done.stderr
    return tables(data)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def small_parts(monkeypatch):
    """Some four of them."""
    monkeypatch.setattr(parts, "BYTES", 130_000)
    monkeypatch.setattr(drive, "AHEAD", 10)


def differing(data, serial):
    found = tables(data)
    return {name for name in found if found[name] != serial[name]}


@pytest.mark.usefixtures("small_parts")
def test_the_tables_are_those_of_one_process(archive, serial, data):
    result = fill(data, archive, backwards)  # the last file, and the last threads, are done first
    assert result.problems == []
    assert result.load.files > 4  # parts, and index pages
    assert differing(data, serial) == set()
    assert len(serial["main.pushes"]) > 500
    assert Counter(row[3] for row in serial["internal.observations"])["growth"] == 6, (
        "polls, pages of which lie elsewhere"
    )
    assert {path.name for path in (data / FOLDER).glob("*/*")} == {"side.json"}
    assert not list((data / FOLDER).glob("*.*"))


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    """The folder of each host's own settings; this process is the loader's."""
    for host in ("loader", "worker"):
        (tmp_path / host / "ptt").mkdir(parents=True)
    (tmp_path / "worker" / "ptt" / "privacy.key").write_text("ab" * 32)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "loader"))
    return tmp_path


@contextlib.contextmanager
def at(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        yield


@pytest.mark.parametrize(
    ("privacy", "noted", "key"), [("full", True, "another"), ("full", False, "none"), ("hashed", False, "another")]
)
def test_a_worker_with_another_key_brings_no_forgotten_user_back(
    archive, serial, data, hosts, privacy, noted, key, monkeypatch
):
    monkeypatch.setenv("PTT_PRIVACY", privacy)
    place = list(SCHEMAS["pushes"]).index("user_id")
    ((user, _),) = Counter(row[place] for row in serial["main.pushes"] if row[place]).most_common(1)
    add_tombstone(load_settings(data), user)
    if not noted:  # as older programs wrote it
        (data / "forgotten.txt").write_text("\n".join(tombstones(data)))
    if key == "none":
        (hosts / "worker" / "ptt" / "privacy.key").unlink()
    client = Client(monkeypatch, lambda n: at(hosts / ("worker" if n == 1 else "loader")))
    result = fill(data, archive[:2], workers.over(client))
    problem, *_ = result.problems  # the rest: polls of pages that were not read
    assert problem.startswith(str(archive[0]))
    assert str(hosts / "worker" / "ptt" / "privacy.key") in problem
    assert f"{hosts / 'loader' / 'ptt' / 'privacy.key'} 複製過去" in problem
    assert "Error" not in problem
    assert len(list((data / FOLDER).glob("*/side.json"))) == 1
    (hosts / "worker" / "ptt" / "privacy.key").write_text((hosts / "loader" / "ptt" / "privacy.key").read_text())
    client = Client(monkeypatch, lambda _: at(hosts / "worker"))
    assert fill(data, archive[:2], workers.over(client)).problems == []
    names = [user, *(hashed_id(key, user) for key in (load_key(load_settings(data)), b"\xab" * 32))]
    with open_work(data) as con:
        count = "SELECT count(*), count(*) FILTER (lower(user_id) IN $names) FROM pushes"
        ((pushes, theirs),) = con.execute(count, {"names": [name.lower() for name in names]}).fetchall()
    assert pushes > 100
    assert theirs == 0


def test_where_all_is_kept_workers_need_no_key(archive, data, hosts, monkeypatch):
    job = Job.of(load_settings(data), archive)
    with at(hosts / "nowhere"):
        assert read_file(archive[0], job)
    assert job.key_check == ""


class OtherWeights:
    """A version of the engine that another host still has."""

    def __init__(self):
        self._engine = get_engine("ptt")
        self.info = dataclasses.replace(self._engine.info, version="3", weights_hash="old")

    def __getattr__(self, name):
        return getattr(self._engine, name)


@pytest.mark.usefixtures("small_parts")
def test_workers_with_other_engines_make_no_part(archive, serial, data, monkeypatch):
    @contextlib.contextmanager
    def older(_):
        with monkeypatch.context() as patch:
            patch.setattr(parts, "_engine", lambda _: OtherWeights())
            yield

    client = Client(monkeypatch, lambda n: older(n) if n == len(archive) + 1 else contextlib.nullcontext())
    (problem,) = fill(data, archive, workers.over(client)).problems
    assert "ptt@3@old" in problem
    assert "\n" not in problem
    with open_work(data) as con:
        assert con.execute("SELECT count(*) FROM engines WHERE active").fetchall() == [(1,)]
        assert con.execute("SELECT count(*) FROM engines WHERE version = '3'").fetchall() == [(0,)]
    assert fill(data, archive).problems == []
    assert differing(data, serial) == set()


def test_workers_of_another_program_read_no_file(archive, data, monkeypatch):
    job = Job.of(load_settings(data), archive)
    with pytest.raises(PttError, match=r"0\.0\.9"):
        read_file(archive[0], job._replace(program="ptt-pulse 0.0.9"))
    with pytest.raises(PttError, match=r"0\.0\.9"):
        make_part(parts.Part("mark", "folder", [], []), job._replace(program="ptt-pulse 0.0.9"))
    assert not (data / FOLDER).exists()


def test_a_part_never_brings_a_second_active_engine(data):
    with open_work(data) as con:
        con.execute("ATTACH ':memory:' AS part; CREATE TABLE part.engines AS FROM engines")
        for version in "34":
            con.execute("DELETE FROM part.engines")
            con.execute(
                "INSERT INTO part.engines BY NAME"
                " SELECT e AS engine, $v AS version, 'x' AS weights_hash, e = 'ptt' AS active"
                " FROM (VALUES ('ptt'), ('stance')) AS t(e)",
                {"v": version},
            )
            con.execute(statement("backfill/engines"))
        assert con.execute("SELECT engine, version FROM engines WHERE active").fetchall() == [("ptt", "3")]
        assert con.execute("SELECT count(*) FROM engines").fetchall() == [(4,)]


def test_a_lost_scheduler_ends_the_run_in_one_line(archive, data, monkeypatch):
    """Files are not blamed for it: Dask cancels all that was not done."""

    @contextlib.contextmanager
    def lost(_):
        raise CancelledError("scheduler-connection-lost")
        yield

    with pytest.raises(PttError, match="再執行一次") as raised:
        fill(data, archive, workers.over(Client(monkeypatch, lost)))
    assert str(archive[0]) not in str(raised.value)


def test_what_concerns_one_thread_is_left_to_workers(archive, data, monkeypatch):
    left = []

    def look(con, settings, plain=drive.derive_all):
        left.extend(
            step for (step,) in con.execute("SELECT DISTINCT step FROM internal.dirty ORDER BY step").fetchall()
        )
        plain(con, settings)

    monkeypatch.setattr(drive, "derive_all", look)
    fill(data, archive)
    assert left == ["moods", "stories", "votes"]


def test_where_views_show_another_engine_the_loader_scores(archive, data):
    mine = get_engine("ptt").info
    job = Job.of(load_settings(data), archive)
    for engines, agrees in (
        ((), True),
        (((mine.name, mine.version, mine.weights_hash, True), ("stance", mine.version, "x", False)), True),
        (((mine.name, mine.version, "other weights", True),), False),
        (((mine.name, mine.version, mine.weights_hash, False), ("lexicon", "1", "x", True)), False),
    ):
        assert parts._agrees(get_engine("ptt"), job._replace(engines=engines)) is agrees
    fill(data, archive[:1])
    with open_work(data) as con:
        con.execute("DELETE FROM push_scores; DELETE FROM post_scores; UPDATE engines SET weights_hash = 'other'")
    fill(data, archive)  # threads of archive[0] do not change, most of the others' neither
    with open_work(data) as con:
        assert con.execute("SELECT count(*) > 0 FROM push_scores").fetchall() == [(True,)]


def test_doing_it_again_does_nothing_and_goes_on_where_it_stopped(archive, serial, data):
    fill(data, archive[:2])  # as if the rest had come later
    read_file(archive[2], Job.of(load_settings(data), archive))  # read, not loaded: the loader was killed
    (data / FOLDER / "x.host-1-abc.part").mkdir()  # a dead worker's
    (data / FOLDER / "x-lists.jsonl").touch()
    assert fill(data, archive).new_files == 2
    assert differing(data, serial) == set()
    before = tables(data)
    again = fill(data, archive)
    assert (again.new_files, again.load.files, again.load.responses) == (0, 0, 0)
    assert tables(data) == before
    assert not list((data / FOLDER).glob("x*"))


@pytest.mark.usefixtures("small_parts")
def test_a_loader_that_was_killed_does_not_do_parts_again(archive, serial, data):
    made = []

    def killed(do, items, job):
        for done in here(do, items, job):
            yield done
            if do is make_part:
                made.append(done.item.mark)
                if len(made) == 2:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(data, archive, killed)
    seen = []

    def watched(do, items, job):
        seen.extend(item.mark for item in items if do is make_part)
        return here(do, items, job)

    fill(data, archive, watched)
    assert seen
    assert set(made[:1]) & set(seen) == set()
    assert differing(data, serial) == set()


@pytest.mark.usefixtures("small_parts")
def test_a_part_over_which_workers_died_is_named_and_done_next_time(archive, serial, data):
    def dying(do, items, job):
        for item in items:
            died = do is make_part and item is items[1]
            yield Done(item, None, "dead") if died else Done(item, do(item, job), "")

    result = fill(data, archive, dying)
    assert [problem.count("dead") for problem in result.problems] == [1]
    assert "main.posts" in differing(data, serial)
    seen = []

    def watched(do, items, job):
        seen.extend(item for item in items if do is make_part)
        return here(do, items, job)

    assert fill(data, archive, watched).problems == []
    assert len(seen) == 1
    assert differing(data, serial) == set()


def test_lines_that_no_column_takes_are_put_aside(archive, data):
    def spoiled(do, items, job):
        for done in here(do, items, job):
            if do is make_part and done.item is items[0]:
                (data / FOLDER / done.item.folder / "x.jsonl.bad").write_text("what")
                yield done._replace(result=LoadReport(bad=[(Path("/worker/x.jsonl.bad"), "why")]))
            else:
                yield done

    assert [reason for _, reason in fill(data, archive[:1], spoiled).load.bad] == ["why"]
    assert (data / "spool" / "x.jsonl.bad").read_text() == "what"


def test_what_a_lake_does_not_have_yet_waits_for_it(archive, serial, data, monkeypatch):
    """Should another host publish first, this is what is loaded again."""
    monkeypatch.setattr(drive, "kept_in", lambda data: data / "loaded")
    fill(data, archive)
    waiting = list((data / "loaded").glob("*.jsonl"))
    assert len(waiting) == len(archive) + 1, "and the polls"
    (data / "work.duckdb").unlink()
    for path in waiting:
        path.rename(data / "spool" / path.name)
    with open_work(data) as con:
        load_waiting(con, data)
    threads = {"main.posts", "main.pushes", "internal.observations", "internal.texts"}
    assert differing(data, serial) & threads <= {"main.posts"}, "nrec comes from index pages"


def test_after_an_older_store_was_put_back_one_run_reads_everything_again(archive, serial, data):
    fill(data, archive[:1])
    older = (data / "work.duckdb").read_bytes()
    fill(data, archive)
    (data / "work.duckdb").write_bytes(older)
    torn = data / FOLDER / "other-version"
    torn.mkdir()
    (torn / "side.json").write_text("{}")
    assert fill(data, archive).new_files == 3
    assert differing(data, serial) == set()
    assert not torn.exists()


def test_lines_that_a_kill_left_after_the_mark_go_next_time(archive, data):
    fill(data, archive)
    folders = list((data / FOLDER).glob("*"))
    for folder in folders:
        for name in (LINES, INDEX, LISTS):
            (folder / name).write_bytes(b"left")
    assert fill(data, archive).new_files == 0
    assert len(folders) == len(archive)
    assert {path.name for path in (data / FOLDER).glob("*/*")} == {"side.json"}


def test_what_waits_for_a_lake_is_copied_where_there_are_no_hard_links(data, monkeypatch):
    def none(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(drive, "kept_in", lambda data: data / "loaded")
    monkeypatch.setattr(Path, "hardlink_to", none)
    (data / FOLDER / "key").mkdir(parents=True)
    (data / FOLDER / "key" / LINES).write_bytes(b"lines\n")
    drive._keep(data, ["key"])
    assert [(path.name, path.read_bytes()) for path in (data / "loaded").glob("*")] == [("key.jsonl", b"lines\n")]
    assert {path.name for path in (data / FOLDER).glob("*")} == {"key"}


@pytest.mark.parametrize("policy", ["votes", "drop"])
def test_what_was_taken_down_stays_nowhere(archive, data, policy, monkeypatch, capsys):
    """Not in what was put aside of polls, nor in the raw archive; what cannot be reached is said, by every command."""

    def busy(_, path):
        raise ArchiveBusy(path)

    monkeypatch.setenv("PTT_DELETED", policy)
    monkeypatch.setattr("analysis.store.privacy.GRACE", timedelta())
    monkeypatch.setattr(workers, "workers", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(workers, "over", lambda _: here)
    (data / "raw").mkdir()
    raw = [Path(shutil.copy2(path, data / "raw")) for path in archive]
    with monkeypatch.context() as patch:
        patch.setattr("analysis.store.rewrite_archive.Rewriter.rewrite", busy)
        for run in (
            lambda: command([data / "raw"], data=data),
            lambda: load.command(data),
            lambda: reparse.command([], data),
        ):
            run()
            assert "已刪除的文字還在" in capsys.readouterr().err
            assert (data / "raw" / PENDING).exists()
            assert not (data / FOLDER).exists()
    before = len(list(read_archive(raw)))
    command([data / "raw"], data=data)
    assert "已刪除" not in capsys.readouterr().err
    assert not (data / "raw" / PENDING).exists()
    assert len(list(read_archive(raw))) < before


def test_a_broken_file_is_named_and_the_others_arrive(archive, data, tmp_path):
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(archive[0].read_bytes()[:-2000])
    nothing = tmp_path / "nothing.warc.gz"
    nothing.write_bytes(b"no archive at all")
    result = fill(data, [torn, nothing, archive[1]])
    assert [str(path) in problem for path, problem in zip((torn, nothing), result.problems, strict=False)] == [True] * 2
    assert result.posts > 40


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("begun", ["?*.part", "parts-*.part"], ids=["over a file", "over a part"])
def test_workers_on_dask_one_of_them_killed(archive, serial, data, tmp_path, begun):
    folder = tmp_path / "raw"
    folder.mkdir()
    for path in archive:
        (folder / path.name).symlink_to(path)
    command = [sys.executable, "-m", "analysis", "backfill", "--data", str(data), "--workers", "2", str(folder)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not (found := list((data / FOLDER).glob(begun))):
        assert time.monotonic() < until
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.002)
    os.kill(int(found[0].name.split("-")[-2]), signal.SIGKILL)
    _, said = running.communicate(timeout=250)
    assert running.returncode == 0, said
    assert re.search(r"讀了 4 個檔案（4 個是新的，.* MB", said)
    assert "Traceback" not in said
    assert differing(data, serial) == set()
    again = ptt("backfill", "--data", data, "--workers", "1", folder)
    assert again.returncode == 0
    assert "0 個是新的" in again.stderr


def test_the_files_of_several_hosts_stand_in_the_order_of_time(tmp_path):
    names = ["b/20260102-y.warc.gz", "a/20260101-x.warc.gz", "a/20260103-x.warc.gz"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    given = tmp_path / "b" / "20260102-y.warc.gz"
    assert [p.name[7:10] for p in _expand([tmp_path / "a", tmp_path / "b"])] == ["1-x", "2-y", "3-x"]
    assert _expand([given, tmp_path / "a", given])[0] == given


def test_workers_are_told_no_secret(tmp_path, monkeypatch):
    for name in ("PTT_REDIS", "PTT_PING_URL"):
        monkeypatch.setenv(name, "https://:secret-5@example.com")
    assert "secret-5" not in str(Job.of(load_settings(tmp_path), []))


def test_wrong_use_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="nowhere"):
        command([tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="empty"):
        command([tmp_path / "empty"])
    with pytest.raises(UsageError, match="--scheduler"):
        command([tmp_path], workers=1, scheduler="tcp://127.0.0.1:1")


def test_without_dask_one_line_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "sys.argv = ['ptt', 'backfill', '--data', sys.argv[1], sys.argv[2]]\n"
        "from analysis.cli import main; main()"
    )
    command = [sys.executable, "-c", code, str(tmp_path), __file__]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "ptt-pulse[dask]" in done.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_was_not_read_whole_is_partly_done(archive, data, tmp_path):
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(archive[0].read_bytes()[:-2000])
    done = ptt("backfill", "--data", data, "--workers", "1", torn, archive[1])
    assert done.returncode == 3, done.stderr
    assert str(torn) in done.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_scheduler_that_does_not_answer_is_one_line(archive, data):
    done = ptt("backfill", "--data", data, "--scheduler", "tcp://127.0.0.1:1", archive[0])
    assert done.returncode == 1
    assert "tcp://127.0.0.1:1" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_scheduler_with_tls_needs_certificates_and_says_which_settings(archive, data):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
    done = ptt("backfill", "--data", data, "--scheduler", "tls://127.0.0.1:1", archive[0], env=plain)
    assert done.returncode == 2, done.stderr
    said = done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert "tls://127.0.0.1:1" in said
    assert all(f"DASK_DISTRIBUTED__COMM__TLS__{name}" in said for name in ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY"))
    gone = ptt(
        "backfill",
        "--data",
        data,
        "--scheduler",
        "tls://127.0.0.1:1",
        archive[0],
        env=plain | dict.fromkeys(workers.TLS, "/no/such.pem"),
    )
    assert gone.returncode == 1
    assert "Traceback" not in gone.stderr
    assert "憑證" not in gone.stderr, "Dask reads these names"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_scheduler_killed_in_mid_run_is_one_line(archive, serial, data, tmp_path):
    told, dask = tmp_path / "scheduler.json", [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [*dask, "worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "5"]
    with contextlib.ExitStack() as stack:
        started = []
        for words in (scheduler, worker):
            process = subprocess.Popen(
                [*words, "--scheduler-file", str(told)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait, 60)
            stack.callback(process.kill)
            started.append(process)
        until = time.monotonic() + 60
        while not told.exists() or not told.stat().st_size:
            assert time.monotonic() < until
            time.sleep(0.1)
        words = ["--data", str(data), "--scheduler", json.loads(told.read_text())["address"], *map(str, archive)]
        running = subprocess.Popen(
            [sys.executable, "-m", "analysis", "backfill", *words], stderr=subprocess.PIPE, text=True
        )
        while not list((data / FOLDER).glob("?*.part")):
            assert time.monotonic() < until + 60
            assert running.poll() is None, running.stderr.read()
            time.sleep(0.002)
        started[0].kill()
        _, said = running.communicate(timeout=120)
    assert running.returncode == 1, said
    assert said.splitlines()[1:] == [f"ptt: {workers.LOST}"]
    assert fill(data, archive).problems == []
    assert differing(data, serial) == set()


@pytest.fixture
def certificates(tmp_path):
    """Files of a CA of our own, and a certificate that it signed for every side."""
    folder = tmp_path / "tls"
    folder.mkdir()
    (folder / "extensions").write_text("subjectAltName=IP:127.0.0.1\n")
    for words in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=board -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=worker -keyout own.key -out own.csr",
        "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out own.pem",
    ):
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
    return {name: folder / file for name, file in (("ca-file", "ca.pem"), ("cert", "own.pem"), ("key", "own.key"))}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_scheduler_with_tls(archive, serial, data, tmp_path, certificates):
    """As docs/scaling.md says; who has no certificate of this CA gets nothing done."""
    tls = [text for name, path in certificates.items() for text in (f"--tls-{name}", str(path))]
    told, dask = tmp_path / "scheduler.json", [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [*dask, "worker", "--nthreads", "1", "--scheduler-file", str(told), "--no-dashboard"]
    settings = dict(zip(workers.TLS, map(str, certificates.values()), strict=True))
    with contextlib.ExitStack() as stack:
        for words in ([*scheduler, "--scheduler-file", str(told)], worker):
            process = subprocess.Popen([*words, *tls], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        until = time.monotonic() + 60
        while not told.exists() or not told.stat().st_size:
            assert time.monotonic() < until
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        assert address.startswith("tls://127.0.0.1:")
        plain = ptt("backfill", "--data", data, "--scheduler", address.replace("tls:", "tcp:"), *archive)
        assert plain.returncode == 1
        done = ptt("backfill", "--data", data, "--scheduler", address, *archive, env=os.environ | settings)
        assert done.returncode == 0, done.stderr
    assert differing(data, serial) == set()

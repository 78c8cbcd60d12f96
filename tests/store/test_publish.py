"""Publishing: readers never block it, it never breaks readers, and a full disk leaves the old publication."""

import os
import resource
import subprocess
import sys
import threading
from datetime import timedelta

import duckdb
import pytest

import analysis
from analysis.store.connect import connect
from analysis.store.load import load_file, load_waiting
from analysis.store.lock import hold
from analysis.store.migrations import migrations
from analysis.store.publish import publish
from analysis.store.work import StoreDamaged, open_work
from ptt_spider.items import Push
from ptt_spider.spool import PageSeen

READER = """
import sys, time
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(con.execute("SELECT count(*) FROM pushes").fetchall()[0][0], flush=True)
for line in sys.stdin:
    print(con.execute("SELECT count(*) FROM pushes").fetchall()[0][0], flush=True)
"""


def _load(kit, con, data, number, pushes=1):
    post_id = f"M.{1769562000 + number}.A.C89"
    items = [kit.push(i, minute=i) for i in range(1, pushes + 1)]
    page = PageSeen(kit.BEGIN + timedelta(hours=30), "crawl", kit.post(post_id=post_id, pushes=items))
    return load_file(con, kit.write_spool(data / "spool", f"{number:05d}", [page]))


def _pushes(data):
    with connect(data) as con:
        return con.execute("SELECT count(*) FROM pushes").fetchall()[0][0]


def test_what_is_published(kit, data):
    with hold(data, "test"), open_work(data) as con:
        _load(kit, con, data, 1, 3)
        path = publish(data, con)
    assert path == data / "ptt.duckdb"
    assert path.stat().st_mode & 0o777 == 0o444
    assert not (data / "ptt.duckdb.part").exists()
    assert not (data / "ptt.duckdb.wal").exists()
    with connect(data) as con:
        info = con.execute("SELECT posts, pushes, schema_version, data_until, last_crawl_at FROM store_info").fetchall()
        version = migrations()[-1].version
        assert info == [(1, 3, version, kit.BEGIN + timedelta(minutes=3), kit.BEGIN + timedelta(hours=30))]
        with pytest.raises(duckdb.Error):
            con.execute("DELETE FROM pushes")


def test_the_connection_goes_on_after_publishing(kit, data):
    with hold(data, "test"), open_work(data) as con:
        for number in range(3):
            _load(kit, con, data, number)
            publish(data, con)
            assert _pushes(data) == number + 1


def test_a_second_connect_in_the_same_process_sees_the_new_publication(kit, data, in_a_lake):
    with hold(data, "test"), open_work(data) as con:
        _load(kit, con, data, 1)
        publish(data, con)
        before = analysis.connect(data)
        _load(kit, con, data, 2)
        publish(data, con)
        after = analysis.connect(data)
    counts = [c.execute("SELECT count(*) FROM pushes").fetchall()[0][0] for c in (before, after)]
    before.close()
    after.close()
    assert counts == [2 if in_a_lake else 1, 2]  # of a lake each query sees the newest


def test_a_reader_holds_the_file_open_through_forty_loads(kit, data, in_a_lake):
    with hold(data, "test"), open_work(data) as con:
        _load(kit, con, data, 0)
        publish(data, con)
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(data / "ptt.duckdb")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert reader.stdout.readline() == "1\n"
        loads = 8 if in_a_lake else 40  # each takes half a second there
        for number in range(1, loads + 1):
            _load(kit, con, data, number)
            publish(data, con)
            if number % (loads // 4) == 0:
                reader.stdin.write("again\n")
                reader.stdin.flush()
                assert reader.stdout.readline() == "1\n"
    reader.communicate()
    assert reader.returncode == 0
    assert _pushes(data) == loads + 1


def test_readers_that_come_and_go_meet_no_error(kit, data):
    errors, seen, stop = [], [], threading.Event()
    with hold(data, "test"), open_work(data) as con:
        publish(data, con)

        def read():
            while not stop.is_set():
                try:
                    seen.append(_pushes(data))
                except Exception as error:
                    errors.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        for number in range(8):
            _load(kit, con, data, number)
            publish(data, con)
        stop.set()
        thread.join()
    assert errors == []
    assert seen == sorted(seen)
    assert len(set(seen)) > 1


def test_a_lost_work_file_is_made_again_from_the_published_one(kit, data):
    with hold(data, "test"), open_work(data) as con:
        _load(kit, con, data, 1)
        publish(data, con)
    (data / "work.duckdb").unlink()
    with hold(data, "test"), open_work(data) as con:
        assert con.execute("SELECT count(*) FROM pushes").fetchall() == [(1,)]
        _load(kit, con, data, 2)
        publish(data, con)
    assert _pushes(data) == 2


def test_a_work_file_that_is_none_is_named(data):
    (data / "work.duckdb").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreDamaged, match=r"work\.duckdb") as caught:
        open_work(data)
    assert "\n" not in str(caught.value)


# -- a full disk ----------------------------------------------------------------------------------------------------

FULL = """
import resource, signal, sys
from pathlib import Path
from analysis.errors import PttError
from analysis.store.load import load_waiting
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
data, limit = Path(sys.argv[1]), int(sys.argv[2])
try:
    with hold(data, "test"), open_work(data) as con:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        load_waiting(con, data)
        publish(data, con)
except PttError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def _spool_much(kit, data, number):
    pages = []
    for i in range(40):
        pushes = [
            Push(f, "推", f"user{f}", f"{os.urandom(40).hex()}", "1.2.3.4", kit.BEGIN, "01/28 09:00", False)
            for f in range(1, 301)
        ]
        post_id = f"M.{1769562000 + number * 1000 + i}.A.C89"
        pages.append(PageSeen(kit.BEGIN + timedelta(hours=1), "crawl", kit.post(post_id=post_id, pushes=pushes)))
    return kit.write_spool(data / "spool", f"much-{number}", pages)


@pytest.mark.parametrize("room", [300_000, 1_200_000])
def test_a_full_disk_is_one_line_and_costs_nothing(kit, data, room):
    """Files cannot grow past a limit, at several places of load and publish; then there is room again."""
    with hold(data, "test"), open_work(data) as con:
        _load(kit, con, data, 1)
        publish(data, con)
    _spool_much(kit, data, 1)
    limit = (data / "work.duckdb").stat().st_size + room
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(data), str(limit)], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "磁碟已滿" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert _pushes(data) == 1
    assert not (data / "ptt.duckdb.part").exists()
    with hold(data, "test"), open_work(data) as con:
        assert load_waiting(con, data).bad == []
        publish(data, con)
    assert _pushes(data) == 12_001


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 48 MB; only root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root on Linux to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(kit, small_disk):
    unlimited = str(resource.RLIM_INFINITY)
    with hold(small_disk, "test"), open_work(small_disk) as con:
        _load(kit, con, small_disk, 1)
        publish(small_disk, con)
    waste = small_disk / "waste"
    _spool_much(kit, small_disk, 1)
    free = os.statvfs(small_disk)
    waste.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - 400_000))
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(small_disk), unlimited],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "磁碟已滿" in done.stdout
    assert _pushes(small_disk) == 1
    waste.unlink()
    with hold(small_disk, "test"), open_work(small_disk) as con:
        assert load_waiting(con, small_disk).bad == []
        publish(small_disk, con)
    assert _pushes(small_disk) == 12_001


# -- a reader who is not root ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to become somebody else")
def test_another_user_reads_it_and_the_plain_way_is_refused(kit, data):
    with hold(data, "test"), open_work(data) as con:
        _load(kit, con, data, 1)
        publish(data, con)
    code = (
        "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=%s).execute('FROM pushes').fetchall()[0][2])"
    )

    def run(read_only):
        return subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c", code % read_only,
             str(data / "ptt.duckdb")], capture_output=True, text=True, check=False,
        )  # fmt: skip

    for folder in (data, *data.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    interpreter = run("True")
    if any(sign in interpreter.stderr for sign in ("No module named", "failed to execute", "loading shared libraries")):
        pytest.skip("nobody may not run this interpreter")
    assert interpreter.stdout == "1\n", interpreter.stderr
    assert "Permission denied" in run("False").stderr

"""The spare file: a publication that writes only what differs is the same publication, and no reader's file changes."""

import hashlib
import os
import random
import subprocess
import sys
from datetime import timedelta

import pytest

from analysis.store import spare
from analysis.store.connect import connect
from analysis.store.load import load_file
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work
from ptt_spider.spool import PageSeen

HOLDER = "import sys; file = open(sys.argv[1], 'rb'); print('open', flush=True); sys.stdin.read()"


@pytest.fixture
def folder(data):
    path = data / "file"
    path.write_bytes(b"content")
    with path.open("rb") as file:
        if not spare.is_suitable(path) or not spare.nobody_else_has(file.fileno()):
            pytest.skip("no leases on this file system: publications are whole copies here")
    path.unlink()
    return data


def _publish(kit, con, data, number):
    pushes = [kit.push(i, user=f"user{number}x{i}", minute=i) for i in range(1, 200)]
    post = kit.post(post_id=f"M.{1769562000 + number}.A.C89", pushes=pushes, body=f"內文 {number} " * 200)
    page = PageSeen(kit.BEGIN + timedelta(hours=30), "crawl", post)
    load_file(con, kit.write_spool(data / "spool", f"{number:05d}", [page]))
    return publish(data, con)


def _digest(fd):
    content = os.pread(fd, os.fstat(fd).st_size, 0)
    return hashlib.sha256(content).hexdigest()


def test_the_third_publication_is_written_into_the_first_ones_file(kit, folder):
    with hold(folder, "test"), open_work(folder) as con:
        files = [_publish(kit, con, folder, number).stat().st_ino for number in range(5)]
    assert files[2:] == files[:3]
    assert files[0] != files[1]
    assert (folder / "ptt.duckdb").read_bytes() == (folder / "work.duckdb").read_bytes()
    assert (folder / "ptt.duckdb").stat().st_mode & 0o777 == 0o444
    assert not (folder / "ptt.duckdb.part").exists()


def test_no_file_that_somebody_has_open_ever_changes(kit, folder, in_a_lake):
    held = []
    dice = random.Random(4)
    with hold(folder, "test"), open_work(folder) as con:
        for number in range(8 if in_a_lake else 30):  # each takes half a second there
            fd = os.open(_publish(kit, con, folder, number), os.O_RDONLY)
            held.append((fd, _digest(fd)))
            with connect(folder) as reader:
                assert reader.execute("SELECT count(*) FROM posts").fetchall() == [(number + 1,)]
            if dice.random() < 0.5:
                os.close(held.pop(dice.randrange(len(held)))[0])
            assert [_digest(fd) for fd, _ in held] == [digest for _, digest in held]
    for fd, _ in held:
        os.close(fd)


def test_a_reader_in_another_process_keeps_its_file(kit, folder):
    with hold(folder, "test"), open_work(folder) as con:
        path = _publish(kit, con, folder, 0)
        inode = path.stat().st_ino
        reader = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdout.readline() == "open\n"
        assert inode not in {_publish(kit, con, folder, number).stat().st_ino for number in (1, 2, 3)}
        reader.communicate()


def test_a_file_with_another_name_is_left_alone(kit, folder):
    with hold(folder, "test"), open_work(folder) as con:
        os.link(_publish(kit, con, folder, 0), folder / "mine.duckdb")
        before = (folder / "mine.duckdb").read_bytes()
        for number in (1, 2, 3):
            _publish(kit, con, folder, number)
    assert (folder / "mine.duckdb").read_bytes() == before


def test_a_kill_between_link_and_rename_leaves_the_publication_whole(kit, folder):
    with hold(folder, "test"), open_work(folder) as con:
        path = _publish(kit, con, folder, 0)
        _publish(kit, con, folder, 1)
        spare.keep(path)  # and killed here
        with path.open("rb") as file:
            before = _digest(file.fileno())
            _publish(kit, con, folder, 2)
            assert _digest(file.fileno()) == before
    with connect(folder) as con:
        assert con.execute("SELECT count(*) FROM posts").fetchall() == [(3,)]


def test_another_file_system_gets_whole_copies(kit, data, monkeypatch):
    monkeypatch.setattr(spare, "_FILE_SYSTEMS", frozenset())
    with hold(data, "test"), open_work(data) as con:
        for number in range(3):
            _publish(kit, con, data, number)
    assert not spare.spare_of(data / "ptt.duckdb").exists()
    assert (data / "ptt.duckdb").read_bytes() == (data / "work.duckdb").read_bytes()


def test_no_spare_outlives_what_ptt_deleted_takes_away(kit, folder, monkeypatch):
    with hold(folder, "test"), open_work(folder) as con:
        for number in range(3):
            _publish(kit, con, folder, number)
        assert spare.spare_of(folder / "ptt.duckdb").exists()
        monkeypatch.setenv("PTT_DELETED", "votes")
        _publish(kit, con, folder, 3)
    assert not spare.spare_of(folder / "ptt.duckdb").exists()


@pytest.mark.parametrize("seed", range(8))
def test_writing_the_differences_makes_a_copy(tmp_path, seed):
    dice = random.Random(seed)
    old = bytearray(dice.randbytes(dice.choice((0, 5000, 12_288, 700_000, 1_500_000))))
    new = bytearray(old[: dice.randrange(len(old) + 1)] if seed % 2 else old + dice.randbytes(dice.randrange(600_000)))
    for _ in range(3):
        if new:
            new[dice.randrange(len(new))] ^= 0xFF
    (tmp_path / "old").write_bytes(old)
    (tmp_path / "new").write_bytes(new)
    with (tmp_path / "new").open("rb") as origin, (tmp_path / "old").open("r+b") as copy:
        spare.write_differences(origin.fileno(), copy.fileno())
    assert (tmp_path / "old").read_bytes() == new

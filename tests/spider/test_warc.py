"""The raw archive: readable by others, after a kill too, bodies once, and what pruning may drop."""

import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from ptt_spider.warc import REVISIT_WITHIN, Archive, archive_files, prunable, read_archive

AT = datetime(2026, 1, 28, 4, 0, tzinfo=UTC)
URL = "http://127.0.0.1/bbs/Stock/index.html"
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("Server", "a\r\nb")]


def write(folder, run, *bodies, at=AT, max_bytes=10**9):
    archive = Archive(folder, run, max_bytes=max_bytes)
    for number, (url, body) in enumerate(bodies):
        archive.write(url, at + timedelta(seconds=number), 200, HEADERS, body)
    archive.close()


def test_other_programs_find_nothing_wrong(tmp_path, capsys):
    write(tmp_path, "a", (URL, "頁面".encode() * 500), (URL, b"other"), (URL, b"other"), (URL + "?", b""))
    (path,) = archive_files(tmp_path)
    checker = Checker(type("Command", (), {"inputs": [str(path)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert kinds == ["warcinfo", "response", "response", "revisit", "response"]


def test_what_was_written_is_read_back(tmp_path):
    write(tmp_path, "a", (URL, "頁面".encode()), (URL, "頁面".encode()), (URL + "1", b""))
    responses = list(read_archive(archive_files(tmp_path)))
    assert [(r.url, r.body, r.status) for r in responses] == [
        (URL, "頁面".encode(), 200), (URL, "頁面".encode(), 200), (URL + "1", b"", 200)]  # fmt: skip
    assert [r.fetched_at for r in responses] == [AT + timedelta(seconds=n) for n in range(3)]
    headers = dict(responses[0].headers)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Content-Encoding" not in headers


def test_an_unchanged_body_is_stored_once_across_runs(tmp_path):
    body = random.Random(1).randbytes(20_000)
    write(tmp_path, "a", (URL, body))
    write(tmp_path, "b", (URL, body), at=AT + timedelta(days=1))
    first, second = archive_files(tmp_path)
    assert second.stat().st_size < 1500 < first.stat().st_size
    assert [r.body for r in read_archive([second])] == [body]
    assert [r.body for r in read_archive([second, first])] == [body, body]


def test_no_revisit_points_to_another_address_an_old_or_a_lost_body(tmp_path):
    body = random.Random(2).randbytes(5000)
    write(tmp_path, "a", (URL, body))
    write(tmp_path, "b", (URL + "2", body))
    write(tmp_path, "c", (URL, body), at=AT + REVISIT_WITHIN + timedelta(days=1))
    assert all(path.stat().st_size > 5000 for path in archive_files(tmp_path))
    archive_files(tmp_path)[-1].unlink()
    write(tmp_path, "d", (URL, body), at=AT + REVISIT_WITHIN + timedelta(days=2))
    assert archive_files(tmp_path)[-1].stat().st_size > 5000


def test_a_body_whose_original_is_gone_is_left_out_and_logged(tmp_path, caplog):
    write(tmp_path, "a", (URL, b"x" * 100))
    write(tmp_path, "b", (URL, b"x" * 100), (URL, b"y"), at=AT + timedelta(days=1))
    archive_files(tmp_path)[0].unlink()
    assert [r.body for r in read_archive(archive_files(tmp_path))] == [b"y"]
    assert "略過" in caplog.text


@pytest.mark.parametrize("share", [0.35, 0.6, 0.97, 0.999])
def test_a_torn_end_costs_the_torn_record_alone(tmp_path, share):
    dice = random.Random(3)
    write(tmp_path, "a", *((f"{URL}?{n}", dice.randbytes(3000)) for n in range(10)))
    (path,) = archive_files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    bodies = [response.body for response in read_archive([path])]
    assert len(bodies) in (int(10 * share), int(10 * share) - 1)
    assert {len(body) for body in bodies} == {3000}


def test_files_roll_at_their_size(tmp_path):
    dice = random.Random(4)
    write(tmp_path, "a", *((f"{URL}?{n}", dice.randbytes(3000)) for n in range(10)), max_bytes=7000)
    assert len(archive_files(tmp_path)) == 5
    assert len(list(read_archive(archive_files(tmp_path)))) == 10


def test_pruning_keeps_what_younger_files_point_at(tmp_path):
    write(tmp_path, "a", (URL, b"a" * 2000))
    write(tmp_path, "b", (URL + "2", b"b" * 2000))
    write(tmp_path, "c", (URL, b"a" * 2000), at=AT + timedelta(days=20))
    a, b, c = archive_files(tmp_path)
    for path, age in ((a, 100), (b, 100), (c, 80)):
        os.utime(path, ((datetime.now(UTC) - timedelta(days=age)).timestamp(),) * 2)
    assert prunable(tmp_path, datetime.now(UTC) - timedelta(days=90)) == [b]
    assert prunable(tmp_path, datetime.now(UTC) - timedelta(days=70)) == [a, b, c]
    assert prunable(tmp_path, datetime.now(UTC) - timedelta(days=200)) == []


def test_an_archive_without_its_index_still_works(tmp_path):
    write(tmp_path, "a", (URL, b"a" * 2000))
    for path in tmp_path.glob("digests.sqlite*"):
        path.unlink()
    assert prunable(tmp_path, datetime.now(UTC) + timedelta(days=1)) == archive_files(tmp_path)
    write(tmp_path, "b", (URL, b"a" * 2000))
    assert len(list(read_archive(archive_files(tmp_path)))) == 2

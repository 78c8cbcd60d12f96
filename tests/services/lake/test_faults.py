"""Four writers at once, killed writers, a catalog that restarts, an S3 that answers 503: nothing is lost or doubled."""

import time

import pytest

from analysis.errors import PttError
from analysis.store.lake.session import close_all

WHOLE = (
    "SELECT board, count(*), count(DISTINCT post_id) FROM posts GROUP BY ALL ORDER BY ALL",
    "SELECT board, count(*), count(DISTINCT (post_id, floor)) FROM pushes GROUP BY ALL ORDER BY ALL",
    "SELECT board, count(*), count(DISTINCT (post_id, digest)) FROM internal.observations GROUP BY ALL ORDER BY ALL",
)


def _assert_whole(rows, boards, threads):
    """Each board holds so many threads of three pushes, each once."""
    for query, each in zip(WHOLE, (1, 3, 1), strict=True):
        assert rows(query) == [(board, threads * each, threads * each) for board in sorted(boards)], query
    assert rows("SELECT board, posts FROM internal.heads WHERE board <> '' ORDER BY board") == [
        (board, threads) for board in sorted(boards)
    ]


def test_four_writers_at_once_on_boards_of_their_own(lake, writer, rows, tmp_path):
    boards = ["Stock", "Baseball", "Gossiping", "HatePolitics"]
    writers = [writer(tmp_path / board, board, 1, 3) for board in boards]
    for each in writers:
        each.wait()
        assert each.published == {1, 2, 3}
    _assert_whole(rows, boards, 3)


def test_four_writers_at_once_on_one_board_take_turns(lake, writer, rows, tmp_path):
    writers = [writer(tmp_path / f"host{i}", "Stock", 1 + 2 * i, 2) for i in range(4)]
    for each in writers:
        each.wait()
    _assert_whole(rows, ["Stock"], 8)


def test_killed_writers_lose_and_double_nothing(lake, writer, run, rows, tmp_path):
    """kill -9 at moments that differ; the next process of the folder, or another host, goes on."""
    data, reached = tmp_path / "a", 0
    for pause in (0.3, 0.9, 0.0, 0.6):
        killed = writer(data, "Stock", reached + 1, 50)
        while not killed.said and not killed.ended:
            time.sleep(0.05)
        before = len(killed.published)
        deadline = time.monotonic() + 300
        while len(killed.published) < before + 1 and not killed.ended and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(pause)
        killed.kill()
        acknowledged = max(killed.published, default=reached)
        assert rows("SELECT count(*) >= ? FROM posts", acknowledged) == [(True,)]
        reached = acknowledged
    writer(data, "Stock", reached + 1, 2).wait()
    _assert_whole(rows, ["Stock"], reached + 2)
    run(tmp_path / "b")
    _assert_whole(rows, ["Stock"], reached + 2)


def test_the_catalog_restarts_while_a_host_writes(lake, lake_services, writer, rows, tmp_path):
    working = writer(tmp_path / "a", "Stock", 1, 6)
    deadline = time.monotonic() + 300
    while not working.published and not working.ended and time.monotonic() < deadline:
        time.sleep(0.05)
    lake_services.postgres.stop()
    time.sleep(0.5)
    lake_services.postgres.start()
    try:
        working.wait()
    except AssertionError:  # it gave up: told so in one line, and the next run goes on
        assert "連不上" in working.said
        again = writer(tmp_path / "a", "Stock", max(working.published) + 1, 6 - max(working.published))
        again.wait()
    _assert_whole(rows, ["Stock"], 6)


def test_the_catalog_restarts_between_opening_and_publishing(lake, lake_services, kit, page, rows, tmp_path):
    from analysis.store.load import load_waiting
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    kit.write_spool(tmp_path / "spool", "one", [page(1)])
    with hold(tmp_path, "test"), open_work(tmp_path) as con:
        load_waiting(con, tmp_path)
        lake_services.postgres.stop()
        lake_services.postgres.start()
        publish(tmp_path, con)
    _assert_whole(rows, ["Stock"], 1)


@pytest.mark.parametrize("verb", ["PUT", "GET"])
def test_s3_that_is_busy_for_a_while_is_asked_again(verb, lake, lake_services, run, page, rows, tmp_path):
    run(tmp_path / "a", *(page(n) for n in range(1, 9)))
    lake_services.s3.fail_next(4, frozenset({verb}))
    run(tmp_path / "a", *(page(n) for n in range(9, 17)))
    if verb == "GET":
        assert rows(WHOLE[1])
    assert lake_services.s3.failed >= 4
    _assert_whole(rows, ["Stock"], 16)


def test_s3_that_stays_busy_costs_a_publication_and_no_data(
    lake, lake_services, run, page, rows, tmp_path, monkeypatch
):
    run(tmp_path / "a", *(page(n) for n in range(1, 9)))
    monkeypatch.setattr("analysis.store.lake.push.TRIES", 2)
    lake_services.s3.fail_next(10**6)
    with pytest.raises(PttError, match="下次執行"):
        run(tmp_path / "a", *(page(n) for n in range(9, 25)))
    lake_services.s3.fail_next(0)
    _assert_whole(rows, ["Stock"], 8)
    run(tmp_path / "a")
    _assert_whole(rows, ["Stock"], 24)


def test_readers_see_whole_publications_only(lake, writer, rows, tmp_path):
    working = writer(tmp_path / "a", "Stock", 1, 4)
    deadline = time.monotonic() + 300
    seen = 0
    while len(working.published) < 4 and not working.ended and time.monotonic() < deadline:
        if working.published:
            posts, pushes = rows("SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM pushes)")[0]
            assert pushes == 3 * posts
            assert posts >= seen
            seen = posts
    working.wait()


def test_an_abandoned_session_is_made_anew(lake, run, page, rows, tmp_path):
    """The lock is lost with its connection, and taken again before anything is written."""
    run(tmp_path / "a", page(1))
    close_all()
    run(tmp_path / "a", page(2))
    _assert_whole(rows, ["Stock"], 2)

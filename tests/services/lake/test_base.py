"""What a folder's publications differ from: a run without PTT_STORE, a lost file, a kill, another version."""

import json

import duckdb
import pytest

import analysis
from analysis.config import load_settings
from analysis.errors import PttError
from analysis.prices import Price
from analysis.store.forget import forget
from analysis.store.lake.address import LakeUnreachable, lake_of
from analysis.store.lake.session import close_all
from analysis.store.lake.state import published_at, read_state
from analysis.store.lock import hold
from analysis.store.migrations import StoreTooNew, migrations
from analysis.store.publish import publish
from analysis.store.tables import replace_prices
from analysis.store.work import open_work


@pytest.fixture
def alone(monkeypatch):
    """``with alone():`` is another shell, in which nobody set PTT_STORE."""
    from contextlib import contextmanager

    @contextmanager
    def shell():
        close_all()
        with monkeypatch.context() as patch:
            patch.setenv("PTT_STORE", "duckdb")
            yield

    return shell


def _is_based(data):
    state = read_state(data, lake_of().catalog)
    return bool(state.base_at) and state.base_at == published_at(data / "ptt.duckdb")


def test_what_a_run_without_the_lake_loaded_reaches_it_with_the_next(lake, alone, run, page, rows, tmp_path):
    run(tmp_path / "a", page(1))
    assert _is_based(tmp_path / "a")
    with alone():
        run(tmp_path / "a", page(2))
    assert not _is_based(tmp_path / "a")
    run(tmp_path / "a", page(3))
    assert rows("SELECT count(*), count(DISTINCT post_id) FROM posts") == [(3, 3)]
    assert rows("SELECT count(*), count(DISTINCT (post_id, floor)) FROM pushes") == [(9, 9)]
    assert _is_based(tmp_path / "a")


def test_what_a_run_without_the_lake_published_is_loaded_on_top_of_what_another_host_did(
    lake, alone, run, page, rows, tmp_path
):
    run(tmp_path / "a", page(1))
    with alone():
        run(tmp_path / "a", page(2))
    run(tmp_path / "b", page(1, pushes=5))
    close_all()
    run(tmp_path / "a")
    assert rows(BY_THREAD) == GROWN


def test_what_this_folder_alone_has_is_not_replaced_unasked(lake, alone, run, page, tmp_path, monkeypatch):
    """With PTT_DELETED nothing waits in files that texts are not taken out of."""
    monkeypatch.setenv("PTT_DELETED", "votes")
    run(tmp_path / "a", page(1))
    with alone():
        run(tmp_path / "a", page(2), published=False)
        assert len(list((tmp_path / "a" / "loaded").iterdir())) == 1
        run(tmp_path / "a")
        assert not list((tmp_path / "a" / "loaded").iterdir())
    run(tmp_path / "b", page(3))
    close_all()
    with pytest.raises(PttError, match=r"看板 Stock.*--data"):
        run(tmp_path / "a")
    with duckdb.connect(tmp_path / "a" / "ptt.duckdb", read_only=True) as con:
        assert con.execute("SELECT count(*) FROM posts").fetchall() == [(2,)]


def test_prices_that_this_folder_alone_has_are_not_replaced_unasked(lake, alone, run, page, tmp_path):
    def add_price(data, symbol):
        with hold(data, "test"), open_work(data) as con:
            ((day,),) = con.execute("SELECT min(day) FROM trading_days").fetchall()
            replace_prices(con, [Price(symbol, day, 100.0)], "test")
            publish(data, con)

    run(tmp_path / "a", page(1))
    with alone():
        add_price(tmp_path / "a", "2330")
    add_price(tmp_path / "b", "2317")
    close_all()
    with pytest.raises(PttError, match=r"收盤價.*--data"):
        run(tmp_path / "a")


def _forget_base_at(data):
    """lake.json as the program wrote it before it knew of base_at."""
    path = data / "lake.json"
    state = json.loads(path.read_text("utf-8"))
    del state["base_at"], state["next_at"]
    path.write_text(json.dumps(state), "utf-8")


GROWN = [("M.1769562001.A.C89", 5), ("M.1769562002.A.C89", 3)]
"""Thread 1 as host b saw it later, thread 2 as host a alone saw it."""
BY_THREAD = "SELECT post_id, count(*) FROM pushes GROUP BY ALL ORDER BY ALL"


@pytest.mark.parametrize("old", [False, True])
def test_what_a_run_without_the_lake_loaded_before_it_died_reaches_it(old, lake, alone, run, page, rows, tmp_path):
    run(tmp_path / "a", page(1))
    with alone():
        run(tmp_path / "a", page(2), published=False)
    if old:
        _forget_base_at(tmp_path / "a")
    run(tmp_path / "b", page(1, pushes=5))
    close_all()
    run(tmp_path / "a")
    assert rows(BY_THREAD) == GROWN
    assert not list((tmp_path / "a" / "loaded").iterdir())


def test_a_folder_that_knows_of_no_lake_keeps_nothing(lake, alone, run, page, tmp_path):
    with alone():
        run(tmp_path / "stranger", page(1), published=False)
        assert not (tmp_path / "stranger" / "loaded").exists()


def test_a_folder_that_says_not_what_it_last_sent_loses_nothing(lake, alone, run, page, rows, tmp_path):
    """An older program's: whether somebody ran without PTT_STORE since is seen from what the lake has."""
    for name in ("behind", "ahead"):
        run(tmp_path / name, page(1))
        close_all()
    with alone():
        run(tmp_path / "ahead", page(2))
    for path in (tmp_path / "ahead" / "loaded").iterdir():
        path.unlink()  # which that program did not keep
    for name in ("behind", "ahead"):
        _forget_base_at(tmp_path / name)
    run(tmp_path / "b", page(1, pushes=5))
    close_all()
    run(tmp_path / "behind", page(3))
    assert rows(BY_THREAD) == [(GROWN[0]), ("M.1769562003.A.C89", 3)]
    close_all()
    with pytest.raises(PttError, match=r"Stock.*--data"):
        run(tmp_path / "ahead")
    with duckdb.connect(tmp_path / "ahead" / "ptt.duckdb", read_only=True) as con:
        assert con.execute("SELECT count(*) FROM posts").fetchall() == [(2,)]


def test_a_run_without_the_lake_that_brought_nothing_new_is_no_history_of_its_own(
    lake, alone, run, page, rows, tmp_path
):
    run(tmp_path / "a", page(1))
    with alone():
        run(tmp_path / "a", page(1))
    assert not _is_based(tmp_path / "a")
    run(tmp_path / "b", page(1, pushes=5))
    close_all()
    run(tmp_path / "a", page(2))
    assert rows(BY_THREAD) == GROWN


def test_who_was_forgotten_elsewhere_does_not_come_back(lake, alone, kit, run, rows, tmp_path, monkeypatch):
    """The folder still has responses that the lake no longer has: its last publication says that the lake had them."""
    from datetime import timedelta

    from ptt_spider.spool import PageSeen

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    posts = [kit.post(author="unwanted"), kit.post(post_id="M.1769562001.A.C89", pushes=[kit.push(1)])]
    run(tmp_path / "a", *(PageSeen(kit.BEGIN + timedelta(hours=30), "crawl", post) for post in posts))
    close_all()
    run(tmp_path / "b")
    with hold(tmp_path / "b", "ptt forget"):
        forget(load_settings(tmp_path / "b"), "unwanted")
    close_all()
    run(tmp_path / "a")
    assert rows("SELECT post_id FROM posts") == [("M.1769562001.A.C89",)]


def test_a_clock_that_was_too_fast_is_told_and_nothing_is_moved(lake, run, page, rows, tmp_path, monkeypatch):
    """Other hosts have these times: only the user can say what to do."""
    from datetime import timedelta

    from analysis import gathering
    from ptt_spider import clock

    class Notes(gathering.Listener):
        said = ""

        def note(self, line):
            self.said += line

    run(tmp_path / "a", page(1))
    times = "SELECT fetched_at FROM internal.observations"
    before = rows(times)
    monkeypatch.setattr(clock, "now", lambda: before[0][0] - timedelta(days=1))
    listener = Notes()
    with hold(tmp_path / "a", "test"), open_work(tmp_path / "a") as con:
        con.execute("UPDATE posts SET posted_at = posted_at - INTERVAL 9 DAY, edited_at = NULL")
        con.execute("UPDATE pushes SET pushed_at = pushed_at - INTERVAL 9 DAY")
        gathering._settle_clock(con, load_settings(tmp_path / "a"), listener)
        assert con.execute(times).fetchall() == before
    assert "校正時鐘" in listener.said


@pytest.mark.parametrize("lost", ["file", "version"])
def test_what_went_goes_without_a_publication_to_compare_with(lost, lake, run, page, rows, tmp_path):
    data = tmp_path / "a"
    run(data, page(1), page(2))
    with hold(data, "test"), open_work(data) as con:
        for table in ("posts", "pushes"):
            con.execute(f"DELETE FROM {table} WHERE post_id = 'M.1769562002.A.C89'")
        (data / "ptt.duckdb").chmod(0o600)
        if lost == "file":
            (data / "ptt.duckdb").unlink()
        else:
            with duckdb.connect(data / "ptt.duckdb") as old:
                old.execute("DELETE FROM internal.migrations WHERE version > 1")
        publish(data, con)
    assert rows("SELECT post_id FROM posts") == [("M.1769562001.A.C89",)]
    assert rows("SELECT count(*) FROM pushes") == [(3,)]


def test_a_kill_between_loading_and_putting_away(lake, run, page, rows, tmp_path, monkeypatch):
    """The file waits as if it were loaded, but its rows are replaced by what another host published since."""
    run(tmp_path / "a", page(1))
    with monkeypatch.context() as broken:
        broken.setattr("analysis.store.load._put_away", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "a", page(2))
    close_all()
    run(tmp_path / "b", page(1, pushes=5))
    run(tmp_path / "a")
    assert rows("SELECT post_id, count(*) FROM pushes GROUP BY ALL ORDER BY ALL") == [
        ("M.1769562001.A.C89", 5), ("M.1769562002.A.C89", 3),
    ]  # fmt: skip


def test_forgetting_reaches_what_waits_for_the_lake_and_leaves_a_base(lake, alone, kit, run, tmp_path, monkeypatch):
    from datetime import timedelta

    from ptt_spider.spool import PageSeen

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    data = tmp_path / "a"
    post = kit.post(pushes=[kit.push(1, user="unwanted"), kit.push(2, user="another", minute=1)])
    run(data, PageSeen(kit.BEGIN + timedelta(hours=30), "crawl", post), published=False)
    with alone(), hold(data, "ptt forget"):
        forget(load_settings(data), "unwanted")
    (waiting,) = (data / "loaded").iterdir()
    assert b"another" in waiting.read_bytes()
    assert b"unwanted" not in waiting.read_bytes()
    with hold(data, "ptt forget"):
        forget(load_settings(data), "unwanted")
    assert _is_based(data)


@pytest.mark.parametrize(
    ("version", "kind", "who"), [(0, StoreTooNew, "這台機器升級"), (999, PttError, "抓取的主機升級")]
)
def test_a_lake_of_another_version_says_who_must_upgrade(version, kind, who, lake, run, page, tmp_path, monkeypatch):
    run(tmp_path / "a", page(1))
    monkeypatch.setattr("analysis.sql._definitions", lambda: ["CREATE VIEW later AS SELECT no_such_column FROM posts"])
    with pytest.raises(LakeUnreachable):
        analysis.connect()
    step = migrations()[-1]._replace(version=version)
    monkeypatch.setattr("analysis.store.lake.read.migrations", lambda: [step])
    with pytest.raises(kind, match=who) as told:
        analysis.connect()
    assert not isinstance(told.value, LakeUnreachable)


@pytest.mark.parametrize("text", ["Out of Memory Error: failed to pin block", "IO Error: No space left on device"])
def test_this_hosts_own_want_is_told_at_once(text, lake, run, page, tmp_path, monkeypatch):
    kind = duckdb.OutOfMemoryException if "Memory" in text else duckdb.IOException
    calls = []

    def fail(*_):
        calls.append(1)
        raise kind(text)

    run(tmp_path / "a", page(1))
    monkeypatch.setattr("analysis.store.lake.push._push", fail)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises((duckdb.Error, PttError)) as told:
        run(tmp_path / "a", page(2))
    assert not isinstance(told.value, LakeUnreachable)
    assert len(calls) == 1
    assert not (tmp_path / "a" / "ptt.duckdb.part").exists()


@pytest.mark.parametrize("arrived", [False, True])
def test_the_file_of_a_publication_is_kept_only_if_the_lake_may_have_it(
    arrived, lake, run, page, rows, tmp_path, monkeypatch
):
    from analysis.store.lake import push

    real = push._push

    def lose_the_answer(*arguments):
        if arrived:
            real(*arguments)
        raise duckdb.IOException("connection lost")

    run(tmp_path / "a", page(1))
    with monkeypatch.context() as broken:
        broken.setattr("analysis.store.lake.push._push", lose_the_answer)
        broken.setattr("analysis.store.lake.push.TRIES", 1)
        with pytest.raises(LakeUnreachable):
            run(tmp_path / "a", page(2))
    assert (tmp_path / "a" / "ptt.duckdb.part").exists() == arrived
    run(tmp_path / "a")
    assert rows("SELECT count(*), count(DISTINCT post_id) FROM posts") == [(2, 2)]
    assert _is_based(tmp_path / "a")

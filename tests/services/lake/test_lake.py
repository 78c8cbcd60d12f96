"""A store shared by hosts: what one publishes all read, who goes on goes on from there, nothing is lost or doubled."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest

import analysis
from analysis.errors import PttError, StoreLocked, StoreNotFound
from analysis.store.lake.session import close_all
from analysis.store.lake.tables import tables
from analysis.store.load import load_waiting
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work
from ptt_spider.spool import encode


def _differences(one, other):
    """Tables whose rows differ between two attached stores, as a multiset."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{one}' AS one (READ_ONLY); ATTACH '{other}' AS other (READ_ONLY)")
        found = []
        for table in tables(con, "one"):
            query = "SELECT count(*) FROM (FROM {a}.{t} EXCEPT ALL FROM {b}.{t})"
            pairs = (("one", "other"), ("other", "one"))
            counts = [con.execute(query.format(a=a, b=b, t=table.name)).fetchall()[0][0] for a, b in pairs]
            if any(counts):
                found.append((table.name, counts))
        return found


def test_nothing_published_is_said_so(lake):
    with pytest.raises(StoreNotFound, match="ptt run"):
        analysis.connect()


def test_a_store_of_one_machine_becomes_a_lake_and_comes_back_equal(board_data, lake, tmp_path):
    """The bundled board with all that is derived from it: sent whole by the host that had it, taken up by another."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    for name in ("ptt.duckdb", "work.duckdb"):
        shutil.copyfile(board_data / name, first / name)
    with hold(first, "test"), open_work(first) as con:
        boards = [board for (board,) in con.execute("SELECT DISTINCT board FROM posts").fetchall()]
        publish(first, con)
    with hold(second, "test"), open_work(second, boards):
        pass
    assert _differences(first / "ptt.duckdb", second / "ptt.duckdb") == []
    assert _differences(first / "ptt.duckdb", board_data / "ptt.duckdb") == []
    with analysis.connect() as lake_con, duckdb.connect() as con:
        con.execute(f"ATTACH '{first / 'ptt.duckdb'}' AS ptt (READ_ONLY); USE ptt; SET TimeZone = 'Asia/Taipei'")
        for question in (
            "SELECT * EXCLUDE (published_at) FROM store_info",
            "FROM news_sentiment ORDER BY board, post_id", "FROM daily_sentiment ORDER BY board, day",
            "FROM coverage ORDER BY ALL", "FROM stock('2330') ORDER BY ALL", "FROM top_news(days := 400)",
        ):  # fmt: skip
            assert _rounded(lake_con, question) == _rounded(con, question), question


def _rounded(con, question):
    """Rows as text: a sum of floats depends on the order of its parts, in the last places."""
    rows = con.execute(question).fetchall()
    return [[f"{value:.9g}" if isinstance(value, float) else repr(value) for value in row] for row in rows]


def test_two_hosts_in_turn_give_what_one_would(kit, lake, run, tmp_path, monkeypatch):
    """A thread that grows, is edited, loses pushes, is cut off, goes and comes back, its responses seen by turns."""
    site = kit.Site("Stock", "M.1769562000.A.C89")
    steps = [("push", i) for i in range(12)] + [("page", 0), ("push", 3), ("push", 4), ("poll", 0), ("delete", 2),
             ("page", 0), ("edit", 1), ("page", 0), ("gone", 0), ("push", 5), ("page", 0), ("truncated", 4),
             ("reply", 1), ("push", 1), ("page", 0), ("listed", 20), ("delete", 1), ("page", 0)]  # fmt: skip
    records = site.play(steps)
    for i, record in enumerate(records):
        run(tmp_path / "ab"[i % 2], record)
    if len(records) % 2:
        run(tmp_path / "b")
    monkeypatch.setenv("PTT_STORE", "duckdb")
    run(tmp_path / "alone", *records)
    last = tmp_path / "ab"[(len(records) - 1) % 2]
    assert _differences(tmp_path / "alone" / "ptt.duckdb", last / "ptt.duckdb") == []
    assert len(records) > 8


def test_a_board_has_one_writer_and_others_are_told_who(lake, run, page, tmp_path):
    run(tmp_path / "a", page(1))
    script = (
        "import sys; from pathlib import Path; from analysis.store.lock import hold;"
        "from analysis.store.work import open_work; data = Path(sys.argv[1]);"
        "lock = hold(data, 'ptt run'); lock.__enter__(); con = open_work(data, ['Stock']); print('in', flush=True);"
        "input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "b")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "in\n"
    with pytest.raises(StoreLocked, match=rf"Stock.*ptt run, .*pid {other.pid}") as told:
        run(tmp_path / "a", page(2))
    assert told.value.exit_code == 4
    run(tmp_path / "c", page(1, "Baseball"), boards=["Baseball"])
    other.kill()
    other.wait(20)
    other.stdin.close()
    other.stdout.close()
    assert run(tmp_path / "a").new_posts == 1


def test_what_a_dead_host_had_not_published_is_loaded_again_when_it_returns(lake, run, page, rows, tmp_path):
    run(tmp_path / "a", page(1))
    run(tmp_path / "a", page(2), published=False)
    close_all()
    run(tmp_path / "b", page(1, pushes=5))
    assert rows("SELECT count(*) FROM posts") == [(1,)]
    run(tmp_path / "a")
    assert rows("SELECT post_id, count(*) FROM pushes GROUP BY ALL ORDER BY ALL") == [
        ("M.1769562001.A.C89", 5), ("M.1769562002.A.C89", 3),
    ]  # fmt: skip
    assert not list((tmp_path / "a").glob("loaded/*"))


def test_two_histories_of_one_board_are_not_mixed(lake, run, page, tmp_path, monkeypatch):
    run(tmp_path / "a", page(1))
    with monkeypatch.context() as alone:
        alone.setenv("PTT_STORE", "duckdb")
        run(tmp_path / "b", page(2))
    with pytest.raises(PttError, match=r"Stock.*--data"):
        run(tmp_path / "b")


def test_what_concerns_all_boards_reaches_every_host(lake, run, page, rows, tmp_path):
    from analysis.prices import Price
    from analysis.store.tables import replace_prices

    run(tmp_path / "a", page(1))
    run(tmp_path / "b", page(1, "Baseball"), boards=["Baseball"])
    with hold(tmp_path / "b", "test"), open_work(tmp_path / "b", ["Baseball"]) as con:
        days = [day for (day,) in con.execute("SELECT day FROM trading_days ORDER BY day LIMIT 2").fetchall()]
        replace_prices(con, [Price("2330", day, 100.0) for day in days], "test")
        publish(tmp_path / "b", con)
    assert rows("SELECT count(*), count(DISTINCT day) FROM prices") == [(2, 2)]
    with hold(tmp_path / "a", "test"), open_work(tmp_path / "a") as con:
        assert con.execute("SELECT count(*) FROM prices").fetchall() == [(2,)]
    assert rows("SELECT count(*) = count(DISTINCT day) FROM trading_days") == [(True,)]


@pytest.mark.parametrize("where", ["analysis.store.spare.keep", "analysis.store.publish.settle"])
def test_a_publication_cut_off_after_the_lake_has_it(where, lake, run, page, rows, tmp_path, monkeypatch):
    run(tmp_path / "a", page(1))
    with monkeypatch.context() as broken:
        broken.setattr(where, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "a", page(2))
    assert rows("SELECT count(*) FROM posts") == [(2,)]
    run(tmp_path / "a", page(3))
    assert rows("SELECT count(*), count(DISTINCT post_id) FROM posts") == [(3, 3)]
    assert rows("SELECT count(*) FROM pushes") == [(9,)]
    run(tmp_path / "b")
    assert _differences(tmp_path / "a" / "ptt.duckdb", tmp_path / "b" / "ptt.duckdb") == []


def test_a_password_in_the_address_is_refused_and_not_shown(lake, tmp_path, monkeypatch):
    monkeypatch.setenv("PTT_STORE", "ducklake:postgres://ptt:verysecret@127.0.0.1/x")
    with pytest.raises(PttError, match="PGPASSWORD") as told:
        analysis.connect()
    assert "verysecret" not in str(told.value)


def test_no_message_tells_a_secret(lake, run, page, tmp_path, monkeypatch, capfd):
    run(tmp_path / "a", page(1))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "verysecret' quoted")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("analysis.store.lake.push.TRIES", 1)
    with pytest.raises(PttError, match="連不上") as told:
        run(tmp_path / "a", *(page(n) for n in range(2, 30)))
    said = str(told.value) + repr(told.value.__cause__) + "".join(capfd.readouterr())
    assert "verysecret" not in said


def test_a_catalog_that_does_not_answer_is_named(lake, tmp_path, monkeypatch):
    monkeypatch.setenv("PTT_STORE", "ducklake:postgres://ptt@127.0.0.1:9/x")
    with pytest.raises(PttError, match=r"127\.0\.0\.1/x"):
        analysis.connect()
    with hold(tmp_path, "test"), pytest.raises(PttError, match="下次執行"):
        open_work(tmp_path)


def test_commands_ask_the_lake(lake, run, page, tmp_path):
    run(tmp_path / "a", *(page(n) for n in range(20)))  # more than the catalog takes in: Parquet

    def ptt(*words):
        command = [sys.executable, "-m", "analysis", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=dict(os.environ))

    asked = ptt("sql", "SELECT board, count(*) FROM pushes GROUP BY ALL", "--format", "csv")
    assert (asked.returncode, asked.stdout) == (0, "board,count_star()\nStock,60\n"), asked.stderr
    asked = ptt("sql", "FROM read_text('/etc/hostname')")
    assert asked.returncode == 2
    asked = ptt("sql", "DELETE FROM lake.pushes")
    assert asked.returncode == 2, asked.stdout
    asked = ptt("status", "--json", "--data", str(tmp_path / "a"))
    assert '"pushes": 60' in asked.stdout, asked.stderr
    exported = ptt("export", str(tmp_path / "backup"), "--data", str(tmp_path / "a"))
    assert exported.returncode == 0, exported.stderr
    with duckdb.connect() as con:
        assert con.execute(f"SELECT count(*) FROM '{tmp_path}/backup/pushes/*.parquet'").fetchall() == [(60,)]


def test_a_waiting_spool_file_is_moved_and_removed(lake, kit, page, tmp_path):
    """Kept until it is in the lake, gone then."""
    kit.write_spool(tmp_path / "spool", "one", [page(1)])
    with hold(tmp_path, "test"), open_work(tmp_path) as con:
        load_waiting(con, tmp_path)
        assert [path.read_bytes() for path in (tmp_path / "loaded").iterdir()] == [encode(page(1))]
        publish(tmp_path, con)
    assert not list((tmp_path / "loaded").iterdir())

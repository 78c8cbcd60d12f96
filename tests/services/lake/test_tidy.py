"""Time travel, compaction, and what is left of a user who is forgotten."""

from datetime import timedelta

import pytest

from analysis.store.lake.address import lake_of
from analysis.store.lake.tidy import tidy
from analysis.store.lock import hold


@pytest.fixture
def tidied(tmp_path):
    def call(keep, **options):
        with hold(tmp_path / "a", "test"):
            return tidy(tmp_path / "a", lake_of(), keep, **options)

    return call


def test_the_past_can_be_asked_until_it_expires(lake, run, page, rows, tidied, tmp_path):
    import duckdb

    run(tmp_path / "a", *(page(n) for n in range(1, 21)))
    ((then,),) = rows("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
    run(tmp_path / "a", *(page(n, pushes=5) for n in range(1, 21)))
    past = f"SELECT count(*) FROM lake.pushes AT (VERSION => {then})"
    assert rows(past) == [(60,)]
    assert rows("SELECT count(*) FROM pushes") == [(100,)]
    tidied(timedelta(days=30))
    assert rows(past) == [(60,)]
    tidied(timedelta(0))
    with pytest.raises(duckdb.Error, match=r"snapshot|version"):
        rows(past)
    assert rows("SELECT count(*) FROM pushes") == [(100,)]


def test_many_small_files_become_few(lake, run, page, rows, tidied, tmp_path):
    for start in range(0, 60, 20):
        run(tmp_path / "a", *(page(start + n) for n in range(20)))
    before = rows("SELECT count(*), sum(floor) FROM pushes")
    done = tidied(timedelta(0))
    assert done.after < done.before
    assert rows("SELECT count(*), sum(floor) FROM pushes") == before == [(180, 360)]
    run(tmp_path / "a", page(100))
    run(tmp_path / "b", page(101))
    assert rows("SELECT count(*) FROM posts") == [(62,)]


def test_a_forgotten_user_is_in_no_file_of_the_lake(lake, lake_services, kit, run, rows, tmp_path, monkeypatch):
    from analysis.config import load_settings
    from analysis.store.forget import forget
    from ptt_spider.spool import PageSeen

    def pages(user):
        for number in range(20):
            pushes = [kit.push(1, user=user), kit.push(2, user="another", minute=1)]
            post = kit.post(post_id=f"M.{1769562000 + number}.A.C89", pushes=pushes)
            yield PageSeen(kit.BEGIN + timedelta(hours=30), "crawl", post)

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    data = tmp_path / "a"
    run(data, *pages("unwanted"))
    assert rows("SELECT count(*) FROM pushes WHERE user_id = 'unwanted'") == [(20,)]
    with hold(data, "ptt forget"):
        forget(load_settings(data), "unwanted")
    assert rows("SELECT count(*), count(*) FILTER (user_id = 'unwanted') FROM pushes") == [(20, 0)]
    files = [path for (path,) in rows("SELECT file FROM glob('s3://lake/**/*.parquet') WHERE file LIKE '%/pushes/%'")]
    here = lake_services.postgres.query(lake.name, "SELECT path FROM ducklake_data_file").split()
    mine = [file for file in files if any(file.endswith(path) for path in here)]
    assert mine
    listed = ", ".join(f"'{file}'" for file in mine)
    assert rows(f"SELECT count(*) FROM read_parquet([{listed}]) WHERE user_id = 'unwanted'") == [(0,)]
    gone = lake_services.postgres.query(lake.name, "SELECT count(*) FROM ducklake_files_scheduled_for_deletion")
    assert gone == "0"

"""`ptt load`: what waits in the spool goes in, what cannot be read is put aside and named."""

from datetime import datetime, timedelta

import pytest

from analysis.commands.load import command
from analysis.errors import PartlyDone, StoreLocked
from analysis.store.connect import connect
from analysis.store.lock import hold
from ptt_spider.clock import TAIPEI
from ptt_spider.items import Post, Push
from ptt_spider.spool import PageSeen, encode

AT = datetime(2026, 1, 28, 9, 0, tzinfo=TAIPEI)


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    """A data folder with one file that waits; derived rows are other tests' matter."""
    monkeypatch.setattr("analysis.derive.derive_all", lambda con, settings: None)
    push = Push(1, "推", "reader", "看好", None, AT, "01/28 09:00", False)
    url = "https://www.ptt.cc/bbs/Stock/M.1769562000.A.C89.html"
    post = Post(
        "Stock", "M.1769562000.A.C89", "1fUBXGoB", url, "新聞", False, False, None, "[新聞] 台積電法說會", "writer", "",
        None, None, AT, None, "內文", None, False, False, (push,), (),
    )  # fmt: skip
    data = tmp_path / "data"
    (data / "spool").mkdir(parents=True)
    (data / "spool" / "a-00001.jsonl").write_bytes(encode(PageSeen(AT + timedelta(hours=1), "crawl", post)))
    return data


def test_what_waits_is_loaded_and_published(waiting, capsys):
    command(waiting)
    assert "新增 1 篇、1 則推文" in capsys.readouterr().err
    with connect(waiting) as con:
        assert con.execute("SELECT posts, pushes FROM store_info").fetchall() == [(1, 1)]
    command(waiting)
    assert "載入 0 個檔案" in capsys.readouterr().err


def test_what_cannot_be_read_is_named_and_the_rest_published(waiting, capsys):
    (waiting / "spool" / "b-00001.jsonl").write_bytes(b"rubbish\n")
    with pytest.raises(PartlyDone, match=r"b-00001\.jsonl\.bad") as caught:
        command(waiting)
    assert caught.value.exit_code == 3
    with connect(waiting) as con:
        assert con.execute("SELECT count(*) FROM pushes").fetchall() == [(1,)]


def test_another_run_is_named_and_nothing_touched(waiting):
    with hold(waiting, "ptt run --hot"), pytest.raises(StoreLocked, match="ptt run --hot"):
        command(waiting)
    assert (waiting / "spool" / "a-00001.jsonl").exists()
    assert not (waiting / "ptt.duckdb").exists()

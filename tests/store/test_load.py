"""Spool files into the work database: what one load leaves behind."""

from datetime import date, timedelta

import pytest

from analysis.errors import PttError
from analysis.store.load import load_file, load_waiting
from analysis.store.work import open_work
from ptt_spider.items import IndexRow
from ptt_spider.spool import FailedSeen, GoneSeen, IndexSeen, LinkedSeen, PageSeen, SpoolWriter, encode


@pytest.fixture
def con(data):
    with open_work(data) as con:
        yield con


def _page(kit, *pushes, hours=1, source="crawl", **fields):
    return PageSeen(kit.BEGIN + timedelta(hours=hours), source, kit.post(pushes=pushes, **fields))


def _load(kit, con, data, *records, name="a"):
    report = load_file(con, kit.write_spool(data / "spool", name, records))
    assert not report.bad
    return report


def test_a_page_becomes_rows(kit, con, data):
    pushes = [kit.push(1), kit.push(2, "噓", "other", "看壞", 3), kit.push(3, "→", "writer", "謝謝", 5)]
    report = _load(kit, con, data, _page(kit, *pushes))
    assert (report.new_posts, report.new_pushes, report.responses) == (1, 3, 1)
    assert not list((data / "spool").iterdir())
    post = con.execute(
        "SELECT aid, title, author_nick, posted_on, push_count, boo_count, arrow_count, nrec, capture_lag, posted_at,"
        " deleted_at FROM posts"
    ).fetchall()
    assert post == [
        ("1fUBXGoB", "[新聞] 台積電法說會", "記者", date(2026, 1, 28), 1, 1, 1, None, 3600, kit.BEGIN, None)
    ]
    rows = con.execute("SELECT floor, tag, vote, user_id, text, ip, is_author, pushed_at FROM pushes").fetchall()
    assert rows == [
        (1, "推", 1, "reader", "看好", "5.6.7.8", False, kit.BEGIN),
        (2, "噓", -1, "other", "看壞", "5.6.7.8", False, kit.BEGIN + timedelta(minutes=3)),
        (3, "→", 0, "writer", "謝謝", "5.6.7.8", True, kit.BEGIN + timedelta(minutes=5)),
    ]


def test_sessions_end_at_half_past_one(kit, con, data):
    con.execute("DELETE FROM trading_days; INSERT INTO trading_days VALUES ('2026-01-28'), ('2026-01-30')")
    minutes = [0, 4 * 60 + 30, 4 * 60 + 31, 60 * 24 * 2, 60 * 24 * 3]
    _load(kit, con, data, _page(kit, *[kit.push(i, minute=m) for i, m in enumerate(minutes, 1)]))
    expected = [date(2026, 1, 28)] * 2 + [date(2026, 1, 30)] * 2 + [None]
    assert [row[0] for row in con.execute("SELECT session_on FROM pushes ORDER BY floor").fetchall()] == expected
    assert con.execute("SELECT session_on FROM posts").fetchall() == [(date(2026, 1, 28),)]


def test_equal_pushes_count_as_many_as_there_are(kit, con, data):
    _load(kit, con, data, _page(kit, kit.push(1), kit.push(2)))
    _load(kit, con, data, _page(kit, kit.push(1), kit.push(2), kit.push(3), hours=2), name="b")
    _load(kit, con, data, _page(kit, kit.push(1), hours=3), name="c")
    assert con.execute("SELECT floor, removed_at IS NOT NULL FROM pushes ORDER BY floor").fetchall() == [
        (1, False), (2, True), (3, True),
    ]  # fmt: skip


def test_a_push_without_time_has_none(kit, con, data):
    old = kit.push(1)._replace(pushed_at=None, time_text="06/21 00:3O", ip=None)
    _load(kit, con, data, _page(kit, old))
    assert con.execute("SELECT pushed_at, session_on, time_text, ip FROM pushes").fetchall() == [
        (None, None, "06/21 00:3O", None)
    ]


def test_index_rows_give_nrec_before_and_after_the_post(kit, con, data):
    post = kit.post()

    def listed(hours, nrec, title="標題"):
        row = IndexRow(post.board, post.post_id, title, "writer", nrec, "1/28", "", False)
        gone = IndexRow(post.board, None, "(本文已被刪除)", "-", 0, "1/28", "", False)
        return IndexSeen(kit.BEGIN + timedelta(hours=hours), "crawl", post.board, (row, gone))

    _load(kit, con, data, listed(2, 5))
    assert con.execute("SELECT count(*) FROM posts").fetchall() == [(0,)]
    _load(kit, con, data, _page(kit, hours=3), name="b")
    assert con.execute("SELECT nrec FROM posts").fetchall() == [(5,)]
    _load(kit, con, data, listed(5, 9, "改題"), listed(4, 7), name="c")
    _load(kit, con, data, listed(1, 1), name="d")
    assert con.execute("SELECT nrec FROM posts").fetchall() == [(9,)]
    assert con.execute("SELECT title, nrec, first_listed_at, last_listed_at FROM internal.listings").fetchall() == [
        ("改題", 9, kit.BEGIN + timedelta(hours=1), kit.BEGIN + timedelta(hours=5))
    ]


def test_gone_and_back(kit, con, data):
    post = kit.post()
    gone = [GoneSeen(kit.BEGIN + timedelta(hours=h), "crawl", post.board, post.post_id, 404) for h in (2, 3)]
    _load(kit, con, data, _page(kit, kit.push(1)), *gone)
    assert con.execute("SELECT deleted_at FROM posts").fetchall() == [(gone[0].fetched_at,)]
    assert con.execute("SELECT removed_at FROM pushes").fetchall() == [(None,)]
    _load(kit, con, data, _page(kit, kit.push(1), hours=4), name="b")
    assert con.execute("SELECT deleted_at FROM posts").fetchall() == [(None,)]


def test_a_reparse_replaces_what_the_older_parser_read(kit, con, data):
    wrong = kit.push(1, text="看好 1.2.3.4")
    _load(kit, con, data, _page(kit, wrong), _page(kit, wrong, kit.push(2, minute=1), hours=2))
    better = kit.push(1)
    _load(
        kit, con, data, _page(kit, better, source="reparse"),
        _page(kit, better, kit.push(2, minute=1), hours=2, source="reparse"), name="b",
    )  # fmt: skip
    expected = [(1, "看好"), (2, "看好")]
    assert con.execute("SELECT floor, text FROM pushes ORDER BY floor").fetchall() == expected
    _load(kit, con, data, _page(kit, wrong), name="late")
    assert con.execute("SELECT floor, text FROM pushes ORDER BY floor").fetchall() == expected


def test_scores_of_renumbered_floors_go(kit, con, data):
    _load(kit, con, data, _page(kit, kit.push(1, text="後"), hours=2))
    con.execute("INSERT INTO push_scores SELECT board, post_id, floor, 'ptt', '1', 0.5, NULL FROM pushes")
    _load(kit, con, data, _page(kit, kit.push(1, text="先"), kit.push(2, text="後"), hours=1), name="b")
    assert con.execute("SELECT text FROM pushes ORDER BY floor").fetchall() == [("先",), ("後",)]
    assert con.execute("SELECT count(*) FROM push_scores").fetchall() == [(0,)]


def test_only_what_changed_is_marked_stale(kit, con, data):
    def stale():
        rows = con.execute("SELECT step FROM internal.dirty").fetchall()
        con.execute("DELETE FROM internal.dirty")
        return {row[0] for row in rows}

    _load(kit, con, data, _page(kit, kit.push(1)))
    assert stale() >= {"news", "mentions", "votes", "scores"}
    _load(kit, con, data, _page(kit, kit.push(1), hours=2), name="b")
    assert stale() == set()
    _load(kit, con, data, _page(kit, kit.push(1), kit.push(2), hours=3), name="c")
    assert "news" not in (found := stale())
    assert found >= {"mentions", "votes", "scores"}
    _load(kit, con, data, _page(kit, kit.push(1), kit.push(2), hours=4, body="改了"), name="d")
    assert "news" in stale()


def test_failures_and_linked_pages_are_kept_once(kit, con, data):
    post, at = kit.post(), kit.BEGIN
    records = [
        FailedSeen(at, "crawl", post.board, post.post_id, "503"),
        LinkedSeen(
            at, "crawl", post.board, post.post_id, "https://news.example/1", "https://news.example/1?x", "news.example",
            200, "標題", "某報", at, "內容", None,
        ),
    ]  # fmt: skip
    for name in ("a", "b"):
        _load(kit, con, data, *records, name=name)
    assert con.execute("SELECT reason, failed_at FROM internal.failures").fetchall() == [("503", at)]
    assert con.execute("SELECT domain, status, published_at, text FROM linked_pages").fetchall() == [
        ("news.example", 200, at, "內容")
    ]


def test_a_linked_page_tells_the_publisher_behind_a_shortener(kit, con, data):
    from analysis.news.derive import derive_news

    page = _page(
        kit, kit.push(1), category="新聞", body="原文標題：某事\n原文連結：https://reurl.cc/abc\n原文內容：內容"
    )
    _load(kit, con, data, page, name="a")
    derive_news(con)
    assert con.execute("SELECT source_domain FROM news").fetchall() == [(None,)]
    post, at = page.post, kit.BEGIN
    linked = LinkedSeen(
        at, "crawl", post.board, post.post_id, "https://reurl.cc/abc", "https://news.example/1", "news.example",
        200, "標題", "某報", at, "內容", None,
    )  # fmt: skip
    _load(kit, con, data, linked, name="b")
    derive_news(con)
    assert con.execute("SELECT source_domain FROM news").fetchall() == [("news.example",)]


def test_the_same_file_again_is_only_deleted(kit, con, data):
    """A kill between the commit and the unlink leaves this."""
    _load(kit, con, data, _page(kit, kit.push(1)))
    path = kit.write_spool(data / "spool", "a", [_page(kit, kit.push(1))])
    assert load_file(con, path).responses == 0
    assert not path.exists()


def test_a_torn_last_line_was_never_acknowledged(kit, con, data):
    path = kit.write_spool(data / "spool", "a", [_page(kit, kit.push(1))])
    path.write_bytes(path.read_bytes() + encode(_page(kit, kit.push(1), kit.push(2), hours=2))[:-40])
    report = load_file(con, path)
    assert (report.responses, report.bad) == (1, [])


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n", b"{}\n", b'{"kind":"page","fetched_at":"2026-01-28T10:00:00+08:00","source":"crawl"}\n',
        b'{"kind":"what","fetched_at":"2026-01-28T10:00:00+08:00"}\n',
        b'{"kind":"failed","fetched_at":"2026-01-28T10:00:00","board":"B","post_id":"M","reason":"no zone"}\n',
        b"\x00\x00\x00\n", b"[]\n",
    ],
)  # fmt: skip
def test_lines_that_are_no_records_are_put_aside_and_the_others_loaded(kit, con, data, line):
    path = kit.write_spool(data / "spool", "a", [_page(kit, kit.push(1))])
    path.write_bytes(line + path.read_bytes())
    report = load_waiting(con, data)
    assert report.new_posts == 1
    assert [bad.name for bad, _ in report.bad] == ["a.jsonl.bad"]
    assert "第 1 行" in report.bad[0][1]
    assert [p.name for p in (data / "spool").iterdir()] == ["a.jsonl.bad"]
    assert load_waiting(con, data).files == 0


def test_values_that_no_column_takes_put_the_whole_file_aside(kit, con, data):
    row = IndexRow("Stock", "M.1769562000.A.C89", "標題", "writer", 99999, "1/28", "", False)
    bad = [_page(kit, kit.push(1)), IndexSeen(kit.BEGIN, "crawl", "Stock", (row,))]
    report = load_file(con, kit.write_spool(data / "spool", "a", bad))
    assert report.bad
    assert con.execute("SELECT count(*) FROM posts").fetchall() == [(0,)]
    _load(kit, con, data, _page(kit, kit.push(1)), name="b")


def test_what_a_killed_crawl_left_is_loaded_and_a_living_one_left_alone(kit, con, data):
    killed = kit.write_spool(data / "spool", "killed", [_page(kit, kit.push(1))])
    killed.rename(killed.with_name("killed.jsonl.part"))
    living = SpoolWriter(data / "spool", "living")
    living.write(_page(kit, kit.push(1), kit.push(2), hours=2))
    assert load_waiting(con, data).new_pushes == 1
    assert [p.name for p in (data / "spool").iterdir()] == ["living-00001.jsonl.part"]
    living.close()
    assert load_waiting(con, data).new_pushes == 1


def test_many_batches_are_one_transaction(kit, con, data, monkeypatch):
    monkeypatch.setattr("analysis.store.batch.MAX_PUSHES", 3)
    records = [
        _page(kit, *[kit.push(i, minute=i) for i in range(1, 3 + h)], hours=h, post_id=f"M.17695620{h % 3}0.A.C89")
        for h in range(1, 8)
    ]
    path = kit.write_spool(data / "spool", "a", records)
    monkeypatch.setattr("analysis.store.load._load_lines", _then_fail(monkeypatch))
    with pytest.raises(PttError, match="stop"):
        load_file(con, path)
    assert con.execute("SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM pushes)").fetchall() == [(0,)]
    monkeypatch.undo()
    assert load_file(con, path).new_posts == 3
    assert con.execute("SELECT count(*) FROM pushes").fetchall() == [(9 + 8 + 7,)]


def _then_fail(_monkeypatch):
    from analysis.store import load

    whole = load._load_lines

    def fail(*arguments):
        whole(*arguments)
        raise PttError("stop")

    return fail


def test_a_forgotten_push_leaves_its_floor_empty(kit, con, data):
    first, gone, third, fourth = (kit.push(i, user=f"u{i}", minute=i) for i in range(1, 5))
    _load(kit, con, data, _page(kit, first, gone, third, hours=2))
    con.execute("DELETE FROM pushes WHERE user_id = 'u2'")
    _load(kit, con, data, _page(kit, first, third, fourth, hours=3), name="b")
    expected = [(1, "u1", None), (3, "u3", None), (4, "u4", None)]
    said = "SELECT floor, user_id, removed_at FROM pushes ORDER BY floor"
    assert con.execute(said).fetchall() == expected
    _load(kit, con, data, _page(kit, first, hours=1), name="an older look, which rebuilds the thread")
    assert con.execute(said).fetchall() == expected

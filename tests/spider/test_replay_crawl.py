"""The replayed board, served over loopback, crawled and loaded, against the truth behind it."""

import json
import tarfile
from typing import Any

import pytest

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def crawled(shared, tmp_path_factory, crawls, faulty_site):
    """Truth by post_id, and the store after one crawl."""
    from analysis.store.load import load_waiting
    from analysis.store.work import open_work

    folder, data = tmp_path_factory.mktemp("board"), tmp_path_factory.mktemp("data")
    with tarfile.open(shared / "replay" / "stock_board.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    with faulty_site(folder) as site:
        report = crawls(data, site.url).report
        assert site.max_in_flight == 1
    lines = (folder / "truth.jsonl").read_text("utf-8").splitlines()
    truth = {row["filename"]: row for row in map(json.loads, lines)}
    con = open_work(data)
    load_waiting(con, data)
    yield report, truth, con
    con.close()


def test_every_listed_article_arrives(crawled):
    report, truth, con = crawled
    listed = {name for name, row in truth.items() if not row["deleted"]}
    assert report.outcome == "done"
    assert report.failures == []
    assert {post_id for (post_id,) in con.execute("SELECT post_id FROM posts").fetchall()} == listed


def test_visible_pushes_equal_the_truth_in_tag_user_text_ip_and_minute(crawled):
    """The issue asks for 99.5 %; what the page can tell is all there."""
    _, truth, con = crawled
    rows: dict[str, list[tuple[Any, ...]]] = {}
    query = """SELECT post_id, tag, user_id, text, ip, strftime(pushed_at AT TIME ZONE 'Asia/Taipei', '%m/%d %H:%M')
               FROM pushes ORDER BY post_id, floor"""
    for post_id, *push in con.execute(query).fetchall():
        rows.setdefault(post_id, []).append(tuple(push))
    equal = compared = 0
    for name, row in truth.items():
        if row["deleted"] or row["web_render"] == "dup_no_final_newline":
            continue
        for place, push in enumerate(_visible(row)):
            clock = push["time_text"] if push["datetime"] and "T" in push["datetime"] else None
            ip = None if "oldrecommend" in row["features"] else push["ip"]
            text = push["raw_content"].removeprefix(":").removeprefix(" ").rstrip()
            compared += 1
            got = rows.get(name, [])
            equal += place < len(got) and got[place] == (push["tag"], push["user"], text, ip, clock)
    assert compared > 48_000
    assert equal / compared >= 0.995, f"{equal} of {compared}"
    print(f"\nreplay: {equal} of {compared} visible pushes equal ({equal / compared:.3%})")


def test_counts_and_headers_equal_the_truth(crawled):
    _, truth, con = crawled
    query = "SELECT post_id, author, title, nrec, push_count, boo_count, arrow_count FROM posts"
    for post_id, author, title, nrec, *counts in con.execute(query).fetchall():
        row = truth[post_id]
        assert nrec == shown_nrec(row["nrec"])
        if row["header"] == "ok":
            assert (author, title) == (row["author"], row["title"])
        if row["web_render"] == "full":
            assert counts == [sum(p["tag"] == tag for p in _visible(row)) for tag in "推噓→"]


def shown_nrec(count: int) -> int:
    """What an index row tells of 推 minus 噓: nothing between 0 and −9, tens below."""
    return min(count, 100) if count > 0 else max(-(-count // 10) * 10, -100)


def _visible(row):
    return [p for p in row["pushes"] if not p.get("not_rendered_as_push") and p.get("visible_on_web", True)]

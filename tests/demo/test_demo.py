"""`ptt demo`: the store it makes is the board, and nothing is empty whenever one looks."""

import json
import shutil
from datetime import datetime

import duckdb
import pytest
import time_machine

from analysis.commands import demo, digest
from analysis.commands.demo import print_news
from analysis.config import load_settings
from analysis.demo import second_look
from analysis.errors import PttError, UsageError
from analysis.sql import cookbook
from analysis.store.connect import connect


@pytest.fixture(scope="module")
def truth(root):
    rows = [json.loads(line) for line in (root / "fixtures/board/truth.jsonl").read_text("utf-8").splitlines()]
    return {row["post_id"]: row for row in rows if not row["deleted"]}


@pytest.fixture
def con(demo_store):
    with connect(demo_store) as opened:
        yield opened


def test_every_post_is_as_the_truth_has_it(con, truth):
    names = (
        "board", "aid", "url", "category", "is_reply", "is_forward", "title", "author", "author_nick", "ip", "country",
        "posted_at", "header_time", "body", "edited_at", "nrec",
    )  # fmt: skip
    found = con.execute(f"SELECT post_id, {', '.join(names)} FROM posts").fetchall()
    assert {row[0] for row in found} == set(truth)
    for post_id, *values in found:
        expected = [truth[post_id][name] for name in names]
        got = [value.isoformat() if isinstance(value, datetime) else value for value in values]
        row = dict(zip(names, got, strict=True))
        lines = row["body"].strip("\n").split("\n")
        if row["is_forward"]:  # where it came from and who brought it: the site's lines, not the author's
            lines = [line for line in lines if not line.startswith("※")]
        row["body"] = "\n".join(lines).strip("\n")
        if post_id == second_look.EDITED:
            row["body"] = row["body"].replace(f"\n{second_look.ADDED_LINE}", "").rstrip("\n")
        assert row == dict(zip(names, expected, strict=True))


def test_every_push_is_as_the_truth_has_it(con, truth):
    names = ("floor", "tag", "user_id", "text", "ip", "pushed_at", "time_text", "is_author")
    for post_id, row in truth.items():
        found = con.execute(
            f"SELECT {', '.join(names)} FROM pushes WHERE post_id = ? ORDER BY floor", [post_id]
        ).fetchall()
        got = [
            {name: v.isoformat() if isinstance(v, datetime) else v for name, v in zip(names, r, strict=True)}
            for r in found
        ]
        assert got == row["pushes"], post_id


def test_replies_are_kept_with_their_place(con, truth):
    for post_id, row in truth.items():
        found = con.execute(
            "SELECT after_floor, text, edited_at FROM replies WHERE post_id = ? ORDER BY after_floor", [post_id]
        ).fetchall()
        assert [(floor, text, at and at.isoformat()) for floor, text, at in found] == [
            (reply["after_floor"], reply["text"], reply["edited_at"]) for reply in row["replies"]
        ]


def test_the_job_left_all_it_promises(demo_store, con, truth):
    names = {path.name for path in demo_store.iterdir()}
    assert {"ptt.duckdb", "work.duckdb", "raw", "digest", "report.html"} <= names
    assert {path.suffix for path in (demo_store / "digest").iterdir()} == {".eml", ".html", ".png"}
    assert list((demo_store / "raw").rglob("*.warc.gz"))
    crawls = con.execute("SELECT command, exit_code, posts, pushes FROM crawls ORDER BY started_at").fetchall()
    pushes = sum(len(row["pushes"]) for row in truth.values())
    assert crawls[0] == ("ptt demo", 0, len(truth), pushes)
    assert crawls[1][:3] == ("ptt demo", 0, len(truth) - 1)


def test_the_second_look_left_a_history(con):
    gone = con.execute("SELECT post_id FROM posts WHERE deleted_at IS NOT NULL").fetchall()
    assert gone == [(second_look.DELETED,)]
    removed = con.execute("SELECT post_id, floor FROM pushes WHERE removed_at IS NOT NULL ORDER BY floor").fetchall()
    assert removed == [(second_look.TRIMMED, floor) for floor in second_look.TRIMMED_FLOORS]
    versions = con.execute("SELECT post_id, version FROM post_versions").fetchall()
    assert versions == [(second_look.EDITED, 1)]
    (body,) = con.execute("SELECT body FROM posts WHERE post_id = ?", [second_look.EDITED]).fetchone()
    assert second_look.ADDED_LINE in body


@pytest.mark.parametrize("name", cookbook.queries())
def test_each_cookbook_question_is_answered(con, name):
    query = cookbook.queries()[name]
    assert con.execute(query.text, dict(query.defaults)).fetchall()


@pytest.mark.parametrize(
    "query",
    [
        "FROM top_news()",
        "FROM worst_news()",
        "FROM stock('2330')",
        "FROM search_posts('台積電')",
        "FROM thread((SELECT post_id FROM top_news() LIMIT 1))",
        "FROM weekly_sentiment",
        "FROM daily_sentiment WHERE is_trading_day",
        "FROM stock_sentiment WHERE symbol = 'NVDA'",
        "FROM news_sentiment WHERE approval IS NOT NULL AND news_tone IS NOT NULL AND crowd_mood IS NOT NULL",
        "FROM coverage WHERE complete",
    ],
)
@time_machine.travel("2030-06-01 12:00:00+08:00", tick=False)
def test_nothing_is_empty_in_2030(con, query):
    assert con.execute(query).fetchall()


@time_machine.travel("2030-06-01 12:00:00+08:00", tick=False)
def test_table_and_digest_in_2030(con, demo_store, capsys):
    print_news(con)
    digest.command(data=demo_store, text=True)
    out = capsys.readouterr().out
    assert "名嘴：台股年底上看四萬點" in out
    assert "股板週報 1/19–1/25" in out
    assert "推最多\n1. " in out


def test_it_keeps_out_of_a_real_store(demo_store, tmp_path):
    copy = tmp_path / "ptt.duckdb"
    shutil.copyfile(demo_store / "ptt.duckdb", copy)
    with duckdb.connect(str(copy)) as con:
        con.execute("UPDATE crawls SET command = 'ptt run'")
    before = copy.read_bytes()
    with pytest.raises(UsageError, match="真正"):
        demo.command(data=tmp_path)
    assert copy.read_bytes() == before
    assert not (tmp_path / "work.duckdb").exists()


def test_it_stays_on_this_machine(tmp_path, monkeypatch):
    """Neither the environment nor a ptt.toml takes the invented board to a lake or to other hosts."""
    elsewhere = {"store": "ducklake:postgres://ptt@db.example.com/ptt", "redis": "redis://redis.example.com:6379/0"}
    (tmp_path / "ptt.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in elsewhere.items()), "utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in elsewhere.items():
        monkeypatch.setenv(f"PTT_{name.upper()}", value)
    given = []

    def crawl(settings):
        given.append((settings.store, settings.redis, load_settings(settings.data).redis))  # the second look's too
        raise PttError("far enough")

    monkeypatch.setattr(demo, "_crawl", crawl)
    with pytest.raises(PttError, match="far enough"):
        demo.command(data=tmp_path / "demo")
    assert given == [("duckdb", "", "")]

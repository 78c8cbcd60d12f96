"""Modes of privacy: what reaches the disk, under which key, and what becomes of texts that were taken down."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.config import Settings
from analysis.errors import UsageError
from analysis.sql import document
from analysis.store.privacy import (
    add_tombstone,
    enforce_deleted,
    hold_to_mode,
    keeps_raw,
    key_check,
    key_path,
    load_key,
    redactor,
    tombstones,
)  # fmt: skip
from ptt_spider.items import IndexRow, Push, Reply
from ptt_spider.privacy import BLOT, Redactor, hashed_id, tombstone
from ptt_spider.spool import GrowthSeen, IndexSeen, PageSeen, encode

NOW = datetime(2026, 1, 28, 12, 0, tzinfo=UTC)
KEY = bytes(range(32))
BODY = (
    "※ 引述《Quoted01 (暱稱)》之銘言：\n: 內文\n作者: forward9 (某人) 看板: Stock\n"
    "發信站: 批踢踢, 來自: 140.112.30.5 (臺灣)\n指數 22.5.1 版"
)


def push(floor, user="alice01", text="推啦", **fields):
    values = {"tag": "推", "ip": "1.34.56.78", "pushed_at": NOW, "time_text": "01/28 20:00", "is_author": False}
    return Push(floor=floor, user_id=user, text=text, **{**values, **fields})


@pytest.fixture
def make_post(kit):
    return kit.post


def index_row(post_id, author):
    return IndexRow("Stock", post_id, "標題", author, 0, " 1/28", "", False)


@pytest.fixture
def page(make_post):
    pushes = [push(1), push(2, "gone77", "走了"), push(3, "Writer", "自己", tag="→", is_author=True),
              push(4, "bob", "@gone77 你好 gone777")]  # fmt: skip
    replies = (Reply(2, "回 gone77：謝謝", None), Reply(4, "再回", None))
    return PageSeen(NOW, "crawl", make_post(author="writer", body=BODY, pushes=pushes, replies=replies))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def make(privacy="full", **fields):
        return Settings(data=tmp_path / "data", privacy=privacy, **fields)

    return make


def test_full_without_tombstones_keeps_records_as_they_are(page):
    assert Redactor()(page) is page


def test_hashed_ids_are_keyed_and_the_same_person_stays_one(page):
    kept = Redactor("hashed", KEY)(page).post
    assert kept.pushes[0].user_id == hashed_id(KEY, "ALICE01")
    assert re.fullmatch(r"[0-9a-f]{64}", kept.pushes[0].user_id)
    assert kept.author == kept.pushes[2].user_id
    assert kept.pushes[2].is_author
    assert Redactor("hashed", b"x" * 32)(page).post.author != kept.author


def test_hashed_drops_nicknames_and_cuts_addresses(page):
    kept = Redactor("hashed", KEY)(page).post
    assert (kept.author_nick, kept.ip, kept.country) == (None, "1.2.0.0", "臺灣")
    assert kept.pushes[0].ip == "1.34.0.0"
    assert "140.112.0.0" in kept.body
    assert "22.5.1 版" in kept.body


@pytest.mark.parametrize("mode", ["hashed", "minimal"])
def test_ids_that_the_site_wrote_into_texts_are_hashed_too(page, mode):
    line = encode(Redactor(mode, KEY)(page)).decode()
    for trace in ("Quoted01", "forward9", "暱稱", "某人", "alice01", "140.112.30.5", "1.34.56.78", "記者"):
        assert trace not in line, trace


def test_minimal_lets_nobody_be_followed_across_threads(page, make_post):
    redact = Redactor("minimal", KEY)
    other = page._replace(post=page.post._replace(post_id="M.1769562001.A.000"))
    first, second = redact(page).post, redact(other).post
    assert first.pushes[0].user_id != second.pushes[0].user_id
    assert first.author == first.pushes[2].user_id
    assert (first.ip, first.country, first.pushes[0].ip) == (None, None, None)
    assert (first.pushes[0].tag, first.pushes[0].text, first.pushes[0].pushed_at) == ("推", "推啦", NOW)


def test_the_forgotten_never_come_back(page, make_post):
    redact = Redactor("full", KEY, [tombstone(KEY, "GONE77")])
    kept = redact(page).post
    assert [p.user_id for p in kept.pushes] == ["alice01", "Writer", "bob"]
    assert [p.floor for p in kept.pushes] == [1, 2, 3]
    assert [r.after_floor for r in kept.replies] == [1, 3]
    assert kept.pushes[2].text == f"@{BLOT} 你好 gone777"
    assert kept.replies[0].text == f"回 {BLOT}：謝謝"
    assert redact(PageSeen(NOW, "crawl", make_post(author="Gone77"))) is None


def test_growth_and_index_pass_the_same_rules():
    redact = Redactor("hashed", KEY, [tombstone(KEY, "gone77")])
    growth = GrowthSeen(NOW, "crawl", "Stock", "M.1.A.000", NOW, (push(1, "gone77"), push(2)), (), None, None)
    assert [(p.floor, p.user_id) for p in redact(growth).pushes] == [(1, hashed_id(KEY, "alice01"))]
    index = IndexSeen(
        NOW, "crawl", "Stock", (index_row("M.1.A.000", "gone77"), index_row("M.2.A.000", "bob"), index_row(None, "-"))
    )
    assert [row.author for row in redact(index).rows] == [hashed_id(KEY, "bob"), "-"]


@pytest.mark.parametrize(("user", "text", "kept"), [
    ("apple", "apple 漲了，@apple 你看", f"apple 漲了，@{BLOT} 你看"),
    ("apple1", "apple1 漲了", f"{BLOT} 漲了"),
    ("GG", "gg 跌了 引述《gg》", f"gg 跌了 引述《{BLOT}》"),
])  # fmt: skip
def test_an_id_that_is_a_plain_word_goes_only_where_it_is_an_id(user, text, kept):
    assert Redactor("full", KEY, [tombstone(KEY, user)]).text(text, "Stock/M.1") == kept


def test_hashing_needs_a_key():
    with pytest.raises(ValueError, match="key"):
        Redactor("hashed")


def test_the_key_lies_outside_the_data_folder_and_is_private(settings):
    chosen = settings("hashed")
    assert redactor(chosen) is not None
    path = key_path(chosen)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(load_key(chosen)) == 32
    assert path.read_text().strip() not in "".join(p.read_text() for p in chosen.data.rglob("*") if p.is_file())
    with pytest.raises(UsageError, match="不能放在"):
        load_key(settings("hashed", privacy_key=chosen.data / "key"))


def test_the_mode_is_chosen_before_the_first_crawl(settings):
    hold_to_mode(settings("hashed"))
    for other in ("full", "minimal"):
        with pytest.raises(UsageError, match="hashed"):
            hold_to_mode(settings(other))
    hold_to_mode(settings("hashed"))


def test_a_full_store_cannot_be_continued_hashed(settings):
    chosen = settings()
    chosen.data.mkdir()
    (chosen.data / "work.duckdb").touch()
    hold_to_mode(chosen)
    with pytest.raises(UsageError, match="PTT_PRIVACY=full"):
        hold_to_mode(settings("hashed"))


def test_another_key_is_refused(settings):
    chosen = settings("hashed")
    hold_to_mode(chosen)
    key_path(chosen).write_text("ab" * 32)
    with pytest.raises(UsageError, match="金鑰"):
        hold_to_mode(chosen)
    key_path(chosen).unlink()
    with pytest.raises(UsageError, match="找不到金鑰"):
        redactor(chosen)


def test_only_full_keeps_the_raw_archive(settings):
    assert keeps_raw(settings())
    assert not keeps_raw(settings("hashed"))
    assert not keeps_raw(settings("minimal"))


def test_tombstones_name_nobody(settings):
    chosen = settings()
    chosen.data.mkdir()
    add_tombstone(chosen, "SomeBody9")
    add_tombstone(chosen, "somebody9")
    assert len(tombstones(chosen.data)) == 1
    assert "somebody9" not in (chosen.data / "forgotten.txt").read_text().lower()
    assert redactor(chosen) is not None


def test_a_replaced_key_does_not_bring_the_forgotten_back(settings):
    chosen = settings()
    chosen.data.mkdir()
    add_tombstone(chosen, "somebody9")
    own, told = key_path(chosen).read_text(), (chosen.data / "forgotten.txt").read_text()
    assert own.strip() not in told
    key_path(chosen).write_text("ab" * 32)
    for ask in (redactor, hold_to_mode, lambda chosen: add_tombstone(chosen, "other8")):
        with pytest.raises(UsageError, match="ptt forget") as raised:
            ask(chosen)
        assert str(key_path(chosen)) in str(raised.value)
    key_path(chosen).unlink()
    for ask in (redactor, lambda chosen: add_tombstone(chosen, "other8")):
        with pytest.raises(UsageError, match="找不到金鑰"):
            ask(chosen)
    assert not key_path(chosen).exists(), "a new key would know nobody"
    assert (chosen.data / "forgotten.txt").read_text() == told
    key_path(chosen).write_text(own)
    assert redactor(chosen) is not None


@pytest.mark.parametrize("privacy", ["full", "hashed"])
def test_tombstones_from_before_the_key_was_noted_get_their_note_with_the_next_one(settings, privacy):
    chosen = settings(privacy)
    load_key(chosen, create=True)
    hold_to_mode(chosen)
    chosen.data.mkdir(exist_ok=True)
    (chosen.data / "forgotten.txt").write_text(tombstone(load_key(chosen), "somebody9") + "\n")
    assert redactor(chosen) is not None  # which key it was cannot be told
    add_tombstone(chosen, "somebody9")
    assert len(tombstones(chosen.data)) == 1
    (chosen.data / "privacy.json").unlink(missing_ok=True)
    key_path(chosen).write_text("ab" * 32)
    with pytest.raises(UsageError, match="ptt forget"):
        redactor(settings())


def test_what_tells_keys_apart_is_empty_where_no_key_is_needed(settings):
    chosen = settings()
    chosen.data.mkdir()
    assert key_check(chosen) == ""
    assert not key_path(chosen).exists()
    add_tombstone(chosen, "somebody9")
    check = key_check(chosen)
    assert check
    assert check not in key_path(chosen).read_text()


def test_a_crawl_gets_the_rules_of_its_settings(settings):
    from analysis.gathering import base_job

    job = base_job(settings("hashed"))
    assert job.redact is not None
    assert job.raw is False
    assert base_job(Settings(data=Path("/nowhere"))).redact is None


def test_scrapy_alone_does_not_crawl_what_must_be_redacted(settings, monkeypatch):
    from ptt_spider.spiders.board import job_from_arguments

    chosen = settings()
    chosen.data.mkdir()
    assert job_from_arguments({"data": str(chosen.data)}).redact is None
    add_tombstone(chosen, "somebody9")
    with pytest.raises(ValueError, match="ptt crawl"):
        job_from_arguments({"data": str(chosen.data)})
    monkeypatch.setenv("PTT_PRIVACY", "hashed")
    with pytest.raises(ValueError, match="ptt crawl"):
        job_from_arguments({"data": str(chosen.data / "new")})


@pytest.fixture
def taken_down():
    """A store with one deleted post and one removed push, both missed on 1 February."""
    missed = datetime(2026, 2, 1, tzinfo=UTC)
    with document.fresh_store() as con:
        for post_id, gone in (("M.1", None), ("M.2", missed)):
            con.execute(
                "INSERT INTO posts BY NAME SELECT 'Stock' AS board, $id AS post_id, '' AS aid, '' AS url,"
                " false AS is_reply, false AS is_forward, '標題' AS title, 'writer' AS author, $at AS posted_at,"
                " '2026-01-28'::DATE AS posted_on, '內文' AS body,"
                " 1 AS push_count, 0 AS boo_count, 0 AS arrow_count, $gone::TIMESTAMPTZ AS deleted_at,"
                " false AS truncated, false AS damaged, $at AS first_seen_at, $at AS fetched_at, 0 AS capture_lag",
                {"id": post_id, "at": NOW, "gone": gone},
            )
        for post_id, floor, tag, text, removed in (
            ("M.1", 1, "推", "還在", None), ("M.1", 2, "噓", "文字", missed), ("M.2", 1, "推", "底下", None),
        ):  # fmt: skip
            con.execute(
                "INSERT INTO pushes BY NAME SELECT 'Stock' AS board, $id AS post_id, $floor AS floor, $tag AS tag,"
                " 0 AS vote, 'u' AS user_id, $text AS text, $at AS pushed_at, '' AS time_text, false AS is_author,"
                " $at AS first_seen_at, $removed::TIMESTAMPTZ AS removed_at",
                {"id": post_id, "floor": floor, "tag": tag, "text": text, "at": NOW, "removed": removed},
            )
        yield con, missed


@pytest.mark.parametrize(("policy", "days", "text", "rows"), [
    ("keep", 99, True, True), ("votes", 29, True, True), ("votes", 31, False, True), ("drop", 0.01, False, False),
])  # fmt: skip
def test_what_was_taken_down(taken_down, policy, days, text, rows):
    con, missed = taken_down
    changed = enforce_deleted(con, policy, missed + timedelta(days=days))
    assert bool(changed) == (not text)
    post = con.execute("SELECT title, body, push_count FROM posts WHERE post_id = 'M.2'").fetchall()
    removed = con.execute(
        "SELECT tag, text, pushed_at IS NULL FROM pushes WHERE post_id = 'M.1' AND removed_at IS NOT NULL"
    )
    removed = removed.fetchall()
    if not rows:
        assert post == removed == []
        assert con.execute("SELECT count(*) FROM pushes WHERE post_id = 'M.2'").fetchall() == [(0,)]
    elif text:
        assert post[0][1] == "內文"
        assert removed[0][1] == "文字"
    else:
        assert (post[0][:2], removed[0]) == ((None, ""), ("噓", None, False))
        assert con.execute("SELECT count(*) FROM pushes WHERE post_id = 'M.2'").fetchall() == [(1,)]
        assert enforce_deleted(con, policy, missed + timedelta(days=days)) == 0
    standing = con.execute("SELECT text FROM pushes WHERE post_id = 'M.1' AND removed_at IS NULL").fetchall()
    assert standing == [("還在",)]

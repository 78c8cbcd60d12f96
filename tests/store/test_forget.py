"""ptt forget: afterwards no file of the data folder, and no export that it knows, names the user; and it stays so."""

import re
import shutil
from datetime import datetime, timedelta

import duckdb
import pytest

from analysis.config import Settings
from analysis.errors import UsageError
from analysis.ingest import ingest
from analysis.store import export as exports
from analysis.store.connect import connect
from analysis.store.forget import forget
from analysis.store.lock import hold
from analysis.store.work import open_work
from ptt_spider.clock import TAIPEI
from ptt_spider.errors import PageError
from ptt_spider.pages import parse_article
from ptt_spider.reparse import Reparser
from ptt_spider.spool import PageSeen
from ptt_spider.warc import Archive, archive_files, read_archive

USER = "gooseneck"
LATER = datetime(2026, 3, 1, 12, 0, tzinfo=TAIPEI)


@pytest.fixture(scope="module")
def pages(root):
    """Address and bytes of the board's articles, and of one index page."""
    folder = root / "fixtures" / "board" / "bbs" / "Stock"
    names = [*sorted(path.name for path in folder.glob("M.*.html")), "index1.html"]
    return [(f"https://www.ptt.cc/bbs/Stock/{name}", (folder / name).read_bytes()) for name in names]


@pytest.fixture(scope="module")
def forgotten(board_data, pages, tmp_path_factory):
    """A data folder with store, archive, a waiting spool file and two exports, before and after."""
    base = tmp_path_factory.mktemp("forget")
    data = base / "data"
    shutil.copytree(board_data, data)
    (data / "exports.json").unlink(missing_ok=True)
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CONFIG_HOME", str(base / "config"))
    patch.setattr("analysis.sentiment.scoring.score_threads", lambda con, engine: 0)  # no matter here, and slow
    settings = Settings(data=data)
    (data / "backfill" / "x").mkdir(parents=True)
    (data / "backfill" / "x" / "side.json").write_text(USER)
    archive = Archive(data / "raw", "20260301T120000")
    for times in range(2):  # the second visit makes revisit records
        for url, body in pages:
            archive.write(
                url, LATER + timedelta(hours=times), 200, [("Content-Type", "text/html; charset=utf-8")], body
            )
    archive.close()
    before = {"named": named_in(data / "raw"), "responses": len(list(read_archive(archive_files(data / "raw"))))}
    with connect(data) as con:
        before |= {
            "posts": authored(con),
            "pushes": pushed(con),
            "all": con.execute("SELECT count(*) FROM pushes").fetchall()[0][0],
        }
        before["others_in_own_threads"] = con.execute(
            "SELECT count(*) FROM pushes AS q JOIN posts AS p USING (board, post_id)"
            f" WHERE lower(p.author) = '{USER}' AND lower(q.user_id) <> '{USER}'"
        ).fetchall()[0][0]
    exports.export(data, base / "backup")
    exports.export(data, base / "share", share=True)
    exports.export(data, base / "moved")
    shutil.rmtree(base / "moved")
    (data / "report.html").write_text(f"<p>{USER}</p>", "utf-8")
    with hold(data, "test"):
        done = forget(settings, USER.title())
    yield settings, base, before, done
    patch.undo()


def named_in(folder):
    return sum(USER.encode() in response.body.lower() for response in read_archive(archive_files(folder)))


def authored(con):
    return con.execute(f"SELECT count(*) FROM posts WHERE lower(author) = '{USER}'").fetchall()[0][0]


def pushed(con):
    return con.execute(f"SELECT count(*) FROM pushes WHERE lower(user_id) = '{USER}'").fetchall()[0][0]


def test_there_was_something_to_forget(forgotten):
    _, _, before, done = forgotten
    assert before["posts"] > 0
    assert before["pushes"] > 0
    assert before["named"] > 2
    assert (done.posts, done.pushes) == (before["posts"], before["pushes"])


def test_no_file_names_the_user(forgotten):
    settings, base, _, _ = forgotten
    pattern = re.compile(USER.encode(), re.I)
    for path in [*settings.data.rglob("*"), *(base / "backup").rglob("*"), *(base / "share").rglob("*")]:
        if path.is_file() and path.suffix not in (".gz", ".parquet") and path.name != "report.html":
            assert not pattern.search(path.read_bytes()), path
    assert named_in(settings.data / "raw") == 0
    with duckdb.connect() as con:
        for path in (base / "backup").rglob("*.parquet"):
            rows = con.execute(
                f"SELECT count(*) FROM '{path}' AS r WHERE contains(lower(r::VARCHAR), '{USER}')"
            ).fetchall()
            assert rows == [(0,)], path


def test_others_are_still_there(forgotten):
    settings, _, before, done = forgotten
    with connect(settings.data) as con:
        left = con.execute("SELECT count(*) FROM pushes").fetchall()[0][0]
        assert con.execute("SELECT count(*) FROM news_sentiment WHERE voters > 5").fetchall()[0][0] > 5
        counts = con.execute(
            "SELECT count(*) FROM posts AS p WHERE p.push_count <> (SELECT count(*) FROM pushes AS q"
            " WHERE q.board = p.board AND q.post_id = p.post_id AND q.vote = 1 AND q.removed_at IS NULL)"
        ).fetchall()
        assert con.execute("SELECT count(*) FROM internal.dirty WHERE step <> 'scores'").fetchall() == [(0,)]
    assert left > before["all"] / 2
    assert left == before["all"] - done.pushes - before["others_in_own_threads"]
    assert counts == [(0,)]


def test_the_archive_still_gives_the_pages_of_others(forgotten):
    settings, _, before, _ = forgotten
    responses = list(read_archive(archive_files(settings.data / "raw")))
    assert len(responses) == before["responses"] - 2 * before["posts"]
    for response in responses:
        if "/M." in response.url:
            post = parse_article(response.body, response.url)
            assert post.pushes or post.body


def test_exports_are_rewritten_and_still_verify(forgotten):
    _, base, _, done = forgotten
    assert set(done.exports) == {base / "backup", base / "share"}
    for folder in done.exports:
        manifest = exports.verify(folder)
        assert manifest["pushes"] == sum(e["rows"] for e in manifest["files"] if e["table"] == "pushes")


def test_what_could_not_be_reached_is_named(forgotten):
    settings, base, _, done = forgotten
    assert len(done.unreached) == 2
    assert str(base / "moved") in done.unreached[0]
    assert str(settings.data / "report.html") in done.unreached[1]


def test_neither_import_nor_reparse_brings_the_user_back(forgotten, pages):
    settings, _, _, _ = forgotten

    def seen():
        for url, body in pages:
            try:
                yield PageSeen(LATER + timedelta(days=2), "import", parse_article(body, url))
            except PageError:
                continue

    with hold(settings.data, "test"), open_work(settings.data) as con:
        ingest(con, settings, seen())
        ingest(con, settings, Reparser("reparse").records(read_archive(archive_files(settings.data / "raw"))))
    with connect(settings.data) as con:
        assert (authored(con), pushed(con)) == (0, 0)
        assert con.execute("SELECT count(*) FROM posts").fetchall()[0][0] > 40
    assert USER.encode() not in (settings.data / "ptt.duckdb").read_bytes().lower()


@pytest.mark.parametrize("user", ["x", "has space", "1abc", "a" * 13, "x' OR 1=1"])
def test_what_is_no_user_id_is_refused(tmp_path, user):
    with pytest.raises(UsageError, match="帳號"):
        forget(Settings(data=tmp_path), user)
    assert list(tmp_path.iterdir()) == []

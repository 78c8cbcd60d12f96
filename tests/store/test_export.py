"""Export: the same store gives the same bytes, what is shared tells nothing personal, a backup comes back whole."""

import json
import shutil

import duckdb
import pytest

from analysis.errors import UsageError
from analysis.store import export as exports
from analysis.store.connect import connect
from analysis.store.lock import hold
from analysis.store.manifest import check, entry_of, known_exports, read_manifest, write_manifest


@pytest.fixture(scope="module")
def backup(board_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "backup"
    exports.export(board_data, folder)
    return folder


@pytest.fixture(scope="module")
def shared_export(board_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "share"
    exports.export(board_data, folder, share=True)
    return folder


def rewrite(folder, table, select):
    """A table of a backup as ``select`` (FROM old) would have it, with a manifest that fits."""
    manifest = read_manifest(folder)
    for number, entry in enumerate(manifest["files"]):
        if entry["table"] == table:
            path = folder / entry["path"]
            with duckdb.connect() as con:
                con.execute(f"CREATE TABLE old AS FROM '{path}'; COPY ({select} FROM old) TO '{path}' (FORMAT parquet)")
            manifest["files"][number] = entry_of(folder, path.relative_to(folder), table, entry["rows"])
    write_manifest(folder, manifest)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_store_gives_the_same_bytes_also_after_a_restore(board_data, backup, tmp_path, elsewhere):
    before = contents(backup)
    exports.export(board_data, tmp_path / "again")
    assert contents(tmp_path / "again") == before
    with elsewhere(), hold(tmp_path / "data", "test"):
        exports.restore(backup, tmp_path / "data")
        exports.export(tmp_path / "data", tmp_path / "restored")
    assert contents(tmp_path / "restored") == before
    assert {path.name for path in (tmp_path / "data").iterdir()} <= {
        "ptt.duckdb",
        "work.duckdb",
        "lock",
        "exports.json",
        "lake.json",
        "ptt.duckdb.spare",  # of what went into a lake
    }


def test_a_restored_store_answers_as_the_first_did(board_data, backup, tmp_path, elsewhere):
    query = "FROM news_sentiment ORDER BY post_id"
    with connect(board_data) as con:
        first = con.execute(query).fetchall()
    with elsewhere(), hold(tmp_path / "data", "test"):
        exports.restore(backup, tmp_path / "data")
        with connect(tmp_path / "data") as con:
            assert con.execute(query).fetchall() == first != []


def test_the_manifest_says_what_is_there_and_how_complete(board_data, backup):
    manifest = read_manifest(backup)
    with connect(board_data) as con:
        pushes, posts = con.execute("SELECT (SELECT count(*) FROM pushes), (SELECT count(*) FROM posts)").fetchall()[0]
    assert (manifest["pushes"], manifest["posts"], manifest["kind"]) == (pushes, posts, "backup")
    assert sum(entry["rows"] for entry in manifest["files"] if entry["table"] == "pushes") == pushes
    months = [entry["path"] for entry in manifest["files"] if entry["table"] == "pushes"]
    assert months == ["pushes/2025-12.parquet", "pushes/2026-01.parquet"]
    assert manifest["coverage"]["listed"] >= posts - 1
    assert manifest["coverage"]["median_capture_lag_seconds"] > 0
    assert manifest["posted_from"].endswith("+08:00")
    assert {"program_version", "schema_version", "engines", "duckdb_version"} <= manifest.keys()
    assert "| `pushed_at` | TIMESTAMPTZ |" in (backup / "codebook.md").read_text("utf-8")


def test_what_is_shared_has_no_text_user_or_address(board_data, shared_export):
    with connect(board_data) as con:
        secrets = {
            row[0]
            for row in con.execute(
                "SELECT user_id FROM pushes UNION SELECT author FROM posts UNION SELECT title FROM posts UNION"
                " SELECT text FROM pushes WHERE length(text) > 6 UNION SELECT ip FROM posts UNION SELECT ip FROM pushes"
                " UNION SELECT author_nick FROM posts UNION SELECT headline FROM news UNION SELECT body FROM posts"
            ).fetchall()
            if row[0]
        }
    values = set()
    with duckdb.connect() as con:
        for path in shared_export.glob("*.parquet"):
            rows = con.execute(f"SELECT COLUMNS(lambda c: c NOT LIKE '%sha256')::VARCHAR FROM '{path}'").fetchall()
            values.update(value for row in rows for value in row)
    assert len(secrets) > 1000
    assert secrets & values == set()
    manifest = read_manifest(shared_export)
    columns = (shared_export / "codebook.md").read_text("utf-8")
    for name in (
        "`text`",
        "`body`",
        "`title`",
        "`user_id`",
        "`ip`",
        "`author`",
        "`author_nick`",
        "`url`",
        "`headline`",
    ):
        assert name not in columns
    assert manifest["kind"] == "share"


def test_hashes_let_others_check_their_own_copy(board_data, shared_export):
    with connect(board_data) as con:
        con.execute("USE memory")
        wrong = con.execute(
            f"SELECT count(*) FROM '{shared_export}/pushes.parquet' AS s"
            " JOIN ptt.pushes AS p USING (board, post_id, floor)"
            " WHERE s.text_sha256 IS DISTINCT FROM sha256(p.text)"
        ).fetchall()
    assert wrong == [(0,)]


@pytest.mark.parametrize("damage", ["flip", "missing", "extra", "manifest"])
def test_verify_finds_what_changed(board_data, tmp_path, damage):
    folder = tmp_path / "x"
    exports.export(board_data, folder, share=True)
    assert exports.verify(folder)
    path = folder / "posts.parquet"
    if damage == "flip":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "missing":
        path.unlink()
    elif damage == "extra":
        (folder / "more.parquet").write_bytes(path.read_bytes())
    else:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest["files"][0]["rows"] += 1
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(exports.ExportDamaged):
        exports.verify(folder)


def test_an_export_is_replaced_whole_and_remembered(board_data, tmp_path):
    folder = tmp_path / "x"
    exports.export(board_data, folder)
    exports.export(board_data, folder, share=True)
    assert check(folder, read_manifest(folder)) == []
    assert not (folder / "votes").exists()
    assert list(tmp_path.iterdir()) == [folder]
    assert folder in known_exports(board_data)


def test_a_folder_with_other_things_is_left_alone(board_data, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="別的東西"):
        exports.export(board_data, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_cannot_be_restored_says_why(board_data, backup, shared_export, tmp_path):
    with pytest.raises(UsageError, match="--share"):
        exports.restore(shared_export, tmp_path)
    with pytest.raises(UsageError, match="空的資料夾"):
        exports.restore(backup, board_data)
    with pytest.raises(UsageError, match=r"manifest\.json"):
        exports.restore(tmp_path, tmp_path / "data")


def test_the_commands(board_data, tmp_path, capsys, elsewhere):
    from analysis.commands import export, import_

    folder, data = tmp_path / "b", tmp_path / "data"
    export.command(folder, board_data, share=False, verify=False)
    export.command(folder, None, share=False, verify=True)
    assert "都和 manifest.json 相符" in capsys.readouterr().out
    with elsewhere():
        import_.command([folder], None, data)
        with connect(data) as con:
            assert con.execute("SELECT count(*) > 50 FROM posts").fetchall() == [(True,)]
    assert (data / "ptt.duckdb").is_file()
    (folder / "crawls.parquet").write_bytes(b"PAR1")
    with pytest.raises(exports.ExportDamaged, match=r"crawls\.parquet") as caught:
        export.command(folder, None, share=False, verify=True)
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError):
        export.command(folder, None, share=True, verify=True)


@pytest.mark.parametrize("version", [4, None])
def test_a_backup_of_before_a_rule_changed_is_marked_as_a_store_would_be(backup, tmp_path, version, elsewhere):
    folder = tmp_path / "old"
    shutil.copytree(backup, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["schema_version"] = version or manifest["schema_version"]
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    steps = "SELECT DISTINCT step FROM internal.dirty WHERE step IN ('habits', 'stories') ORDER BY step"
    found = []
    with elsewhere():
        exports.restore(
            folder,
            tmp_path / "data",
            remembered=False,
            complete=lambda con: found.extend(con.execute(steps).fetchall()),
        )
    assert found == ([("habits",), ("stories",)] if version else [])


def test_a_restored_backup_of_before_a_rule_changed_is_published_by_the_new_rule(
    board_data, backup, tmp_path, elsewhere
):
    """Schema 4 knew other stories and other habits of who turned a vote; its readers see the new ones at once."""
    from analysis.commands import import_

    queries = ("FROM internal.stories ORDER BY ALL", "SELECT board, post_id, user_id, p_user FROM votes ORDER BY ALL")
    with connect(board_data) as con:
        right = [con.execute(query).fetchall() for query in queries]
        (turned,) = con.execute("SELECT count(*) FROM votes WHERE turned_at IS NOT NULL").fetchall()[0]
    folder = tmp_path / "old"
    shutil.copytree(backup, folder)
    rewrite(folder, "internal.stories", "SELECT * REPLACE ('M.1' AS story_id)")
    theirs = "t.turned_at IS NOT NULL AND t.board = old.board AND lower(t.user_id) = lower(old.user_id)"
    later = f"posted_at > (SELECT min(t.first_at) FROM old AS t WHERE {theirs})"
    rewrite(folder, "votes", f"SELECT * REPLACE (CASE WHEN {later} THEN 0.5 ELSE p_user END AS p_user)")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 4}), "utf-8")
    with elsewhere():
        import_.command([folder], None, tmp_path / "data")
        with connect(tmp_path / "data") as con:
            found = [con.execute(query).fetchall() for query in queries]
            left = con.execute("SELECT DISTINCT step FROM internal.dirty").fetchall()
    assert turned
    assert left == [("scores",)]  # this store never had any
    assert found[0] == right[0] != []
    assert [row[:3] for row in found[1]] == [row[:3] for row in right[1]]
    assert [row[3] for row in found[1]] == pytest.approx([row[3] for row in right[1]])


def test_a_backup_of_before_schema_4_gets_its_periods(board_data, backup, tmp_path, elsewhere):
    from analysis.commands import import_

    folder = tmp_path / "old"
    shutil.copytree(backup, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    late = {"internal.periods", "internal.thread_days"}
    for entry in manifest["files"]:
        if entry["table"] in late:
            (folder / entry["path"]).unlink()
    manifest["files"] = [entry for entry in manifest["files"] if entry["table"] not in late]
    manifest["schema_version"] = 3
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    query = "SELECT COLUMNS(* EXCLUDE (crowd_mood, crowd_variance)) FROM internal.periods ORDER BY ALL"
    with connect(board_data) as con:
        right = con.execute(query).fetchall()
    with elsewhere():
        import_.command([folder], None, tmp_path / "data")
        with connect(tmp_path / "data") as con:
            assert con.execute(query).fetchall() == right != []

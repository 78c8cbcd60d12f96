"""Forgetting a user: out of both stores, the spool, the archive and the exports; and never in again.

A post is its author's: it goes with the thread under it. Pushes go, votes and scores are reckoned again. Where others
wrote the id, it is blotted out. Database files are written anew, for deleted rows linger in the free space of old ones.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson

from analysis.config import Settings
from analysis.derive import derive_all
from analysis.errors import UsageError
from analysis.sql import statement
from analysis.store import export as exports
from analysis.store import spare
from analysis.store.lake.address import address
from analysis.store.lake.push import LOADED, rebase
from analysis.store.lake.tidy import tidy
from analysis.store.manifest import KNOWN, known_exports
from analysis.store.observation import Content
from analysis.store.privacy import WRITTEN, add_tombstone, hold_to_mode, load_key
from analysis.store.publish import publish
from analysis.store.scrub_archive import scrub_archive
from analysis.store.scrub_export import scrub_export
from analysis.store.work import PUBLISHED_NAME, WORK_NAME, open_work
from analysis.transaction import transaction
from ptt_spider.privacy import BLOT, MODE_NAME, TOMBSTONES, Redactor, blot_pattern, is_distinctive, tombstone
from ptt_spider.spool import decode, encode, read_lines, waiting

_USER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{1,11}", re.ASCII)
_OURS: Final = {WORK_NAME, PUBLISHED_NAME, KNOWN, MODE_NAME, TOMBSTONES, "lock"}


@dataclass(slots=True)
class Forgotten:
    """What was removed, and what was not reached."""

    posts: int = 0
    pushes: int = 0
    records: int = 0
    """Spool records and archived responses that were dropped or rewritten."""
    exports: list[Path] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    """Path and reason, one line each."""


def forget(settings: Settings, user_id: str) -> Forgotten:
    """Removes a user; the caller holds the lock. Repeating it changes nothing more.

    Raises UsageError for what is no user id, and where mode or key are not the folder's.
    """
    if not _USER.fullmatch(user_id):
        raise UsageError(f"{user_id!r} 不是 PTT 帳號：2 到 12 個英文字母或數字，第一個是字母。")
    hold_to_mode(settings)
    add_tombstone(settings, user_id)
    redact = Redactor("full", key := load_key(settings), [tombstone(key, user_id)], places=True)
    done = Forgotten()
    shutil.rmtree(settings.data / "backfill", ignore_errors=True)  # what was read can be read again
    for name in ("spool", LOADED):  # the latter waits for the lake, and is loaded again should another host publish
        done.records += _scrub_spool(settings.data / name, redact)
    keys = _scrub_store(settings, user_id, done)
    _write_anew(settings.data)
    if lake := address(settings):
        rebase(settings.data, lake, settings.data / PUBLISHED_NAME)
    done.records += scrub_archive(settings.data / "raw", redact, user_id, done.unreached)
    for folder in known_exports(settings.data):
        if not folder.is_dir():
            done.unreached.append(f"{folder}（當初匯出的資料夾已不在那裡）")
        elif scrub_export(folder, user_id, *keys):
            done.exports.append(folder)
    done.unreached += _others(settings.data, user_id)
    return done


def _scrub_spool(folder: Path, redact: Redactor) -> int:
    changed = 0
    for path in waiting(folder):
        kept, here = [], 0
        for line in read_lines(path):
            try:
                record = redact(decode(line))
            except ValueError:
                record, here = None, here + 1
                continue
            new = encode(record) if record is not None else b""
            here += new != line
            kept.append(new)
        if here:
            part = path.with_suffix(".forget")
            part.write_bytes(b"".join(kept))
            part.replace(path)
        changed += here
    return changed


def _scrub_store(
    settings: Settings, user_id: str, done: Forgotten
) -> tuple[list[tuple[str, str]], list[tuple[str, str, int]]]:
    """Cleans the work store and publishes it; the keys of the posts and pushes that went."""
    with open_work(settings.data) as con:
        with transaction(con):
            _name_ids(con, settings, user_id)
            con.execute(statement("privacy/forget_user"))
            posts = con.execute("SELECT board, post_id FROM posts_down").fetchall()
            pushes = con.execute("SELECT board, post_id, floor FROM pushes_down").fetchall()
            con.execute(statement("privacy/deleted_drop"))
            con.execute(statement("privacy/forget_rest"))
            _scrub_pending(con)
            _blot(con, user_id)
            for table in ("forget_ids", "posts_down", "pushes_down"):
                con.execute(f"DROP TABLE {table}")
        derive_all(con, settings)
        publish(settings.data, con)
    if lake := address(settings):
        tidy(settings.data, lake, None, forget=True)
    done.posts, done.pushes = len(posts), len(pushes)
    return posts, pushes


def _name_ids(con: duckdb.DuckDBPyConnection, settings: Settings, user_id: str) -> None:
    """forget_ids: the id as this store writes it, which in mode minimal differs from thread to thread."""
    import pyarrow as pa

    threads = con.execute(statement("privacy/threads")).fetchall()
    writer = Redactor(settings.privacy, load_key(settings))
    ids = [writer.person(user_id, f"{board}/{post_id}").lower() for board, post_id in threads]
    boards, posts = zip(*threads, strict=True) if threads else ((), ())
    text = pa.string()
    rows = pa.table({"board": pa.array(boards, text), "post_id": pa.array(posts, text), "id": pa.array(ids, text)})
    con.register("forget_rows", rows)
    con.execute("CREATE OR REPLACE TEMP TABLE forget_ids AS FROM forget_rows")
    con.unregister("forget_rows")


def _scrub_pending(con: duckdb.DuckDBPyConnection) -> None:
    """An empty place for each push of the user that a growth holds until its base is loaded."""
    rows = con.execute(statement("privacy/pending")).fetchall()
    for board, post_id, digest, pending, user_id in rows:
        pushes = [push and Content._make(push) for push in orjson.loads(pending)]
        kept = [None if push and (push.user_id or "").lower() == user_id else push for push in pushes]
        con.execute(
            "UPDATE internal.observations SET pending = ? WHERE board = ? AND post_id = ? AND digest = ?",
            [orjson.dumps(kept, default=tuple).decode(), board, post_id, digest],
        )


def _blot(con: duckdb.DuckDBPyConnection, user_id: str) -> None:
    """The id in others' texts."""
    pattern = blot_pattern(user_id)
    for schema, table, column in con.execute(statement("privacy/text_columns"), {"columns": list(WRITTEN)}).fetchall():
        con.execute(
            f"UPDATE {schema}.{table} SET {column} = regexp_replace({column}, $pattern, $blot, 'g')"  # noqa: S608 - our columns
            f" WHERE regexp_matches({column}, $pattern) AND NOT starts_with({column}, '{{')",
            {"pattern": pattern, "blot": rf"\1{BLOT}"},
        )
    _blot_headers(con, re.compile(pattern))


def _blot_headers(con: duckdb.DuckDBPyConnection, pattern: re.Pattern[str]) -> None:
    """In the JSON that observations point to: values only, whatever a key is called."""
    rows = con.execute(statement("privacy/headers"), {"pattern": pattern.pattern}).fetchall()
    for board, post_id, digest, text in rows:
        blotted = orjson.dumps(_blot_values(orjson.loads(text), pattern)).decode()
        con.execute(
            "UPDATE internal.texts SET text = ? WHERE board = ? AND post_id = ? AND digest = ?",
            [blotted, board, post_id, digest],
        )


def _blot_values(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(rf"\1{BLOT}", value)
    if isinstance(value, list):
        return [_blot_values(inner, pattern) for inner in value]
    if isinstance(value, dict):
        return {key: _blot_values(inner, pattern) for key, inner in value.items()}
    return value


def _write_anew(data: Path) -> None:
    """Both database files from a backup of themselves: what was deleted is then nowhere in them."""
    folder, fresh = data / ".forget.backup", data / ".forget.data"
    for path in (folder, fresh):
        shutil.rmtree(path, ignore_errors=True)
    try:
        exports.export(data, folder, remembered=False, shared=False)
        exports.restore(folder, fresh, remembered=False, shared=False)
        for name in (WORK_NAME, PUBLISHED_NAME):
            (fresh / name).replace(data / name)
        spare.drop(data / PUBLISHED_NAME)
    finally:
        for path in (folder, fresh):
            shutil.rmtree(path, ignore_errors=True)


def _others(data: Path, user_id: str) -> Iterator[str]:
    """Other files of the data folder that name the user: reports, mails, notes."""
    if not is_distinctive(user_id):
        return
    pattern = re.compile(rb"(?i)(?<![A-Za-z0-9])" + user_id.encode() + rb"(?![A-Za-z0-9])")
    inside = {path.resolve() for path in known_exports(data)}
    for path in sorted(data.rglob("*")):
        if not path.is_file() or path.name in _OURS or path.suffix == ".gz" or inside & set(path.resolve().parents):
            continue
        if pattern.search(path.read_bytes()):
            yield f"{path}（裡面有這個帳號，請自行刪除或重做）"

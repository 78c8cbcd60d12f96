"""A forgotten user out of an export: rows by the keys that went from the store, the id blotted out of others' texts."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from analysis.sql import literal
from analysis.store.manifest import entry_of, read_manifest, write_manifest
from analysis.store.privacy import WRITTEN
from ptt_spider.privacy import BLOT, blot_pattern


def scrub_export(
    folder: Path, user_id: str, posts: Sequence[tuple[str, str]], pushes: Sequence[tuple[str, str, int]]
) -> bool:
    """Rewrites the files that change and their manifest; whether any did. Raises UsageError (no manifest), OSError."""
    manifest = read_manifest(folder)
    changed = False
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        con.execute("CREATE TABLE posts_down (board VARCHAR, post_id VARCHAR)")
        con.execute("CREATE TABLE pushes_down (board VARCHAR, post_id VARCHAR, floor INTEGER)")
        for table, rows in (("posts_down", posts), ("pushes_down", pushes)):
            if rows:
                marks = ", ".join("?" for _ in rows[0])
                con.executemany(f"INSERT INTO {table} VALUES ({marks})", [list(row) for row in rows])  # noqa: S608 - ours
        for index, entry in enumerate(manifest["files"]):
            path = folder / entry["path"]
            rows_left = _scrub_file(con, path, user_id)
            if rows_left is not None:
                manifest["files"][index] = entry_of(folder, Path(entry["path"]), entry["table"], rows_left)
                changed = True
    if changed:
        for table in ("posts", "pushes"):
            manifest[table] = sum(entry["rows"] for entry in manifest["files"] if entry["table"] == table)
        write_manifest(folder, manifest)
    return changed


def _scrub_file(con: duckdb.DuckDBPyConnection, path: Path, user_id: str) -> int | None:
    """Rows left where the file had to change, else None."""
    columns = {
        name: kind
        for name, kind, *_ in con.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
    }
    texts = [name for name, kind in columns.items() if kind == "VARCHAR" and name in WRITTEN]
    gone = _gone_rule(columns, user_id)
    found = " OR ".join(
        [gone, *(f"coalesce(regexp_matches({_named(name)}, {_pattern(user_id)}), false)" for name in texts)]
    )
    source = f"read_parquet({literal(path)})"
    if not con.execute(f"SELECT count(*) FROM {source} AS r WHERE {found}").fetchall()[0][0]:  # noqa: S608 - quoted
        return None
    blotted = ", ".join(
        f"regexp_replace({_named(name)}, {_pattern(user_id)}, '\\1{BLOT}', 'g')::{columns[name]} AS \"{name}\""
        for name in texts
    )
    kept = f"SELECT * REPLACE ({blotted})" if texts else "SELECT *"
    part = path.with_name(f".{path.name}.forget")
    rows = con.execute(
        f"COPY ({kept} FROM {source} AS r WHERE NOT ({gone}))"
        f" TO {literal(part)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
    ).fetchall()[0][0]
    part.replace(path)
    return int(rows)


def _gone_rule(columns: dict[str, str], user_id: str) -> str:
    rules = ["false"]
    if {"board", "post_id"} <= columns.keys():
        rules.append("EXISTS (SELECT 1 FROM posts_down AS d WHERE d.board = r.board AND d.post_id = r.post_id)")
        if "floor" in columns:
            rules.append(
                "EXISTS (SELECT 1 FROM pushes_down AS d"
                " WHERE d.board = r.board AND d.post_id = r.post_id AND d.floor = r.floor)"
            )
    for name in ("user_id", "author"):
        if name in columns:
            rules.append(f"coalesce(lower(r.{name}) = {literal(user_id.lower())}, false)")
    return "(" + " OR ".join(rules) + ")"


def _named(column: str) -> str:
    return f'r."{column}"::VARCHAR'


def _pattern(user_id: str) -> str:
    return literal(blot_pattern(user_id))

"""Rows by column, ready for DuckDB: one Arrow table a statement, never a row at a time."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa

from analysis.sql import statement
from analysis.store.sessions import Sessions

TIME: Final = pa.timestamp("us", tz="UTC")
_TEXT: Final = pa.string()
_INT: Final = pa.int32()
_FLAG: Final = pa.bool_()
_KEY: Final = {"board": _TEXT, "post_id": _TEXT}

SCHEMAS: Final[dict[str, dict[str, pa.DataType]]] = {
    "posts": {
        **_KEY, "aid": _TEXT, "url": _TEXT, "category": _TEXT, "is_reply": _FLAG, "is_forward": _FLAG,
        "forward_from": _TEXT, "title": _TEXT, "author": _TEXT, "author_nick": _TEXT, "ip": _TEXT, "country": _TEXT,
        "posted_at": TIME, "header_time": _TEXT, "posted_on": pa.date32(), "session_on": pa.date32(), "body": _TEXT,
        "push_count": _INT, "boo_count": _INT, "arrow_count": _INT, "edited_at": TIME, "deleted_at": TIME,
        "truncated": _FLAG, "damaged": _FLAG, "first_seen_at": TIME, "fetched_at": TIME, "capture_lag": pa.int64(),
    },
    "posts_again": {
        **_KEY, "push_count": _INT, "boo_count": _INT, "arrow_count": _INT, "deleted_at": TIME, "truncated": _FLAG,
        "damaged": _FLAG, "first_seen_at": TIME, "fetched_at": TIME, "capture_lag": pa.int64(),
    },
    "pushes": {
        **_KEY, "floor": _INT, "tag": _TEXT, "vote": pa.int8(), "user_id": _TEXT, "text": _TEXT, "ip": _TEXT,
        "pushed_at": TIME, "time_text": _TEXT, "session_on": pa.date32(), "is_author": _FLAG, "first_seen_at": TIME,
        "removed_at": TIME,
    },
    "replies": {**_KEY, "after_floor": _INT, "text": _TEXT, "edited_at": TIME},
    "post_versions": {
        **_KEY, "version": _INT, "title": _TEXT, "header_time": _TEXT, "body": _TEXT, "edited_at": TIME,
        "seen_from": TIME, "seen_until": TIME,
    },
    "observations": {
        **_KEY, "fetched_at": TIME, "kind": _TEXT, "digest": _TEXT, "base_fetched_at": TIME, "partial": _FLAG,
        "header_digest": _TEXT, "body_digest": _TEXT, "floors": _TEXT, "pending": _TEXT, "source": _TEXT,
    },
    "texts": {**_KEY, "digest": _TEXT, "text": _TEXT},
    "poll_state": {
        **_KEY, "fetched_at": TIME, "poll_url": _TEXT, "longpoll_url": _TEXT, "poll_offset": pa.int64(),
    },
    "listings": {
        **_KEY, "title": _TEXT, "author": _TEXT, "mark": _TEXT, "nrec": pa.int16(), "first_listed_at": TIME,
        "last_listed_at": TIME,
    },
    "failures": {**_KEY, "failed_at": TIME, "reason": _TEXT},
    "linked_pages": {
        **_KEY, "source_url": _TEXT, "final_url": _TEXT, "domain": _TEXT, "status": pa.int16(), "fetched_at": TIME,
        "title": _TEXT, "site_name": _TEXT, "published_at": TIME, "text": _TEXT, "error": _TEXT,
    },
    "dirty": {**_KEY, "step": _TEXT},
    "threads": dict(_KEY),
    "floors": {**_KEY, "floor": _INT},
}  # fmt: skip
"""Columns of what the loader writes; times in microseconds."""


def array(values: Any, kind: pa.DataType) -> pa.Array:
    """Python or numpy values as an Arrow array; times and dates are given as integers. Raises pa.ArrowException."""
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    if pa.types.is_date32(kind):
        return pa.array(values, pa.int32()).cast(kind)
    return pa.array(values, kind)


def table(name: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows in the order of SCHEMAS[name] as an Arrow table."""
    schema = SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table({
        column: array(values, kind) for (column, kind), values in zip(schema.items(), columns, strict=True)
    })  # fmt: skip


def session_array(moments: pa.Array, sessions: Sessions) -> pa.Array:
    """The trading session of each moment (type TIME), null where there is none."""
    known = moments.is_valid().to_numpy(zero_copy_only=False)
    days, none = sessions.of(moments.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))
    return pa.array(days, pa.int32(), mask=none | ~known).cast(pa.date32())


def run(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Runs ``store/<name>.sql`` over ``rows``, which it knows as store_batch."""
    con.register("store_batch", rows)
    try:
        con.execute(statement(f"store/{name}"))
    finally:
        con.unregister("store_batch")


def read(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    """Rows of ``store/<name>.sql``."""
    columns = con.sql(statement(f"store/{name}")).to_arrow_table().to_pydict().values()
    return list(zip(*columns, strict=True))

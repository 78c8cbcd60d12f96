"""Quicker connections to a lake, in tests."""

import contextlib
from collections.abc import Iterator
from typing import Any

import duckdb


@contextlib.contextmanager
def no_signatures() -> Iterator[None]:
    """Each new connection hashes 100 MB of extensions to check who signed them: a third of what a small test takes."""
    plain = duckdb.connect

    def connect(*arguments: Any, config: dict[str, Any] | None = None, **options: Any) -> duckdb.DuckDBPyConnection:
        return plain(*arguments, config={**(config or {}), "allow_unsigned_extensions": "true"}, **options)

    duckdb.connect = connect
    try:
        yield
    finally:
        duckdb.connect = plain

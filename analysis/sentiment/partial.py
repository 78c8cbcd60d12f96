"""What a comment of several rows had said before its writer paused, so that as-of queries do not read ahead."""

from typing import Any

import duckdb

from analysis.sentiment.engine import Engine
from analysis.sql import statement


def score_partial(con: duckdb.DuckDBPyConnection, engine: Engine, *, kept: list[str], others: bool) -> int:
    """Writes ``internal.partial_scores`` of the temporary table ``batch`` for ``engine``; how many rows.

    Rows of other engines than ``kept`` (``name@version``) go, too, where ``others`` is set. Inside the caller's
    transaction.
    """
    import pyarrow as pa

    key: dict[str, Any] = {"engine": engine.info.name, "version": engine.info.version}
    con.execute(statement("scores/forget_partial"), {**key, "kept": kept, "others": others})
    columns = con.sql(statement("scores/partial_texts")).to_arrow_table().to_pydict()
    texts = columns.pop("text")
    if not texts:
        return 0
    con.register("partial_rows", pa.table({**columns, "score": engine.score(texts)}))
    con.execute(
        "INSERT INTO internal.partial_scores BY NAME"
        " SELECT *, $engine AS engine, $version AS version FROM partial_rows",
        key,
    )
    con.unregister("partial_rows")
    return len(texts)

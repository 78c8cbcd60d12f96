"""Each cookbook query answers its question on the bundled board, on this DuckDB and on the oldest supported one."""

import json
import os
import subprocess
import sys

import pytest

from analysis.sql import cookbook
from analysis.store.connect import connect

QUERIES = cookbook.queries()


def test_the_cookbook_is_rich_and_well_formed():
    assert len(QUERIES) >= 25
    for query in QUERIES.values():
        assert query.question.endswith("?"), query.name
        assert all(f"${name}" in query.text for name in query.defaults), query.name


@pytest.mark.parametrize("name", QUERIES)
def test_a_question_is_answered(board_data, name):
    query = QUERIES[name]
    with connect(board_data) as con:
        result = con.execute(query.text, dict(query.defaults))
        names = [column[0] for column in result.description]
        rows = result.fetchall()
    assert rows, f"{name} found nothing"
    assert len(set(names)) == len(names)
    for column, values in zip(names, zip(*rows, strict=True), strict=True):
        assert any(value is not None for value in values) or column in {"reason", "then", "mood_then", "shift"}, column


def test_seven_days_are_seven_dates(threads, said):
    for day in range(9):  # Monday to Tuesday of the next week; at the weekend, sessions are Monday's
        threads.thread(f"M.{day}", [said("a", minute=1)], hours=24 * day, symbols=("2330",))
    query = QUERIES["most-discussed"]
    threads.derive()
    (row,) = threads.rows(query.text, {**query.defaults, "days": 7})
    assert (row["symbol"], row["comments"]) == ("2330", 7)


@pytest.mark.parametrize(
    "text", ["SELECT 1", "-- name: x\nSELECT 1", "-- name: x\n-- question: y?\n-- param: n\nSELECT 1"]
)
def test_a_query_file_without_its_headers_is_refused(text):
    with pytest.raises(ValueError, match=r"query file|parameter"):
        cookbook.parse(text)


RUN_ALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
import duckdb
from analysis.sql.cookbook import queries
from analysis.store.connect import connect
con = connect(sys.argv[2])
counts = {name: len(con.execute(q.text, dict(q.defaults)).fetchall()) for name, q in queries().items()}
for view, schema in con.execute("SELECT view_name, schema_name FROM duckdb_views() WHERE NOT internal").fetchall():
    con.execute(f"SELECT count(*) FROM {schema}.{view}").fetchall()
print(json.dumps([duckdb.__version__, counts]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("written_by", ["this", "old"])
def test_duckdb_1_5_reads_what_2_wrote_and_the_other_way_round(board_data, root, tmp_path, old_duckdb, written_by):
    old = {**os.environ, "PYTHONPATH": str(old_duckdb)}
    data, reader = board_data, old
    if written_by == "old":
        data, reader = tmp_path / "data", dict(os.environ)
        script = root / "tests" / "sql" / "board_store.py"
        subprocess.run([sys.executable, script, data], check=True, env=old, cwd=root, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, root, data], check=True, env=reader, capture_output=True, text=True, cwd=root
    )
    version, counts = json.loads(done.stdout)
    assert version.startswith("1.5.") == (written_by == "this")
    assert all(counts.values()), {name for name, count in counts.items() if not count}

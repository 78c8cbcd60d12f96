"""What DuckDB 2 wrote, 1.5.5 reads, with every view and macro; and the reverse."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from ptt_spider.spool import GoneSeen, PageSeen

WRITE = """
import sys
from pathlib import Path
import duckdb
from analysis.store.load import load_waiting
from analysis.store.publish import publish
from analysis.store.work import open_work
data = Path(sys.argv[1])
with open_work(data) as con:
    assert not load_waiting(con, data).bad
    publish(data, con)
with open_work(data) as con:
    publish(data, con)
print(duckdb.__version__)
"""

READ = """
import json, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
said = {"version": duckdb.__version__, "views": {}, "macros": {}}
for schema, view in con.execute("SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal").fetchall():
    said["views"][f"{schema}.{view}"] = len(con.execute(f'SELECT * FROM "{schema}"."{view}"').fetchall())
values = {
    "symbol": "'2330'", "post_id": "'M.1769562000.A.C89'", "word": "'台積電'",
    "ts": "'2026-01-28 12:00+08'",  # without seconds, which 1.5 takes as no time of its own
}
for schema, name, kind, parameters in con.execute(
    "SELECT schema_name, function_name, function_type, parameters FROM duckdb_functions()"
    " WHERE NOT internal AND schema_name = 'main' AND function_type IN ('macro', 'table_macro')"
).fetchall():
    given = ", ".join(f"{p} := {values[p]}" for p in parameters if p in values)
    if kind == "table_macro":
        said["macros"][name] = len(con.execute(f'SELECT * FROM "{schema}"."{name}"({given})').fetchall())
said["pushes"] = con.execute("SELECT floor, tag, user_id, text, removed_at::VARCHAR FROM pushes ORDER BY 1").fetchall()
said["comments"] = con.execute("SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL").fetchall()
print(json.dumps(said))
"""


@pytest.fixture(scope="session")
def old(old_duckdb):
    return {**os.environ, "PYTHONPATH": str(old_duckdb)}


def _run(code, argument, env):
    done = subprocess.run(
        [sys.executable, "-c", code, str(argument)], env=env, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("writer", ["old", "new", "both"])
def test_each_version_reads_what_the_other_wrote(kit, tmp_path, old, writer):
    """``both``: the newer one goes on with a work file of the older one, then the other way round."""
    data, new = tmp_path / "data", dict(os.environ)
    pushes = [kit.push(1), kit.push(2, "噓", "other", "看壞 2330", 3)]
    first = PageSeen(kit.BEGIN + timedelta(hours=1), "crawl", kit.post(pushes=pushes))
    second = PageSeen(kit.BEGIN + timedelta(hours=2), "crawl", kit.post(pushes=pushes[1:], body="改了"))
    gone = GoneSeen(kit.BEGIN + timedelta(hours=3), "crawl", "Stock", "M.1769562000.A.C89", 404)
    for number, record in enumerate((first, second, gone)):
        kit.write_spool(data / "spool", f"{number}", [record])
        env = {"old": old, "new": new, "both": (old, new, old)[number]}[writer]
        version = _run(WRITE, data, env).strip()
        assert (version == "1.5.5") == (env is old)
    by_old, by_new = (json.loads(_run(READ, data / "ptt.duckdb", env)) for env in (old, new))
    assert by_old.pop("version") == "1.5.5" != by_new.pop("version")
    assert by_old == by_new
    assert by_new["pushes"][0][:4] == [1, "推", "reader", "看好"]
    assert by_new["pushes"][0][4].startswith("2026-01-28 ")
    assert by_new["views"]["main.news_sentiment"] == 1
    assert by_new["macros"]["thread"] == 2

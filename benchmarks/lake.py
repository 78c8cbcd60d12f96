"""A DuckLake (PTT_STORE=ducklake) on PostgreSQL and an S3 server of this machine: what publishing and reading cost.

``./dev bench lake``; it runs itself in the environment of tests/services/cluster_env.py.
PTT_BENCH_PUSHES says how many pushes (default 1,000,000). Comments are made by SQL, sixty a thread.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "services"))

PUSHES = int(os.environ.get("PTT_BENCH_PUSHES", "1000000"))
A_THREAD = 60
CHANGED = 200
"""Threads that an hour's crawl of a busy board changes."""
FILL = """
INSERT INTO posts BY NAME SELECT
    'Stock' AS board, 'M.' || (1500000000 + i * 300) || '.A.C89' AS post_id, 'a' AS aid, 'u' AS url, '新聞' AS category,
    false AS is_reply, false AS is_forward, '[新聞] 第 ' || i || ' 篇' AS title, 'writer' || i % 500 AS author,
    to_timestamp(1500000000 + i * 300) AS posted_at, to_timestamp(1500000000 + i * 300)::DATE AS posted_on,
    repeat('內文與數字 ' || hash(i), 12) AS body,
    60 AS push_count, 0 AS boo_count, 0 AS arrow_count, false AS truncated,
    false AS damaged, to_timestamp(1500000300 + i * 300) AS first_seen_at,
    to_timestamp(1500003900 + i * 300) AS fetched_at, 300 AS capture_lag
FROM range({threads}) AS t(i);
INSERT INTO pushes BY NAME SELECT
    board, post_id, f::INTEGER AS floor, '推' AS tag, 1 AS vote, 'user' || hash(post_id, f) % 20000 AS user_id,
    '看好 ' || substr(md5(post_id || f), 1, 1 + (hash(f, post_id) % 24)::INTEGER) AS text,
    posted_at + f * INTERVAL 1 MINUTE AS pushed_at, strftime(posted_at, '%m/%d %H:%M') AS time_text,
    posted_on AS session_on, false AS is_author, first_seen_at
FROM posts, range(1, 61) AS r(f);
INSERT INTO push_scores BY NAME SELECT board, post_id, floor, 'ptt' AS engine, '1' AS version,
    (hash(post_id, floor) % 2000)::DOUBLE / 1000 - 1 AS score FROM pushes;
INSERT INTO votes BY NAME SELECT DISTINCT ON (board, post_id, user_id) board, post_id, user_id, 1 AS y, 0.9 AS p_user,
    pushed_at AS voted_at, pushed_at AS posted_at FROM pushes;
INSERT INTO internal.observations BY NAME SELECT board, post_id, fetched_at, 'page' AS kind, md5(post_id) AS digest,
    false AS partial, '1-60' AS floors, 'crawl' AS source FROM posts;
"""
CHANGE = """
INSERT INTO pushes BY NAME SELECT * REPLACE (floor + {number} * 1000 AS floor) FROM pushes
WHERE floor <= 3 AND post_id IN (SELECT post_id FROM posts ORDER BY posted_at DESC LIMIT {changed})
"""


def main() -> None:
    """Prints one line a figure."""
    if importlib.util.find_spec("duckdb_extension_ducklake") is None:
        _run_in_cluster_environment()
        return
    from lake_services import lake_services

    with lake_services() as services, tempfile.TemporaryDirectory() as folder:
        os.environ.update(services.new_lake(), PTT_BOARD="Stock")
        name = os.environ["PTT_STORE"].rpartition("/")[2]
        _measure(Path(folder), lambda sql: services.postgres.query(name, sql))


def _run_in_cluster_environment() -> None:
    from cluster_env import NotAvailable, lake_environment

    sys.stdout.flush()
    try:
        done = subprocess.run([sys.executable, "-m", "benchmarks.lake"], env=lake_environment(), check=False)
    except NotAvailable as error:
        sys.exit(f"the lake's benchmark needs PTT_STORE=ducklake's packages: {error}")
    if done.returncode:
        sys.exit(done.returncode)


def _measure(folder: Path, catalog: Any) -> None:
    import analysis
    from analysis.store.lake.address import lake_of
    from analysis.store.lake.tidy import tidy
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work

    _say("load of the machine before", f"{os.getloadavg()[0]:.1f}")
    size = "SELECT pg_database_size(current_database())"
    data, second = folder / "a", folder / "b"
    with hold(data, "bench"), open_work(data) as con:
        con.execute(FILL.format(threads=PUSHES // A_THREAD))
        rows = sum(
            con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            for table in ("posts", "pushes", "push_scores", "votes", "internal.observations")
        )
        seconds = _time(lambda: publish(data, con))
        _say("first publication", f"{seconds:.1f} s, {rows:,} rows, {rows / seconds:,.0f} rows/s")
        before, commits = int(catalog(size)), 10
        later, spent = [], time.process_time()
        for number in range(commits):
            con.execute(CHANGE.format(number=number + 1, changed=CHANGED))
            later.append(_time(lambda: publish(data, con)))
        _say(
            f"publication of {CHANGED} changed threads",
            f"{min(later):.2f} s, median {sorted(later)[commits // 2]:.2f} s",
        )
        _say(
            "of it this process's CPU time",
            f"{(time.process_time() - spent) / commits:.2f} s, the change itself included",
        )
        _say("catalog a publication", f"{(int(catalog(size)) - before) / commits / 1024:,.0f} KiB")
        _say("files a publication", catalog("SELECT round((count(*) - 8) / 10.0) FROM ducklake_data_file"))
    stored = catalog("SELECT sum(file_size_bytes) FROM ducklake_data_file WHERE end_snapshot IS NULL")
    local = (data / "ptt.duckdb").stat().st_size
    _say("bytes a push", f"{int(stored) / PUSHES:.0f} as Parquet, {local / PUSHES:.0f} in ptt.duckdb")
    _say("connect", f"{min(_time(lambda: analysis.connect().close()) for _ in range(3)):.2f} s")
    with analysis.connect() as con:
        for query in ("SELECT count(*) FROM pushes", "FROM news_sentiment WHERE posted_at > now() - INTERVAL 7 DAY"):
            _say(query, f"{min(_time(lambda query=query: con.execute(query).fetchall()) for _ in range(3)):.2f} s")
    with hold(second, "bench"):
        _say("a second host takes the board up", f"{_time(lambda: open_work(second).close()):.1f} s")
    with hold(data, "bench"):
        lake = lake_of()
        assert lake
        begun = time.perf_counter()
        done = tidy(data, lake, None)
        _say("tidying", f"{time.perf_counter() - begun:.1f} s, {done.before} files become {done.after}")
    _say("load of the machine after", f"{os.getloadavg()[0]:.1f}")


def _time(call: Any) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _say(what: str, figure: str) -> None:
    print(f"{what}: {figure}", flush=True)


if __name__ == "__main__":
    main()

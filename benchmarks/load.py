"""Loading: the loader against what one would write first, executemany row by row and pandas with to-the-point SQL.

The loader does all of its work (alignment, history, sessions, one transaction a file, fsync); the others only insert
rows of the pushes table, parsed beforehand. PTT_BENCH_PUSHES sets how many pushes (300,000).
"""

import os
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import duckdb
import orjson

from analysis.sql import statement
from analysis.store.load import load_waiting
from analysis.store.work import open_work
from benchmarks._threads import fetched_at, source, threads
from ptt_spider.spool import PageSeen, SpoolWriter, read_lines, waiting

COLUMNS = ("board", "post_id", "floor", "tag", "user_id", "text", "ip", "pushed_at", "time_text", "is_author")


def spool(data: Path, pushes: int) -> int:
    """Spools threads with about that many pushes; how many there are."""
    writer = SpoolWriter(data / "spool", "bench", first_seconds=1e9, max_seconds=1e9)
    made = 0
    for post in threads(pushes):
        writer.write(PageSeen(fetched_at(post), "crawl", post))
        made += len(post.pushes)
    writer.close()
    return made


def load(data: Path, copy: Path) -> tuple[float, float]:
    """Pushes a second, and a second of CPU time of all threads: whole loader on a fresh store."""
    shutil.copytree(data, copy)
    with open_work(copy) as con:
        begun, cpu = time.perf_counter(), time.process_time()
        report = load_waiting(con, copy)
        return report.new_pushes / (time.perf_counter() - begun), report.new_pushes / (time.process_time() - cpu)


def rows_of(data: Path) -> list[tuple]:
    rows = []
    for path in waiting(data / "spool"):
        for line in read_lines(path):
            post = orjson.loads(line)["post"]
            rows += [(post["board"], post["post_id"], *push) for push in post["pushes"]]
    return rows


def _plain_store(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(folder / "plain.duckdb")
    con.execute(statement("schema/0001_tables"))
    con.execute("ALTER TABLE pushes ALTER vote DROP NOT NULL; ALTER TABLE pushes ALTER first_seen_at DROP NOT NULL")
    return con


def executemany(rows: list[tuple], folder: Path) -> float:
    marks = ", ".join("?" * len(COLUMNS))
    with _plain_store(folder) as con:
        begun = time.perf_counter()
        con.begin()
        con.executemany(f"INSERT INTO pushes ({', '.join(COLUMNS)}) VALUES ({marks})", rows)
        con.commit()
        return len(rows) / (time.perf_counter() - begun)


def pandas(rows: list[tuple], folder: Path) -> float:
    import pandas as pd

    with _plain_store(folder) as con:
        begun = time.perf_counter()
        batch = pd.DataFrame(rows, columns=list(COLUMNS))
        con.register("batch", batch)
        con.execute("INSERT INTO pushes BY NAME SELECT * FROM batch")
        return len(rows) / (time.perf_counter() - begun)


def main() -> None:
    wanted = int(os.environ.get("PTT_BENCH_PUSHES", "300000"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        made = spool(folder / "data", wanted)
        print(f"{made:,} pushes of {source()}, made and spooled in {time.perf_counter() - begun:.1f} s")
        import pandas as _  # noqa: F401 - pyarrow imports it at its first array; a process pays that once

        walls, cpus = zip(*(load(folder / "data", folder / f"copy{turn}") for turn in range(3)), strict=True)
        print(f"loader                     {statistics.median(walls):>10,.0f} pushes/s")
        print(f"  for each second of CPU   {statistics.median(cpus):>10,.0f} pushes")
        print(f"memory at most             {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>10,.0f} MB")
        rows = rows_of(folder / "data")
        (folder / "pandas").mkdir()
        (folder / "rows").mkdir()
        print(f"pandas, no alignment       {pandas(rows, folder / 'pandas'):>10,.0f} pushes/s")
        print(f"executemany, no alignment  {executemany(rows[:5000], folder / 'rows'):>10,.0f} pushes/s (5,000 rows)")


if __name__ == "__main__":
    main()

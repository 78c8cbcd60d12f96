"""A store of 10M pushes, and what it costs: building, a day's crawl into it, queries; and how that grows from 1M.

PTT_BENCH_PUSHES sets the sizes (``1000000,10000000``). Stores are kept in ``.cache/bench`` and made once. Everything is
loaded, parsed and reckoned as in a real store, but for what takes minutes a million and changes no timing of a query:
of all but the newest 2,000 threads, mentions are found by a pattern and scores of comments are drawn by dice, in SQL.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import duckdb

from analysis.aggregates import derive_moods
from analysis.config import Settings
from analysis.derive import derive_all
from analysis.news.derive import derive_news
from analysis.store.connect import connect
from analysis.store.load import load_waiting
from analysis.store.publish import publish
from analysis.store.work import open_work
from analysis.votes.derive import derive_votes
from benchmarks._threads import fetched_at, source, threads
from ptt_spider.items import Push
from ptt_spider.spool import PageSeen, SpoolWriter, encode

T = TypeVar("T")
CACHE = Path(__file__).resolve().parent.parent / ".cache" / "bench"
SHAPE = 2
"""Of what is made: raise it with every change to that, so that no older store is taken for it."""
REVISITED = 200
"""Threads of the days before that a day's crawl finds grown."""

STAND_IN_BEGIN = """
CREATE TEMP TABLE newest AS SELECT board, post_id FROM posts ORDER BY posted_at DESC LIMIT 2000;
DELETE FROM internal.dirty WHERE step IN ('mentions', 'scores', 'moods')
    AND (board, post_id) NOT IN (SELECT (board, post_id) FROM newest)
"""
STAND_IN = """
INSERT INTO push_scores BY NAME
    SELECT board, post_id, floor, engine, version, sin(hash(text) % 1000) AS score, 3 * score AS log_odds
    FROM pushes ANTI JOIN newest USING (board, post_id), (SELECT * FROM engines WHERE active);
INSERT INTO post_scores BY NAME
    SELECT board, post_id, part, 'stance' AS engine, version, sin(hash(post_id, part) % 1000) AS score
    FROM news ANTI JOIN newest USING (board, post_id), unnest(['headline', 'article']) AS parts(part),
        (SELECT max(version) AS version FROM engines WHERE engine = 'stance');
INSERT INTO mentions BY NAME
    SELECT board, post_id, 'comment' AS part, floor, symbol, name, name AS matched, 0 AS start
    FROM pushes ANTI JOIN newest USING (board, post_id)
    JOIN (VALUES ('2330', '台積'), ('2317', '鴻海'), ('2454', '聯發科'), ('2409', '友達')) AS s(symbol, name)
        ON contains(text, name);
INSERT INTO mentions BY NAME
    SELECT board, post_id, 'title' AS part, NULL AS floor, symbol, name, name AS matched, 0 AS start
    FROM posts ANTI JOIN newest USING (board, post_id)
    JOIN (VALUES ('2330', '台積'), ('2317', '鴻海'), ('2454', '聯發科'), ('2409', '友達')) AS s(symbol, name)
        ON contains(title, name);
INSERT INTO internal.dirty
    SELECT board, post_id, 'moods' FROM posts ANTI JOIN newest USING (board, post_id)
"""
QUERIES = {
    "news_sentiment, one week": (
        "SELECT * FROM news_sentiment WHERE posted_at >= (SELECT data_until FROM store_info) - INTERVAL 7 DAYS", 0.3,
    ),
    "news_sentiment, all time": ("SELECT * FROM news_sentiment", 3.0),
    "stock('2330')": ("SELECT * FROM stock('2330')", 0.2),
    "top_news()": ("SELECT * FROM top_news()", None),
    "weekly_sentiment": ("SELECT * FROM weekly_sentiment", None),
    "search_posts('台積電')": ("SELECT * FROM search_posts('台積電')", None),
}  # fmt: skip
"""Name -> query and the most seconds that issue 4 allows it."""


class Day(NamedTuple):
    """What a day's crawl was and took, in seconds: ``whole`` from the first load to the publication."""

    threads: int
    pushes: int
    whole: float
    seconds: dict[str, float]
    """Of each part, and of a publication that has no spare to write into."""


def make_store(n_pushes: int) -> Path:
    """Data folder of a published store with about that many pushes; ``day.jsonl`` in it is the next day's crawl."""
    data = CACHE / f"store-{SHAPE}-{n_pushes}"
    if (data / "made.json").exists():
        return data
    shutil.rmtree(data, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "benchmarks.store", str(data), str(n_pushes)], check=True)
    return data


def _build(data: Path, n_pushes: int) -> None:
    """In a process of its own, so that its memory is its own."""
    said: dict[str, float] = {"load_seconds": 0.0, "pushes": 0}
    recent: deque = deque(maxlen=REVISITED)
    made = (post for post in threads(10**9))
    with open_work(data) as con:

        def load(_path: Path) -> None:
            report = load_waiting(con, data)
            said["load_seconds"] += report.seconds

        writer = SpoolWriter(data / "spool", "bench", on_roll=load, first_seconds=1e9, max_seconds=1e9)
        for post in made:
            writer.write(PageSeen(fetched_at(post), "crawl", post))
            recent.append(post)
            said["pushes"] += len(post.pushes)
            if said["pushes"] >= n_pushes:
                break
        writer.close()
        said["load_megabytes"] = _megabytes()
        _note(data, said)
        begun = time.perf_counter()
        _derive(con, data)
        said["derive_seconds"] = time.perf_counter() - begun
        said["megabytes"] = _megabytes()
        begun = time.perf_counter()
        publish(data, con)
        said["publish_seconds"] = time.perf_counter() - begun
    said["file_megabytes"] = (data / "ptt.duckdb").stat().st_size // 2**20
    _write_day(data / "day.jsonl", recent, made)
    _note(data, said)
    (data / "making.json").rename(data / "made.json")


def _note(data: Path, said: dict[str, float]) -> None:
    (data / "making.json").write_text(json.dumps(said))


def _megabytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _derive(con: duckdb.DuckDBPyConnection, data: Path) -> None:
    derive_news(con, threads=20_000)
    derive_votes(con, threads=20_000)
    con.execute(STAND_IN_BEGIN)
    derive_all(con, Settings(data=data))
    for statement in STAND_IN.split(";"):
        con.execute(statement)
    derive_moods(con, threads=20_000)


def _write_day(path: Path, recent: deque, following) -> None:
    """A day's crawl: recent threads with three comments more, and the threads of the next 24 hours."""
    last = recent[-1].posted_at
    records = []
    for post in recent:
        at = last + timedelta(hours=12)
        floors = range(len(post.pushes) + 1, len(post.pushes) + 4)
        more = [Push(f, "推", f"late{f}", "晚到的留言", None, at, f"{at:%m/%d %H:%M}", False) for f in floors]
        records.append(PageSeen(last + timedelta(days=1), "crawl", post._replace(pushes=(*post.pushes, *more))))
    for post in following:
        if post.posted_at > last + timedelta(days=1):
            break
        records.append(PageSeen(fetched_at(post), "crawl", post))
    path.write_bytes(b"".join(map(encode, records)))


def day(data: Path) -> Day:
    """The day's crawl into a copy of the store, which itself stays as it is."""
    copy = data.with_name(data.name + "-day")
    shutil.rmtree(copy, ignore_errors=True)
    (copy / "spool").mkdir(parents=True)
    shutil.copyfile(data / "work.duckdb", copy / "work.duckdb")
    shutil.copyfile(data / "day.jsonl", copy / "spool" / "day-00001.jsonl")
    settings = Settings(data=copy)
    seconds: dict[str, float] = {}
    with open_work(copy) as con:
        derive_all(con, settings)  # what a migration since then left to do
        _timed(seconds, "whole copy", lambda: publish(copy, con))
        publish(copy, con)  # from now on the store has a spare, as one that lives has
        os.sync()  # what the copies above left to be written is not the day's
        begun = time.perf_counter()
        report = _timed(seconds, "load", lambda: load_waiting(con, copy))
        last = time.perf_counter()

        def note(step: str) -> None:
            nonlocal last
            seconds[step], last = time.perf_counter() - last, time.perf_counter()

        derive_all(con, settings, on_step=note)
        _timed(seconds, "publish", lambda: publish(copy, con))
        whole = time.perf_counter() - begun
    shutil.rmtree(copy)
    return Day(report.changed_threads, report.new_pushes, whole, seconds)


def _timed(seconds: dict[str, float], name: str, work: Callable[[], T]) -> T:
    begun = time.perf_counter()
    result = work()
    seconds[name] = time.perf_counter() - begun
    return result


def query_seconds(data: Path) -> dict[str, tuple[float, int]]:
    """Median of five runs of each query, all rows fetched, and how many there are: an empty answer measures nothing."""
    said = {}
    with connect(data) as con:
        con.execute("SET threads = 2")
        for name, (query, _) in QUERIES.items():
            took = []
            for _turn in range(5):
                begun = time.perf_counter()
                rows = len(con.execute(query).fetchall())
                took.append(time.perf_counter() - begun)
            said[name] = (statistics.median(took), rows)
    return said


def main() -> None:
    sizes = [int(size) for size in os.environ.get("PTT_BENCH_PUSHES", "1000000,10000000").split(",")]
    print(source())
    for size in sizes:
        data = make_store(size)
        made = json.loads((data / "made.json").read_text())
        print(
            f"-- {made['pushes']:,} pushes, {made['file_megabytes']:,} MB: loaded at"
            f" {made['pushes'] / made['load_seconds']:,.0f} pushes/s with at most {made['load_megabytes']:,} MB;"
            f" derived in {made['derive_seconds']:.0f} s ({made['megabytes']:,} MB); published in"
            f" {made['publish_seconds']:.2f} s"
        )
        took = day(data)
        print(
            f"a day's crawl ({took.threads} threads, {took.pushes:,} pushes): loaded, derived and published in"
            f" {took.whole:.2f} s (wanted: 5)"
        )
        print("  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.seconds.items()))
        for name, (seconds, rows) in query_seconds(data).items():
            wanted = QUERIES[name][1]
            print(f"{name:28s} {seconds:7.3f} s, {rows:,} rows" + (f" (wanted: {wanted} s)" if wanted else ""))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _build(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()

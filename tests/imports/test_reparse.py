"""A reparse reads from the archive what the crawl had read from the site."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from analysis.store.load import load_waiting
from analysis.store.work import open_work
from ptt_spider import spool
from ptt_spider.reparse import Reparser
from ptt_spider.spool import GoneSeen, GrowthSeen, IndexSeen, PageSeen, Record, SpoolWriter
from ptt_spider.warc import archive_files, read_archive

RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from analysis.store.known import load_known
from analysis.store.load import load_waiting
from analysis.store.work import open_work
from ptt_spider.crawling import CrawlJob, crawl
from ptt_spider.frontier import parse_schedule
data, site = Path(sys.argv[1]), sys.argv[2]
with open_work(data) as con:
    known, often = load_known(con, ["Stock"]), parse_schedule("9999w:0s")
    job = CrawlJob(data, site=site, delay=0, known=known, revisit=True, schedule=often)
    report = crawl(job)
    load_waiting(con, data)
print(report.outcome, report.polls, report.posts, report.gone)
"""


def crawl(data: Path, site: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(data), site], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def content(data: Path) -> dict[str, list[Any]]:
    with open_work(data) as con:
        return {
            table: con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            for table in ("posts", "pushes", "replies", "post_versions")
        }


def test_reparse_makes_the_same_store(tmp_path: Path, faulty_site: Any, root: Path) -> None:
    crawled, again = tmp_path / "crawled", tmp_path / "again"
    with faulty_site() as site:
        assert crawl(crawled, site.url)[0] == "done"
        ids = sorted(path.stem for path in (root / "fixtures/board/bbs/Stock").glob("M.*.html"))
        site.grow(ids[10], 5)
        site.grow(ids[11], 1)
        site.edit(ids[12], "改過的內文\n第二行")
        site.delete("Stock", ids[13])
        outcome, polls, posts, gone = crawl(crawled, site.url)
        assert outcome == "done"
        assert int(polls) > 0
        assert int(posts) >= 1
        assert int(gone) == 1
        site.grow(ids[10], 2)
        crawl(crawled, site.url)
    expected = content(crawled)
    assert len(expected["post_versions"]) == 1
    reparser = Reparser()
    with open_work(again) as con:
        writer = SpoolWriter(again / "spool", "reparse")
        for record in reparser.records(read_archive(archive_files(crawled / "raw"))):
            writer.write(record)
        writer.close()
        load_waiting(con, again)
    assert reparser.skipped == []
    assert content(again) == expected


def test_records_are_those_that_the_spider_spooled(tmp_path: Path, faulty_site: Any) -> None:
    with faulty_site() as site:
        subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "board", "-a", f"site={site.url}", "-a", "delay=0"],
            env=os.environ | {"PTT_DATA": str(tmp_path)}, check=True, capture_output=True, timeout=100,
        )  # fmt: skip
    spooled = [spool.decode(line) for path in spool.waiting(tmp_path / "spool") for line in spool.read_lines(path)]
    parsed = list(Reparser("crawl").records(read_archive(archive_files(tmp_path / "raw"))))
    assert sorted(map(identity, parsed)) == sorted(map(identity, spooled))
    pages = {r.post.post_id: r for r in parsed if isinstance(r, PageSeen)}
    assert pages == {r.post.post_id: r for r in spooled if isinstance(r, PageSeen)}
    assert len(pages) > 50


def identity(record: Record) -> tuple[str, str]:
    match record:
        case PageSeen():
            return "page", record.post.post_id
        case GrowthSeen() | GoneSeen():
            return type(record).__name__, record.post_id
        case IndexSeen():
            return "index", str(record.rows)
    return type(record).__name__, ""

"""The bundled board as a published store, read twice: in between a post was deleted, one edited, comments removed,
and one piece of news posted twice.

Also run as a program, ``python board_store.py DATA``, so that tests can make it under another DuckDB.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAST = datetime.fromisoformat("2026-02-20T12:00:00+08:00")


def build(data: Path) -> Path:
    """Writes work.duckdb and ptt.duckdb below ``data``; the path of the latter."""
    from analysis.aggregates import derive_moods, derive_stories
    from analysis.news.derive import derive_news
    from analysis.stocks.derive import derive_mentions
    from analysis.store.load import load_waiting
    from analysis.store.lock import hold
    from analysis.store.publish import publish
    from analysis.store.work import open_work
    from analysis.votes.derive import derive_votes
    from ptt_spider.spool import SpoolWriter

    writer = SpoolWriter(data / "spool", "20260220-000000")
    for record in records():
        writer.write(record)
    writer.close()
    with hold(data, "test"), open_work(data) as con:
        report = load_waiting(con, data)
        if report.bad:
            raise RuntimeError(str(report.bad))
        for derive in (derive_news, derive_mentions, derive_votes):
            derive(con)
        _score(con)
        derive_stories(con)
        derive_moods(con)
        con.execute(
            "INSERT INTO crawls BY NAME SELECT 'r1' AS run_id, 'ptt crawl' AS command, ['Stock'] AS boards,"
            " now() AS started_at, now() AS finished_at, 4 AS index_pages, 60 AS posts, 900 AS pushes, 64 AS requests,"
            " 0 AS requests_saved, 0 AS revisits, 1 AS watch_pages, 0 AS failures, 0 AS exit_code"
        )
        return publish(data, con)


def records():
    from ptt_spider.aid import name_to_aid
    from ptt_spider.errors import DamagedPage
    from ptt_spider.pages import parse_article, parse_index
    from ptt_spider.spool import GoneSeen, IndexSeen, PageSeen

    folder = ROOT / "fixtures" / "board" / "bbs" / "Stock"
    first, second = LAST - timedelta(days=2), LAST
    for path in sorted(folder.glob("index?.html")):
        page = parse_index(path.read_bytes(), f"https://www.ptt.cc/bbs/Stock/{path.name}")
        yield IndexSeen(first, "crawl", "Stock", page.rows)
    posts = []
    for path in sorted(folder.glob("M.*.html")):
        try:
            posts.append(parse_article(path.read_bytes(), f"https://www.ptt.cc/bbs/Stock/{path.name}"))
        except DamagedPage as damaged:
            posts.append(damaged.post)
    for post in posts:
        yield PageSeen(first, "crawl", post)
    long = [post for post in posts if len(post.pushes) > 6 and not post.truncated]
    shorter, edited, gone = long[0], long[1], long[2]
    renumbered = tuple(push._replace(floor=floor) for floor, push in enumerate(shorter.pushes[2:], 1))
    yield PageSeen(second, "crawl", shorter._replace(pushes=renumbered, replies=()))
    yield PageSeen(second, "crawl", edited._replace(body=edited.body + "\n補充：更正一個數字。", edited_at=second))
    news = next(post for post in posts if post.category == "新聞" and not post.is_reply)
    later = news.posted_at + timedelta(hours=5)
    name = f"M.{int(later.timestamp())}.A.001"
    yield PageSeen(
        first, "crawl", news._replace(post_id=name, aid=name_to_aid(name), posted_at=later, pushes=news.pushes[:1])
    )
    yield GoneSeen(second, "crawl", gone.board, gone.post_id, 404)


def _score(con) -> None:
    """Scores without a model: what the words are does not matter here."""
    con.execute(
        "INSERT INTO engines VALUES ('ptt', 'test', '', NULL, NULL, true), ('stance', 'test', '', NULL, NULL, false)"
    )
    con.execute(
        "INSERT INTO push_scores BY NAME SELECT board, post_id, floor, 'ptt' AS engine, 'test' AS version,"
        " (hash(text) % 2001)::DOUBLE / 1000 - 1 AS score, NULL::DOUBLE AS log_odds FROM pushes"
    )
    con.execute(
        "INSERT INTO post_scores BY NAME SELECT board, post_id, 'headline' AS part, 'stance' AS engine,"
        " 'test' AS version, (hash(headline) % 2001)::DOUBLE / 1000 - 1 AS score, NULL::DOUBLE AS log_odds"
        " FROM news WHERE headline IS NOT NULL"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print(build(Path(sys.argv[1])))

"""Keeps a store of the newest schema version for the tests of later migrations: run it with each new migration."""

import gzip
import importlib.util
import tempfile
from datetime import timedelta
from pathlib import Path

from analysis.store.load import load_file
from analysis.store.migrations import migrations
from analysis.store.work import open_work
from ptt_spider.items import IndexRow
from ptt_spider.spool import IndexSeen, PageSeen

HERE = Path(__file__).parent


def main() -> None:
    spec = importlib.util.spec_from_file_location("store_conftest", HERE / "conftest.py")
    assert spec
    assert spec.loader
    kit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kit)
    pushes = [kit.make_push(1), kit.make_push(2, "噓", "other", "看壞", 3)]
    post = kit.make_post(pushes=pushes)
    row = IndexRow(post.board, post.post_id, post.title, post.author, 3, "1/28", "", False)
    records = [
        PageSeen(kit.BEGIN + timedelta(hours=1), "crawl", post),
        PageSeen(kit.BEGIN + timedelta(hours=2), "crawl", post._replace(pushes=post.pushes[:1])),
        IndexSeen(kit.BEGIN + timedelta(hours=2), "crawl", post.board, (row,)),
    ]
    target = HERE / "versions" / f"{migrations()[-1].version:04d}.duckdb.gz"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with open_work(data) as con:
            load_file(con, kit.write_spool(data / "spool", "a", records))
        target.write_bytes(gzip.compress((data / "work.duckdb").read_bytes(), 9, mtime=0))
    print(target, target.stat().st_size)


if __name__ == "__main__":
    main()

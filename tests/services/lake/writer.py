"""A host that publishes thread after thread: ``writer.py DATA BOARD FIRST NUMBER``. Says ``published N`` for each."""

import importlib.util
import sys
import time
from datetime import timedelta
from pathlib import Path

from analysis.errors import StoreLocked
from analysis.store.load import load_waiting
from analysis.store.lock import hold
from analysis.store.publish import publish
from analysis.store.work import open_work
from ptt_spider.spool import PageSeen

sys.path.insert(0, str(Path(__file__).parents[1]))
from signatures import no_signatures

spec = importlib.util.spec_from_file_location("kit", Path(__file__).parents[2] / "store" / "conftest.py")
assert spec
assert spec.loader
kit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kit)


def publish_one(data: Path, board: str, number: int) -> None:
    pushes = [kit.make_push(i, minute=i) for i in range(1, 4)]
    post = kit.make_post(board=board, post_id=f"M.{1769562000 + number}.A.C89", pushes=pushes)
    page = PageSeen(kit.BEGIN + timedelta(hours=30), "crawl", post)
    if not list((data / "spool").glob(f"{board}-{number:05d}*")):
        kit.write_spool(data / "spool", f"{board}-{number:05d}", [page])
    while True:
        try:
            with hold(data, "writer"), open_work(data, [board]) as con:
                load_waiting(con, data)
                publish(data, con)
                return
        except StoreLocked:
            time.sleep(0.5)


folder, name, first, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
with no_signatures():
    for thread in range(first, first + count):
        publish_one(folder, name, thread)
        print(f"published {thread}", flush=True)

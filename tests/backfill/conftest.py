"""An archive as scheduled crawls leave it: pages in one file, what continues them in the next ones."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import pytest

from analysis.demo.site import Request
from ptt_spider.aid import SITE
from ptt_spider.clock import TAIPEI
from ptt_spider.pages import parse_article
from ptt_spider.warc import Archive

AT = datetime(2026, 1, 29, 9, 0, tzinfo=TAIPEI)


class Recorder:
    """Asks the site without a network, and archives its answers a second apart."""

    def __init__(self, site: Any, folder: Path) -> None:
        self._site = site
        self._folder = folder
        self._at = AT
        self._archive: Archive | None = None

    def file(self, name: str) -> None:
        """What follows goes into a new file."""
        if self._archive:
            self._archive.close()
        self._archive = Archive(self._folder, name)

    def get(self, target: str) -> bytes:
        parts = urlsplit(target)
        request = Request(parts.path, dict(parse_qsl(parts.query)), {"cookie": "over18=1"}, target)
        response = self._site.answer(request)
        self._at += timedelta(seconds=1)
        headers = (("Content-Type", response.content_type),)
        self._archive.write(SITE + target, self._at, response.status, headers, response.body)
        return response.body

    def page(self, post_id: str) -> Any:
        target = f"/bbs/Stock/{post_id}.html"
        return parse_article(self.get(target), SITE + target)

    def poll(self, at: Any) -> Any:
        """Asks for what is new since ``at`` (a post, or what this returned)."""
        size = orjson.loads(self.get(at.longpoll_url))
        query = urlencode({"size": size["size"], "size-sig": size["sig"]})
        answer = orjson.loads(self.get(f"{at.poll_url}&{query}"))
        return SimpleNamespace(longpoll_url=at.longpoll_url, poll_url=answer["pollUrl"])

    def close(self) -> list[Path]:
        self.file("end")
        self._archive.close()
        return sorted(self._folder.glob("*.warc.gz"))


@pytest.fixture(scope="module")
def archive(faulty_site: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of four runs; do not write into them."""
    site = faulty_site()
    try:
        record = Recorder(site, tmp_path_factory.mktemp("raw"))
        ids = site.post_ids()
        record.file("run1")
        record.get("/robots.txt")
        record.get("/bbs/Stock/index.html")
        seen = {post_id: record.page(post_id) for post_id in ids}
        chatty = [post_id for post_id in ids if seen[post_id].poll_url][-6:]
        record.file("run2")
        site.grow(chatty[0], [("推", "early1", "台積電"), ("推", "early1", "要漲了"), ("噓", "late2", "套牢")])
        site.grow(chatty[1], 4)
        site.delete("Stock", ids[3])
        record.get("/bbs/Stock/index.html")
        grown = {post_id: record.poll(seen[post_id]) for post_id in chatty[:2]}
        record.get(seen[chatty[2]].longpoll_url)  # idle
        for post_id in [ids[3], *ids[10:14]]:  # one is gone, the others give revisit records
            record.get(f"/bbs/Stock/{post_id}.html")
        record.file("run3")
        site.grow(chatty[0], 3)
        site.grow(chatty[4], 2)
        record.poll(grown[chatty[0]])
        fresh = record.page(chatty[4])
        site.grow(chatty[4], 2)
        record.poll(fresh)
        site.edit(ids[20], "改過的內文")
        record.page(ids[20])
        record.file("run4")
        site.grow(chatty[1], 2)
        record.poll(grown[chatty[1]])
        record.get("/bbs/Stock/index2.html")
        return record.close()
    finally:
        site._server.server_close()

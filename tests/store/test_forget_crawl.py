"""Who was forgotten comes back with no crawl: not into the store, and not into the raw archive either."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.http import HtmlResponse, Request

from analysis.config import Settings
from analysis.gathering import base_job
from analysis.store.privacy import add_tombstone
from analysis.store.scrub_archive import page_redactor
from ptt_spider.middlewares import ArchiveMiddleware
from ptt_spider.spiders.board import job_from_arguments
from ptt_spider.warc import Archive, archive_files, read_archive

USER = "gooseneck"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("PTT_DATA", "PTT_PRIVACY", "PTT_SITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings = Settings(data=tmp_path / "data", site="http://127.0.0.1:9")
    settings.data.mkdir()
    return settings


@pytest.fixture(scope="module")
def pages(root: Path) -> list[tuple[str, bytes]]:
    folder = root / "fixtures" / "board" / "bbs" / "Stock"
    found = [(f"https://www.ptt.cc/bbs/Stock/{path.name}", path.read_bytes()) for path in sorted(folder.glob("*.html"))]
    assert sum(USER.encode() in body for _, body in found) > 5
    return found


def test_a_crawl_archives_nothing_that_names_the_forgotten(settings: Settings, pages: list[tuple[str, bytes]]) -> None:
    add_tombstone(settings, USER)
    job = base_job(settings)
    assert job.redact_page
    archive = Archive(settings.data / "raw", "20260301T120000")
    middleware = ArchiveMiddleware(SimpleNamespace(spider=SimpleNamespace(archive=archive, job=job)))  # type: ignore[arg-type]
    for url, body in pages:
        response = HtmlResponse(url, body=body, headers={"Content-Type": "text/html; charset=utf-8"})
        assert middleware.process_response(Request(url), response).body == body  # what is read stays whole
    archive.close()
    kept = {response.url: response.body for response in read_archive(archive_files(settings.data / "raw"))}
    assert not [url for url, body in kept.items() if USER.encode() in body.lower()]
    unnamed = {url: body for url, body in pages if USER.encode() not in body}
    assert unnamed.items() <= kept.items()
    assert len(kept) > len(unnamed)


def test_without_tombstones_pages_are_archived_as_they_came(settings: Settings) -> None:
    assert page_redactor(settings) is None
    assert base_job(settings).redact_page is None


def test_scrapy_alone_refuses_a_folder_that_keeps_privacy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"data": str(settings.data), "site": "http://127.0.0.1:9"}
    assert job_from_arguments(given).data_dir == settings.data
    add_tombstone(settings, USER)
    with pytest.raises(ValueError, match="ptt crawl"):
        job_from_arguments(given)
    (settings.data / "forgotten.txt").unlink()
    monkeypatch.setenv("PTT_PRIVACY", "hashed")
    with pytest.raises(ValueError, match="ptt crawl"):
        job_from_arguments(given)

"""Records from anywhere but a crawl -> spool -> store, in bounded memory: each full spool file is loaded at once."""

from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from analysis.config import Settings
from analysis.derive import derive_all
from analysis.store.load import SPOOL_NAME, LoadReport, load_waiting
from analysis.store.privacy import redactor
from analysis.store.publish import publish
from analysis.store.taken_down import clean_archive
from ptt_spider import clock
from ptt_spider.spool import Record, SpoolWriter


def ingest(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    records: Iterable[Record],
    on_note: Callable[[str], None] = lambda _: None,
) -> LoadReport:
    """Loads ``records`` (and what waited in the spool), derives, publishes. The caller holds the lock.

    ``on_note`` hears what could not be taken out of the raw archive yet.

    A kill in the middle leaves whole spool files for the next load. Raises PttError and OSError (disk full).
    """
    total = load_waiting(con, settings.data)

    def load(_: Path) -> None:
        total.add(load_waiting(con, settings.data))

    run_id = f"{clock.now():%Y%m%dT%H%M%S.%f}-in"
    redact = redactor(settings)
    writer = SpoolWriter(settings.data / SPOOL_NAME, run_id, on_roll=load, first_seconds=600)
    try:
        for record in records:
            kept = redact(record) if redact else record
            if kept is not None:
                writer.write(kept)
    finally:
        writer.close()
    derive_all(con, settings)
    publish(settings.data, con)
    clean(settings, on_note)
    return total


def clean(settings: Settings, on_note: Callable[[str], None]) -> None:
    """What was taken down goes out of the raw archive too, once the store has been published without it."""
    for line in clean_archive(settings.data):
        on_note(f"已刪除的文字還在 {line}：下次執行時再試。")

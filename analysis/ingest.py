"""Records from anywhere but a crawl -> spool -> store, in bounded memory: each full spool file is loaded at once."""

from collections.abc import Iterable
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


def ingest(con: duckdb.DuckDBPyConnection, settings: Settings, records: Iterable[Record]) -> LoadReport:
    """Loads ``records`` (and what waited in the spool), derives, publishes. The caller holds the lock.

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
    clean_archive(settings.data)
    return total

"""Where a lake is, and how DuckDB is brought to it: extensions from their wheels, secrets from the environment."""

import importlib.util
import os
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import duckdb

from analysis.config import LAKE, Settings, load_settings
from analysis.errors import PttError
from analysis.sql import literal
from ptt_spider.causes import cause

ALIAS: Final = "lake"
"""Name of the lake in every connection."""
_EXTENSIONS: Final = ("ducklake", "postgres_scanner", "httpfs")


class LakeUnreachable(PttError):
    """The catalog or the files could not be reached; what is on this host is kept, and sent by the next run."""


class Lake(NamedTuple):
    """A lake's address. Neither part holds a secret."""

    catalog: str
    """postgresql://user@host:port/database; the password is libpq's business (PGPASSWORD, ~/.pgpass)."""
    files: str
    """s3://bucket/folder/ or a folder, ending in /."""


def lake_of(data: Path | None = None) -> Lake | None:
    """The lake that the settings name; None where the store is one machine's. Raises UsageError."""
    return address(load_settings(data))


def address(settings: Settings) -> Lake | None:
    """The lake of these settings, None for the plain store. Raises PttError without PTT_DATA_PATH."""
    if not settings.store.startswith(LAKE):
        return None
    if not settings.data_path:
        raise PttError(
            "PTT_STORE 是 ducklake，但沒有 PTT_DATA_PATH：請設成 s3://桶/資料夾/（或一個大家都看得到的資料夾）。"
        )
    catalog = "postgresql" + settings.store[settings.store.index("://") :]
    return Lake(catalog, settings.data_path.rstrip("/") + "/")


def attach(con: duckdb.DuckDBPyConnection, lake: Lake, *, read_only: bool = False) -> None:
    """Attaches the lake as ``lake``, making it where it is new. Raises PttError (no extension), LakeUnreachable."""
    for name in _EXTENSIONS:
        con.execute(f"LOAD {literal(_extension(name))}")
    _give_secret(con)
    con.execute("SET http_retries = 6; SET http_retry_wait_ms = 200; SET http_retry_backoff = 2")
    options = "READ_ONLY" if read_only else f"DATA_PATH {literal(lake.files)}"
    try:
        con.execute(f"ATTACH {literal(f'ducklake:postgres:{lake.catalog}')} AS {ALIAS} ({options})")
    except duckdb.Error as error:
        raise unreachable(lake, error) from error


def unreachable(lake: Lake, error: Exception) -> LakeUnreachable:
    """What the user is told when the lake does not answer."""
    place = urlsplit(lake.catalog)
    said = cause(error) if str(error).strip() else "沒有回應"
    return LakeUnreachable(
        f"連不上共用資料庫（目錄 {place.hostname}{place.path}，檔案 {lake.files}）：{said}；"
        "請檢查主機與憑證。這台機器上的資料都還在，下次執行會再送出。"
    )


def _extension(name: str) -> Path:
    """The extension's file in its wheel: nothing is ever downloaded."""
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (found.submodule_search_locations if found else None) or ():
        path = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    raise PttError(
        f"DuckDB {duckdb.__version__} 沒有 {name} 擴充：PTT_STORE=ducklake 需要 pip install 'ptt-pulse[cluster]'。"
    )


def _give_secret(con: duckdb.DuckDBPyConnection) -> None:
    """S3 keys as AWS's own tools name them; the statement's text is in no error and no log."""
    given = os.environ.get
    options = {
        "KEY_ID": given("AWS_ACCESS_KEY_ID"),
        "SECRET": given("AWS_SECRET_ACCESS_KEY"),
        "SESSION_TOKEN": given("AWS_SESSION_TOKEN"),
        "REGION": given("AWS_REGION") or given("AWS_DEFAULT_REGION"),
    }
    endpoint = urlsplit(given("AWS_ENDPOINT_URL_S3") or given("AWS_ENDPOINT_URL") or "")
    if endpoint.netloc:  # not Amazon: the bucket is part of the path
        options |= {"ENDPOINT": endpoint.netloc, "URL_STYLE": "path"}
    listed = [f"{name} {literal(value)}" for name, value in options.items() if value]
    if endpoint.scheme == "http":
        listed.append("USE_SSL false")
    try:
        con.execute(f"CREATE OR REPLACE SECRET ptt_s3 ({', '.join(['TYPE s3', *listed])})")
    except duckdb.Error:
        raise PttError("S3 的憑證不能用：請檢查 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY、AWS_REGION。") from None

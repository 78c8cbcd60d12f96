"""Publishing: a copy of the work database that appears under its name whole, at once, or not at all.

Readers keep the file that they opened; whoever opens it next gets the new one. A reader can never hold up the writer.
"""

import contextlib
import errno
import os
import shutil
from pathlib import Path

import duckdb

from analysis.config import load_settings
from analysis.errors import PttError
from analysis.sql import statement
from analysis.store import spare
from analysis.store.disk import plain_disk_errors
from analysis.store.lake.address import lake_of
from analysis.store.lake.push import is_under_way, let_go, part_of, push, recover, settle
from analysis.store.migrations import schema_version
from analysis.store.work import CATALOG, PUBLISHED_NAME, WORK_NAME, attach
from analysis.transaction import transaction
from ptt_spider import __version__, clock


def publish(data: Path, con: duckdb.DuckDBPyConnection, *, shared: bool = True) -> Path:
    """Publishes the store that `open_work` opened as ``data/ptt.duckdb`` and returns that path; ``con`` stays usable.

    store_info, CHECKPOINT, detach, copy (or the spare made equal), fsync of file and folder, chmod 0444, rename. Call
    it outside a transaction while holding the lock. With PTT_STORE=ducklake what has changed goes into the lake before
    the rename, unless not ``shared``. Raises DiskFull (the old publication stays as it is), LakeUnreachable.
    """
    work, target = data / WORK_NAME, data / PUBLISHED_NAME
    part = part_of(target)
    lake = lake_of(data) if shared else None
    if lake:
        recover(data, lake, target)
    with plain_disk_errors(target):
        try:
            _write_info(con)
            con.execute(f"CHECKPOINT {CATALOG}")
            con.execute("USE memory")
            con.execute(f"DETACH {CATALOG}")
            try:
                _copy(work, part, target)
                if lake:
                    push(con, data, lake, target)
                # A spare, or what waits for a lake, would outlive the texts that another policy takes away.
                keeps = load_settings(data).deleted == "keep"
                (spare.keep if keeps else spare.drop)(target)
                part.replace(target)
                _fsync(data)
                if lake:
                    settle(data, lake, target)
                elif shared and not keeps:
                    let_go(data)
            finally:
                attach(con, work)
        except (OSError, duckdb.Error, PttError):
            if lake and is_under_way(data, lake):
                raise  # the lake may have it
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    return target


def _write_info(con: duckdb.DuckDBPyConnection) -> None:
    version = schema_version(con)
    with transaction(con):
        con.execute("DELETE FROM store_info")
        con.execute(statement("store/store_info"), [clock.now(), version, __version__])


def _copy(source: Path, part: Path, target: Path) -> None:
    part.unlink(missing_ok=True)  # what a kill left may be read-only
    if not spare.renew(target, source, part):
        _copy_content(source, part)
    part.chmod(0o444)
    _fsync(part)


def _copy_content(source: Path, part: Path) -> None:
    """By the kernel, which shares the blocks where the file system can; plainly where it will not."""
    try:
        with source.open("rb") as origin, part.open("wb") as copy:
            while os.copy_file_range(origin.fileno(), copy.fileno(), 2**30):
                pass
    except AttributeError:  # not Linux
        shutil.copyfile(source, part)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            raise
        shutil.copyfile(source, part)


def _fsync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

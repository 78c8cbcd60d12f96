"""Privacy of a data folder: its mode, its key, its tombstones, and what becomes of texts that were taken down.

The mode is chosen before the first crawl and, but for ``full``, kept in ``privacy.json``; the key lies outside the
data folder, so that the folder alone tells nothing. What tells keys apart is kept in ``privacy.json`` and, in every
mode, beside the tombstones. `redactor` gives what records pass through; `enforce_deleted` keeps PTT_DELETED.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson

from analysis.config import Settings, absolute
from analysis.errors import PttError, UsageError
from analysis.sql import statement
from analysis.store.taken_down import note_texts
from analysis.transaction import transaction
from ptt_spider import clock
from ptt_spider.causes import cause
from ptt_spider.privacy import MODE_NAME, TOMBSTONES, Redactor, tombstone
from ptt_spider.spool import Record

WRITTEN: Final = (
    "title", "body", "text", "headline", "article", "comment", "reporter", "forward_from", "author_nick", "reason",
    "command", "pending",
)  # fmt: skip
"""Columns that hold what people wrote, or quote it."""
GRACE: Final = timedelta(days=30)
"""PTT_DELETED=votes: how long the text of what was taken down stays."""
_CHECK: Final = "key-check:"
"""How the word of TOMBSTONES begins that tells their key: one file, so that a kill leaves neither without the other."""
Redact = Callable[[Record], Record | None]


def redactor(settings: Settings) -> Redact | None:
    """What every record must pass before it is spooled; None where all may be kept.

    Raises UsageError where the mode or the key is not the one that the folder was begun with.
    """
    hold_to_mode(settings)
    forgotten = tombstones(settings.data)
    if settings.privacy == "full" and not forgotten:
        return None
    return Redactor(settings.privacy, load_key(settings), forgotten)


def keeps_raw(settings: Settings) -> bool:
    """Whether responses may be archived: they hold everything, so only in mode full."""
    return settings.raw and settings.privacy == "full"


def hold_to_mode(settings: Settings) -> None:
    """Notes the mode of a new folder; refuses another mode, or another key, on one that has data. Raises UsageError."""
    noted = _noted(settings.data)
    if noted is None and settings.privacy != "full" and not _has_data(settings.data):
        noted = {"mode": settings.privacy, "key_check": _check_of(load_key(settings, create=True))}
        settings.data.mkdir(parents=True, exist_ok=True)
        (settings.data / MODE_NAME).write_text(json.dumps(noted) + "\n", "utf-8")
    noted = noted or {"mode": "full"}
    if noted["mode"] != settings.privacy:
        raise UsageError(
            f"{settings.data} 是以 PTT_PRIVACY={noted['mode']} 開始的，不能改成 {settings.privacy}："
            "請改回來，或用 --data 另開一個資料夾。"
        )
    if "key_check" in noted and noted["key_check"] != _check_of(load_key(settings)):
        raise UsageError(
            f"{key_path(settings)} 不是 {settings.data} 開始時用的金鑰：請用 PTT_PRIVACY_KEY 指定原來的檔案。"
        )
    if (check := _tombstones_check(settings.data)) and check != _check_of(load_key(settings)):
        raise UsageError(
            f"{key_path(settings)} 不是 {settings.data} 執行 ptt forget 時用的金鑰，認不出被忘記的人："
            "請用 PTT_PRIVACY_KEY 指定原來的檔案。"
        )


def key_check(settings: Settings) -> str:
    """Tells the key apart from others, without telling it; empty where all is kept, so that no key is needed.

    Raises UsageError as `redactor` does.
    """
    return _check_of(load_key(settings)) if redactor(settings) else ""


def key_path(settings: Settings) -> Path:
    """PTT_PRIVACY_KEY, by default ``$XDG_CONFIG_HOME/ptt/privacy.key``. Raises UsageError inside the data folder."""
    config = os.environ.get("XDG_CONFIG_HOME")
    default = (Path(config) if config else Path.home() / ".config") / "ptt" / "privacy.key"
    path = absolute(settings.privacy_key or default)
    if path.resolve().is_relative_to(settings.data.resolve()):
        raise UsageError(f"金鑰 {path} 不能放在資料夾 {settings.data} 裡：請用 PTT_PRIVACY_KEY 指定別處。")
    return path


def load_key(settings: Settings, *, create: bool = False) -> bytes:
    """The secret key; ``create`` makes a new one (mode 0600) where there is none. Raises UsageError."""
    path = key_path(settings)
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        if not create:
            raise UsageError(
                f"找不到金鑰 {path}：請放回原來的檔案，或用 PTT_PRIVACY_KEY 指定；沒有它就認不出同一個人。"
            ) from None
        key = secrets.token_bytes(32)
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "w", encoding="ascii") as file:
                file.write(key.hex() + "\n")
        return load_key(settings)
    except (ValueError, OSError):
        raise UsageError(f"金鑰 {path} 讀不懂：要的是一行十六進位文字。") from None
    if len(key) < 16:
        raise UsageError(f"金鑰 {path} 太短：至少 16 個位元組（32 個十六進位字）。")
    return key


def tombstones(data: Path) -> frozenset[str]:
    """Keyed hashes of the users who were forgotten in this folder."""
    return frozenset(word for word in _tombstone_words(data) if not word.startswith(_CHECK))


def add_tombstone(settings: Settings, user_id: str) -> None:
    """From now on this user's posts and pushes are dropped before they are spooled.

    Notes which key that is known by; a folder whose tombstones are older than such notes gets its note here, too.
    Raises UsageError where mode or key are not the folder's.
    """
    hold_to_mode(settings)
    known = tombstones(settings.data)
    key = load_key(settings, create=not known)  # a new one would not know those who were forgotten before
    path = settings.data / TOMBSTONES
    part = path.with_suffix(".part")
    lines = [*sorted(known | {tombstone(key, user_id)}), _CHECK + _check_of(key)]
    part.write_text("".join(f"{line}\n" for line in lines), "ascii")
    part.replace(path)


def _tombstone_words(data: Path) -> list[str]:
    try:
        return (data / TOMBSTONES).read_text("ascii").split()
    except FileNotFoundError:
        return []


def _tombstones_check(data: Path) -> str | None:
    """What was noted of the tombstones' key; None where there are none, or only some from before it was noted."""
    return next((word.removeprefix(_CHECK) for word in _tombstone_words(data) if word.startswith(_CHECK)), None)


def enforce_deleted(
    con: duckdb.DuckDBPyConnection, policy: str, now: datetime | None = None, *, raw: Path | None = None
) -> int:
    """Keeps PTT_DELETED in the work store; how many posts and pushes that changed.

    ``keep``: nothing. ``votes``: 30 days after it was missed, the text of a post or push goes; tag, time and vote stay.
    ``drop``: what was taken down goes as soon as it is missed, a post with its thread. What has to go from the archive
    in ``raw``, too, is noted there (`analysis.store.taken_down`). Raises OSError.
    """
    if policy == "keep":
        return 0
    before = (now or clock.now()) - (GRACE if policy == "votes" else timedelta(0))
    with transaction(con):
        for name in ("posts_down", "pushes_down"):
            con.execute(statement(f"privacy/{name}"), {"before": before, "again": policy == "drop"})
        changed = int(con.execute(statement("privacy/count_taken_down")).fetchall()[0][0])
        if changed:
            if raw is not None:
                note_texts(con, raw, policy)
            if policy == "votes":
                _blank_texts(con)
            con.execute(statement(f"privacy/deleted_{policy}"))
        con.execute("DROP TABLE posts_down")
        con.execute("DROP TABLE pushes_down")
    return changed


def _blank_texts(con: duckdb.DuckDBPyConnection) -> None:
    """The responses' texts of posts_down, emptied: a thread can still be folded from them."""
    rows = con.execute(statement("privacy/response_texts")).fetchall()
    con.execute(
        "DELETE FROM internal.texts AS t USING posts_down AS d WHERE t.board = d.board AND t.post_id = d.post_id"
    )
    blank: dict[str, Any] = {"title": None, "author_nick": None, "ip": None, "replies": []}
    for board, post_id, digest, text, is_header in rows:
        kept = orjson.dumps({**orjson.loads(text), **blank}).decode() if is_header else ""
        con.execute("INSERT INTO internal.texts VALUES (?, ?, ?, ?)", [board, post_id, digest, kept])


def _noted(data: Path) -> dict[str, Any] | None:
    try:
        noted: dict[str, Any] = json.loads((data / MODE_NAME).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise PttError(f"{data / MODE_NAME} 讀不懂：{cause(error)}") from None
    return noted


def _has_data(data: Path) -> bool:
    return any((data / name).exists() for name in ("work.duckdb", "ptt.duckdb")) or any(data.glob("spool/*.jsonl*"))


def _check_of(key: bytes) -> str:
    return tombstone(key, "key check")[:16]

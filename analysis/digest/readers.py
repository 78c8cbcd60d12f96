"""Who gets the digest and through which server: the ``[digest]`` part of ptt.toml, passwords from elsewhere.

    [digest]
    from = "digest@example.org"
    smtp = "smtp://user@mail.example.org:587"     # STARTTLS; smtps://…:465 is TLS from the start
    password_file = "/home/me/.config/ptt/smtp"

    [[digest.to]]
    addr = "me@example.org"
    stocks = ["2330", "NVDA"]
    lang = "zh"

``PTT_SMTP`` and ``PTT_DIGEST_FROM`` go before the file. The password comes from ``PTT_SMTP_PASSWORD`` or the file that
``PTT_SMTP_PASSWORD_FILE`` or ``password_file`` names, never from the command line or from ptt.toml itself.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from analysis.config import absolute
from analysis.digest.mail import DEFAULT_SENDER, check_address
from analysis.digest.words import Lang
from analysis.errors import UsageError
from ptt_spider.causes import cause

Security = Literal["starttls", "tls", "none"]
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server and how to speak to it."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reader:
    addr: str
    stocks: tuple[str, ...] = ()
    """As configured, until `analysis.digest.watchlist` has found their symbols."""
    lang: Lang = "zh"


@dataclass(frozen=True, slots=True)
class Mailing:
    """The mailing as configured; ``server`` None where no mail can be sent."""

    sender: str
    server: Server | None
    readers: tuple[Reader, ...]


def read_mailing(config: Path | None, environment: Mapping[str, str] = os.environ) -> Mailing:
    """Reads ptt.toml's ``[digest]`` and the environment. Raises UsageError that names the setting."""
    table: dict[str, Any] = {}
    if config is not None:
        try:
            table = tomllib.loads(config.read_text("utf-8")).get("digest", {})
        except (OSError, ValueError) as error:
            raise UsageError(f"設定檔 {config} 讀不懂：{cause(error)}") from None
    if not isinstance(table, dict) or not isinstance(table.get("to", []), list):
        raise UsageError(f"設定檔 {config} 的 [digest] 寫法不對：收件人請寫成 [[digest.to]]。")
    sender = environment.get("PTT_DIGEST_FROM") or table.get("from") or DEFAULT_SENDER
    url = environment.get("PTT_SMTP") or table.get("smtp")
    return Mailing(
        sender=sender if sender == DEFAULT_SENDER else check_address(sender, "digest.from"),
        server=_server(url, _password(table, environment)) if url else None,
        readers=tuple(_reader(entry) for entry in table.get("to", [])),
    )


def _reader(entry: Any) -> Reader:
    if not isinstance(entry, dict) or not isinstance(entry.get("addr"), str):
        raise UsageError(f'digest.to {entry!r} 沒有 addr：請寫 addr = "me@example.org"。')
    lang = entry.get("lang", "zh")
    if lang not in ("zh", "en"):
        raise UsageError(f"digest.to 的 lang {lang!r} 不能用：請用 zh 或 en。")
    stocks = entry.get("stocks", [])
    if not isinstance(stocks, list):
        raise UsageError(f'digest.to 的 stocks {stocks!r} 不是清單：請寫 stocks = ["2330", "NVDA"]。')
    return Reader(check_address(entry["addr"], "digest.to"), tuple(map(str, stocks)), lang)


def _server(url: str, password: str) -> Server:
    """``smtp://`` is STARTTLS, ``smtps://`` TLS; ``smtp+plain://`` has neither and is for loopback only."""
    parts = urlsplit(url)
    shown = f"{parts.scheme}://…@{parts.hostname}" if parts.password else url
    security: Security | None = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}.get(parts.scheme)  # type: ignore[assignment]
    if security is None or not parts.hostname:
        raise UsageError(f"digest.smtp {shown!r} 不能用：請用 smtp://user@host:587 或 smtps://user@host:465。")
    if parts.password:
        raise UsageError(f"digest.smtp {shown!r} 裡不要寫密碼：請放在 PTT_SMTP_PASSWORD 或 PTT_SMTP_PASSWORD_FILE。")
    if security == "none" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise UsageError(f"digest.smtp {shown!r} 沒有加密：smtp+plain 只能用於本機的郵件伺服器。")
    try:
        port = parts.port or _PORTS[security]
    except ValueError:
        raise UsageError(f"digest.smtp {shown!r} 的埠號不對。") from None
    return Server(parts.hostname, port, security, unquote(parts.username or ""), password)


def _password(table: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    if password := environment.get("PTT_SMTP_PASSWORD"):
        return password
    if path := environment.get("PTT_SMTP_PASSWORD_FILE") or table.get("password_file"):
        try:
            return absolute(path).read_text("utf-8").strip()
        except OSError as error:
            raise UsageError(f"放 SMTP 密碼的檔案 {path} 讀不到：{cause(error)}。") from None
    return ""


def is_configured(config: Path) -> bool:
    """Whether timers should send: the file names a server and somebody to send to."""
    try:
        table = tomllib.loads(config.read_text("utf-8")).get("digest", {})
    except (OSError, ValueError):
        return False
    return isinstance(table, dict) and bool(table.get("smtp")) and bool(table.get("to"))

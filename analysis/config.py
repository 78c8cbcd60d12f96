"""Settings: command line, then ``PTT_*``, then ``ptt.toml``, then the defaults here. Secrets never come from argv."""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from analysis.errors import UsageError
from ptt_spider.aid import is_board
from ptt_spider.causes import cause

CONFIG_NAME = "ptt.toml"
LAKE = "ducklake:"
_PASSWORD_FOUND: Final = "密碼不能寫在這裡：請放 PGPASSWORD 或 ~/.pgpass"  # noqa: S105 - a message
OF_THE_DIGEST = ("PTT_SMTP", "PTT_SMTP_PASSWORD", "PTT_SMTP_PASSWORD_FILE", "PTT_DIGEST_FROM")
"""Variables that `analysis.digest.readers` reads."""
OF_DEVELOPMENT = ("PTT_BENCH_", "PTT_TEST_", "PTT_SOAK_", "PTT_REQUIRE_SERVICES", "PTT_OLD_DUCKDB", "PTT_SCREENSHOTS")
"""Beginnings of variables of tests and benchmarks."""


def find_config(start: Path) -> Path | None:
    """The nearest ``ptt.toml`` from ``start`` upwards."""
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder / CONFIG_NAME
    return None


def absolute(path: Path | str) -> Path:
    """The path from the root, ``~`` and ``~user`` resolved. Raises UsageError for a user that there is not."""
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:
        raise UsageError(f"找不到 {Path(path).parts[0]} 的家目錄：請把 {path} 寫成完整的路徑。") from None


def check_boards(names: list[str]) -> list[str]:
    """The names as they are. Raises ValueError for none, or one that no board can have (and no file should)."""
    if not names:
        raise ValueError("沒有看板：請給看板的英文名稱，例如 Stock")
    for name in names:
        if not is_board(name):
            raise ValueError(f"{name!r} 不是看板：請給看板的英文名稱，例如 Stock")
    return names


def check_store(address: str) -> str:
    """The address as it is. Raises ValueError for one of another form, or with a password: it is shown in messages."""
    if address == "duckdb":
        return address
    if ":" in address.partition("://")[2].rpartition("@")[0]:  # not urlsplit: it ends the host at a password's slash
        raise ValueError(_PASSWORD_FOUND)
    form = "請用 duckdb，或 ducklake:postgres://使用者@主機/資料庫"
    try:
        parts = urlsplit(address.removeprefix(LAKE))
    except ValueError:
        raise ValueError(form) from None
    if not address.startswith(LAKE) or parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ValueError(form)
    if "password" in parts.query:
        raise ValueError(_PASSWORD_FOUND)
    return address


class Settings(BaseSettings):
    """Every setting is ``PTT_<NAME>`` in the environment and ``<name>`` in ptt.toml; docs/settings.md lists them."""

    model_config = SettingsConfigDict(env_prefix="PTT_", extra="ignore")
    config_path: ClassVar[Path | None] = None

    data: Path = Field(Path("data"), description="Folder of the store, the spool and the raw archive")
    site: str = Field("https://www.ptt.cc", description="Site to crawl")
    board: Annotated[list[str], NoDecode] = Field(["Stock"], description="Boards to crawl, separated by commas")
    delay: float = Field(
        1.0, ge=0, allow_inf_nan=False, description="Seconds between two requests; 0 only for loopback sites"
    )
    engine: str = Field(
        "ptt", description="Sentiment engine of new scores: ptt, snownlp, lexicon, or a file of ptt train"
    )
    contact: str = Field("", description="Address in the user agent, so that the site can reach who crawls")
    watch_days: float = Field(
        3.0, ge=0, le=36500, allow_inf_nan=False, description="Days back that every run reads the index again"
    )
    revisit: str = Field("", description="Revisit schedule, see docs/crawling.md; empty for the default")
    privacy: Literal["full", "hashed", "minimal"] = Field("full", description="What is stored of people")
    privacy_key: Path | None = Field(None, description="Key file of PTT_PRIVACY=hashed, outside the data folder")
    deleted: Literal["keep", "votes", "drop"] = Field("keep", description="What stays of posts and pushes taken down")
    raw: bool = Field(True, description="Keep raw responses as WARC")
    raw_keep: str = Field("90d", description="How long raw files are kept: days such as 90d, or all")
    store: str = Field("duckdb", description="Store backend: duckdb, or ducklake:postgres://USER@HOST/NAME")
    data_path: str = Field("", description="Where ducklake keeps its Parquet files: s3://BUCKET/FOLDER, or a folder")
    lake_keep: str = Field("30d", description="How far back ducklake can be asked (time travel): days such as 30d")
    redis: str = Field("", description="Redis over which several hosts crawl as one: redis://HOST:6379/0")
    ping_url: str = Field("", description="Address told of each `ptt run`: /start, success, /fail (healthchecks style)")
    log: Literal["text", "json"] = Field("text", description="Form of log lines")

    @field_validator("board", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value

    @field_validator("board")
    @classmethod
    def _check_boards(cls, names: list[str]) -> list[str]:
        return check_boards(names)

    @field_validator("store")
    @classmethod
    def _check_store(cls, address: str) -> str:
        return check_store(address)

    @field_validator("contact")
    @classmethod
    def _check_contact(cls, text: str) -> str:
        if not (text.isprintable() and text.isascii()):
            raise ValueError("聯絡方式會寫進請求的標頭：請用一行 ASCII，例如電子郵件地址")
        return text

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=cls.config_path) if cls.config_path else None
        return (init_settings, env_settings, *([toml] if toml else []))


def load_settings(data: Path | None = None, **overrides: Any) -> Settings:
    """The settings in force, with ``data`` absolute: ``--data``, PTT_DATA, the folder of ptt.toml, ./data.

    Raises UsageError that names the setting and its value.
    """
    config = find_config(Path.cwd())
    if config:
        _refuse_typos(config)

    class Here(Settings):
        config_path: ClassVar[Path | None] = config

    given = {key: value for key, value in overrides.items() if value is not None}
    if data is not None:
        given["data"] = data
    try:
        settings = Here(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        said = _what_was_wanted(first)
        value = "…" if name in ("store", "redis") else repr(first.get("input"))  # it may hold a password
        raise UsageError(f"設定 {name}={value} 不能用：{said}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"設定檔 {config} 讀不懂：{cause(error)}") from None
    if "data" not in settings.model_fields_set:
        settings.data = config.parent if config else Path("data")
    elif config and "data" not in given and not _from_environment("data"):
        settings.data = config.parent / settings.data
    settings.data = absolute(settings.data)
    return settings


_WANTED: Final = {
    "float_parsing": "要的是數字", "float_type": "要的是數字", "int_parsing": "要的是整數", "int_type": "要的是整數",
    "int_from_float": "要的是整數", "finite_number": "要的是有限的數字", "bool_parsing": "要的是 true 或 false",
    "bool_type": "要的是 true 或 false", "list_type": "要的是清單", "tuple_type": "要的是清單",
    "string_type": "要的是文字", "path_type": "要的是路徑", "literal_error": "只能是 {expected}",
    "greater_than_equal": "不能小於 {ge:g}",
    "greater_than": "要大於 {gt:g}", "less_than_equal": "不能大於 {le:g}", "less_than": "要小於 {lt:g}",
}  # fmt: skip
"""By pydantic's types of errors; its own words where there is none."""


def _what_was_wanted(error: Mapping[str, Any]) -> str:
    if error["type"] not in _WANTED:
        return str(error["msg"]).removeprefix("Value error, ")
    return _WANTED[error["type"]].format(**error.get("ctx", {})).replace("' or '", "'、'").replace("', '", "'、'")


def _refuse_typos(config: Path) -> None:
    """A misspelt setting would silently be its default. Raises UsageError that names it and offers the nearest."""
    try:
        given = tomllib.loads(config.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"設定檔 {config} 讀不懂：{cause(error)}") from None
    known = [*Settings.model_fields, "digest"]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"是不是 {near[0]}？" if near else "docs/settings.md 列出全部。"
            raise UsageError(f"設定檔 {config} 裡的 {name} 不是設定：{hint}")


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A line for each ``PTT_…`` variable that is no setting, with the nearest name: it would silently do nothing."""
    known = [f"PTT_{name.upper()}" for name in Settings.model_fields] + [*OF_THE_DIGEST]
    lines = []
    for name in sorted(environment):
        if not name.upper().startswith("PTT_") or name.upper() in known or name.startswith(OF_DEVELOPMENT):
            continue
        near = get_close_matches(name.upper(), known, 1)
        hint = f"是不是 {near[0]}？" if near else "docs/settings.md 列出全部。"
        lines.append(f"環境變數 {name} 不是設定，沒有作用：{hint}")
    return lines


def _from_environment(name: str) -> bool:
    return f"PTT_{name.upper()}" in os.environ

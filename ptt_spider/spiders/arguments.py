"""Arguments of ``scrapy crawl board -a …`` -> the job."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ptt_spider import clock
from ptt_spider.aid import SITE, PostRef, is_board, parse_ref
from ptt_spider.frontier import parse_span
from ptt_spider.job import CrawlJob
from ptt_spider.privacy import must_redact

T = TypeVar("T")

_ARGUMENTS = ("board", "since", "until", "pages", "category", "search", "url", "site", "delay", "data", "full")
_TIMES = "2026-01-28、2026-01-28T13:05 或 3d、12h"


def job_from_arguments(given: dict[str, Any]) -> CrawlJob:
    """The job; the data folder is ``-a data=``, PTT_DATA, ./data. Raises ValueError that names the argument."""
    unknown = set(given) - set(_ARGUMENTS)
    if unknown:
        raise ValueError(f"沒有 -a {min(unknown)} 這個參數：可用的有 {'、'.join(_ARGUMENTS)}。")
    folder = given.get("data") or os.environ.get("PTT_DATA") or "data"
    try:
        data = Path(folder).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"-a data={folder} 不能用：沒有這個使用者的家目錄，請寫成完整的路徑。") from None
    if must_redact(data):
        raise ValueError(f"{data} 存的比網站上少（docs/privacy.md）：請改用 ptt crawl 或 ptt run。")
    return CrawlJob(
        data_dir=data,
        boards=_read(given, "board", _boards, "看板的英文名稱，例如 Stock", "Stock"),
        site=given.get("site") or os.environ.get("PTT_SITE") or SITE,
        since=_read(given, "since", _when, _TIMES),
        until=_read(given, "until", _when, _TIMES),
        pages=_read(given, "pages", _count, "1 以上的整數"),
        category=given.get("category"),
        search=given.get("search"),
        refs=_read(given, "url", _refs, "網址、#AID (看板) 或 M.1769577959.A.C89，以空格分開") or (),
        delay=_read(given, "delay", float, "秒數", os.environ.get("PTT_DELAY") or "1.0"),
        contact=os.environ.get("PTT_CONTACT", ""),
        full=given.get("full", "") in ("1", "true", "yes"),
        redis=os.environ.get("PTT_REDIS", ""),
    )


def _read(given: dict[str, Any], name: str, read: Callable[[str], T], forms: str, default: str = "") -> T | Any:
    """The argument as ``read`` takes it; None where there is neither it nor a default. Raises ValueError."""
    text = given.get(name) or default
    try:
        return read(text) if text else None
    except (ValueError, OverflowError):
        raise ValueError(f"-a {name}={text} 不能用：請用 {forms}。") from None


def _boards(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names or not all(map(is_board, names)):
        raise ValueError(text)
    return names


def _refs(text: str) -> tuple[PostRef, ...]:
    return tuple(map(parse_ref, text.split()))


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError(text)
    return count


def _when(text: str) -> datetime:
    try:
        span = parse_span(text)
    except ValueError:
        when = datetime.fromisoformat(text)
        return when if when.tzinfo else when.replace(tzinfo=clock.TAIPEI)
    return clock.now() - span

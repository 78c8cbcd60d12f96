"""When an article says that it was published, where the post has no 發布時間: datelines at its head or end."""

import re
from datetime import datetime
from typing import Final

from analysis.news.when import parse_time

_LABELLED: Final = (
    r"(?:(?:發布|發佈|發稿|出版|更新|刊登|發表|上稿|發言)(?:時間|日期)?|(?:^|\s)日期)\s*[:：]?\s*"
    r"(?P<labelled>(?:民國|19|20|1[0-4]\d).{6,30})"
)
_CLOCKED: Final = (
    r"(?P<clocked>(?:20\d\d\s?(?:年|[-/.])?\s?\d{1,2}\s?(?:月|[-/.])?\s?\d{1,2}日?)\s?"
    r"(?:[|(（週周星期一二三四五六日)）上下午晚間凌晨]*\s?)\d{1,2}:\d\d)"
)
_HEAD: Final = re.compile(
    rf"{_LABELLED}|{_CLOCKED}|"
    r"(?P<wire>(?:20\d\d年)?\d{1,2}月\d{1,2}日(?:電|訊))|"
    r"(?:^|\s)(?P<yearless>\d{1,2}月\d{1,2}日\s?[(（](?:週|周|星期)?[一二三四五六日][)）]\s?\d{1,2}:\d\d)|"
    r"(?:^|\s)(?P<alone>20\d\d(?:年|[-/.])?\d{1,2}(?:月|[-/.])?\d{1,2}日?)(?=\s)(?!\s+\S{0,6}?\d{1,2}:\d\d)|"
    r"(?P<dotted>(?<!\d)[0-3]?\d\.[01]?\d\.20\d\d \d{1,2}:\d\d)|"
    r"(?<=[\u4e00-\u9fff])(?P<tied>20\d\d\.\d\d?\.\d\d?)(?=\s)|"
    r"(?:^|\s)(?P<english>(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day,? \d\d ?/ ?\d\d ?/ ?20\d\d)"
)
_TAIL: Final = re.compile(
    rf"{_LABELLED}|(?<=新聞 ){_CLOCKED}|[)）]\s?(?P<closing>1[01]\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))$"
)
"""發稿時間：…, or the Central News Agency's ``（譯者：…）1070615``: year of the republic, month, day."""
_REACH: Final = 220
_ALONE_REACH: Final = 90
"""A date without clock counts only in the lines above the text."""


def dateline(opening: str, article: str, near: datetime | None) -> datetime | None:
    """The time that ``opening`` (what stands above an article, and its first lines) or the end of ``article`` names.

    ``near`` supplies the year of dates that lack one: the time of the post.
    """
    found = None
    match = _HEAD.search(opening[:_REACH])
    if match and (match["labelled"] or match["clocked"]):
        start = match.start("labelled") if match["labelled"] else match.start("clocked")
        return parse_time(opening[start : start + 40], near)
    if match and match.start() <= _ALONE_REACH:
        named = match["wire"] or match["yearless"] or match["alone"] or match["tied"]
        if match["dotted"]:
            day, month, rest = match["dotted"].split(".")
            year, clock = rest.split(" ")
            named = f"{year}/{month}/{day} {clock}"
        named = named or match["english"].replace(" ", "")
        found = parse_time(named, near)
    tail = article[-_REACH:]
    match = _TAIL.search(tail)
    if not match or (found and match["closing"]):
        return found
    if match["closing"]:
        day = match["closing"]
        return parse_time(f"民國{day[:3]}年{day[3:5]}月{day[5:]}日", near)
    start = match.start("labelled") if match["labelled"] else match.start("clocked")
    return parse_time(tail[start : start + 40], near) or found

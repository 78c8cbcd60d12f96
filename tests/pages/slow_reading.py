"""A second reader of article pages, slow and independent: it shares no code and no method with ptt_spider.pages.

BeautifulSoup turns the page into marked-up lines of text first; everything else is asked of those lines with string
operations, field by field, each time from the start. Written from docs/ptt.md of the task, to disagree with the real
parser wherever one of the two is wrong.
"""

import datetime as dt
import re
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag

TAIPEI = dt.timezone(dt.timedelta(hours=8))


def read(html: str, post_id: str) -> dict[str, Any]:
    """Fields of a sound article page as plain values; times as wall-clock text."""
    # Else it makes one space or line break of any text that is nothing but those.
    soup = BeautifulSoup(html, "html.parser", preserve_whitespace_tags={"div", "pre", "textarea"})
    main = soup.find(id="main-content")
    assert isinstance(main, Tag)
    truncated = bool(main.find(class_="warning-box") or main.find(class_="standin-truncated"))
    _prepare(soup, main)
    metas = _metas(main)
    pushes = _pushes(main, soup)
    # Every push is a line `\x01n` now, and the rest is text.
    lines = main.get_text().split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    known = {"作者": "author", "看板": "board", "站內": "board", "標題": "title", "時間": "time"}
    head = {known[tag]: value for tag, value in reversed(metas) if tag in known}
    extra = [f"{tag}: {value}" for tag, value in metas if tag not in known]
    if metas and not extra and lines and lines[0] == "":
        lines = lines[1:]
    close = _closing_line(lines, post_id)
    author = head.get("author", "").split(" ")[0] or None
    result: dict[str, Any] = {
        "author": author,
        "nick": _nick(head.get("author")),
        "title": head.get("title"),
        "body": "\n".join(extra + [_flat(line, pushes) for line in _body(lines, close)]),
        "ip": None,
        "country": None,
        "truncated": truncated,
    }
    if close is not None:
        result["ip"], result["country"] = _origin(lines, close)
    first = next((n for n, line in enumerate(lines) if line.startswith("\x01")), len(lines))
    tail = lines[_block(lines, close) :] if close is not None else lines[first:]
    result["posted"] = _posted(head.get("time"), post_id)
    result.update(_tail(tail, pushes, result["posted"], author))
    return result


def _prepare(soup: BeautifulSoup, main: Tag) -> None:
    for hidden in soup.find_all(attrs={"data-cfemail": True}):
        code = bytes.fromhex(str(hidden["data-cfemail"]))
        hidden.replace_with("".join(chr(b ^ code[0]) for b in code[1:]))
    for gone in main.find_all(["script", "style"]):
        gone.decompose()
    for gone in main.find_all("div", class_=["richcontent"]):
        gone.decompose()


def _metas(main: Tag) -> list[tuple[str, str]]:
    found = []
    for line in main.find_all("div", class_=re.compile(r"^article-metaline")):
        tag, value = line.find(class_="article-meta-tag"), line.find(class_="article-meta-value")
        found.append((tag.get_text(), value.get_text()))
        line.decompose()
    return found


def _pushes(main: Tag, soup: BeautifulSoup) -> list[tuple[str, str, str, str]]:
    pushes: list[tuple[str, str, str, str]] = []
    for div in main.find_all("div", class_="push"):
        if "warning-box" in div["class"]:
            div.decompose()
            continue
        fields = tuple(
            "".join(span.get_text() for span in div.find_all("span", class_=f"push-{name}"))
            for name in ("tag", "userid", "content", "ipdatetime")
        )
        div.replace_with(NavigableString(f"\x01{len(pushes)}\n"))
        pushes.append(fields)  # type: ignore[arg-type]
    for gap in main.find_all(class_="standin-truncated"):
        gap.decompose()
    return pushes


def _nick(shown: str | None) -> str | None:
    if not shown or " (" not in shown or not shown.endswith(")"):
        return None
    return shown[shown.index(" (") + 2 : -1]


def _flat(line: str, pushes: list[tuple[str, str, str, str]]) -> str:
    return "".join(pushes[int(line[1:])]).rstrip("\n") if line.startswith("\x01") else line


def _closing_line(lines: list[str], post_id: str) -> int | None:
    own = [n for n, line in enumerate(lines) if line.startswith("※ 文章網址:") and f"/{post_id}.html" in line]
    if own:
        return own[0]
    stations = [
        n
        for n, line in enumerate(lines)
        if (line.startswith("※ 發信站:") and ", 來自:" in line) or line.startswith(("※ 轉錄者:", "◆ From:"))
    ]
    return stations[-1] if stations else None


def _block(lines: list[str], close: int) -> int:
    """First of the closing lines: the nearest 發信站 above, across nothing but other lines of the system."""
    first = close
    for at in range(close, -1, -1):
        if lines[at].startswith("※ 發信站:"):
            return at
        if lines[at].startswith(("※ 轉錄者:", "◆ From:")):
            first = at
        elif at != close and not lines[at].startswith("※ 編輯"):
            break
    return first


def _origin(lines: list[str], close: int) -> tuple[str | None, str | None]:
    for line in reversed(lines[_block(lines, close) : close + 1]):
        for pattern in (
            r"^※ 發信站:.*來自: ([0-9A-Fa-f.:*]+)(?: \((.*)\))?",
            r"^※ 轉錄者: \S+ \((\S+?)(?: (\S+))?\)",
            r"^◆ From: (\S+)()$",
        ):
            if found := re.search(pattern, line):
                return found[1], found[2] or None
    return None, None


def _body(lines: list[str], close: int | None) -> list[str]:
    if close is None:
        first = next((n for n, line in enumerate(lines) if line.startswith("\x01")), len(lines))
        return _without_signature(lines[:first])
    kept = lines[: _block(lines, close)]
    if kept and kept[-1] == "--":
        kept = kept[:-1]
    if kept and kept[-1] == "":
        kept = kept[:-1]
    return _without_signature(kept)


def _without_signature(kept: list[str]) -> list[str]:
    text = "\n".join(kept)
    above, found, signature = text.rpartition("\n\n--\n")
    is_one = found and signature.strip() and signature.count("\n") < 6 and "\n--\n" not in f"\n{signature}\n"
    foreign = any(sign in signature for sign in ("※ 發信站", "※ 編輯", "※ 文章網址", "◆ From", "\x01"))
    return above.split("\n") if is_one and not foreign else kept


def _posted(stated: str | None, post_id: str) -> str:
    named = dt.datetime.fromtimestamp(int(post_id.split(".")[1]), TAIPEI).replace(tzinfo=None)
    try:
        moment = dt.datetime.strptime(" ".join((stated or "").split()), "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007
    except ValueError:
        return str(named)
    return str(moment if abs(moment - named) <= dt.timedelta(days=1) else named)


def _tail(lines: list[str], pushes: list[tuple[str, str, str, str]], posted: str, author: str | None) -> dict[str, Any]:
    last = dt.datetime.fromisoformat(posted)
    anchored = last - dt.timedelta(hours=1)
    read: list[dict[str, Any]] = []
    replies: list[tuple[int, str]] = []
    edited: str | None = None
    text: list[str] = []

    def keep() -> None:
        while text and text[-1].strip() == "" and len(text) == 1:
            text.pop()
        if any(line.strip() for line in text):
            replies.append((len(read), "\n".join(text)))
        text.clear()

    half = False
    for line in lines:
        if line.startswith("\x01"):
            keep()
            half = False
            push, last = _push(pushes[int(line[1:])], last, author)
            read.append(push)
        elif line.startswith("※ 編輯:"):
            keep()
            if stamp := re.search(r"(\d\d)/(\d\d)/(\d{4}) (\d\d:\d\d:\d\d)", line):
                moment = dt.datetime.fromisoformat(f"{stamp[3]}-{stamp[1]}-{stamp[2]} {stamp[4]}")
                if moment >= dt.datetime.fromisoformat(posted) - dt.timedelta(hours=1):
                    edited = str(moment)
                    # More than half a year back: the line above was forged, the years begin again.
                    if moment >= last or (last - moment > dt.timedelta(days=180) and moment >= anchored):
                        last = anchored = moment
            elif stamp := re.search(r"\((\d\d/\d\d \d\d:\d\d)\)", line):
                edited = str(_year(stamp[1], last))
        elif re.match(r"[推噓→] ?[A-Za-z0-9]+ *:", line):
            keep()
            half = not re.search(r"\d\d/\d\d( \d\d:\d\d)?( *<- .*)?$", line)
        elif half and re.search(r"\d\d/\d\d( \d\d:\d\d)?( *<- .*)?$", line):
            half = False
        elif re.match(r"※ (\w+ ?:轉錄至|發信站:|文章網址:|轉錄者:)|◆ From|\(\w+ 刪除 \w+ 的推文:", line):
            keep()
        else:
            half = False
            text.append(line)
    keep()
    return {"pushes": read, "replies": replies, "edited": edited}


def _push(
    fields: tuple[str, str, str, str], last: dt.datetime, author: str | None
) -> tuple[dict[str, Any], dt.datetime]:
    tag, user, content, stamp = fields
    content = re.sub(r"^: ?", "", content.rstrip())
    stamp = stamp.strip()
    ip = re.match(r"(\d+\.\d+\.\d+\.\d+)(?=\s|$|\d\d/\d\d)", _parted(stamp))
    time_text = _parted(stamp)[ip.end() :].strip() if ip else stamp
    time_text = time_text.lstrip("推噓→").strip()
    moment = _year(time_text, last) if re.fullmatch(r"\d\d/\d\d \d\d:\d\d", time_text) else None
    push = {
        "tag": tag.strip(), "user": user.strip(), "text": content, "ip": ip[1] if ip else None, "time_text": time_text,
        "time": str(moment) if moment else None, "is_author": bool(author) and user.strip().lower() == author.lower(),
    }  # fmt: skip
    return push, max(last, moment) if moment else last


def _parted(stamp: str) -> str:
    """A 15-character IP leaves no space before the date."""
    return re.sub(r"^(\d{3}\.\d{3}\.\d{3}\.\d{3})(?=\d\d/)", r"\1 ", stamp)


def _year(stamp: str, last: dt.datetime) -> dt.datetime | None:
    for year in range(last.year - 1, last.year + 9):
        try:
            moment = dt.datetime.strptime(f"{year}/{stamp}", "%Y/%m/%d %H:%M")  # noqa: DTZ007
        except ValueError:
            continue
        if moment >= (last - dt.timedelta(hours=1)).replace(second=0):
            return moment
    return None

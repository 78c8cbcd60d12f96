"""`parse_news`: a [新聞] post's text -> what its template says."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from analysis.news.source import all_urls, domain_of, first_url
from analysis.news.template import has_template, is_flat, sections, strip_hints
from analysis.news.when import parse_time


class NewsFields(NamedTuple):
    """Fields of the news template; None means that the post does not say."""

    headline: str | None
    """The whole headline; without 原文標題 the post's title less its brackets, whole where the text repeats it."""
    source_url: str | None
    source_domain: str | None
    """The publisher's registered domain (``udn.com``); None where only a shortener is given."""
    published_at: datetime | None
    """With zone; Taipei where the text names none, the day's first minute where it names no clock."""
    reporter: str | None
    article: str | None
    comment: str | None
    """The poster's own words (心得/評論)."""


_PREFIX: Final = re.compile(
    r"^\s*(?:(?:Re|Fw|Fwd)\s*[:：]\s*)*(?:[\[［【〔][^\]］】〕]{0,8}[\]］】〕]\s*)?", re.IGNORECASE
)
_BREAK: Final = re.compile(r"<br */?>", re.IGNORECASE)
_IMAGE: Final = re.compile(r"imgur\.com|ptt\.cc/bbs|\.(?:jpe?g|png|gif)(?:$|\?)|youtu\.?be", re.IGNORECASE)
_QUOTE: Final = re.compile(r"^(?:[:>] ?)+")
_CITED: Final = re.compile(r"^※ 引述.*$", re.MULTILINE)
_NO_REPORTER: Final = re.compile(
    r"[\s(（※]*(?:無|无|沒有|未署名|無署名|未記載|無記載|原文無記載|原文無|未提供|不明|none|n/?a|nil|[-—x.]+)[\s)）。]*",
    re.IGNORECASE,
)
_LOST: Final = "「」『』【】《》〈〉<>\"'~-%&…！!　"
"""Signs that copies of a text often lack."""
_CUT_TITLE: Final = 42
"""Bytes of Big5 from which on a title may have been cut at the site's limit."""
_PLACE: Final = (
    r"台北|臺北|新北|桃園|新竹|苗栗|台中|臺中|彰化|南投|雲林|嘉義|台南|臺南|高雄|屏東|宜蘭|花蓮|台東|基隆|北京|上海|香港|紐約|"
    r"東京|華盛頓|倫敦|矽谷|舊金山|洛杉磯|巴黎|即時|綜合|整理|編譯|外電|專訪|專題|特稿|專電|連線|採訪|攝影|報導|編輯|分析"
)
_OUTLET: Final = (
    "時報資訊|時報|財訊快報|經濟日報|工商時報|中國時報|鉅亨網|中央社|聯合報|聯合晚報|自由時報|蘋果日報|旺報"
)
_NAME: Final = r"[\u4e00-\u9fff]{2,3}?"
_NAMES: Final = rf"{_NAME}(?:[、‧]{_NAME})*"
_SURNAME: Final = (
    r"[王李張劉陳楊黃吳趙周徐孫馬朱胡郭何林高羅鄭梁謝宋唐許鄧馮韓曹曾彭蕭蔡潘田董袁于余葉杜蘇魏程呂丁沈任姚盧傅鍾姜崔譚廖范汪陸"
    r"金石戴賈韋夏邱方侯鄒熊孟秦白江閻薛尹段雷黎史龍陶賀顧毛郝龔邵萬錢嚴賴洪武莫孔翁施湯康柯游涂巫簡塗連卓詹阮古溫藍駱紀歐楚]"
)
_CITY: Final = (
    "台北|臺北|新北|桃園|新竹|苗栗|台中|臺中|彰化|南投|雲林|嘉義|台南|臺南|高雄|屏東|宜蘭|花蓮|台東|基隆|綜合|即時|專訪"
)
_BYLINE: Final = re.compile(
    rf"(?:記者(?!會)|編譯|特派員|文[／/])[ 　:：／/]?(?P<names>{_NAMES})"
    rf"(?=[ 　]?(?:[／/╱∕（(）)〕】\]\d]|{_PLACE}|$|\n|[ 　]))|"
    rf"(?:{_OUTLET}|記者)[ 　/／]?(?P<names2>(?!鉅亨|編譯|記者){_NAMES})[ 　／/]?(?:{_PLACE})|"
    rf"\d:\d\d[ 　]+(?:(?:{_OUTLET}|聯合新聞網)[ 　]+)?(?P<names3>{_NAMES})"
    rf"[ 　／/]?(?:{_PLACE})[^。，]{{0,6}}(?:報導|電)|"
    rf"(?:^|[\s：日])(?P<names4>{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?:、[\u4e00-\u9fff]{{2,3}})*)(?:{_CITY})(?:外電)?報導",
    re.MULTILINE,
)
_SIGNED: Final = re.compile(
    rf"(?:[（(]|{_OUTLET}|新聞|中心|記\s?者)(?P<names>{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?:、[\u4e00-\u9fff]{{2,3}})*)"
    rf"[ 　／/]?(?:{_PLACE})[^()（）]{{0,8}}報導\s?[)）]"
)
"""At an article's end: （王小明台北報導）."""
_NO_NAME: Final = re.compile(rf"{_OUTLET}|{_PLACE}|中心|鉅亨|編輯|資訊|新聞|時報|[本今昨當]日")
_BYLINE_REACH: Final = 150
_DATED: Final = re.compile(
    r"(?:(?:發布|發佈|發稿|出版|更新|刊登|發表|上稿|發言)(?:時間|日期)?|(?:^|\s)日期)\s*[:：]?\s*(?P<labelled>(?:民國|19|20|1[0-4]\d).{6,30})|"
    r"(?P<clocked>(?:20\d\d\s?(?:年|[-/.])?\s?\d{1,2}\s?(?:月|[-/.])?\s?\d{1,2}日?)\s?(?:[|(（週周星期一二三四五六日)）上下午晚間凌晨]*\s?)\d{1,2}:\d\d)|"
    r"(?P<wire>20\d\d年\d{1,2}月\d{1,2}日(?:電|訊))|"
    r"(?:^|\s)(?P<alone>20\d\d(?:年|[-/.])?\d{1,2}(?:月|[-/.])?\d{1,2}日?)(?=\s)(?!\s+\S{0,6}?\d{1,2}:\d\d)"
)
_DATED_REACH: Final = 220
_ALONE_REACH: Final = 90
"""A date without clock counts only in the lines above the text."""


def _join_lines(value: str) -> str:
    """Lines of one headline as one line: no blank between Chinese and Chinese."""
    out = ""
    for line in (part.strip() for part in value.split("\n")):
        if out and line:
            glue = "" if _wide(out[-1]) and _wide(line[0]) else " "
            out += glue + line
        else:
            out += line
    return out


def _wide(char: str) -> bool:
    return char >= "⺀"


def _headline_of_title(title: str, text: str, flat: bool) -> str | None:
    """The title less its brackets; where the text begins with it, as far as that line goes: titles are cut."""
    bare = _PREFIX.sub("", title, count=1).strip()
    if not bare:
        return None
    stem = bare.rstrip("….。 ")
    opening = text[:200]
    pattern = r"\s*".join(re.escape(c) + "?" * (c in _LOST) for c in stem if not c.isspace())
    match = re.search(rf"(?:^|[\s：:])(?P<stem>{pattern})(?P<rest>[^\n]*)", opening) if pattern else None
    if not match:
        return bare
    cut = len(title.encode("big5", "replace")) >= _CUT_TITLE or bare != stem
    rest = re.split(r"\s*https?://", match["rest"], maxsplit=1)[0] if cut else ""
    if flat or len(rest) > 60:
        rest = re.match(r"\S{0,30}", rest)[0]  # type: ignore[index]
    if len(rest) >= 60 or (flat and len(rest) >= 30) or re.search(r"[。:：]", rest):
        return bare
    longer = _join_lines(match["stem"] + rest.rstrip()).strip()
    return longer if len(longer) > len(bare) else bare


def _byline(article: str) -> str | None:
    for match in (*_BYLINE.finditer(article[:_BYLINE_REACH]), *_SIGNED.finditer(article[-_BYLINE_REACH:])):
        name = next(group for group in match.groups() if group)
        if not _NO_NAME.match(name):
            return str(name)
    return None


def _dateline(text: str, near: datetime | None) -> datetime | None:
    match = _DATED.search(text[:_DATED_REACH])
    if not match:
        return None
    if match["wire"] or match["alone"]:
        return parse_time(match["wire"] or match["alone"], near) if match.start() <= _ALONE_REACH else None
    start = match.start("labelled") if match["labelled"] else match.start("clocked")
    return parse_time(text[start : start + 40], near)


def _own_and_quoted(body: str) -> tuple[str, str]:
    own, quoted = [], []
    for line in body.split("\n"):
        match = _QUOTE.match(line)
        if match:
            quoted.append(line[match.end() :])
        else:
            own.append(line)
    return "\n".join(own), "\n".join(quoted)


def _parted_by_link(text: str, url: str) -> tuple[str | None, str | None]:
    """Article and comment of a post without any label, where the link stands between them; else all is article."""
    bare = url.removeprefix("https://")
    place = text.find(bare)
    if place < len(text) * 0.3:
        return text, None
    start = text.rfind(" ", 0, place) + 1 if "://" in text[max(0, place - 8) : place] else place
    start = max(start, text.rfind("\n", 0, place) + 1)
    after = text[place + len(bare) :].strip()
    return text[:start].strip() or None, after or None


def _parse(title: str, text: str, posted_at: datetime | None) -> NewsFields:
    parts: dict[str, str] = {}
    for field, value in sections(text):
        kept = strip_hints(value)
        parts[field] = f"{parts[field]}\n{kept}".strip() if parts.get(field) else kept
    lead = parts.get("lead", "")
    article = parts.get("article") or None
    if article is None:  # no label: what stands above the comment is the article
        rest = lead if "source_url" not in parts else ""
        url = first_url(rest)
        if url and rest.lstrip().startswith(("http", url.removeprefix("https://"))):
            rest = re.sub(r"^\s*\S+", "", rest, count=1)
        article = rest.strip() or None
        if article is None and "source_url" in parts:  # the article stands under the link
            after = re.sub(r"^\s*\S*(?:https?://|\w\.\w)\S*", "", parts["source_url"], count=1).strip()
            article = after if len(after) > 40 else None
    url_field = parts.get("source_url", "")
    source_url = first_url(url_field) or first_url(lead)
    if source_url is None:
        anywhere = article or ""
        begins = anywhere[:20].lstrip().startswith("http")
        source_url = first_url(anywhere) if begins or "source_url" not in parts else None
    if source_url and not url_field and _IMAGE.search(source_url):
        source_url = next((url for url in all_urls(text) if not _IMAGE.search(url)), None)
    comment = parts.get("comment") or None
    if parts.keys() <= {"lead"} and source_url and article:
        article, comment = _parted_by_link(article, source_url)
    headline = _join_lines(parts["headline"]) if parts.get("headline") else None
    if headline is None:
        whole = (_headline_of_title(title, place, is_flat(text)) for place in (lead, article or "", url_field) if place)
        longest = max(whole, key=lambda line: len(line or ""), default=None)
        headline = longest or _PREFIX.sub("", title, count=1).strip() or None
    time_field = parts.get("published_at", "")
    opening = f"{lead}\n{article or ''}" if not lead.startswith("http") else article or ""
    published_at = parse_time(time_field, posted_at) if time_field else _dateline(opening, posted_at)
    reporter = _join_lines(parts.get("reporter", "")) or None
    if reporter and _NO_REPORTER.fullmatch(reporter):
        reporter = None
    elif "reporter" not in parts and article:
        reporter = _byline(article)
    return NewsFields(headline, source_url, domain_of(source_url), published_at, reporter, article, comment)


def parse_news(title: str | None, body: str, posted_at: datetime | None = None) -> NewsFields:
    """What the news template of a post says.

    ``title`` as shown, brackets and ``Re:`` included; ``body`` as stored. ``posted_at`` supplies the year of dates
    that lack one. In a reply that quotes a template, the quoted lines give every field but ``comment``, which is
    what the replier wrote. Never raises; nothing is guessed: None means that the post does not say.
    """
    title = title or ""
    body = _BREAK.sub("\n", body.replace("\r", ""))
    own, quoted = _own_and_quoted(body)
    if quoted and not has_template(own) and (has_template(quoted) or _PREFIX.match(title)[0].lower().startswith("re")):  # type: ignore[index]
        fields = _parse(title, quoted, posted_at)
        words = strip_hints(_CITED.sub("", own))
        if not has_template(quoted):
            return NewsFields(fields.headline, None, None, None, None, None, words or None)
        return fields._replace(comment=words or None)
    return _parse(title, body, posted_at)

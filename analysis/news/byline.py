"""Who wrote an article, where the post has no 記者署名: newspapers and agencies sign at an article's head or end."""

import re
from typing import Final

_PLACE: Final = (
    r"台北|臺北|新北|桃園|新竹|苗栗|台中|臺中|彰化|南投|雲林|嘉義|台南|臺南|高雄|屏東|宜蘭|花蓮|台東|基隆|北京|上海|香港|紐約|"
    r"東京|華盛頓|倫敦|矽谷|舊金山|洛杉磯|巴黎|即時|綜合|整理|編譯|外電|專訪|專題|特稿|專電|連線|採訪|攝影|報導|編輯|分析"
)
_OUTLET: Final = (
    "時報資訊|時報|財訊快報|經濟日報|工商時報|工商即時|工商|中國時報|中時|鉅亨網|中央社|"
    "聯合報|聯合晚報|自由時報|蘋果日報|旺報"
)
_NAME: Final = r"[\u4e00-\u9fff]{2,3}?"
_NAMES: Final = rf"{_NAME}(?:[、‧]{_NAME})*"
_SURNAME: Final = (
    r"[王李張劉陳楊黃吳趙周徐孫馬朱胡郭何林高羅鄭梁謝宋唐許鄧馮韓曹曾彭蕭蔡潘田董袁于余葉杜蘇魏程呂丁沈任姚盧傅鍾姜崔譚廖范汪陸"
    r"金石戴賈韋夏邱方侯鄒熊孟秦白江閻薛尹段雷黎史龍陶賀顧毛郝龔邵萬錢嚴賴洪武莫孔翁施湯康柯游涂巫簡塗連卓詹阮古溫藍駱紀歐楚仝仇符]"
)
_FULL: Final = rf"{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?:、[\u4e00-\u9fff]{{2,3}})*"
_THREE: Final = rf"{_SURNAME}[\u4e00-\u9fff]{{2}}"
_CITY: Final = (
    "台北|臺北|新北|桃園|新竹|苗栗|台中|臺中|彰化|南投|雲林|嘉義|台南|臺南|高雄|屏東|宜蘭|花蓮|台東|基隆|綜合|即時|專訪"
)
_HEAD: Final = re.compile(
    rf"(?:記者(?!會)|編譯|特派員|文[／/])[ 　:：／/]?(?P<names>{_NAMES})"
    rf"(?=[ 　]?(?:[／/╱∕（(）)〕】\]\d]|{_PLACE}|$|\n|[ 　]))|"
    rf"(?:{_OUTLET}|記者)[ 　/／]?(?P<names2>(?!鉅亨|編譯|記者){_NAMES})[ 　／/]?(?:{_PLACE})|"
    rf"\d:\d\d[ 　]+(?:(?:{_OUTLET}|聯合新聞網)[ 　]+)?(?P<names3>{_NAMES})"
    rf"[ 　／/]?(?:{_PLACE})[^。，]{{0,6}}(?:報導|電)|"
    rf"(?:^|[\s：日])(?P<names4>{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?:、[\u4e00-\u9fff]{{2,3}})*)(?:{_CITY})(?:外電)?報導|"
    rf"\d:\d\d(?::\d\d)?[ 　]*(?:(?:{_OUTLET})[ 　]+|(?<=[ 　]))文?(?P<names5>{_THREE})(?=[ 　\n])|"
    rf"(?:^|\s)(?P<names9>{_THREE})[ 　](?=20\d\d年\d)|"
    rf"財訊快報[ 　]?(?P<names6>{_THREE})|"
    r"(?:作者|撰文者?)[ 　]?[:：]?[ 　]?"
    rf"(?P<names7>{_FULL}(?![\u4e00-\u9fff])|[A-Z][A-Za-z]+(?![A-Za-z])(?: [A-Z][A-Za-z.]*)*(?! ?[(（]))|"
    rf"^By (?P<names8>[A-Z][\w'-]+(?: (?:[A-Z]\.? )?[A-Z][\w'-]+){{1,2}}"
    r"(?:(?:, | and )[A-Z][\w'-]+(?: [A-Z]\.?)? [A-Z][\w'-]+)*)",
    re.MULTILINE,
)
"""記者王小明台北報導, 12:33 工商 王小明, 作者 王小明, By John Smith …"""
_BRACKETS: Final = (
    rf"[（(](?:新聞來源[:：])?(?:{_OUTLET}|\w{{2,4}}中心)?、?(?P<names2>{_FULL}?)[／/]?(?:{_PLACE}|記者)*報導[)）]"
)
_IN_BRACKETS: Final = re.compile(_BRACKETS)
_SIGNED: Final = re.compile(
    rf"(?:{_OUTLET}|新聞|中心|記\s?者)(?P<names>{_FULL})[／/]?(?:{_PLACE})[^()（）]{{0,8}}報導\s?[)）]|"
    rf"{_BRACKETS}|"
    r"[（(](?P<names3>[\u4e00-\u9fff‧·]{2,6})[／/][\u4e00-\u9fff]{2,4}記者報導[)）]|"
    rf"[（(；](?:作者|撰文者?|文)[:：／/](?P<names4>{_FULL})(?=[)）；;])|"
    r"\(Reporting by (?P<names7>[A-Z][\w'. -]+?)(?= Editing|;|\))|"
    rf"記者(?!會)(?P<names5>{_FULL}?)(?:{_PLACE})*報導|"
    rf"[（(](?P<names6>{_THREE})[)）]$"
)
"""At an article's end or in brackets at its head, less its blanks: （王小明台北報導）, （財經中心、王小明報導）."""
_NO_NAME: Final = re.compile(
    rf"{_OUTLET}|{_PLACE}|中心|鉅亨|編輯|資訊|新聞|時報|[本今昨當]日|..?[會部局社報市縣區院署司]$|"
    r"MoneyDJ|TechNews|Reuters|Bloomberg|CNBC|Yahoo",
    re.IGNORECASE,
)
_REACH: Final = 150
_BLANK: Final = re.compile(r"(?<=[\u4e00-\u9fff（(、／/:：])\s(?=[\u4e00-\u9fff）)、／/])")


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    for match in pattern.finditer(text):
        name = next(group for group in match.groups() if group)
        if not _NO_NAME.match(name):
            return str(name)
    return None


def byline(article: str) -> str | None:
    """The names that sign ``article`` as its writers, as written there; None for an agency or an editor alone.

    Blanks inside a signature in brackets are where an editor broke its line.
    """
    head, tail = article[:_REACH], article[-_REACH:]
    return (
        _first(_HEAD, head)
        or _first(_SIGNED, _BLANK.sub("", head).rstrip())
        or _first(_SIGNED, _BLANK.sub("", tail))
        or _first(_IN_BRACKETS, _BLANK.sub("", article))
    )

"""The Stock board's [新聞] template, in all the ways in which people fill it in.

A post is cut at its field labels (``labels.csv``). A label counts where it opens a line, numbered or not; in texts
that lost their line ends (old archives) also behind a blank. What stands between one label and the next is the
field's text, less the template's own hints. Site fact: ``原文標題 / 原文連結 / 發布時間 / 記者署名 / 原文內容 /
心得/評論``; before 2019 only ``原文連結 / 原文內容 / 心得``; Gossiping, whence forwards come, has ``媒體來源 … 備註``.
"""

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_FLAT: Final = 400
"""Characters a line, on average, above which a text is taken to have lost its line ends."""
_NUMBER: Final = (
    r"(?:[(（]?(?:\d{1,2}|[０-９]|[一二三四五六七八])[)）]?\s*[.．、,，:：)）]\s*|[(（]\d[)）]\s*|[①-⑨⒈-⒐]\s*)"
)
_HINT_WORDS: Final = (
    "請勿|必須|必需|必填|超過一行|縮網址|短網址|板規|版規|留空|為準|刪減|刪除|滿.{0,4}字|未依格式|格式輸入|濫竽|請附|請填|"
    "請依|請以|無記載|字以上|可留白|過短|不可用|轉載媒體|全文|請盡量"
)
_HINT_LINE: Final = re.compile(rf"(?:[※＊*#◎(（\[【].*)?(?:{_HINT_WORDS}).*")
_RULE: Final = re.compile(r"--|[-—─－=＝_~～*＊\s]{3,}")
_PAREN_HINT: Final = re.compile(rf"\s*[(（](?=[^()（）\n]*(?:{_HINT_WORDS}))[^()（）\n]*[)）]\s*[:：]?")
_NOTE_HINT: Final = re.compile(rf"\s*※(?=\S*(?:{_HINT_WORDS}))\S*[:：]?")
_LEAD_IN: Final = re.compile(
    r"\A(?:(?!(?:連結|網址)\S{0,12}?[:：]\s*https?://).){0,600}?"
    r"(?:按\s*ctrl\S{0,3}\s*y?\s*可刪除以上內容|以上內容請刪除|以上請刪除)[。.]?",
    re.DOTALL | re.IGNORECASE,
)
"""The older template's instructions, left above the form."""
_TAIL: Final = re.compile(
    r"(?<=\S)\s*(?:發文提醒\s*)?1\.\s?發文前請先詳閱.{0,600}?按\s*ctrl.{0,90}\Z", re.DOTALL | re.IGNORECASE
)
"""The same, left below a form that was filled in above it."""
_FORWARD_HEADER: Final = re.compile(
    r"\A\s*(?:※?\s*\[本文轉錄自[^\n\]]*\]\s*|\S{1,20} 看板 \S{4,12} \]\s*)?"
    r"作者\s*[:：]?\s.{3,200}?時間\s*[:：]?\s*\w{3} \w{3}\s+\d+ [\d:]{8} \d{4}",
    re.DOTALL,
)


class Label(NamedTuple):
    field: str
    exact: bool
    """The template's own wording: nothing else in an article looks like it."""


class Section(NamedTuple):
    """A field's text. ``field`` is ``lead`` for what stands above the first label."""

    field: str
    text: str


@cache
def _labels() -> dict[str, Label]:
    with (files("analysis.news") / "labels.csv").open(encoding="utf-8") as lines:
        return {row["label"]: Label(row["field"], row["exact"] == "1") for row in csv.DictReader(lines)}


@cache
def _pattern() -> re.Pattern[str]:
    def spaced(label: str) -> str:
        return "[ 　]?".join("[/／&、+]" if c == "/" else re.escape(c) for c in label)

    words = "|".join(spaced(label) for label in sorted(_labels(), key=len, reverse=True))
    return re.compile(
        r"(?P<open>^[ \t　]{0,40}|(?<=[\s。」）)]))(?P<mark>[【\[〔■●★◎◆▲※*＊#]{0,4}[ \t　]{0,4}|[.…=~]{2,9}[ 　]?)"
        rf"(?P<number>{_NUMBER})?(?P<mark2>[【\[〔]?)(?P<label>{words})"
        r"(?P<after>[】\]〕]?(?:[ \t　]*[(（][^()（）\n]{0,40}[)）][^\s:：]{0,12})?[ \t　]*(?P<colon>[:：])?)",
        re.MULTILINE,
    )


def is_flat(text: str) -> bool:
    """Whether the text has lost its line ends."""
    return len(text) > _FLAT * (text.strip().count("\n") + 1)


def _bare(label: str) -> str:
    return re.sub(r"[ 　]", "", re.sub(r"[／&、+]", "/", label))


def _counts(match: re.Match[str], text: str, flat: bool) -> bool:
    label = _labels()[_bare(match["label"])]
    following = text[match.end() : match.end() + 1]
    at_line = match.start() == 0 or text[match.start() - 1] == "\n"
    closed = bool(match["colon"]) or following in ("", "\n") or bool(match["mark2"] or "【" in match["mark"])
    if text.startswith("//", match.end()):
        return False
    if label.exact:
        if at_line:
            return closed or bool(match["number"]) or match["after"][-1:] in tuple(" 　\t") or "(" in match["after"]
        return bool(match["colon"] or match["number"]) if flat else bool(match["colon"])
    if at_line and not flat:
        return closed and not (label.field == "headline" and re.match(r"\s*\[", text[match.end() :]))
    if label.field == "comment":
        dotted = match["mark"][:1] in tuple(".…=~") and match["mark"] != ""
        return bool(match["colon"]) or ((bool(match["number"]) or dotted) and match["after"][-1:] in tuple(" 　\t"))
    return bool(match["number"] and match["colon"])


def has_template(text: str) -> bool:
    """Whether at least two different fields of the template, in its own wording, open lines of ``text``."""
    flat = is_flat(text)
    found = {
        _labels()[_bare(m["label"])].field
        for m in _pattern().finditer(text)
        if _labels()[_bare(m["label"])].exact and _counts(m, text, flat)
    }
    return len(found) >= 2


def strip_hints(value: str) -> str:
    """A field's text less the template's instructions, ruled lines and blank lines around it."""
    while True:
        opening = _PAREN_HINT.match(value) or _NOTE_HINT.match(value)
        shorter = value[opening.end() :] if opening else value
        lines = shorter.split("\n")
        while lines and (not lines[0].strip() or _RULE.fullmatch(lines[0]) or _is_hint(lines[0])):
            lines.pop(0)
        while lines and (not lines[-1].strip() or _RULE.fullmatch(lines[-1]) or _is_hint(lines[-1])):
            lines.pop()
        shorter = "\n".join(lines).strip()
        if shorter == value:
            return value
        value = shorter


def _is_hint(line: str) -> bool:
    line = line.strip()
    return len(line) <= 60 and line[:1] in "※＊*#◎(（[【" and _HINT_LINE.fullmatch(line) is not None


def sections(text: str) -> list[Section]:
    """The text cut at its labels, in order; a field may come back more than once.

    Loose wordings (``心得：``) count only for fields that the template's own wording does not name. After the
    comment has begun, labels of fields already seen are the commenter's own words.
    """
    text = _TAIL.sub("", _LEAD_IN.sub("", _FORWARD_HEADER.sub("", text)))
    flat = is_flat(text)
    matches = [m for m in _pattern().finditer(text) if _counts(m, text, flat)]
    exact = {_labels()[_bare(m["label"])].field for m in matches if _labels()[_bare(m["label"])].exact}
    cuts: list[tuple[str, int, int]] = []
    seen: set[str] = set()
    for match in matches:
        label = _labels()[_bare(match["label"])]
        if not label.exact and label.field in exact | seen:
            continue
        if {"article", "comment"} <= seen:
            continue
        if label.field in seen and ("comment" in seen or label.field != "article"):
            continue
        if "article" in seen and label.field != "comment" and (not label.exact or (flat and label.field == "headline")):
            continue
        seen.add(label.field)
        cuts.append((label.field, match.start(), match.end()))
    if not cuts:
        return [Section("lead", text.strip())]
    ends = [start for _, start, _ in cuts[1:]] + [len(text)]
    lead = [Section("lead", text[: cuts[0][1]].strip())]
    return lead + [Section(field, text[begin:end]) for (field, _, begin), end in zip(cuts, ends, strict=True)]

"""The headline of a post that has no 原文標題: its title, made whole by the text where the site cut it."""

import re
from typing import Final

PREFIX: Final = re.compile(
    r"^\s*(?:(?:Re|Fw|Fwd)\s*[:：]\s*)*(?:[\[［【〔][^\]］】〕]{0,8}[\]］】〕]\s*)?", re.IGNORECASE
)
_LOST: Final = "「」『』【】《》〈〉<>\"'~-%&…！!　,％"
"""Signs that copies of a text often lack."""
_SAME: Final = {":": "[:：]", "：": "[:：]", "?": "[?？]", "？": "[?？]", "/": "[/／]", "／": "[/／]"}
_PAIRS: Final = ("「」", "『』", "《》", "〈〉", "【】")
"""Where the cut took the closing sign, the text's reading, which has neither, stands."""
_CUT_TITLE: Final = 41
"""Bytes of Big5 from which on a title may have been cut at the site's limit."""
_HALF: Final = re.compile(r"\?[-\w]?$", re.ASCII)
"""What is left of a wide character that the limit cut in two."""
_LONGEST: Final = 60
_LONGEST_FLAT: Final = 30
_NOT_HEADLINE: Final = re.compile(
    r"。|:|[，、；,;]\s*$|(?:時間|日期|連結|來源|網址|記者|作者|撰文|內容)\s*：|：$|記者|報導"
)


def join_lines(value: str) -> str:
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


def headline_of_title(title: str, text: str, flat: bool) -> str | None:
    """The title less its brackets; where the text begins with it and goes on, as far as that line goes.

    ``flat``: the text has lost its line ends, so that the line is taken to end at the next blank.
    """
    bare = PREFIX.sub("", title, count=1).strip()
    if not bare:
        return None
    cut = len(title.encode("big5", "replace")) >= _CUT_TITLE or bare[-1] in "…."
    stem = bare.rstrip("….。 ")
    if cut:
        stem = _HALF.sub("", stem) or stem
    # Possessive: signs in a row that may all be missing must not be tried in every combination.
    pattern = r"\s*+".join(_SAME.get(c, re.escape(c)) + "?+" * (c in _LOST) for c in stem if not c.isspace())
    match = (
        re.search(rf"(?:^|[\s：:》〉】])(?P<stem>{pattern})(?P<rest>[^\n]*)", text[:200]) if pattern and cut else None
    )
    if not match:
        return bare
    rest = re.split(r"\s*https?://", match["rest"], maxsplit=1)[0]
    if flat or len(rest) > _LONGEST:
        blank = rest[:1] * (rest[:1] == " " and title[-1:] == " ")
        rest = blank + re.match(rf"\S{{0,{_LONGEST_FLAT}}}", rest[len(blank) :])[0]  # type: ignore[index]
    too_long = len(rest) >= _LONGEST or (flat and len(rest) >= _LONGEST_FLAT)
    if not rest.strip() or too_long or _NOT_HEADLINE.search(rest):
        return bare
    if any(stem.count(opening) != stem.count(closing) for opening, closing in _PAIRS):
        stem = match["stem"].strip()
    return join_lines(stem + rest.rstrip())

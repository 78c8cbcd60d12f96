"""Posts that name no 原文內容: which part of the text is the paper's and which the poster's."""

import re
from typing import Final

_RULED: Final = re.compile(r"(?:^|\s)(?:={3,}|-{5,}|[—─]{3,})(?=\s)", re.MULTILINE)
_OPENED: Final = re.compile(r"(?<=[。）)！!？?])\s*(?:心得|評論)[ 　]")
_SIGNED: Final = re.compile(r"[（(][^（）()]{2,25}報導[)）]")
_LINK_WORDS: Final = r"(?:(?:(?:新聞|資料|原文|文章)?(?:來源|連結|網址|出處)|link|source)\s*[:：]?\s*)?"
_HEAD_REACH: Final = 100
_TAIL_REACH: Final = 80
_LATER_HALF: Final = 0.4
_AFTER_LINK: Final = 0.3


def without_link(article: str, url: str | None) -> str:
    """``article`` less the post's own link where that stands above or below the text, with the word before it."""
    bare = (url or "").removeprefix("https://")
    if not bare or bare not in article:
        return article
    link = rf"(?i:{_LINK_WORDS})(?:https?://)?{re.escape(bare.removeprefix('http://'))}"
    article = article.rstrip()
    tail = max(0, len(article) - len(bare) - _TAIL_REACH)  # a search over a page of blanks would be quadratic
    article = article[:tail] + re.sub(rf"\s*{link}\s*=*\Z", "", article[tail:])
    match = re.search(rf"(?:\A|(?<=\s)){link}(?:\s+|\Z)", article[: _HEAD_REACH + len(bare)])
    return article[: match.start()] + article[match.end() :] if match else article


def parted(text: str, url: str | None) -> tuple[str | None, str | None]:
    """Article and comment of a post without any label.

    The link between them parts them, else the word 心得 behind a sentence, a ruled line, or the article's closing
    signature (``（王小明報導）``); without any of these all is article.
    """
    bare = (url or "").removeprefix("https://")
    place = text.find(bare) if bare else -1
    if place >= len(text) * _AFTER_LINK:
        start = text.rfind(" ", 0, place) + 1 if "://" in text[max(0, place - 8) : place] else place
        start = max(start, text.rfind("\n", 0, place) + 1)
        after = text[place + len(bare) :].strip()
        return text[:start].strip() or None, after or None
    for pattern in (_OPENED, _RULED, _SIGNED):
        for match in pattern.finditer(text, int(len(text) * _LATER_HALF)):
            end = match.end() if pattern is _SIGNED else match.start()
            after = text[match.end() :].strip()
            if after:
                return text[:end].strip() or None, after
    return text, None

"""The digest's words in its two languages; ``words.csv`` holds them all."""

import csv
import string
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Lang = Literal["zh", "en"]


class _Counting(string.Formatter):
    """``{n:vote|votes}`` -> the word that goes with the number: vote for 1, votes for all others."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else many


class Words:
    """``words("voters", n=12)`` -> 12 人投票."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._texts = _texts()[lang]

    def __call__(self, key: str, **values: object) -> str:
        text = self._texts[key]
        return _Counting().format(text, **values) if values else text

    @property
    def html_lang(self) -> str:
        return "zh-Hant-TW" if self.lang == "zh" else "en"


@cache
def _texts() -> dict[Lang, dict[str, str]]:
    rows = _rows("words.csv")
    return {"zh": {row["key"]: row["zh"] for row in rows}, "en": {row["key"]: row["en"] for row in rows}}


@cache
def abusive_words() -> tuple[str, ...]:
    """Words that keep a comment out of the digest."""
    return tuple(row["word"].casefold() for row in _rows("abuse.csv"))


def is_abusive(text: str) -> bool:
    folded = text.casefold()
    return any(word in folded for word in abusive_words())


def _rows(name: str) -> list[dict[str, str]]:
    text = files("analysis.digest").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))

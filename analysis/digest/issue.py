"""An issue of the digest: everything that its templates show, as strings."""

from dataclasses import dataclass
from typing import NamedTuple

from analysis.digest.judge import Kind
from analysis.digest.weeks import Week
from analysis.digest.words import Words


class Mark(NamedTuple):
    """A word and what it stands for: the kind gives its colour, never without the word."""

    text: str
    kind: Kind


class Change(NamedTuple):
    """A change against the week before: ``up`` and ``down`` get ▲ and ▼."""

    text: str
    kind: str


class Number(NamedTuple):
    label: str
    value: str
    note: Change
    kind: Kind = "none"


@dataclass(frozen=True, slots=True)
class Item:
    """A news post: title; tone and approval with certainty; counts, source, symbols."""

    number: str
    post_id: str
    title: str
    url: str
    tone: Mark
    approval: Mark
    certainty: str
    votes: str
    source: str
    symbols: str


class Opposed(NamedTuple):
    title: str
    url: str
    tone: Mark
    mood: Mark
    sample: str
    """Voters and comments that the crowd's side rests on."""


class Stock(NamedTuple):
    symbol: str
    name: str
    url: str
    mood: Mark
    people: str
    comments: str
    change: Change | None
    """Of the people, not of the comments."""
    joint: str = ""
    """What stands between the people and their change."""
    news: Item | None = None


class Quote(NamedTuple):
    tag: str
    text: str
    title: str


class Day(NamedTuple):
    label: str
    posts: str
    comments: str
    mood: Mark


class DayPoint(NamedTuple):
    """A day of the chart; mood with half its interval."""

    label: str
    comments: int
    mood: float | None
    half: float


class NewsPoint(NamedTuple):
    label: str
    approval: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue in one language."""

    words: Words
    board: str
    week: Week
    name: str
    headline: str
    subject: str
    preheader: str
    empty: bool
    """No data: only the headline and the coverage are shown."""
    note: str
    numbers: tuple[Number, ...]
    watch: tuple[Stock, ...]
    pushed: tuple[Item, ...]
    booed: tuple[Item, ...]
    opposed: tuple[Opposed, ...]
    stocks: tuple[Stock, ...]
    quotes: tuple[Quote, ...]
    days: tuple[Day, ...]
    day_points: tuple[DayPoint, ...]
    news_points: tuple[NewsPoint, ...]
    coverage: str
    method: str

    @property
    def key(self) -> str:
        """What makes two issues the same one: board, week, language, watchlist."""
        return f"{self.board}/{self.week.name}/{self.words.lang}/{','.join(row.symbol for row in self.watch)}"

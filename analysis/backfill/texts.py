"""Texts that a worker judged: their scores by one engine, the stocks that they name. The loader asks here first."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from analysis.news.fields import NewsFields, parse_news
from analysis.sentiment.engine import Engine, EngineInfo, Scores, Weight
from analysis.sentiment.runs import join_runs
from analysis.stocks.mentions import Mention, find_mentions
from ptt_spider.items import Post

NEWS: Final = "新聞"
MOST: Final = 500_000
"""Texts that the loader holds before it writes what they say: some 200 MB."""


def judge(posts: Iterable[Post], engine: Engine) -> dict[str, Any]:
    """Scores of all joined comments, of their beginnings (for as-of queries) and of posters' remarks on news; fields of
    news; mentions in every text."""
    comments: dict[str, None] = {}
    named: dict[str, None] = {}
    news: dict[str, NewsFields] = {}
    for post in posts:
        for text in (post.title, post.body, *(push.text for push in post.pushes)):
            if text:
                named[text] = None
        if post.category == NEWS and _can_be_stored(f"{post.title}{post.body}"):
            fields = parse_news(post.title, post.body, post.posted_at)
            news[_news_key(post.title, post.body, post.posted_at)] = fields
            if fields.comment:
                comments[fields.comment] = None
        said = {push.floor: push.text for push in post.pushes}
        for run in join_runs((push.floor, push.user_id, push.text) for push in post.pushes):
            parts = [text for floor in run.floors if (text := said[floor]) is not None]
            for end in range(1, len(parts) + 1):
                comments[" ".join(parts[:end])] = None
    texts = [text for text in comments if _can_be_stored(text)]
    log_odds = engine.log_odds(texts) if texts else None
    return {
        "engine": _identity(engine.info),
        "texts": texts,
        "scores": engine.score(texts).tolist() if texts else [],
        "log_odds": None if log_odds is None else log_odds.tolist(),
        "news": news,
        "mentions": {text: find_mentions(text) for text in named if _can_be_stored(text)},
    }


def write(path: Path, judged: dict[str, Any]) -> None:
    path.write_bytes(orjson.dumps(judged, default=tuple))


class Texts:
    """What workers found out, by text."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._scores: dict[str, tuple[float, float | None]] = {}
        self._mentions: dict[str, list[Mention]] = {}
        self._news: dict[str, NewsFields] = {}
        self.files: list[Path] = []
        """Those that it came from."""
        self.unknown = 0
        """Texts that the loader had to judge itself."""

    def __len__(self) -> int:
        return max(len(self._scores), len(self._mentions))

    def add(self, path: Path) -> None:
        """What another engine, or another version of it, said is left out."""
        judged = orjson.loads(path.read_bytes())
        if judged["engine"] == _identity(self.engine.info):
            log_odds = judged["log_odds"] or [None] * len(judged["texts"])
            self._scores.update(zip(judged["texts"], zip(judged["scores"], log_odds, strict=True), strict=True))
        for key, fields in judged["news"].items():
            parsed = NewsFields(*fields)
            at = parsed.published_at
            self._news[key] = parsed._replace(published_at=datetime.fromisoformat(str(at)) if at else None)
        for text, found in judged["mentions"].items():
            self._mentions[text] = [Mention(*one) for one in found]
        self.files.append(path)

    def clear(self) -> None:
        self._scores.clear()
        self._mentions.clear()
        self._news.clear()
        self.files.clear()

    def news(self, title: str | None, body: str, posted_at: datetime | None) -> NewsFields:
        """`parse_news`, looked up."""
        fields = self._news.get(_news_key(title, body, posted_at))
        if fields is None:
            self.unknown += 1
            return parse_news(title, body, posted_at)
        return fields

    def mentions(self, text: str) -> list[Mention]:
        """`find_mentions`, looked up."""
        found = self._mentions.get(text)
        if found is None:
            self.unknown += 1
            return find_mentions(text)
        return found

    # -- an engine, as the scores' step knows it --------------------------------------------------------------------

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    def score(self, texts: Sequence[str]) -> Scores:
        return self._look_up(texts, 0, self.engine.score)

    def log_odds(self, texts: Sequence[str]) -> Scores | None:
        if self.engine.log_odds([]) is None:
            return None
        return self._look_up(texts, 1, self.engine.log_odds)

    def explain(self, text: str) -> list[Weight]:
        return self.engine.explain(text)

    def _look_up(self, texts: Sequence[str], which: int, judge: Any) -> Scores:
        known = [self._scores.get(text) for text in texts]
        rest = [i for i, numbers in enumerate(known) if numbers is None]
        result = np.array([numbers[which] if numbers else np.nan for numbers in known], dtype=np.float64)
        if rest:
            self.unknown += len(rest)
            result[rest] = judge([texts[i] for i in rest])
        return result


def _news_key(title: str | None, body: str, posted_at: datetime | None) -> str:
    said = f"{posted_at.timestamp() if posted_at else None}\n{title}\n{body}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _identity(info: EngineInfo) -> list[str]:
    return [info.name, info.version, info.weights_hash]


def _can_be_stored(text: str) -> bool:
    """Whether the spool keeps it as it is: lone surrogates become U+FFFD there."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

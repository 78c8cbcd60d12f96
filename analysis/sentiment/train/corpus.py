"""What the models are trained on, from the shared files or from one's own store, in one shape."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import PttError

_DECLARED: Final = re.compile(
    r"(?:2\s*[.、．]?\s*)?分\s*類\s*[:：]?.{0,60}?(?=3\s*[.、．]|分析|正文)|分\s*類\s*[:：].{0,12}", re.DOTALL
)
_BRACKET: Final = re.compile(r"^\s*(?:(?:Re|Fw):\s*)*(?:\[[^\]]{1,6}\])?\s*", re.IGNORECASE)
BODY: Final = 1500
"""Characters of a body that are learnt from: comments of the author follow behind."""
CATEGORIES: Final = ("新聞", "標的", "請益", "其他", "心得", "閒聊")


def masked(body: str) -> str:
    """A [標的] body without its declaration (2. 分類：多/空), for the model is to learn the reasons, not the answer."""
    return _DECLARED.sub(" ", body, count=1)[:BODY]


def headline(title: str) -> str:
    """A title without Re:, Fw: and its category."""
    return _BRACKET.sub("", title, count=1)


@dataclass(frozen=True)
class Corpus:
    """``pushes``: post_id, floor, user, tag, text.

    ``posts``: post_id, category, is_reply, title, body, direction (bull, bear or '').
    """

    pushes: pd.DataFrame
    posts: pd.DataFrame

    def without(self, post_ids: Iterable[str]) -> "Corpus":
        """The corpus less some threads."""
        banned = set(post_ids)
        return Corpus(
            self.pushes[~self.pushes["post_id"].isin(banned)].reset_index(drop=True),
            self.posts[~self.posts["post_id"].isin(banned)].reset_index(drop=True),
        )

    def without_rows(self, rows: pd.DataFrame) -> "Corpus":
        """The corpus less single pushes, given by post_id and floor."""
        keys = ["post_id", "floor"]
        gone = pd.MultiIndex.from_frame(self.pushes[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
        return Corpus(self.pushes[~gone].reset_index(drop=True), self.posts)


@dataclass(frozen=True)
class Labelled:
    """Judged texts: ``label`` counts up from negative or bearish (0) over neutral (1) to positive or bullish (2)."""

    texts: list[str]
    label: NDArray[np.int64]
    group: list[str]
    part: list[str]
    """Which source and years a row belongs to: quality is reported apart."""
    weight: NDArray[np.float64] | None = None
    """How much a row counts when chances are calibrated: 0 where it was not drawn at random."""


def seconds(post_ids: pd.Series) -> NDArray[np.int64]:
    """Posting time in the file name, in seconds."""
    parts = post_ids.str.split(".").str[1]
    return np.asarray(pd.to_numeric(parts, errors="coerce").fillna(0).astype("int64"))


def shared_corpus(folder: Path) -> Corpus:
    """``../shared/data``. Raises PttError where a file is missing."""
    try:
        pushes = pd.read_parquet(
            folder / "stock_pushes_2016_2018.parquet", columns=["post_id", "floor", "user", "tag", "text"]
        )
        posts = pd.read_parquet(folder / "stock_posts_2016_2018.parquet")
    except FileNotFoundError as error:
        raise PttError(f"訓練資料不齊：找不到 {error.filename}；請把資料夾指到 shared/data。") from error
    posts = posts.rename(columns={"content": "body", "declared_direction": "direction"})
    return Corpus(pushes, posts[["post_id", "category", "is_reply", "title", "body", "direction"]])


def store_corpus(connection: Any, board: str = "Stock") -> Corpus:
    """Posts and current pushes of one board in a store. Raises PttError where there is too little to learn from."""
    from analysis.sql import statement

    pushes = connection.execute(statement("train/pushes"), {"board": board}).df()
    posts = connection.execute(statement("train/posts"), {"board": board}).df()
    votes = int((pushes["tag"] != "→").sum())
    if votes < 2000 or (pushes["tag"] == "噓").sum() < 100:
        raise PttError(
            f"資料太少，無法訓練：{board} 板只有 {votes} 個推噓；請先抓取更多文章（至少 2,000 個推噓、100 個噓）。"
        )
    posts["direction"] = [_direction(c, b) for c, b in zip(posts["category"], posts["body"], strict=True)]
    return Corpus(pushes, posts)


_SAID: Final = re.compile(r"分\s*類\s*[:：]\s*([^\n3]{0,12})")


def _direction(category: str | None, body: str | None) -> str:
    found = _SAID.search(body or "") if category == "標的" else None
    if not found:
        return ""
    bull, bear = "多" in found[1], "空" in found[1]
    return "" if bull == bear else "bull" if bull else "bear"


def _tsv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, sep="\t", quoting=3, dtype=str, keep_default_na=False)
    except FileNotFoundError as error:
        raise PttError(f"訓練資料不齊：找不到 {path}。") from error


def dev_posts(folder: Path) -> set[str]:
    """Threads of the dev sets: never trained on, votes included."""
    return {
        post_id
        for name in ("pushes_dev.tsv", "news_dev.tsv")
        for post_id in _tsv(folder / "labelled" / name)["post_id"]
    }


def later_dev(folder: Path) -> set[str]:
    """Row ids of the later-year dev set: 400 rows of 2024 and 2025 of the shared labels, by hash of thread."""
    from hashlib import sha256

    rows = _tsv(folder / "labelled" / "pushes_train.tsv")
    rows = rows[rows["date"] >= "2024"]
    threads = sorted(rows["post_id"].unique(), key=lambda post_id: sha256(post_id.encode()).hexdigest())
    held: set[str] = set()
    for thread in threads:
        if len(held) >= 400:
            break
        held.update(rows[rows["post_id"] == thread]["id"].tolist()[: 400 - len(held)])
    return held


def own_rows(labels: Path) -> pd.DataFrame:
    """This project's labels of archived pushes, by post_id and floor."""
    rows = _tsv(labels / "pushes_2016_2018.tsv")
    rows["floor"] = rows["floor"].astype(int)
    return rows


def labelled_comments(folder: Path, labels: Path, corpus: Corpus, held: set[str]) -> tuple[Labelled, Labelled]:
    """Tone and stance of comments: the shared training labels less ``held``, and this project's own."""
    train = _tsv(folder / "labelled" / "pushes_train.tsv")
    threads = set(train[train["id"].isin(held)]["post_id"])
    train = train[~train["post_id"].isin(threads)]
    years = train["date"].str[:4].astype(int)
    train = train.assign(part=np.where(years < 2020, "2016-18", "2023-25"), group=train["post_id"])
    live = _tsv(folder / "live_chat_2026_unlabelled.tsv")
    judged = _tsv(labels / "live_chat_2026.tsv")
    live = live.iloc[judged["row"].astype(int)].reset_index(drop=True)
    live = live.assign(tone=judged["tone"], stance=judged["stance"], part="2026", group="live " + live["date"])
    own = own_rows(labels)
    own = corpus.pushes.merge(own, on=["post_id", "floor"]).drop_duplicates(["post_id", "floor"])
    own = own.assign(part="own 2016-18", group=own["post_id"])
    rows = pd.concat(
        [frame[["text", "tone", "stance", "part", "group", "tag"]] for frame in (train, live, own)], ignore_index=True
    )
    tone = np.asarray(rows["tone"].map({"neg": 0, "neu": 1, "pos": 2}), dtype=np.int64)
    stance = np.asarray(rows["stance"].map({"bear": 0, "none": 1, "bull": 2}), dtype=np.int64)
    texts, group, part = rows["text"].tolist(), rows["group"].tolist(), rows["part"].tolist()
    weight = _as_drawn(rows["part"], rows["tag"], corpus.pushes["tag"])
    return Labelled(texts, tone, group, part, weight), Labelled(texts, stance, group, part, weight)


def _as_drawn(part: pd.Series, tag: pd.Series, all_tags: pd.Series) -> NDArray[np.float64]:
    """Weights that give each part the board's own mix of 推, 噓 and → (the labelled sets have far more 噓)."""
    natural = all_tags.value_counts(normalize=True)
    share = pd.Series(1.0, index=tag.index).groupby([part, tag]).transform("sum") / part.map(part.value_counts())
    weight = np.asarray(tag.map(natural) / share, dtype=np.float64)
    return np.where(part.str.startswith("own"), 0.0, weight)


def labelled_news(folder: Path, labels: Path, corpus: Corpus) -> Labelled:
    """Stance of news, each row twice: its headline, and headline with the beginning of the article."""
    train = _tsv(folder / "labelled" / "news_train.tsv").assign(part="news")
    own = _tsv(labels / "news_2016_2018.tsv").merge(corpus.posts, on="post_id").assign(part="own news")
    rows = pd.concat([frame[["post_id", "title", "body", "stance", "part"]] for frame in (train, own)])
    titles = [headline(title) for title in rows["title"]]
    bodies = [body[:250] for body in rows["body"]]
    label = np.asarray(rows["stance"].map({"bear": 0, "neu": 1, "bull": 2}), dtype=np.int64)
    group, part = rows["post_id"].tolist(), rows["part"].tolist()
    return Labelled(
        titles + bodies, np.concatenate([label, label]), group * 2, part + [f"{name}, body" for name in part]
    )

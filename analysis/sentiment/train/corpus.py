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

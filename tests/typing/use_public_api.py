"""The public interface as a user's own program uses it: `mypy --strict` reads this file, and a test runs it.

python tests/typing/use_public_api.py DATA PAGE.html URL
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import assert_type

import duckdb
import numpy as np
from numpy.typing import NDArray

import analysis
from analysis.errors import PttError
from analysis.sentiment import Engine, EngineInfo, Weight, engine_names, get_engine, stance_of
from analysis.stocks import Mention, find_mentions
from ptt_spider.aid import PostRef, aid_to_name, name_to_aid, parse_ref, post_url
from ptt_spider.errors import DamagedPage, NotAnArticle, NotAnIndex, Reason
from ptt_spider.items import IndexPage, IndexRow, Post, Push, Reply
from ptt_spider.pages import parse_article, parse_index, parse_plaintext


def read_page(html: bytes, url: str) -> Post | Reason:
    try:
        return assert_type(parse_article(html, url), Post)
    except DamagedPage as error:
        return assert_type(error.post, Post)
    except NotAnArticle as error:
        return error.reason


def read_index(html: str, url: str) -> IndexPage | None:
    try:
        page = parse_index(html, url)
    except NotAnIndex:
        return None
    assert_type(page.rows, tuple[IndexRow, ...])
    return page


def told_by(post: Post) -> str:
    assert_type(post.posted_at, datetime)
    assert_type(post.category, str | None)
    assert_type(post.pushes, tuple[Push, ...])
    assert_type(post.replies, tuple[Reply, ...])
    votes: int = sum(push.vote for push in post.pushes)
    users: set[str | None] = {push.user_id for push in post.pushes}
    return f"{post.aid} {post.title or ''}: {votes} by {len(users)}"


def read_copy(text: str) -> Post:
    return assert_type(parse_plaintext(text, url=None), Post)


def names_of(text: str) -> tuple[PostRef, str, str]:
    ref = parse_ref(text)
    assert aid_to_name(name_to_aid(ref.post_id)) == ref.post_id
    return ref, name_to_aid(ref.post_id), post_url(ref.board or "Stock", ref.post_id)


def judge(texts: Sequence[str], name: str = "lexicon") -> NDArray[np.float64]:
    engine: Engine = get_engine(name)
    assert_type(engine.info, EngineInfo)
    weights: list[Weight] = engine.explain(texts[0])
    assert weights is not None
    return assert_type(engine.score(texts), NDArray[np.float64])


def mentioned(text: str) -> list[tuple[str, str, str, int]]:
    found: list[Mention] = find_mentions(text)
    return [(mention.symbol, mention.name, mention.matched, mention.start) for mention in found]


def ask(data: Path) -> tuple[int, list[str]]:
    try:
        con: duckdb.DuckDBPyConnection = analysis.connect(data)
    except PttError as error:
        print(error, file=sys.stderr)
        raise
    with con:
        posts: int = con.execute("SELECT count(*) FROM posts").fetchall()[0][0]
    frame = analysis.frame("news_sentiment", data_dir=data, board="Stock")
    return posts, [str(column) for column in frame.columns]


def main() -> None:
    data, page, url = sys.argv[1:]
    post = read_page(Path(page).read_bytes(), url)
    assert isinstance(post, Post)
    print(told_by(post), *names_of(url))
    print(read_index("<html></html>", "https://www.ptt.cc/bbs/Stock/index.html"))
    scores: NDArray[np.float64] = stance_of(["台積電營收創新高", "要崩盤了"])
    print(judge(["穩了", "又跌"]), scores, mentioned("台積電和鴻海"), engine_names())
    posts, columns = ask(data=Path(data))
    print(posts, columns)


if __name__ == "__main__":
    main()

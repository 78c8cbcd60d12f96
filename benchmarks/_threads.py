"""Threads with the shape of a real board, for benchmarks: as many as hold a number of pushes, oldest first.

Where ../shared lies beside the checkout, its 34,699 threads of Stock (2016-2018), first as of 125 weeks earlier, then
again and again 125 weeks later, half of the users new each time, so that 10M pushes end before the trading days do.
Pushes of more than a day after their post count as a day old, so that the data end where the posts end. Elsewhere
threads made by dice to the same quantiles (pushes a thread, length of texts, tags, comments a user).
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from ptt_spider import clock
from ptt_spider.aid import name_seconds, name_to_aid
from ptt_spider.items import Post, Push

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
ROUND = timedelta(weeks=125)
# Quantiles of the real threads: (share, value)
PUSHES = (
    (0, 0),
    (0.05, 5),
    (0.1, 8),
    (0.25, 16),
    (0.5, 32),
    (0.75, 59),
    (0.9, 103),
    (0.95, 149),
    (0.99, 490),
    (1, 1500),
)
LENGTH = ((0, 1), (0.1, 4), (0.25, 8), (0.5, 14), (0.75, 21), (0.9, 25), (1, 36))
BODY = ((0, 60), (0.1, 115), (0.25, 230), (0.5, 514), (0.75, 880), (0.9, 1282), (1, 9000))
WORDS = [
    "台積電", "聯發科", "鴻海", "大盤", "外資", "散戶", "航運", "面板", "利多", "利空",
    "看好", "看壞", "要漲了", "又跌", "套牢", "畢業", "買進", "停損", "加碼", "抄底",
    "噴出", "崩盤", "穩了", "可憐", "謝謝", "推", "存股", "殖利率", "法說會", "財報",
]  # fmt: skip


def source() -> str:
    return "threads of ../shared" if (SHARED / "stock_posts_2016_2018.parquet").exists() else "threads made by dice"


def threads(pushes: int) -> Iterator[Post]:
    """Posts until they hold ``pushes`` pushes, at least one."""
    made = 0
    for post in _real() if (SHARED / "stock_posts_2016_2018.parquet").exists() else _diced():
        yield post
        made += len(post.pushes)
        if made >= pushes:
            return


def fetched_at(post: Post) -> datetime:
    """A moment after the post's last push."""
    return max([post.posted_at, *(p.pushed_at for p in post.pushes if p.pushed_at)]) + timedelta(hours=2)


def _real() -> Iterator[Post]:
    import duckdb

    posts = str(SHARED / "stock_posts_2016_2018.parquet")
    query = (Path(__file__).parent / "threads.sql").read_text("utf-8")
    turn = 0
    while True:
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'Asia/Taipei'; SET memory_limit = '1GB'")
            result = con.execute(query, [posts, posts.replace("posts", "pushes")])
            while rows := result.fetchmany(500):
                for row in rows:
                    yield _post(turn, *row)
        turn += 1


def _post(turn: int, post_id, seconds, category, is_reply, title, author, content, tags, users, texts, times) -> Post:
    shift = ROUND * (turn - 1)
    name = f"M.{name_seconds(post_id) + int(shift.total_seconds())}{post_id[12:]}"
    posted_at = clock.from_unix(seconds) + shift
    pushes = tuple(
        Push(
            floor, tag, user if turn == 0 or crc32(user.encode()) % 2 else f"{user[:8]}{turn}", text, None,
            _moment(time, posted_at - shift, shift), time, user == author,
        )
        for floor, (tag, user, text, time) in enumerate(zip(tags, users, texts, times, strict=True), 1)
    )  # fmt: skip
    return _make(name, posted_at, category, is_reply, title, author, content, pushes)


def _moment(time: str, posted_at: datetime, shift: timedelta) -> datetime | None:
    if not time:
        return None
    try:
        month, day = int(time[:2]), int(time[3:5])
        year = posted_at.year + (month < posted_at.month)
        moment = datetime(year, month, day, int(time[6:8]), int(time[9:11]), tzinfo=clock.TAIPEI)
        return min(moment, posted_at + timedelta(days=1)) + shift
    except ValueError:
        return None


def _make(name, posted_at, category, is_reply, title, author, content, pushes) -> Post:
    return Post(
        "Stock", name, name_to_aid(name), f"https://www.ptt.cc/bbs/Stock/{name}.html", category, bool(is_reply), False,
        None, title, author, "", None, None, posted_at, f"{posted_at:%a %b %d %H:%M:%S %Y}", content or "", None,
        len(pushes) >= 1500, False, pushes, (),
    )  # fmt: skip


def _diced() -> Iterator[Post]:
    dice = random.Random(1)
    seconds = 1463031004
    while True:
        seconds += dice.randrange(60, 4300)
        posted_at, name = clock.from_unix(seconds), f"M.{seconds}.A.{dice.randrange(4096):03X}"
        author = _user(dice)
        pushes = []
        for floor in range(1, _draw(dice, PUSHES) + 1):
            user, at = _user(dice), posted_at + timedelta(minutes=floor // 2)
            tag = dice.choices("推→噓", (1008, 785, 154))[0]
            pushes.append(Push(floor, tag, user, _text(dice, LENGTH), None, at, f"{at:%m/%d %H:%M}", user == author))
        kind = dice.choices(("新聞", "標的", "請益", "閒聊"), (15, 9, 6, 1))[0]
        title = f"[{kind}] {_text(dice, LENGTH)}"
        yield _make(name, posted_at, kind, dice.random() < 0.3, title, author, _text(dice, BODY), tuple(pushes))


def _user(dice: random.Random) -> str:
    return f"user{int(50_000 * dice.random() ** 4)}"


def _text(dice: random.Random, lengths) -> str:
    length = _draw(dice, lengths)
    return " ".join(dice.choices(WORDS, k=length // 3 + 1))[:length]


def _draw(dice: random.Random, quantiles) -> int:
    at = dice.random()
    for (low, small), (high, great) in pairwise(quantiles):
        if at <= high:
            return round(small + (great - small) * (at - low) / (high - low))
    return quantiles[-1][1]

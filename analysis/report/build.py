"""The report: the published store as one HTML file that needs no network."""

import base64
import gzip
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

import duckdb
import jinja2
import orjson

from analysis.digest import judge
from analysis.digest.figures import USUAL_WEEKS, usual_mood
from analysis.digest.weeks import Week
from analysis.digest.words import Words
from analysis.sql import statement
from analysis.stocks.names import name_of
from analysis.votes import TAU
from ptt_spider import clock

MAX_NEWS: Final = 5000
THREADS_A_PACK: Final = 40
"""Comments are packed by this many threads: opening one unpacks few others, and the file stays small."""
UPLOT_SHA256: Final = "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
"""Of the vendored chart library (uPlot 1.6.32, MIT), so that a changed bundle is noticed."""


WEEKS: Final = 3
"""The glance shows the last whole week, and compares it with the one before."""
_WORDS: Final = (
    *(f"{scale}_{kind}" for scale in ("tone", "approval") for kind in ("good", "flat", "bad", "none")),
    "sure_low",
    "mood_few",
)
"""The digest's words that the page says too."""


@dataclass(frozen=True, slots=True)
class Report:
    """A built page and what it shows."""

    html: str
    news: int
    comments: int


def build(con: duckdb.DuckDBPyConnection, *, board: str, days: int | None = None) -> Report:
    """The page of one board; ``days`` counts back from the store's data_until, None shows all.

    ``con`` is a connection of `analysis.connect`; it gets a temporary table. Deleted posts and removed comments are
    not shown, and users are numbered, never named.
    """
    (info,) = _rows(con, "SELECT data_until, published_at, posts, pushes, engine, engine_version FROM store_info")
    until: datetime | None = info["data_until"]
    since = until - timedelta(days=days) if until and days is not None else None
    given = {"board": board, "since": since}
    news = _rows(con, statement("report/news"), {**given, "n": MAX_NEWS})
    for row in news:
        row["tone_kind"], row["approval_kind"] = judge.tone(row["news_tone"]), judge.approval(row["approval"])
        votes = (row["approval"], row["approval_low"], row["approval_high"], row["voters"])
        row["sure"], row["approval_colour"] = judge.certainty(*votes), judge.approval_colour(*votes)
    packs, comments = _pack_threads(con, news)
    weeks = _rows(con, statement("report/weeks"), {"board": board})
    days_shown = _rows(con, statement("report/days"), given)
    _add_usual(weeks, days_shown)
    words = Words("zh")
    data = {
        "tau": TAU,
        "words": {key: words(key) for key in _WORDS},
        "names": {symbol: name_of(symbol) for row in news for symbol in row["symbols"] or ()},
        "weeks": weeks[:WEEKS],
        "days": days_shown,
        "news": news,
        "stocks": _stocks(_rows(con, statement("report/stocks"), given)),
        "thread_packs": packs,
    }
    return Report(_render(data, board, info), len(news), comments)


def _rows(con: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    found = con.execute(sql, given)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _pack_threads(con: duckdb.DuckDBPyConnection, news: list[dict[str, Any]]) -> tuple[list[str], int]:
    """Comments of the threads shown, gzipped by packs; each news row gets the number of its pack."""
    import pyarrow as pa

    wanted = pa.table(
        {name: pa.array([row[name] for row in news], pa.string()) for name in ("board", "post_id")},
    )
    con.register("wanted", wanted)
    found = con.execute(statement("report/pushes")).fetchall()
    con.unregister("wanted")
    threads: defaultdict[str, list[list[Any]]] = defaultdict(list)
    for board, post_id, floor, vote, user, text, minutes, is_author, habit, score in found:
        threads[f"{board}/{post_id}"].append(
            [
                floor,
                vote,
                user,
                text,
                None if minutes is None else round(minutes),
                int(is_author),
                None if habit is None else round(habit, 6),
                score,
            ]
        )
    packs: list[str] = []
    for start in range(0, len(news), THREADS_A_PACK):
        part = {}
        for row in news[start : start + THREADS_A_PACK]:
            row["pack"] = len(packs)
            key = f"{row['board']}/{row['post_id']}"
            part[key] = threads.get(key, [])
        packs.append(base64.b64encode(gzip.compress(orjson.dumps(part), mtime=0)).decode())
    return packs, len(found)


def _add_usual(weeks: list[dict[str, Any]], days: list[dict[str, Any]]) -> None:
    """Gives each week and day what mood was usual then, by the digest's rule, and each week whether it may be rated."""
    moods = {row["iso_week"]: (row["comments"], row["mood"]) for row in weeks}

    def usual(week: Week) -> float | None:
        return usual_mood(moods[earlier.name] for earlier in week.earlier(USUAL_WEEKS) if earlier.name in moods)

    for row in weeks:
        row["usual"] = usual(Week.parse(row["iso_week"]))
        row["few"] = row["comments"] < judge.FEW_COMMENTS
    for row in days:
        row["usual"] = usual(Week.of(date.fromisoformat(row["day"])))
        _rate(row)


def _rate(day: dict[str, Any]) -> None:
    """Takes the mood of a day with too few comments: the chart has no dot there, as the digest's has none."""
    if day["comments"] < judge.FEW_COMMENTS:
        day.update(mood=None, mood_low=None, mood_high=None)


def _stocks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    stocks: dict[str, dict[str, Any]] = {}
    for row in rows:
        _rate(row)
        symbol, name = row.pop("symbol"), row.pop("name")
        stocks.setdefault(symbol, {"symbol": symbol, "name": name or "", "sessions": []})["sessions"].append(row)
    return list(stocks.values())


def _render(data: dict[str, Any], board: str, info: dict[str, Any]) -> str:
    script, vendor_script = _asset("app.js"), _asset("vendor/uPlot.iife.min.js")
    style, vendor_style = _asset("style.css"), _asset("vendor/uPlot.min.css")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(_asset("page.html")).render(
        title=f"PTT {board} 板：新聞與推文",
        subtitle=f"資料到 {_moment(info['data_until'])}；收錄 {info['posts']:,} 篇、{info['pushes']:,} 則推文",
        footnote=(
            f"發布於 {_moment(info['published_at'])}。評論引擎 {info['engine']} {info['engine_version']}；"
            "刪除的文章與推文不列，使用者不具名。算法見 docs/method.md。"
        ),
        data=_for_script(data),
        script=script,
        vendor_script=vendor_script,
        style=style,
        vendor_style=vendor_style,
        script_hashes=_hashes(script, vendor_script),
        style_hashes=_hashes(style, vendor_style),
    )


def _for_script(data: dict[str, Any]) -> str:
    """JSON that cannot end its script element, whatever the board wrote."""
    text = orjson.dumps(data).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _hashes(*sources: str) -> str:
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in sources)


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _moment(when: datetime | None) -> str:
    return f"{when.astimezone(clock.TAIPEI):%Y-%m-%d %H:%M}" if when else "（還沒有資料）"

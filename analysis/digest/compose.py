"""From a week's figures to an issue: words, order and colours. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from analysis.digest import judge
from analysis.digest.figures import DayFigures, Figures, NewsFigures, QuoteFigures, StockFigures
from analysis.digest.headline import comparing_of, counts, headline_of, percent
from analysis.digest.issue import Change, Day, DayPoint, Issue, Item, Mark, NewsPoint, Number, Opposed, Quote, Stock
from analysis.digest.judge import Kind
from analysis.digest.layout import clean
from analysis.digest.words import Lang, Words, is_abusive
from analysis.stocks.names import name_of

ITEMS: Final = 5
OPPOSED: Final = 3
QUOTES: Final = 6
_PREFIX = re.compile(r"^\s*(?:(?:re|fw)\s*:\s*)*[\[［【]新聞[\]］】]\s*", re.IGNORECASE)


def make_issue(figures: Figures, lang: Lang = "zh", watchlist: Sequence[str] = ()) -> Issue:
    """Words, order and colours of an issue. ``watchlist`` holds symbols such as 2330 or NVDA."""
    words = Words(lang)
    name = words("name_stock") if figures.board == "Stock" else words("name", board=figures.board)
    comparing = comparing_of(figures)
    headline = headline_of(figures, words, comparing)
    ranked = _rank(figures.news)
    items = {post.post_id: _item(post, "", words) for post in figures.news}
    pushed = tuple(_item(post, str(place), words) for place, post in enumerate(ranked[0], 1))
    booed = tuple(_item(post, str(place), words) for place, post in enumerate(ranked[1], 1))
    preheader = words("preheader", **counts(figures))
    if pushed:
        preheader += words("join") + words("most_pushed") + words("colon") + pushed[0].title
    return Issue(
        words=words,
        board=figures.board,
        week=figures.week,
        name=name,
        headline=headline + words("stop"),
        subject=_subject(f"{name} {figures.week.span}", headline),
        preheader=preheader,
        empty=not figures.now.posts,
        note="" if figures.now.posts else words("no_data_more", span=figures.week.span, board=figures.board),
        numbers=_numbers(figures, words, comparing),
        watch=tuple(_watched(symbol, figures, words, comparing, items) for symbol in dict.fromkeys(watchlist)),
        pushed=pushed,
        booed=booed,
        opposed=_most_opposed(figures, words),
        stocks=tuple(_stock(row, figures, words, comparing) for row in figures.stocks[:ITEMS]),
        quotes=_quotes(figures.quotes, ranked, items),
        days=tuple(_day(day, words, figures) for day in figures.days) if figures.now.posts else (),
        day_points=tuple(_day_point(day, figures.usual) for day in figures.days),
        news_points=_news_points(ranked, words),
        coverage=_coverage(figures, words),
        method=_method(figures, words),
    )


def _subject(head: str, headline: str) -> str:
    text = clean(f"{head}｜{headline}")
    return text if len(text) <= 78 else text[:77] + "…"


def _change(against: judge.Against | None, words: Words, missing: str = "no_before") -> Change:
    if against is None:
        return Change(words(missing), "none")
    if not against.clear:
        return Change(words("unchanged"), "flat")
    if against.ratio >= 10:
        return Change(words("times_short", times=f"{against.ratio:,.0f}"), "up")
    return Change(percent(against.ratio), "up" if against.ratio > 1 else "down")


def _numbers(figures: Figures, words: Words, comparing: str) -> tuple[Number, ...]:
    now, before = figures.now, figures.before
    if not now.posts:
        return ()
    mood = _mood(now.comments, now.mood, now.mood_se, figures.usual, words)
    if comparing == "yes":
        side = judge.mood_against(now, before)
        better = {"good": "better", "bad": "worse", "flat": "unchanged"}.get(side, "not_compared")
        notes = [
            _change(judge.comments_against(now, before), words),
            _change(judge.users_against(now.users, before.users) if before.users and now.users else None, words),
            Change(words(better), "flat"),
        ]
    else:
        notes = [Change(words("no_before" if comparing == "first" else "not_compared"), "none")] * 3
    return (
        Number(words("number_comments"), f"{now.comments:,}", notes[0]),
        Number(words("number_users"), f"{now.users:,}", notes[1]),
        Number(words("number_mood"), mood.text, notes[2], mood.kind),
    )


def _mood(comments: int, value: float | None, se: float | None, usual: float | None, words: Words) -> Mark:
    kind = judge.mood(comments, value, se, usual)
    return Mark(words(f"mood_{kind}"), "none" if kind == "few" else kind)


def _rank(news: Iterable[NewsFigures]) -> tuple[list[NewsFigures], list[NewsFigures]]:
    """Most pushed, most booed; no post is in both."""
    pushed: list[NewsFigures] = []
    booed: list[NewsFigures] = []
    for post in news:
        (booed if judge.is_booed(post.push_count, post.boo_count) else pushed).append(post)
    pushed = [post for post in pushed if post.push_count]
    pushed.sort(key=lambda post: (-post.push_count, post.boo_count, post.post_id))
    booed.sort(key=lambda post: (-post.boo_count, post.push_count, post.post_id))
    return pushed[:ITEMS], booed[:ITEMS]


def _title(post: NewsFigures) -> str:
    return clean(_PREFIX.sub("", post.title or "")) or post.post_id


def _item(post: NewsFigures, number: str, words: Words) -> Item:
    tone, approval = judge.tone(post.news_tone), judge.approval(post.approval)
    votes = (post.approval, post.approval_low, post.approval_high, post.voters)
    sure = words(
        "paren", text=words(f"sure_{judge.certainty(*votes)}") + words("join") + words("voters", n=post.voters)
    )
    symbols = [f"{symbol} {name_of(symbol)}".rstrip() for symbol in post.symbols[:3]]
    return Item(
        number=number,
        post_id=post.post_id,
        title=_title(post),
        url=post.url,
        tone=Mark(words(f"tone_{tone}"), tone),
        approval=Mark(words(f"approval_{approval}"), judge.approval_colour(*votes)),
        certainty=sure if approval != "none" else "",
        votes=f"{words('push')} {post.push_count:,} · {words('boo')} {post.boo_count:,}",
        source=clean(post.source_domain or ""),
        symbols="、".join(symbols) if words.lang == "zh" else ", ".join(symbols),
    )


def _most_opposed(figures: Figures, words: Words) -> tuple[Opposed, ...]:
    found = [(post, side) for post in figures.news if (side := judge.opposed(post, figures.usual)) != "none"]
    found.sort(key=lambda pair: (-abs(pair[0].news_tone or 0), -pair[0].voters, pair[0].post_id))
    return tuple(_opposed(post, side, words) for post, side in found[:OPPOSED])


def _opposed(post: NewsFigures, side: Kind, words: Words) -> Opposed:
    tone = judge.tone(post.news_tone)
    sample = words("voters", n=post.voters) + words("join") + words("scored", n=post.comments_scored)
    return Opposed(
        title=_title(post),
        url=post.url,
        tone=Mark(words(f"tone_{tone}"), tone),
        mood=Mark(words(f"crowd_{side}"), side),
        sample=words("paren", text=sample),
    )


def _stock(row: StockFigures, figures: Figures, words: Words, comparing: str) -> Stock:
    change = None
    if comparing == "yes" and row.comments >= judge.FEW_COMMENTS:
        change = _change(judge.stock_against(row, figures.stocks_before.get(row.symbol)), words, "new_talk")
    joint = "" if change is None else " " if change.kind in ("up", "down") else words("join")
    return Stock(
        symbol=row.symbol,
        name=clean(row.name),
        url=_search_url(figures.board, row.symbol),
        mood=_mood(row.comments, row.mood, row.mood_se, figures.usual, words),
        people=words("people", n=f"{row.users:,}"),
        comments=words("comments", n=f"{row.comments:,}"),
        change=change,
        joint=joint,
    )


def _search_url(board: str, symbol: str) -> str:
    return f"https://www.ptt.cc/bbs/{quote(board)}/search?q={quote(symbol)}"


def _watched(symbol: str, figures: Figures, words: Words, comparing: str, items: dict[str, Item]) -> Stock:
    about = [post for post in figures.news if symbol in post.symbols]
    top = max(about, key=lambda post: (post.push_count + post.boo_count, post.post_id), default=None)
    row = next((row for row in figures.stocks if row.symbol == symbol), None)
    if row is not None:
        stock = _stock(row, figures, words, comparing)
    else:
        nobody = _mood(0, None, None, None, words)
        url = _search_url(figures.board, symbol)
        stock = Stock(symbol, name_of(symbol), url, nobody, people=words("nobody"), comments="", change=None)
    return stock._replace(news=items[top.post_id] if top else None)


def _quotes(
    quotes: Sequence[QuoteFigures], ranked: tuple[list[NewsFigures], list[NewsFigures]], items: dict[str, Item]
) -> tuple[Quote, ...]:
    """For each of the top news the comment that is most like the others of its side."""
    chosen: list[Quote] = []
    seen: set[str] = set()
    for posts, tag in ((ranked[0][: QUOTES // 2], "推"), (ranked[1][: QUOTES // 2], "噓")):
        for post in posts:
            side = [row for row in quotes if row.post_id == post.post_id and row.tag == tag and row.score is not None]
            mean = sum(row.score or 0 for row in side) / len(side) if side else 0
            side = [row for row in side if not (is_abusive(row.text) or "@" in row.text or clean(row.text)[:6] in seen)]
            side.sort(key=lambda row: (abs((row.score or 0) - mean) - 0.02 * min(len(row.text), 16), row.floor))
            if side:
                text = clean(side[0].text)
                seen.add(text[:6])
                chosen.append(Quote(tag, text, items[post.post_id].title))
    return tuple(chosen)


def _day(day: DayFigures, words: Words, figures: Figures) -> Day:
    mood = _mood(day.comments, day.mood, day.se, figures.usual, words)
    label = f"{day.day.month}/{day.day.day}"
    if figures.now.sessions is not None and not day.trading and day.day.weekday() < 5:
        label += f" {words('no_session')}"
    return Day(label, f"{day.posts:,}", f"{day.comments:,}", mood if day.comments else Mark("–", "none"))


def _day_point(day: DayFigures, usual: float | None) -> DayPoint:
    """A day of the chart; no dot where the table has no word."""
    rated = judge.mood(day.comments, day.mood, day.se, usual) not in ("few", "none")
    mood = day.mood - usual if rated and day.mood is not None and usual is not None else None
    return DayPoint(f"{day.day.month}/{day.day.day}", day.comments, mood, 1.96 * (day.se or 0))


def _news_points(ranked: tuple[list[NewsFigures], list[NewsFigures]], words: Words) -> tuple[NewsPoint, ...]:
    points = []
    for posts, tag in ((ranked[0], "推"), (ranked[1], "噓")):
        for place, post in enumerate(posts, 1):
            if post.approval is None or post.approval_low is None or post.approval_high is None:
                continue
            mark = f"{tag}{place}" if words.lang == "zh" else f"{tag} {place}"
            points.append(NewsPoint(f"{mark} {_title(post)}", post.approval, post.approval_low, post.approval_high))
    return tuple(points)


def _method(figures: Figures, words: Words) -> str:
    line = words("method_line", engine=figures.engine)
    if figures.usual is not None:
        return line
    return line + ("" if words.lang == "zh" else " ") + words("no_usual")


def _coverage(figures: Figures, words: Words) -> str:
    coverage, week = figures.coverage, figures.week
    if not figures.now.posts:
        return ""
    parts = [words("coverage_line", span=week.span, cut=f"{week.cut:%Y-%m-%d %H:%M}", **counts(figures))]
    if coverage.listed:
        parts.append(words("coverage_index", listed=coverage.listed, gone=coverage.gone, failed=coverage.failed))
    if figures.now.sessions and coverage.gap_hours >= 1:
        parts.append(words("coverage_gap", hours=f"{coverage.gap_hours:.1f}"))
    if coverage.bad_runs:
        parts.append(words("coverage_runs", n=coverage.bad_runs, reason=clean(coverage.last_reason) or "–"))
    return ("" if words.lang == "zh" else " ").join(parts)

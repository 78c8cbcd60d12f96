"""From a week's figures to an issue: words, order and colours. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from analysis.digest import judge
from analysis.digest.figures import DayFigures, Figures, NewsFigures, QuoteFigures, StockFigures
from analysis.digest.issue import Change, Day, DayPoint, Issue, Item, Mark, NewsPoint, Number, Opposed, Quote, Stock
from analysis.digest.judge import Kind
from analysis.digest.words import Lang, Words, is_abusive

ITEMS: Final = 5
OPPOSED: Final = 3
QUOTES: Final = 6
_PREFIX = re.compile(r"^\s*(?:(?:re|fw)\s*:\s*)*[\[［【]新聞[\]］】]\s*", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]+")


def clean(text: str) -> str:
    """A string of the site on one line: no control signs, none that turn the direction of writing."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(_CONTROLS.sub(" ", text).split())


def make_issue(figures: Figures, lang: Lang = "zh", watchlist: Sequence[str] = ()) -> Issue:
    """Words, order and colours of an issue. ``watchlist`` holds symbols such as 2330 or NVDA."""
    words = Words(lang)
    name = words("name_stock") if figures.board == "Stock" else words("name", board=figures.board)
    comparing = _comparing(figures)
    headline = _headline(figures, words, comparing)
    ranked = _rank(figures.news)
    names = {row.symbol: row.name for row in figures.stocks}
    items = {post.post_id: _item(post, "", words, names) for post in figures.news}
    pushed = tuple(_item(post, str(place), words, names) for place, post in enumerate(ranked[0], 1))
    booed = tuple(_item(post, str(place), words, names) for place, post in enumerate(ranked[1], 1))
    preheader = words("preheader", **_counts(figures))
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
        day_points=tuple(
            DayPoint(
                f"{day.day.month}/{day.day.day}",
                day.comments,
                None if day.mood is None else day.mood - figures.usual,
                1.96 * (day.se or 0),
            )
            for day in figures.days
        ),
        news_points=_news_points(ranked, words),
        coverage=_coverage(figures, words),
        method=words("method_line", engine=figures.engine),
    )


def _subject(head: str, headline: str) -> str:
    text = clean(f"{head}｜{headline}")
    return text if len(text) <= 78 else text[:77] + "…"


def _counts(figures: Figures) -> dict[str, str]:
    now = figures.now
    return {"posts": f"{now.posts:,}", "comments": f"{now.comments:,}", "users": f"{now.users:,}"}


def _comparing(figures: Figures) -> str:
    """``yes``, or the key of the words that say why there is no comparison."""
    now, before = figures.now, figures.before
    if not now.posts:
        return "no_data"
    if now.sessions == 0:
        return "closed_more"
    if reason := judge.incomplete(figures.coverage, now.sessions):
        return reason
    if not before.comments or not now.comments:
        return "first"
    if judge.incomplete(figures.coverage_before, before.sessions):
        return "missing_before"
    if before.sessions == 0:
        return "closed_before"
    return "yes"


def _headline(figures: Figures, words: Words, comparing: str) -> str:
    coverage = figures.coverage
    top = next((row for row in figures.stocks if row.comments >= judge.FEW_COMMENTS), None)
    if comparing in ("no_data", "closed_more"):
        return words(comparing, **_counts(figures)) if comparing != "no_data" else words(comparing)
    if comparing == "missing":
        return words("missing", listed=coverage.listed, missing=coverage.missing)
    if comparing == "gap":
        return words("gap", hours=f"{coverage.gap_hours:.0f}")
    if comparing == "first":
        return words("first", stock=clean(top.name)) if top else words("first_bare")
    parts = [words(comparing)] if comparing != "yes" else _changes(figures, words)
    if top:
        parts.append(words("about", stock=clean(top.name)))
    return words("join").join(parts)


def _changes(figures: Figures, words: Words) -> list[str]:
    mood = judge.mood_against(figures.now, figures.before)
    parts = [words({"good": "up", "bad": "down"}.get(mood, "same"))]
    volume = judge.comments_against(figures.now, figures.before)
    if volume.clear and volume.ratio >= 2:
        parts.append(words("times", times=f"{volume.ratio:.1f}"))
    elif volume.clear:
        parts.append(words("more" if volume.ratio > 1 else "fewer", change=_percent(volume.ratio)))
    return parts


def _percent(ratio: float) -> str:
    return f"{abs(ratio - 1):.0%}"


def _change(against: judge.Against | None, words: Words, missing: str = "no_before") -> Change:
    if against is None:
        return Change(words(missing), "none")
    if not against.clear:
        return Change(words("unchanged"), "flat")
    if against.ratio >= 10:
        return Change(words("times_short", times=f"{against.ratio:,.0f}"), "up")
    return Change(_percent(against.ratio), "up" if against.ratio > 1 else "down")


def _numbers(figures: Figures, words: Words, comparing: str) -> tuple[Number, ...]:
    now, before = figures.now, figures.before
    if not now.posts:
        return ()
    mood = judge.around(now.mood, now.mood_se, figures.usual)
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
        Number(words("number_mood"), words(f"mood_{mood}"), notes[2], mood),
    )


def _rank(news: Iterable[NewsFigures]) -> tuple[list[NewsFigures], list[NewsFigures]]:
    """Most pushed, most booed. With half as many 噓 as 推 a post is of the second list, so that none is in both."""
    pushed: list[NewsFigures] = []
    booed: list[NewsFigures] = []
    for post in news:
        (booed if 2 * post.boo_count > post.push_count else pushed).append(post)
    pushed = [post for post in pushed if post.push_count]
    booed = [post for post in booed if post.boo_count >= 2]
    pushed.sort(key=lambda post: (-post.push_count, post.boo_count, post.post_id))
    booed.sort(key=lambda post: (-post.boo_count, post.push_count, post.post_id))
    return pushed[:ITEMS], booed[:ITEMS]


def _title(post: NewsFigures) -> str:
    return clean(_PREFIX.sub("", post.title or "")) or post.post_id


def _item(post: NewsFigures, number: str, words: Words, names: dict[str, str]) -> Item:
    tone, approval = judge.tone(post.news_tone), judge.approval(post.approval)
    sure = words("paren", text=words(f"sure_{judge.certainty(post)}") + words("join") + words("voters", n=post.voters))
    symbols = [f"{symbol} {clean(names[symbol])}" if symbol in names else symbol for symbol in post.symbols[:3]]
    return Item(
        number=number,
        post_id=post.post_id,
        title=_title(post),
        url=post.url,
        tone=Mark(words(f"tone_{tone}"), tone),
        approval=Mark(words(f"approval_{approval}"), approval),
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
    return Opposed(_title(post), post.url, Mark(words(f"tone_{tone}"), tone), Mark(words(f"crowd_{side}"), side))


def _stock(row: StockFigures, figures: Figures, words: Words, comparing: str) -> Stock:
    mood = judge.around(row.mood, row.mood_se, figures.usual)
    text = words(f"mood_{mood}")
    if row.comments < judge.FEW_COMMENTS:
        mood, text = "none", words("few")
    change = None
    if comparing == "yes" and row.comments >= judge.FEW_COMMENTS:
        change = _change(judge.stock_against(row, figures.stocks_before.get(row.symbol)), words, "new_talk")
    talk = words("people", n=f"{row.users:,}") + words("join") + words("comments", n=f"{row.comments:,}")
    return Stock(row.symbol, clean(row.name), _search_url(figures.board, row.symbol), talk, Mark(text, mood), change)


def _search_url(board: str, symbol: str) -> str:
    return f"https://www.ptt.cc/bbs/{quote(board)}/search?q={quote(symbol)}"


def _watched(symbol: str, figures: Figures, words: Words, comparing: str, items: dict[str, Item]) -> Stock:
    about = [post for post in figures.news if symbol in post.symbols]
    top = max(about, key=lambda post: (post.push_count + post.boo_count, post.post_id), default=None)
    row = next((row for row in figures.stocks if row.symbol == symbol), None)
    if row is not None:
        stock = _stock(row, figures, words, comparing)
    else:
        name = figures.stocks_before[symbol].name if symbol in figures.stocks_before else ""
        nobody = Mark(words("few"), "none")
        stock = Stock(symbol, clean(name), _search_url(figures.board, symbol), words("nobody"), nobody, None)
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
    kind = judge.around(day.mood, day.se, figures.usual)
    label = f"{day.day.month}/{day.day.day}"
    if figures.now.sessions is not None and not day.trading and day.day.weekday() < 5:
        label += f" {words('no_session')}"
    return Day(label, f"{day.posts:,}", f"{day.comments:,}", Mark(words(f"mood_{kind}") if day.comments else "–", kind))


def _news_points(ranked: tuple[list[NewsFigures], list[NewsFigures]], words: Words) -> tuple[NewsPoint, ...]:
    points = []
    for posts, tag in ((ranked[0], "推"), (ranked[1], "噓")):
        for place, post in enumerate(posts, 1):
            if post.approval is None or post.approval_low is None or post.approval_high is None:
                continue
            mark = f"{tag}{place}" if words.lang == "zh" else f"{tag} {place}"
            points.append(NewsPoint(f"{mark} {_title(post)}", post.approval, post.approval_low, post.approval_high))
    return tuple(points)


def _coverage(figures: Figures, words: Words) -> str:
    coverage, week = figures.coverage, figures.week
    if not figures.now.posts:
        return ""
    parts = [words("coverage_line", span=week.span, cut=f"{week.cut:%Y-%m-%d %H:%M}", **_counts(figures))]
    if coverage.listed:
        parts.append(words("coverage_index", listed=coverage.listed, gone=coverage.gone, failed=coverage.failed))
    if figures.now.sessions and coverage.gap_hours >= 1:
        parts.append(words("coverage_gap", hours=f"{coverage.gap_hours:.1f}"))
    if coverage.bad_runs:
        parts.append(words("coverage_runs", n=coverage.bad_runs, reason=clean(coverage.last_reason) or "–"))
    return ("" if words.lang == "zh" else " ").join(parts)

"""Two readers that share no code must say the same of the same page."""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.pages import markup as m
from fixtures.pages.cases import AT, BODY, ID, all_cases
from ptt_spider.errors import DamagedPage, NotAnArticle
from ptt_spider.items import Post
from ptt_spider.pages import parse_article
from ptt_spider.pages.blocks import read_blocks
from ptt_spider.pages.source import main_start

URL = f"https://www.ptt.cc/bbs/Stock/{ID}.html"
NOT_SOUND = ("26-", "29-", "33-", "34-", "35-plain")


def as_slow(post: Post) -> dict[str, Any]:
    """A Post in the slow reader's terms."""

    def wall(moment: Any) -> str | None:
        return str(moment.replace(tzinfo=None)) if moment else None

    return {
        "author": post.author, "nick": post.author_nick, "title": post.title, "body": post.body, "ip": post.ip,
        "country": post.country, "truncated": post.truncated, "posted": wall(post.posted_at),
        "edited": wall(post.edited_at), "replies": [(reply.after_floor, reply.text) for reply in post.replies],
        "pushes": [
            {"tag": p.tag, "user": p.user_id, "text": p.text, "ip": p.ip, "time_text": p.time_text,
             "time": wall(p.pushed_at), "is_author": p.is_author}
            for p in post.pushes
        ],
    }  # fmt: skip


@pytest.mark.parametrize("made", [c for c in all_cases() if not c.name.startswith(NOT_SOUND)], ids=lambda c: c.name)
def test_cases(made: Any, slow_reading: ModuleType) -> None:
    post = parse_article(made.html, made.url)
    assert as_slow(post) == slow_reading.read(made.html, post.post_id)


@pytest.mark.shared
def test_replayed_board(replay: Any, slow_reading: ModuleType) -> None:
    # Every 11th page, and all pages with an oddity that few have.
    seen: dict[str, int] = {}
    for number, row in enumerate(replay.articles()):
        for feature in row["features"]:
            seen[feature] = seen.get(feature, 0) + 1
        if row["header"].startswith("broken1") or row["n_pushes"] > 900:
            continue
        if number % 11 == 0 or any(seen[feature] <= 3 for feature in row["features"]):
            html = replay.page(row["url"]).decode()
            assert as_slow(parse_article(html, row["url"])) == slow_reading.read(html, row["filename"]), row["filename"]


@pytest.mark.shared
def test_saved_pages(shared: Path, slow_reading: ModuleType) -> None:
    compared = 0
    for path in sorted((shared / "html").glob("*/*")):
        html = path.read_bytes()
        match = re.search(rb"/bbs/[\w-]+/(M\.\d+\.A\.[0-9A-F]{3})\.html", html.split(b'id="main-content"')[-1])
        own = re.findall(r"※ 文章網址: <a href=\"[^\"]*/(\w+)/([^/]+)\.html", html.decode("utf-8", "replace"))
        board, name = own[-1] if own else ("Board", match[1].decode() if match else ID)
        try:
            post = parse_article(html, f"https://www.ptt.cc/bbs/{board}/{name}.html")
        except (NotAnArticle, DamagedPage) as caught:
            error = caught
        else:
            assert as_slow(post) == slow_reading.read(html.decode(), post.post_id), path
            compared += 1
            continue
        assert b'id="main-content"' not in html or "more markup after" in str(error)
    assert compared >= 33


users = st.sampled_from(["riverstone", "nightbus", "MountainTea", "mountaintea  ", "x9"])
words = st.text(alphabet="漲跌停 :：+-5%.<>&\"'，→推--※abcXY", max_size=14)
contents = st.builds(lambda colon, text: colon + text, st.sampled_from([": ", ":", ":  "]), words)
stamps = st.builds(
    lambda ip, month, day, hour, rest: f"{ip}{month:02}/{day:02}{rest.format(hour)}",
    st.sampled_from([" ", " 203.0.113.9 ", "203.113.100.101 ", "203.113.100.101"]),
    st.integers(1, 13), st.integers(1, 30), st.integers(0, 24),
    st.sampled_from([" {:02}:07", " {:02}:59", "", " {}:3O"]),
)  # fmt: skip
pushes = st.builds(m.push, st.sampled_from("推噓→"), users, contents, stamps)
notes = st.builds(
    m.lines,
    st.sampled_from(
        ["謝謝", "", "--", "※ 引述《x (y)》之銘言：", ": 引言",
         "※ 編輯: mountaintea (203.0.113.7 臺灣), 03/04/2026 10:00:00",
         "※ rocketfan:轉錄至看板 Gossiping  03/04 09:20", "推 oldman: 壞掉  03/04 09:21", "https://example.test/?a=1&b"]
    ),
)  # fmt: skip
tails = st.lists(st.one_of(pushes, notes), max_size=12)


@settings(max_examples=150)
@given(
    inside=st.lists(st.one_of(pushes, notes), max_size=4),
    tail=tails,
    closing=st.sampled_from(["full", "station", "address", "none"]),
    author=st.sampled_from(["mountaintea (山茶)", "mountaintea ()", "mountaintea", "mountaintea (a (b) c)"]),
)
def test_pages_put_together_at_random(
    inside: list[str], tail: list[str], closing: str, author: str, slow_reading: ModuleType
) -> None:
    end = {"full": m.station() + m.address(ID), "station": m.station(), "address": m.address(ID), "none": ""}[closing]
    main = m.header(author, "[閒聊] 隨機", m.ctime(AT)) + m.lines(*BODY) + "".join(inside) + end + "".join(tail)
    html = m.article(main, ID, "[閒聊] 隨機")
    assert as_slow(parse_article(html, URL)) == slow_reading.read(html, ID)


SOUND = [c for c in all_cases() if not c.name.startswith(NOT_SOUND)]
# Between balanced pieces: lines of text with their colours, pushes, previews.
_SEAMS = re.compile(r"(?<=\n</span>)(?!</div>)|(?<=</div>)|(?<=\n)(?!</span>)")
positions = st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["drop", "double", "swap"]))


@settings(max_examples=250)
@given(made=st.sampled_from(SOUND), changes=st.lists(positions, min_size=1, max_size=6))
def test_case_pages_with_pieces_dropped_doubled_and_swapped(
    made: Any, changes: list[tuple[float, float, str]], slow_reading: ModuleType
) -> None:
    start, end = made.html.index('id="main-content"'), made.html.index("</div>\n    <div id=")
    start = made.html.index("\n", start) + 1
    pieces = _SEAMS.split(made.html[start:end])
    for one, other, change in changes:
        at, to = int(one * (len(pieces) - 1)), int(other * (len(pieces) - 1))
        if change == "drop" and len(pieces) > 1:
            del pieces[at]
        elif change == "double":
            pieces.insert(to, pieces[at])
        elif change == "swap":
            pieces[at], pieces[to] = pieces[to], pieces[at]
    html = made.html[:start] + "".join(pieces) + made.html[end:]
    post = parse_article(html, made.url)
    assert as_slow(post) == slow_reading.read(html, post.post_id)


SEEDS = [made.html for made in all_cases() if "main-content" in made.html and not made.name.startswith(("26-", "33-"))]
PIECES = ["<b>", "</b>", "<div>", "</div>", "</span>", "<span>", "<p>", "<table>", "<!--", "-->", "<a href=x>", "</a>",
          "&", "<script>", "<select>", "<svg>", "<", ">", '"', '<div class="push">', "<textarea>", "<i", "&#x1;",
          "&nbsp;",           "<template>", "</div></div>", "<title>", "<plaintext>", "<frameset>"]  # fmt: skip


@settings(max_examples=400)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 30)), max_size=5),
)
def test_fast_reading_equals_the_tree_on_broken_markup(html: str, changes: list[tuple[float, str, int]]) -> None:
    for place, piece, removed in changes:
        at = int(place * len(html))
        html = html[:at] + piece + html[at + removed :]
    html = html[max(main_start(html), 0) :]
    assert read_blocks(html) == read_blocks(html, fast=False)


def test_cases_take_the_fast_way(root: Path) -> None:
    """Else the test above would compare the tree with itself."""
    for folder in (root / "fixtures" / "pages").glob("0*"):
        html = (folder / "page.html").read_text(encoding="utf-8")
        json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        from ptt_spider.pages import blocks

        assert blocks._read_fast(html[main_start(html) :]) is not None

"""New bytes of a thread by the poll protocol."""

from datetime import datetime, timedelta

from fixtures.pages import markup as m
from fixtures.pages.cases import AT, ID
from ptt_spider.clock import TAIPEI
from ptt_spider.pages import parse_article, parse_growth

START = AT.replace(tzinfo=TAIPEI)
PUSHES = [
    m.push(
        "推",
        "riverstone",
        f": 第{n}句 https://example.test/{n}",
        f" 203.0.113.9 {AT + timedelta(days=100 * n):%m/%d %H:%M}",
    )
    for n in range(8)
]
NOTE = m.lines("作者說話") + m.edit("mountaintea", AT + timedelta(days=450))


def test_pieces_give_what_the_whole_page_gives() -> None:
    parts = [*PUSHES[:5], NOTE, *PUSHES[5:]]
    main = m.header("mountaintea (山茶)", "[閒聊] 長青", m.ctime(AT)) + m.lines("內文") + m.station() + m.address(ID)
    whole = parse_article(m.article(main + "".join(parts), ID, ""), f"/bbs/Stock/{ID}.html")
    for cut in range(1, len(parts)):
        known = parse_article(m.article(main + "".join(parts[:cut]), ID, ""), f"/bbs/Stock/{ID}.html")
        last = known.edited_at or START
        after = max([last, *(push.pushed_at for push in known.pushes if push.pushed_at)])
        new = "".join(parts[cut:])
        pushes, replies = parse_growth(new, "Stock", ID, after, "mountaintea", len(known.pushes) + 1)
        assert known.pushes + pushes == whole.pushes
        assert known.replies + replies == whole.replies
    assert {push.pushed_at.year for push in whole.pushes if push.pushed_at} == {2026, 2027, 2028}


def test_without_a_known_time_only_a_dated_line_gives_years() -> None:
    pushes, _ = parse_growth(PUSHES[0] + NOTE + PUSHES[5], "Stock", ID, None, None, 31)
    assert [push.floor for push in pushes] == [31, 32]
    assert [push.pushed_at for push in pushes] == [None, datetime(2027, 7, 17, 9, 15, tzinfo=TAIPEI)]


def test_the_author_is_known_without_case() -> None:
    pushes, _ = parse_growth(m.push("→", "MountainTea", ": 我", " 03/04 09:20"), "Stock", ID, START, "mountaintea", 1)
    assert pushes[0].is_author


def test_nothing_new_or_nothing_readable() -> None:
    assert parse_growth("", "Stock", ID, START, None, 1) == ((), ())
    assert parse_growth(b"<div>" * 300_000, "Stock", ID, START, None, 1) == ((), ())

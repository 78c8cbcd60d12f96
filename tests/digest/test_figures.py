"""The figures against the store: cuts, what was taken down, and that what is shown can be counted again by hand."""

import json
from datetime import date, datetime, timedelta

import pytest

from analysis.digest.compose import make_issue
from analysis.digest.figures import newest_week, read_figures
from analysis.digest.mail import make_mail
from analysis.digest.render import text_part
from analysis.digest.weeks import Week
from analysis.digest.write import gather_figures
from analysis.errors import PttError
from analysis.store.connect import connect
from ptt_spider.clock import TAIPEI

WEEK = Week(date(2026, 1, 19))


@pytest.fixture(scope="module")
def truth(root):
    rows = [json.loads(line) for line in (root / "fixtures/board/truth.jsonl").read_text("utf-8").splitlines()]
    return [row for row in rows if not row["deleted"]]


def of_week(truth, week):
    return [row for row in truth if week.start.isoformat() <= row["posted_at"][:10] <= week.end.isoformat()]


def before_cut(row, week):
    return [push for push in row["pushes"] if datetime.fromisoformat(push["pushed_at"]) < week.cut]


@pytest.mark.parametrize("week", [WEEK, WEEK.before, WEEK.before.before])
def test_counts_are_those_of_the_board(demo_store, truth, week):
    with connect(demo_store) as con:
        figures = read_figures(con, "Stock", week)
    posts = of_week(truth, week)
    pushes = [push for row in posts for push in before_cut(row, week)]
    assert (figures.now.posts, figures.now.comments) == (len(posts), len(pushes))
    assert figures.now.pushes == sum(push["tag"] == "推" for push in pushes)
    assert figures.now.boos == sum(push["tag"] == "噓" for push in pushes)
    assert figures.now.users == len({push["user_id"].lower() for push in pushes})
    assert figures.now.square == sum(len(before_cut(row, week)) ** 2 for row in posts)
    assert sum(day.comments for day in figures.days) == figures.now.comments
    assert sum(day.posts for day in figures.days) == figures.now.posts
    news = {row["post_id"]: row for row in posts if row["category"] == "新聞" and not row["is_reply"]}
    assert {item.post_id for item in figures.news} == set(news)
    for item in figures.news:
        tags = [push["tag"] for push in before_cut(news[item.post_id], week)]
        assert (item.push_count, item.boo_count) == (tags.count("推"), tags.count("噓"))


def test_votes_after_the_cut_count_for_nothing(spoiled):
    before = read_figures(spoiled, "Stock", WEEK)
    spoiled.execute(
        """INSERT INTO pushes BY NAME SELECT q.* REPLACE (
            10000 + q.floor AS floor, TIMESTAMPTZ '2026-01-26 07:30:00+08:00' AS pushed_at, '噓' AS tag, -1 AS vote)
        FROM pushes AS q JOIN posts AS p ON p.board = q.board AND p.post_id = q.post_id
        WHERE p.posted_on >= DATE '2026-01-19'"""
    )
    after = read_figures(spoiled, "Stock", WEEK)
    for part in ("now", "news", "days", "stocks"):
        assert getattr(after, part) == getattr(before, part), part


def test_deleted_posts_and_removed_comments_are_never_shown(spoiled):
    figures = read_figures(spoiled, "Stock", WEEK)
    gone, kept = figures.news[0].post_id, figures.news[1].post_id
    spoiled.execute("UPDATE posts SET deleted_at = TIMESTAMPTZ '2026-02-01 00:00:00+08:00' WHERE post_id = ?", [gone])
    spoiled.execute(
        "UPDATE pushes SET removed_at = TIMESTAMPTZ '2026-02-01 00:00:00+08:00' WHERE post_id = ? AND floor < 20",
        [kept],
    )
    after = read_figures(spoiled, "Stock", WEEK)
    assert gone not in {item.post_id for item in after.news}
    assert gone not in {quote.post_id for quote in after.quotes}
    assert not [quote for quote in after.quotes if quote.post_id == kept and quote.floor < 20]
    title = next(item.title for item in figures.news if item.post_id == gone)
    assert title.removeprefix("[新聞] ") not in text_part(make_issue(after))


def test_runs_of_single_posts_say_nothing_of_the_week(spoiled):
    """A mistyped address is no failure that readers of the mail need to hear of; a failed walk of the board is."""
    spoiled.execute(
        "UPDATE crawls SET started_at = TIMESTAMPTZ '2026-01-21 12:00:00+08:00', exit_code = 1, reason = 'x'"
    )
    runs = read_figures(spoiled, "Stock", WEEK).coverage.bad_runs
    assert runs > 0
    spoiled.execute("""UPDATE crawls SET settings = '{"refs": 1, "delay": 0}'""")
    assert read_figures(spoiled, "Stock", WEEK).coverage.bad_runs == 0


def test_one_quote_a_user_and_none_of_the_author(demo_store):
    with connect(demo_store) as con:
        figures = read_figures(con, "Stock", WEEK)
        text = text_part(make_issue(figures))
        for quote in figures.quotes:
            (user, is_author) = con.execute(
                "SELECT lower(user_id), is_author FROM pushes WHERE post_id = ? AND floor = ?",
                [quote.post_id, quote.floor],
            ).fetchall()[0]
            assert not is_author
            assert user not in text
    assert len(figures.quotes) > 50


def test_the_demo_weeks_are_whole_and_compared(demo_store):
    with connect(demo_store) as con:
        figures = read_figures(con, "Stock", WEEK)
    assert figures.now.sessions == 5
    assert figures.coverage.missing == 0
    assert figures.coverage.gap_hours < 6
    issue = make_issue(figures)
    assert "資料不全" not in issue.headline
    assert len(issue.pushed) == 5
    assert len(issue.booed) == 5
    assert len(issue.stocks) == 5
    assert len(issue.quotes) >= 4
    assert all(item.tone.text != "未評" for item in (*issue.pushed, *issue.booed))


def test_the_newest_week_that_has_ended(demo_store):
    with connect(demo_store) as con:
        for now, name in (
            ("2030-06-01", "2026-W04"),
            ("2026-01-26", "2026-W04"),
            ("2026-01-25", "2026-W03"),
            ("2026-01-19", "2026-W03"),
        ):
            assert newest_week(con, "Stock", datetime.fromisoformat(now).replace(tzinfo=TAIPEI)).name == name
        assert newest_week(con, "Nowhere", datetime(2030, 1, 1, tzinfo=TAIPEI)) is None
        empty = read_figures(con, "Stock", Week(WEEK.start + timedelta(days=70)))
    assert (empty.now.posts, empty.now.comments, empty.news, empty.stocks) == (0, 0, (), ())


def test_a_week_is_rebuilt_to_the_byte(demo_store):
    mails = set()
    for threads in (1, 4):
        with connect(demo_store) as con:
            con.execute(f"SET threads = {threads}")
            mails.add(make_mail(make_issue(read_figures(con, "Stock", WEEK)), recipient="a@example.com").as_bytes())
    assert len(mails) == 1


def test_a_store_of_another_version_is_one_line(spoiled, tmp_path):
    spoiled.execute("DROP MACRO TABLE news_as_of")
    spoiled.close()
    with pytest.raises(PttError, match="ptt load"):
        gather_figures(tmp_path, "Stock", WEEK)

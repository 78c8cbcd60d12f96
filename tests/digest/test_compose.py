"""Figures in, issue out: headlines that are honest, lists that are short, words that fit."""

from dataclasses import replace
from itertools import pairwise
from string import Formatter

import pytest

from analysis.digest.compose import clean, make_issue
from analysis.digest.figures import Coverage, DayFigures, QuoteFigures, StockFigures
from analysis.digest.words import Words, _texts


@pytest.mark.parametrize(
    ("given", "headline"),
    [
        ({}, "氣氛與上週差不多，話題集中在台積電。"),
        ({"now": {"mood": 0.2}}, "鄉民比上週樂觀，話題集中在台積電。"),
        ({"now": {"mood": -0.2}}, "鄉民比上週悲觀，話題集中在台積電。"),
        ({"now": {"comments": 4000, "square": 9e4}}, "氣氛與上週差不多，推文是上週的 4.0 倍，話題集中在台積電。"),
        (
            {"now": {"comments": 500, "square": 2e3}, "before": {"square": 9e3}},
            "氣氛與上週差不多，推文少 50%，話題集中在台積電。",
        ),
        ({"now": {"comments": 9, "users": 5, "square": 81.0}}, "氣氛不比較，推文少 99%，話題集中在台積電。"),
        ({"now": {"sessions": 0}}, "本週休市：40 篇文章、1,000 則推文。"),
        ({"before": {"posts": 0, "comments": 0}}, "沒有上週資料可比；話題集中在台積電。"),
        ({"before": {"sessions": 0}}, "上週休市，不比較，話題集中在台積電。"),
        ({"coverage": Coverage(50, 40, 10, 0, 0.0)}, "資料不全，不與上週比較：列出 50 篇，缺 10 篇。"),
        ({"coverage": Coverage(40, 40, 0, 0, 7.6)}, "資料不全，不與上週比較：有 8 個交易小時沒有推文。"),
        ({"coverage_before": Coverage(50, 40, 10, 0, 0.0)}, "上週資料不全，不比較，話題集中在台積電。"),
        ({"now": {"posts": 0, "comments": 0}}, "這一週沒有資料。"),
    ],
)
def test_headlines(figures, week_figures, given, headline):
    parts = {key: week_figures(**value) if isinstance(value, dict) else value for key, value in given.items()}
    issue = make_issue(figures(**parts))
    assert issue.headline == headline
    assert issue.subject == f"股板週報 1/19–1/25｜{headline.rstrip('。')}"
    compared = headline.startswith(("氣氛", "鄉民"))
    notes = [number.note.text for number in issue.numbers[: 2 if "氣氛不比較" in headline else 3]]
    assert all((note != "不比較") == compared for note in notes if "沒有上週" not in headline)


def test_failed_runs_and_holes_are_told(figures):
    coverage = Coverage(listed=40, fetched=39, failed=1, gone=2, gap_hours=2.5, bad_runs=2, last_reason="連不上\n站")
    text = make_issue(figures(coverage=coverage)).coverage
    assert "索引列出 40 篇：2 篇已刪除、1 篇抓取失敗。" in text
    assert "最長有 2.5 個交易小時沒有任何推文。" in text
    assert "這週有 2 次抓取沒有完成（最近一次：連不上 站）。" in text
    assert "索引" not in make_issue(figures(coverage=Coverage(0, 0, 0, 0, 0.0))).coverage


def test_an_unfinished_week_shows_no_arrows_anywhere(figures):
    issue = make_issue(figures(coverage=Coverage(50, 40, 10, 0, 0.0)), watchlist=["2330"])
    kinds = [number.note.kind for number in issue.numbers]
    kinds += [row.change.kind for row in (*issue.stocks, *issue.watch) if row.change]
    assert not {"up", "down"} & set(kinds)


def test_lists_are_short_and_share_nothing(figures, news_figures):
    issue = make_issue(figures(news=tuple(news_figures(n, boo_count=n) for n in range(1, 29))))
    assert len(issue.pushed) <= 5
    assert len(issue.booed) <= 5
    assert not {item.post_id for item in issue.pushed} & {item.post_id for item in issue.booed}
    assert [item.number for item in issue.pushed] == ["1", "2", "3", "4", "5"]


def test_most_pushed_and_most_booed_by_their_counts(figures):
    issue = make_issue(figures())
    assert [item.title for item in issue.pushed] == ["第1則消息", "第2則消息", "第3則消息", "第4則消息", "第5則消息"]
    assert [item.title for item in issue.booed] == ["第7則消息", "第8則消息"]
    first = issue.booed[0]
    assert (first.tone.text, first.approval.text, first.certainty) == ("利多", "不買單", "（把握高，30 人投票）")
    assert first.approval.kind == "bad"
    assert first.votes == "推 5 · 噓 33"
    assert first.symbols == "2330 台積電"


def test_a_watched_stock_with_three_comments_is_too_few(figures):
    issue = make_issue(figures(), watchlist=["2454", "2330", "9999", "2330"])
    assert [row.symbol for row in issue.watch] == ["2454", "2330", "9999"]
    assert issue.watch[0].mood.text == "太少不評"
    assert issue.watch[0].change is None
    assert (issue.watch[1].people, issue.watch[1].comments) == ("90 人談", "120 則")
    assert issue.watch[1].mood.text == "偏樂觀"
    assert issue.watch[1].change.text == "100%"
    assert issue.watch[1].news.title == "第7則消息"  # the most voted one
    assert (issue.watch[2].mood.text, issue.watch[2].people) == ("太少不評", "這週沒人談")


def test_a_stock_nobody_named_the_week_before(figures):
    issue = make_issue(figures(stocks_before={}))
    assert issue.stocks[0].change.text == "上週沒人談"


def test_quotes_leave_out_abuse_names_and_repeats(figures, news_figures):
    post = news_figures(1)
    texts = ["根本腦殘記者在寫", "@orangecat 你看看這個", "抱緊處理就對了各位"]
    quotes = tuple(QuoteFigures(post.post_id, n, "推", text, 0.0) for n, text in enumerate(texts, 1))
    issue = make_issue(figures(news=(post, news_figures(2)), quotes=quotes))
    assert [quote.text for quote in issue.quotes] == ["抱緊處理就對了各位"]


def test_moods_of_few_comments_get_no_word_anywhere(figures, week_figures):
    plain = figures()
    days = (replace(plain.days[0], comments=9, mood=0.9), replace(plain.days[1], comments=10), *plain.days[2:])
    issue = make_issue(figures(now=week_figures(comments=9, mood=0.9), days=days))
    assert (issue.numbers[2].value, issue.numbers[2].kind) == ("太少不評", "none")
    assert issue.numbers[2].note.text == "不比較"
    assert [day.mood.text for day in issue.days[:2]] == ["太少不評", "偏樂觀"]
    assert [point.mood for point in issue.day_points[:2]] == [None, 0.1]


def test_a_day_without_comments_has_a_dash(figures):
    day = DayFigures(figures().days[0].day, 1, 0, None, None, trading=True)
    assert make_issue(figures(days=(day,))).days[0].mood.text == "–"


def test_a_board_that_is_new_has_no_usual_mood(figures):
    issue = make_issue(figures(usual=None))
    assert issue.numbers[2].value == "未評"
    assert {day.mood.text for day in issue.days} == {"未評"}
    assert issue.stocks[0].mood.text == "未評"
    assert "沒有平常可比" in issue.method
    assert "沒有平常可比" not in make_issue(figures()).method


def test_a_stock_has_its_name_though_nobody_talked_about_it(figures, news_figures):
    news = news_figures(1, symbols=("2002", "NVDA", "0000"))
    issue = make_issue(figures(news=(news,), stocks=(), stocks_before={}), watchlist=["2412"])
    assert issue.pushed[0].symbols == "2002 中鋼、NVDA 輝達、0000"
    assert issue.watch[0].name == "中華電"


def test_a_tie_of_one_vote_each_stands_with_the_pushed(figures, news_figures):
    issue = make_issue(figures(news=(news_figures(1, push_count=1, boo_count=1),)))
    assert [item.votes for item in issue.pushed] == ["推 1 · 噓 1"]
    assert not issue.booed


def test_an_unsure_word_has_no_colour(figures, news_figures):
    (item,) = make_issue(figures(news=(news_figures(1, voters=9),))).pushed
    assert (item.approval.text, item.approval.kind) == ("買單", "flat")


def test_who_differs_from_the_news_is_counted(figures, news_figures):
    against = {"approval": -0.4, "approval_low": -0.6, "approval_high": -0.2, "crowd_mood": -0.3}
    (row,) = make_issue(figures(news=(news_figures(1, **against),))).opposed
    assert row.sample == "（30 人投票，40 則留言）"


def test_english_has_one_person_and_two_people(figures, week_figures, news_figures):
    one = StockFigures("2330", "台積電", 1, 1, None, None)
    now = week_figures(posts=1, comments=1, users=1, square=1.0)
    issue = make_issue(figures(now=now, news=(news_figures(1, voters=1),), stocks=(one,)), "en")
    assert issue.preheader.startswith("1 post, 1 comment, 1 person")
    assert issue.coverage.startswith("1 post and 1 comment seen")
    assert issue.pushed[0].certainty == " (unsure, 1 voter)"
    assert (issue.stocks[0].people, issue.stocks[0].comments) == ("1 person", "1 comment")
    many = make_issue(figures(), "en")
    assert many.preheader.startswith("40 posts, 1,000 comments, 200 people")
    assert Words("en")("coverage_runs", n=1, reason="x") == "1 run did not finish its work (the last one: x)."


def test_english_nouns_behind_a_number_know_one():
    nouns = ("posts", "comments", "people", "voters", "runs")
    for key, text in _texts()["en"].items():
        pieces = list(Formatter().parse(text))
        for (_, field, _, _), (behind, _, _, _) in pairwise(pieces):
            assert field == "board" or not behind.lstrip().startswith(nouns), key


def test_english(figures):
    issue = make_issue(figures(), "en")
    assert issue.headline.startswith("The mood is much as last week, most talk is about")
    assert issue.pushed[0].tone.text == "good news"
    assert "investment advice" in issue.words("disclaimer")


def test_each_word_exists_in_both_languages():
    zh, en = _texts()["zh"], _texts()["en"]
    assert zh.keys() == en.keys()
    assert all(zh.values())
    assert all(en.values())


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nBcc: x@example.com", "a Bcc: x@example.com"),
        ("左\u202e右\u200f中\ufeff", "左 右 中"),
        ("\x00\x1b[31m紅", "[31m紅"),
        ("半\ud83d個", "半\ufffd個"),
        ("全　形", "全 形"),
    ],
)
def test_strings_of_the_site_are_made_harmless(text, cleaned):
    assert clean(text) == cleaned


def test_zero_people_is_no_crash(figures, week_figures):
    issue = make_issue(
        figures(now=week_figures(comments=0, users=0, square=0.0, mood=None, mood_se=None), news=(), stocks=())
    )
    assert issue.headline.startswith("沒有上週資料可比")
    assert make_issue(figures(stocks=(StockFigures("1", "x", 0, 0, None, None),))).stocks[0].mood.text == "太少不評"

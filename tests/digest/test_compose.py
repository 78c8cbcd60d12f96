"""Figures in, issue out: headlines that are honest, lists that are short, words that fit."""

import pytest

from analysis.digest.compose import clean, make_issue
from analysis.digest.figures import Coverage, QuoteFigures, StockFigures


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
    assert all((change.note.text != "不比較") == compared for change in issue.numbers if "沒有上週" not in headline)


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
    assert first.votes == "推 5 · 噓 33"
    assert first.symbols == "2330 台積電"


def test_a_watched_stock_with_three_comments_is_too_few(figures):
    issue = make_issue(figures(), watchlist=["2454", "2330", "9999", "2330"])
    assert [row.symbol for row in issue.watch] == ["2454", "2330", "9999"]
    assert issue.watch[0].mood.text == "太少不評"
    assert issue.watch[0].change is None
    assert issue.watch[1].mood.text == "偏樂觀"
    assert issue.watch[1].change.text == "100%"
    assert issue.watch[1].news.title == "第7則消息"  # the most voted one
    assert (issue.watch[2].mood.text, issue.watch[2].talk) == ("太少不評", "這週沒人談")


def test_a_stock_nobody_named_the_week_before(figures):
    issue = make_issue(figures(stocks_before={}))
    assert issue.stocks[0].change.text == "上週沒人談"


def test_quotes_leave_out_abuse_names_and_repeats(figures, news_figures):
    post = news_figures(1)
    texts = ["根本腦殘記者在寫", "@orangecat 你看看這個", "抱緊處理就對了各位"]
    quotes = tuple(QuoteFigures(post.post_id, n, "推", text, 0.0) for n, text in enumerate(texts, 1))
    issue = make_issue(figures(news=(post, news_figures(2)), quotes=quotes))
    assert [quote.text for quote in issue.quotes] == ["抱緊處理就對了各位"]


def test_english(figures):
    issue = make_issue(figures(), "en")
    assert issue.headline.startswith("The mood is much as last week, most talk is about")
    assert issue.pushed[0].tone.text == "good news"
    assert "investment advice" in issue.words("disclaimer")


def test_each_word_exists_in_both_languages():
    from analysis.digest.words import _texts

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

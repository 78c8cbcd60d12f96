"""news_sentiment: what counts, what does not, and how sure it is."""

import math

import pytest

from analysis.store.privacy import enforce_deleted
from analysis.votes.effects import TAU

ROW = "FROM news_sentiment"


def test_one_row_an_original_news_post(threads):
    threads.thread("M.1")
    threads.thread("M.2", is_reply=True, title="Re: [新聞] 標題")
    threads.thread("M.3", category="標的")
    threads.thread("M.4", title="Fw: [新聞] 標題")
    assert {row["post_id"] for row in threads.derive().rows(ROW)} == {"M.1", "M.4"}


def test_nothing_judged_is_null_never_zero(threads, said):
    threads.thread("M.1", [said("writer", "→", 1)])
    row = threads.derive().one(ROW)
    for name in ("vote_ratio", "approval", "approval_low", "approval_high", "news_tone", "crowd_mood", "crowd_mood_se",
                 "mood", "mood_low", "mood_high", "disagreement"):  # fmt: skip
        assert row[name] is None, name
    assert (row["voters"], row["comments_scored"], row["symbols"], row["arrow_count"]) == (0, 0, [], 1)


def test_the_crowd_is_one_mean_a_user_and_one_score_a_joined_comment(threads, said):
    threads.thread("M.1", [
        said("a", "推", 1, -0.5), said("a", "→", 1, -0.5),  # one comment on two rows
        said("A", "→", 3, 0.5), said("b", "推", 4, 0.8),
        said("writer", "→", 5, -1.0), said("c", "→", 6, -1.0, removed=9),
    ])  # fmt: skip
    row = threads.derive().one(ROW)
    assert row["comments_scored"] == 3
    assert row["crowd_mood"] == pytest.approx((0.0 + 0.8) / 2)


def test_scores_of_an_engine_that_is_not_active_do_not_show(threads, said):
    threads.thread("M.1", [said("a", "推", 1)])
    threads.insert("push_scores", board="Stock", post_id="M.1", floor=1, engine="old", version="1", score=0.9)
    assert threads.derive().one(ROW)["crowd_mood"] is None


def test_mood_is_the_inverse_variance_mean_and_drops_what_is_missing(threads, said):
    threads.thread("M.1", [said(f"u{n}", "噓", n, -0.4) for n in range(6)])
    threads.thread("M.2", [said(f"u{n}", "推", n) for n in range(6)])
    threads.thread("M.3", [said("x", "→", 1, 0.3)])
    row, votes_only, words_only = threads.derive().rows(f"{ROW} ORDER BY post_id")
    effect = threads.one("FROM thread_effects WHERE post_id = 'M.1'")
    approval_variance = ((1 - effect["approval"] ** 2) / 2 * effect["se"]) ** 2
    crowd_variance = row["crowd_mood_se"] ** 2
    weights = (1 / approval_variance, 1 / crowd_variance)
    mood = (weights[0] * row["approval"] + weights[1] * row["crowd_mood"]) / sum(weights)
    assert row["mood"] == pytest.approx(mood)
    assert row["mood_high"] - row["mood"] == pytest.approx(1.96 / math.sqrt(sum(weights)))
    assert votes_only["mood"] == pytest.approx(votes_only["approval"])
    assert words_only["mood"] == pytest.approx(0.3)


def test_two_voices_look_as_uncertain_as_they_are(threads, said):
    threads.thread("M.1", [said(f"u{n}", "推", n, 0.9) for n in range(2)])
    threads.thread("M.2", [said(f"u{n}", "推", n, 0.9) for n in range(60)])
    few, many = threads.derive().rows(f"{ROW} ORDER BY post_id")
    assert few["mood_high"] - few["mood_low"] > 2 * (many["mood_high"] - many["mood_low"])
    assert few["crowd_mood_se"] > 0.2


def test_news_tone_is_the_mean_of_headline_and_article(threads, said):
    threads.thread("M.1", [said("a", "→", 1, 0.5)], tone=(0.6, 0.2), symbols=("2454", "2330", "2330"))
    row = threads.derive().one(ROW)
    assert row["news_tone"] == pytest.approx(0.4)
    assert row["disagreement"] == pytest.approx(0.5 - 0.4)
    assert row["symbols"] == ["2330", "2454"]


def test_a_row_says_whether_a_model_was_trained_on_its_day(threads):
    threads.thread("M.1")
    threads.thread("M.2", hours=24)
    assert [row["in_sample"] for row in threads.derive().rows(f"{ROW} ORDER BY post_id")] == [True, False]


def test_times_are_taipeis_whatever_the_readers_zone(threads):
    threads.thread("M.1")
    row = threads.derive().one(ROW)
    assert str(row["posted_local"]) == "2026-01-05 09:00:00"


def test_a_headline_falls_back_on_the_title(threads):
    threads.thread("M.1", title="Fw: [新聞] 台股收紅", headline=None)
    threads.thread("M.2", title="[新聞] 台股收紅", headline="完整的標題")
    assert [row["headline"] for row in threads.derive().rows(f"{ROW} ORDER BY post_id")] == ["台股收紅", "完整的標題"]


STORY = [
    ("M.1", 0, "〈台股〉台積電法說會後外資大舉買超三萬張", "https://news.example.com/a/12345"),
    ("M.2", 30, "台積電法說會後，外資大舉買超三萬張！", None),
    ("M.3", 60, "另一家媒體換了標題報導同一件事情", "http://www.news.example.com/a/12345?utm_source=x"),
    ("M.4", 60, "完全不同的一則新聞說的是航運類股", "https://news.example.com/"),
    ("M.5", 62, "又一則不同的新聞說的是記憶體報價", "https://news.example.com/"),
    ("M.6", 200, "台積電法說會後，外資大舉買超三萬張", None),
]


def test_posts_of_one_story_share_its_earliest_post(threads):
    for post_id, hours, headline, url in STORY:
        threads.thread(post_id, hours=hours, headline=headline, source_url=url)
    story = {row["post_id"]: row["story_id"] for row in threads.derive().rows(ROW)}
    # a home page is no source, and the same words a week later are another story
    assert story == {"M.1": "M.1", "M.2": "M.1", "M.3": "M.1", "M.4": "M.4", "M.5": "M.5", "M.6": "M.6"}


def stories(threads, *posts):
    """Story of each post: (headline, address, symbols that the title names), an hour apart."""
    for number, (headline, url, symbols) in enumerate(posts):
        threads.thread(f"M.{number}", hours=number, headline=headline, source_url=url, symbols=symbols)
    return [row["story_id"] for row in threads.derive().rows(f"{ROW} ORDER BY post_id")]


def test_news_on_different_companies_is_never_one_story(threads):
    address = "https://news.example.com/a/12345"
    assert stories(
        threads,
        ("甲金控107年7月份自結合併盈餘公告", None, ("2884",)),
        ("乙金控107年7月份自結合併盈餘公告", None, ("2885",)),
        ("丙金控107年7月份自結合併盈餘公告", None, ()),  # a company that no list knows
        ("甲金控107年7月份自結合併盈餘公告！", None, ("2884", "2330")),
        ("兩家公司的說法全都寫在這一則裡面", address, ("2884",)),
        ("同一個網址貼錯了位置說的是別家", address, ("2885",)),
    ) == ["M.0", "M.1", "M.2", "M.0", "M.4", "M.5"]


def test_one_address_is_one_story_though_only_one_title_names_the_stock(threads):
    address = "https://news.example.com/a/12345"
    posts = ("阿北們無奈看不到當年的千元股價", address, ()), ("宏達電股價回不去了大家都很難過", address, ("2498",))
    assert stories(threads, *posts) == ["M.0", "M.0"]


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://filings.example.com/web/t05sr01_1", False),
        ("https://news.example.com/online/flashnews8.asp", False),
        ("https://news.example.com/story/7251/2540787", True),
        ("https://news.example.com/articles/a-long-title-of-one-piece", True),
    ],
)
def test_a_source_is_an_address_with_an_id(threads, address, same):
    posts = ("航運類股今天說的是一件什麼事情", address, ()), ("又一則不同的新聞說的是記憶體價", address, ())
    assert stories(threads, *posts) == ["M.0", "M.0" if same else "M.1"]


def test_the_tables_kept_up_to_date_equal_a_computation_from_scratch(threads, said):
    for n in range(5):
        threads.thread(f"M.{n}", [said(f"u{k % 3}", "推", k, (k * n) % 7 / 7) for k in range(n * 3)], hours=n)
    threads.derive()
    threads.con.execute("UPDATE pushes SET removed_at = pushed_at WHERE post_id = 'M.3' AND floor = 2")
    threads.insert("internal.dirty", board="Stock", post_id="M.3", step="moods")
    threads.derive()
    kept = threads.rows("SELECT * EXCLUDE (engine, version) FROM internal.thread_moods ORDER BY post_id")
    assert len(kept) == 4
    assert kept == threads.rows("FROM internal.thread_moods_now ORDER BY post_id")
    assert threads.rows("FROM internal.stories ORDER BY ALL") == threads.rows("FROM internal.stories_now ORDER BY ALL")


@pytest.mark.parametrize("policy", ["drop", "votes"])
def test_the_story_of_a_post_that_was_taken_down_is_told_anew(threads, policy):
    """What shared the story by that post's words shares it no more, once the words are gone."""
    headline, address = "台積電法說會後外資大舉買超三萬張", "https://news.example.com/story/7251/2540787"
    told = ((headline, address), (f"{headline}！", None), ("完全不同的一則新聞說的是航運類股", address))
    assert stories(threads, *((*post, ()) for post in told)) == ["M.0", "M.0", "M.0"]
    threads.con.execute("UPDATE posts SET deleted_at = posted_at + INTERVAL 1 DAY WHERE post_id = 'M.0'")
    assert enforce_deleted(threads.con, policy)
    threads.derive()
    kept = {row["post_id"]: row["story_id"] for row in threads.rows("FROM internal.stories")}
    of_address = {"M.2": "M.2"} if policy == "drop" else {"M.0": "M.0", "M.2": "M.0"}  # an address is nobody's words
    assert kept == {"M.1": "M.1"} | of_address
    assert kept == {row["post_id"]: row["story_id"] for row in threads.rows("FROM internal.stories_now")}


def test_another_active_engine_changes_every_mood(threads, said):
    threads.thread("M.1", [said("a", "推", 1, 0.5)])
    threads.insert("push_scores", board="Stock", post_id="M.1", floor=1, engine="old", version="1", score=-0.9)
    assert threads.derive().one(ROW)["crowd_mood"] == pytest.approx(0.5)
    threads.con.execute("UPDATE engines SET active = engine = 'old'")
    row = threads.derive().one(ROW)
    assert (row["crowd_mood"], row["engine"]) == (pytest.approx(-0.9), "old")


def test_the_prior_of_thread_effects_is_the_votes_own(threads):
    assert threads.one("SELECT internal.tau()::DOUBLE AS tau")["tau"] == TAU


def test_rankings_show_each_story_once_and_leave_out_the_unsure(threads, said):
    crowd = [said(f"u{n}", "噓", n) for n in range(12)]
    threads.thread("M.1", crowd, headline="同一則新聞的標題寫得一模一樣")
    threads.thread("M.2", crowd[:10], hours=1, headline="同一則新聞的標題寫得一模一樣")
    threads.thread("M.3", crowd[:9], hours=2, headline="票數不夠的新聞")
    threads.thread("M.4", [said(f"v{n}", "推", n) for n in range(12)], hours=3, headline="大家都推的新聞在這裡")
    threads.thread("M.5", crowd, hours=4, headline="被作者刪掉的新聞在這裡", deleted=30)
    threads.thread("M.6", crowd, hours=4, board="Test", headline="別的看板的新聞在這裡")
    threads.derive()
    worst = threads.rows("FROM worst_news(board := 'Stock')")
    assert [(row["place"], row["post_id"], row["story_posts"]) for row in worst] == [(1, "M.1", 2), (2, "M.4", 1)]
    assert [row["post_id"] for row in threads.rows("FROM top_news(n := 1)")] == ["M.4"]
    assert {row["post_id"] for row in threads.rows("FROM worst_news(min_voters := 5)")} == {"M.1", "M.3", "M.4", "M.6"}
    assert threads.rows("FROM top_news(days := 0)") == []

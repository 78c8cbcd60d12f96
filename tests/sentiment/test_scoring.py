"""Scores in a store: what is judged, by whom, and what a switch of engines changes."""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import numpy as np
import pytest

from analysis.errors import UsageError
from analysis.sentiment import scoring, stance_engine
from analysis.sentiment.engine import EngineInfo, Scores, Weight
from analysis.sentiment.scoring import activate, score_threads
from analysis.sentiment.stance import RULES
from analysis.sql import statement
from ptt_spider.clock import TAIPEI

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=TAIPEI)


class Ruler:
    """An engine that measures length: a score shows which text was judged."""

    def __init__(self, name: str = "ptt", version: str = "1", scale: float = 1000) -> None:
        self.info = EngineInfo(name, version, f"hash-{name}-{version}")
        self.scale = scale
        self.judged: list[str] = []

    def score(self, texts: Sequence[str]) -> Scores:
        self.judged += texts
        return np.array([len(text) / self.scale for text in texts])

    def log_odds(self, texts: Sequence[str]) -> Scores | None:
        return None if self.info.name == "lexicon" else 2 * self.score(texts)

    def explain(self, text: str) -> list[Weight]:
        return []


class Store:
    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute(statement("schema/0001_tables"))

    def post(self, post_id, pushes=(), *, board="Stock", title="[新聞] 標題", body="內文", deleted=False, news=None):
        for table in ("posts", "pushes", "news"):
            self.con.execute(f"DELETE FROM {table} WHERE board = ? AND post_id = ?", [board, post_id])
        self.con.execute(
            "INSERT INTO posts BY NAME SELECT ? AS board, ? AS post_id, '' AS aid, '' AS url, '新聞' AS category,"
            " false AS is_reply, false AS is_forward, ? AS title, ?::TIMESTAMPTZ AS posted_at, ?::DATE AS posted_on,"
            " ? AS body, 0 AS push_count, 0 AS boo_count, 0 AS arrow_count, ?::TIMESTAMPTZ AS deleted_at,"
            " false AS truncated, false AS damaged, ?::TIMESTAMPTZ AS first_seen_at, ?::TIMESTAMPTZ AS fetched_at,"
            " 0 AS capture_lag",
            [board, post_id, title, NOON, NOON.date(), body, NOON if deleted else None, NOON, NOON],
        )
        for floor, (user, text, *removed) in enumerate(pushes, 1):
            self.con.execute(
                "INSERT INTO pushes BY NAME SELECT ? AS board, ? AS post_id, ? AS floor, '推' AS tag, 1 AS vote,"
                " ? AS user_id, ? AS text, '' AS time_text, false AS is_author, ?::TIMESTAMPTZ AS first_seen_at,"
                " ?::TIMESTAMPTZ AS removed_at",
                [board, post_id, floor, user, text, NOON, NOON if removed else None],
            )
        if news:
            headline, article, comment = news
            self.con.execute(
                "INSERT INTO news (board, post_id, headline, article, comment) VALUES (?, ?, ?, ?, ?)",
                [board, post_id, headline, article, comment],
            )
        self.con.execute("INSERT INTO internal.dirty VALUES (?, ?, 'scores')", [board, post_id])

    def rows(self, query, *values):
        return self.con.execute(query, list(values)).fetchall()

    def pushes(self, engine="ptt", version="1"):
        query = "SELECT post_id, floor, score FROM push_scores WHERE engine = ? AND version = ? ORDER BY ALL"
        return [(post, floor, round(score * 1000)) for post, floor, score in self.rows(query, engine, version)]

    def parts(self):
        query = "SELECT post_id, part, engine, version, score FROM post_scores ORDER BY ALL"
        return [(*row[:4], round(row[4] * 1000)) for row in self.rows(query)]

    def active(self):
        return self.rows("SELECT engine, version FROM engines WHERE active ORDER BY ALL")


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def engines(monkeypatch):
    """The engines of "this program", by name; tests replace them to release a new version."""
    shelf = {"ptt": Ruler(), "lexicon": Ruler("lexicon"), "stance": Ruler("stance")}

    def get(name, **options):
        if name not in shelf:
            raise UsageError(name)
        return shelf[name]

    monkeypatch.setattr(scoring, "get_engine", get)
    monkeypatch.setattr(scoring, "_stance", lambda: shelf["stance"])
    return shelf


def test_a_run_has_one_score_on_each_of_its_floors(store, engines):
    store.post("M.1", [("amy", "一二三"), ("Amy", "四五"), ("bob", "六"), (None, "七"), (None, "八")])
    assert score_threads(store.con) == 1
    assert store.pushes() == [("M.1", 1, 6), ("M.1", 2, 6), ("M.1", 3, 1), ("M.1", 4, 1), ("M.1", 5, 1)]
    assert store.rows("SELECT max(abs(log_odds - 2 * score)) FROM push_scores") == [(0.0,)]
    assert store.rows("FROM internal.dirty") == [("Stock", "M.1", "moods")]
    assert engines["ptt"].judged.count("一二三 四五") == 2, "once for the score, once for the log-odds"


def test_runs_do_not_cross_threads_and_boards(store, engines):
    store.post("M.1", [("amy", "一")])
    store.post("M.2", [("amy", "二二")])
    store.post("M.1", [("amy", "三三三")], board="Gossiping")
    score_threads(store.con)
    assert sorted(score for _, _, score in store.pushes()) == [1, 2, 3]
    assert store.rows("SELECT count(*) FROM push_scores WHERE board = 'Gossiping'") == [(1,)]


def test_a_text_that_was_not_kept_has_no_score(store, engines):
    store.post("M.1", [("amy", None), ("bob", ""), ("cat", "一")], body="")
    score_threads(store.con)
    assert store.pushes() == [("M.1", 2, 0), ("M.1", 3, 1)]


def test_removed_rows_and_deleted_threads_are_scored(store, engines):
    store.post("M.1", [("amy", "一", True), ("bob", "二二")], deleted=True)
    score_threads(store.con)
    assert store.pushes() == [("M.1", 1, 1), ("M.1", 2, 2)]


def test_parts_of_posts(store, engines):
    store.post("M.1", news=("頭條", "報導報導報導", "心得心得"), body="全文全文全文全文")
    store.post("M.2", title="Re: [標的] 某某多", body="分析文")
    store.post("M.3", title=None, body="")
    score_threads(store.con)
    assert store.parts() == [
        ("M.1", "article", "stance", "1", 6),
        ("M.1", "comment", "ptt", "1", 4),
        ("M.1", "headline", "stance", "1", 2),
        ("M.2", "body", "stance", "1", 3),
        ("M.2", "headline", "stance", "1", 3),
    ]


def test_a_changed_thread_is_judged_anew_and_others_are_left_alone(store, engines):
    store.post("M.1", [("amy", "一")], news=(None, "舊", None))
    store.post("M.2", [("amy", "一")])
    score_threads(store.con)
    engines["ptt"].judged.clear()
    store.post("M.1", [("amy", "一"), ("amy", "二二")], news=(None, "新新", None))
    assert score_threads(store.con) == 1
    assert store.pushes() == [("M.1", 1, 4), ("M.1", 2, 4), ("M.2", 1, 1)]
    assert set(engines["ptt"].judged) == {"一 二二"}
    assert ("M.1", "article", "stance", "1", 2) in store.parts()
    assert score_threads(store.con) == 0


def test_small_batches_give_the_same(store, engines):
    other = Store()
    for at in (store, other):
        for n in range(7):
            at.post(f"M.{n}", [("amy", "一" * n), ("amy", "二"), ("bob", "三")], news=("頭", "文" * n, "心"))
    seen = []
    assert score_threads(store.con, threads=2, on_progress=seen.append) == 7
    score_threads(other.con)
    assert seen == [2, 4, 6, 7]
    assert store.pushes() == other.pushes() != []
    assert store.parts() == other.parts() != []


def test_many_comments_make_small_batches(store, engines, monkeypatch):
    for n in range(5):
        store.post(f"M.{n}", [("amy", "一")])
    store.con.execute("UPDATE posts SET push_count = 60, arrow_count = 40")
    monkeypatch.setattr(scoring, "COMMENTS", 250)
    seen = []
    score_threads(store.con, on_progress=seen.append)
    assert seen == [2, 4, 5]
    monkeypatch.setattr(scoring, "COMMENTS", 50)
    score_threads(store.con, everything=True, on_progress=seen.append)
    assert seen[3:] == [1, 2, 3, 4, 5], "a thread alone is never too large"
    assert len(store.pushes()) == 5


def test_a_batch_that_fails_leaves_its_threads_for_the_next_run(store, engines):
    store.post("M.1", [("amy", "一")])
    store.post("M.2", [("amy", "壞")])

    class Broken(Ruler):
        def score(self, texts):
            if "壞" in texts:
                raise RuntimeError("killed")
            return super().score(texts)

    with pytest.raises(RuntimeError, match="killed"):
        score_threads(store.con, Broken(), threads=1)
    assert store.pushes() == [("M.1", 1, 1)]
    assert ("Stock", "M.2", "scores") in store.rows("FROM internal.dirty")
    assert score_threads(store.con) == 1
    assert store.pushes() == [("M.1", 1, 1), ("M.2", 1, 1)]


def test_the_first_engine_is_the_active_one(store, engines):
    store.post("M.1", [("amy", "一")])
    score_threads(store.con, "lexicon")
    score_threads(store.con, "ptt")
    assert store.active() == [("lexicon", "1")]
    assert store.rows("SELECT engine, weights_hash, active FROM engines ORDER BY engine") == [
        ("lexicon", "hash-lexicon-1", True),
        ("ptt", "hash-ptt-1", False),
        ("stance", "hash-stance-1", False),
    ]


def test_missing_scores_are_filled_in_beside_the_others(store, engines):
    store.post("M.1", [("amy", "一")])
    store.post("M.2", [], news=(None, None, "心得"))
    score_threads(store.con)
    assert score_threads(store.con, "lexicon") == 0
    engines["stance"].judged.clear()
    assert score_threads(store.con, "lexicon", missing=True) == 2
    assert engines["stance"].judged == []
    assert score_threads(store.con, "lexicon", missing=True) == 0
    assert store.pushes() == store.pushes("lexicon") == [("M.1", 1, 1)]
    assert store.rows("SELECT log_odds FROM push_scores WHERE engine = 'lexicon'") == [(None,)]
    assert [row[:4] for row in store.parts() if row[0] == "M.2" and row[1] == "comment"] == [
        ("M.2", "comment", "lexicon", "1"),
        ("M.2", "comment", "ptt", "1"),
    ]


def test_everything_is_judged_again_on_request(store, engines):
    for n in range(3):
        store.post(f"M.{n}", [("amy", "一")])
    score_threads(store.con)
    before = store.parts()
    store.con.execute("UPDATE push_scores SET score = 0; UPDATE post_scores SET score = 0")
    assert score_threads(store.con, everything=True, threads=2) == 3
    assert store.parts() == before
    assert [score for *_, score in store.pushes()] == [1, 1, 1]


def test_a_changed_thread_is_judged_by_the_active_engine_too(store, engines):
    store.post("M.1", [("amy", "一")])
    score_threads(store.con)
    score_threads(store.con, "lexicon", missing=True)
    store.post("M.1", [("amy", "一一")])
    score_threads(store.con, "lexicon")
    assert store.pushes() == store.pushes("lexicon") == [("M.1", 1, 2)]


def test_scores_that_nobody_keeps_up_go_with_the_change(store, engines):
    store.post("M.1", [("amy", "一")], news=(None, None, "心"))
    store.post("M.2", [("amy", "一")])
    score_threads(store.con)
    score_threads(store.con, "lexicon", missing=True)
    store.post("M.1", [("amy", "一一")], news=(None, None, "心"))
    score_threads(store.con)
    assert store.pushes("lexicon") == [("M.2", 1, 1)], "M.1's would have been those of its old text"
    assert score_threads(store.con, "lexicon", missing=True) == 1
    assert store.pushes("lexicon") == [("M.1", 1, 2), ("M.2", 1, 1)]


def test_a_new_version_changes_nothing_until_it_is_activated(store, engines, caplog):
    store.post("M.1", [("amy", "一")], news=("頭條", None, None))
    score_threads(store.con)
    engines["ptt"], engines["stance"] = Ruler(version="2", scale=100), Ruler("stance", "2", scale=100)
    store.post("M.1", [("amy", "一"), ("bob", "二")], news=("頭條", None, None))
    store.post("M.2", [("amy", "一")], news=("頭條", None, None))
    score_threads(store.con)
    assert "ptt score --activate ptt@2" in caplog.text
    assert store.active() == [("ptt", "1")]
    assert store.pushes() == [("M.1", 1, 1)]
    assert store.pushes(version="2") == [("M.1", 1, 10), ("M.1", 2, 10), ("M.2", 1, 10)]
    tone = [row for row in store.parts() if row[1] == "headline"]
    assert tone == [("M.1", "headline", "stance", "1", 2), ("M.2", "headline", "stance", "2", 20)]

    caplog.clear()
    assert activate(store.con, "ptt", "2") == 0
    assert caplog.text == "", "what is being done needs no telling to do it"
    assert store.active() == [("ptt", "2")]
    tone = [row for row in store.parts() if row[1] == "headline"]
    assert tone == [("M.1", "headline", "stance", "2", 20), ("M.2", "headline", "stance", "2", 20)]
    assert store.rows("SELECT version FROM engines WHERE engine = 'stance'") == [("2",)]


def test_other_weights_under_the_same_version_are_told(store, engines, caplog):
    store.post("M.1", [("amy", "一")])
    score_threads(store.con)
    assert caplog.text == ""
    engines["ptt"].info = EngineInfo("ptt", "1", "other")
    score_threads(store.con)
    assert "ptt score --engine ptt --all" in caplog.text
    caplog.clear()
    score_threads(store.con, everything=True)
    assert store.rows("SELECT weights_hash FROM engines WHERE engine = 'ptt'") == [("other",)]
    assert caplog.text == ""


def test_activation_scores_what_is_missing_first(store, engines):
    for n in range(5):
        store.post(f"M.{n}", [("amy", "一")])
    score_threads(store.con)
    assert activate(store.con, "lexicon", "1", threads=2) == 5
    assert store.active() == [("lexicon", "1")]
    assert len(store.pushes("lexicon")) == 5
    assert activate(store.con, "ptt", "1") == 0
    assert store.active() == [("ptt", "1")]


def test_a_model_of_ones_own_can_be_activated_and_stays(store, engines, caplog):
    own = Ruler(version="own-2026-01-05", scale=100)
    store.post("M.1", [("amy", "一")])
    score_threads(store.con)
    with pytest.raises(UsageError, match="--activate ptt@1"):
        activate(store.con, "ptt", "own-2026-01-05")
    assert activate(store.con, "ptt", "own-2026-01-05", own=own) == 1
    assert store.active() == [("ptt", "own-2026-01-05")]
    assert store.pushes(version="own-2026-01-05") == [("M.1", 1, 10)]
    store.post("M.2", [("amy", "二")])
    score_threads(store.con, own)
    assert store.pushes(version="own-2026-01-05") == [("M.1", 1, 10), ("M.2", 1, 10)]
    assert caplog.text == ""


def test_activation_that_fails_switches_nothing(store, engines):
    store.post("M.1", [("amy", "一")], news=("頭條", None, None))
    score_threads(store.con)
    engines["ptt"] = Ruler(version="2")

    class Broken(Ruler):
        def score(self, texts):
            raise RuntimeError("killed")

    engines["stance"] = Broken("stance", "2")
    with pytest.raises(RuntimeError, match="killed"):
        activate(store.con, "ptt", "2")
    assert store.active() == [("ptt", "1")]
    assert store.parts() == [("M.1", "body", "stance", "1", 2), ("M.1", "headline", "stance", "1", 2)]


def test_activation_of_an_unknown_version_says_what_there_is(store, engines):
    with pytest.raises(UsageError, match="--activate ptt@1"):
        activate(store.con, "ptt", "7")
    with pytest.raises(UsageError):
        activate(store.con, "nobody", "1")


def test_the_shipped_engines_score_a_store(store):
    store.post(
        "M.1",
        [("amy", "賺爛了 感謝"), ("bob", "崩盤 大家畢業"), ("cat", "👀")],
        news=("營收創新高", "年增三成。", "好股"),
    )
    assert score_threads(store.con) == 1
    (engine, version), *_ = store.active()
    (_, _, up), (_, _, down), (_, _, nothing) = store.pushes(engine, version)
    assert up > 0 > down
    assert nothing == 0
    judged = [(part, name) for _, part, name, _, _ in store.parts()]
    assert judged == [("article", "stance"), ("comment", engine), ("headline", "stance")]
    stance = f"{version}.{RULES}"
    assert store.rows("SELECT engine, version FROM engines ORDER BY ALL") == [(engine, version), ("stance", stance)]


def test_stances_of_other_rules_keep_their_numbers_until_activation(store, monkeypatch):
    store.post("M.1", [("amy", "一")], news=("營收創新高", None, None))
    score_threads(store.con)
    ((_, version),) = store.active()
    before = store.parts()
    monkeypatch.setattr(stance_engine, "RULES", RULES + 1)
    monkeypatch.setattr(stance_engine, "stance_of", lambda texts: np.full(len(texts), -0.5))
    assert score_threads(store.con, missing=True) == 0
    assert store.parts() == before
    activate(store.con, "ptt", version)
    assert {row[2:] for row in store.parts()} == {("stance", f"{version}.{RULES + 1}", -500)}


def test_snownlp_is_kept_up_in_the_conversion_that_is_active(store, monkeypatch):
    shelf = {"t2s": Ruler("snownlp", "x-t2s"), "none": Ruler("snownlp", "x-none", scale=100)}
    monkeypatch.setattr(scoring, "get_engine", lambda name, conversion="t2s": shelf[conversion])
    monkeypatch.setattr(scoring, "_stance", lambda: Ruler("stance"))
    store.post("M.1", [("amy", "一")])
    score_threads(store.con, "snownlp")
    activate(store.con, "snownlp", "x-none")
    assert store.active() == [("snownlp", "x-none")]
    assert store.pushes("snownlp", "x-none") == [("M.1", 1, 10)]

"""An engine that cannot be had holds up the scores alone: comments are counted, and the run still says what failed."""

import pytest

from analysis.config import Settings
from analysis.derive import derive_all
from analysis.errors import PttError


def no_model(name):
    raise PttError("找不到模型。")


def test_comments_count_and_the_threads_wait_for_scores(threads, said, tmp_path, monkeypatch):
    threads.thread("M.1", [said("a", "推", 1), said("b", "噓", 2)])
    threads.insert("internal.dirty", board="Stock", post_id="M.1", step="scores")
    monkeypatch.setattr("analysis.derive._load_engine", no_model)
    told = []
    with pytest.raises(PttError, match="找不到模型"):
        derive_all(threads.con, Settings(data=tmp_path), on_step=told.append)
    assert told == ["news", "mentions", "votes", "moods", "stories"]
    assert threads.con.execute("SELECT span, comments, boos FROM internal.periods ORDER BY span").fetchall() == [
        ("day", 2, 1),
        ("week", 2, 1),
    ]
    assert threads.con.execute("SELECT DISTINCT step FROM internal.dirty").fetchall() == [("scores",)]


def test_another_step_that_fails_ends_the_run(threads, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.news.derive.derive_news", no_model)
    told = []
    with pytest.raises(PttError):
        derive_all(threads.con, Settings(data=tmp_path), on_step=told.append)
    assert told == []

"""`ptt train`: a store in, the same bytes out, and what was learnt is what the votes say."""

import json

import duckdb
import numpy as np
import pytest

from analysis.errors import PttError
from analysis.sentiment.ptt_engine import PttEngine
from analysis.sentiment.train.corpus import headline, masked, store_corpus
from analysis.sentiment.train.network import bags, fresh, learn, odds
from analysis.sentiment.train.vocabulary import frequent, rows_of
from analysis.sentiment.train.words import entries, gram
from analysis.sentiment.training import learnt_no_votes, train

LIKED = ["感謝分享", "推這篇好文", "大大厲害", "寫得真清楚", "恭喜獲利"]
BOOED = ["亂寫一通", "垃圾文章", "不要騙人", "標題殺人法", "唬爛仔又來"]
BODY = "1. 標的：測試\n2. 分類：{}\n3. 分析/正文：\n{}\n4. 進退場機制：停損10%"


def _store(votes: int) -> duckdb.DuckDBPyConnection:
    """A store with invented threads; the words of a push and its tag go together nine times of ten."""
    random = np.random.default_rng(0)
    con = duckdb.connect()
    con.execute("CREATE TABLE posts (board TEXT, post_id TEXT, category TEXT, is_reply BOOLEAN, title TEXT, body TEXT)")
    columns = "board TEXT, post_id TEXT, floor INT, user_id TEXT, tag TEXT, text TEXT, removed_at TIMESTAMP"
    con.execute(f"CREATE TABLE pushes ({columns})")
    posts, pushes = [], []
    for thread in range(40):
        post_id = f"M.{1700000000 + 86400 * thread}.A.{thread:03X}"
        up = thread % 2 == 0
        body = BODY.format("多" if up else "空", "營收成長 看好後市" if up else "虧損擴大 不宜買進")
        posts.append(("Stock", post_id, "標的" if thread % 4 < 2 else "新聞", False, f"[標的] 測試{thread}", body))
        for floor in range(votes // 40):
            liked = random.random() < 0.6
            words = LIKED if liked == (random.random() < 0.9) else BOOED
            text = f"{words[int(random.integers(5))]} {words[int(random.integers(5))]}"
            pushes.append(("Stock", post_id, floor + 1, f"user{floor % 50}", "推" if liked else "噓", text, None))
    con.executemany("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)", posts)
    con.executemany("INSERT INTO pushes VALUES (?, ?, ?, ?, ?, ?, ?)", pushes)
    return con


def test_training_twice_gives_the_same_bytes_and_learns_the_votes(tmp_path):
    con = _store(2400)
    report = train(con, tmp_path / "a.npz", seed=3)
    train(con, tmp_path / "b.npz", seed=3)
    train(con, tmp_path / "c.npz", seed=4)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert (tmp_path / "a.npz").read_bytes() != (tmp_path / "c.npz").read_bytes()
    assert report["vote_auc_later_threads"] > 0.8
    assert 0.7 < report["vote_auc_interval"][0] < report["vote_auc_later_threads"] < report["vote_auc_interval"][1]
    assert not learnt_no_votes(report)
    assert json.loads((tmp_path / "a.report.json").read_text())["hash"] == report["hash"]
    own = PttEngine(tmp_path / "a.npz")
    assert own.model(LIKED)[:, -1].min() > own.model(BOOED)[:, -1].max()
    assert own.model.names[-1] == "vote"
    assert own.info.weights_hash == report["hash"] != PttEngine().info.weights_hash
    assert own.info.trained_from.year == 2023
    assert np.all(np.abs(own.score(LIKED + BOOED)) <= 1)


@pytest.mark.parametrize(
    ("interval", "warned"), [([0.42, 0.58], True), ([0.51, 0.6], False), ([0.1, 0.3], True), ([None, None], True)]
)
def test_a_model_no_better_than_a_coin_is_not_handed_out_silently(tmp_path, monkeypatch, capsys, interval, warned):
    from analysis.commands import train as command
    from analysis.sentiment import training
    from analysis.store import connect

    def learn(_connection, out, _seed, **_options):
        out.write_bytes(b"weights")
        return {
            "hash": "0",
            "later_votes": 1234,
            "vote_auc_later_threads": None if None in interval else np.mean(interval),
            "vote_auc_interval": interval,
        }

    monkeypatch.setattr(training, "train", learn)
    monkeypatch.setattr(connect, "connect", lambda _data: duckdb.connect())
    command.command(data=tmp_path, out=tmp_path / "m.npz")
    said = capsys.readouterr()
    assert "模型寫到" in said.out
    assert "nan" not in said.out + said.err
    assert "None" not in said.out + said.err
    assert ("擲硬幣" in said.err) == ("1,234 票" in said.err) == warned


def test_votes_without_any_sense_are_found_out(tmp_path):
    con = _store(2400)
    con.execute("UPDATE pushes SET tag = if(hash(post_id, floor) % 2 = 0, '推', '噓')")
    assert learnt_no_votes(train(con, tmp_path / "a.npz"))


def test_a_report_without_votes_of_both_kinds_is_json(tmp_path):
    con = _store(2400)
    con.execute("UPDATE pushes SET tag = '推' WHERE post_id > 'M.1702592'")
    said = []
    report = train(con, tmp_path / "a.npz", say=said.append)
    assert (report["vote_auc_later_threads"], report["vote_auc_interval"]) == (None, [None, None])
    assert learnt_no_votes(report)
    assert "nan" not in "".join(said)

    def refuse(constant):
        raise AssertionError(constant)

    assert json.loads((tmp_path / "a.report.json").read_text(), parse_constant=refuse) == report


def test_too_little_to_learn_from_is_said():
    with pytest.raises(PttError, match="資料太少"):
        store_corpus(_store(400))


def test_declared_direction_is_read_and_hidden():
    posts = store_corpus(_store(2400)).posts
    assert set(posts["direction"]) == {"bull", "bear", ""}
    assert "多" not in masked(BODY.format("多", "營收成長"))
    assert "營收成長" in masked(BODY.format("多", "營收成長"))


@pytest.mark.parametrize("title", ["[新聞] 漲停", "Re: [新聞] 漲停", "Fw: [標的] 漲停", "漲停"])
def test_headline_loses_its_prefixes(title):
    assert headline(title) == "漲停"


def test_network_learns_two_words_apart():
    texts = ["好 棒", "爛 糟"] * 50
    known = frequent(texts, 1)
    ids, bounds = rows_of(texts, known)
    network = fresh(known.size, 8, 8, 1, seed=0)
    targets = np.array([[1.0], [0.0]] * 50, dtype=np.float32)
    losses = learn(network, ids, bounds, np.arange(100), targets, np.ones(1, dtype=np.float32), epochs=20)
    assert losses[-1] < losses[0]
    found = odds(network, bags(ids, bounds, network.table))[:, 0]
    assert found[0] > 0 > found[1]


def test_word_list_is_sound():
    words = entries()
    assert len(words) > 1000
    assert all(-4 <= tone <= 4 and -4 <= stance <= 4 for tone, stance in words.values())
    assert gram("賺爛") == gram("賺爛") != gram("賺翻")
    assert gram("超過四個字的詞") is None


def test_labels_hold_no_text(root):
    files = sorted((root / "labels").rglob("*.tsv"))
    assert len(files) > 6
    for path in files:
        if path.name.startswith("written_"):  # sentences of our own making
            continue
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        assert set(head.split("\t")) <= {"id", "row", "post_id", "floor", "tone", "stance"}
        assert all(line.isascii() for line in lines), path


def test_dev_threads_are_not_labelled_again(root, shared):
    import pandas as pd

    dev = set()
    for name in ("pushes_dev.tsv", "news_dev.tsv"):
        dev |= set(pd.read_csv(shared / "data/labelled" / name, sep="\t", quoting=3, dtype=str)["post_id"])
    for name in (
        "pushes_2016_2018.tsv",
        "news_2016_2018.tsv",
        "random_2016_2018.tsv",
        "active_2018.tsv",
        "active2_2018.tsv",
        "random2_2018.tsv",
    ):
        assert not dev & set(pd.read_csv(root / "labels" / name, sep="\t", dtype=str)["post_id"])


def test_a_longer_word_says_what_the_words_in_it_say():
    from analysis.sentiment.train import words

    found = words.judged()
    said = {int(mark): value for mark, value in zip(found.words, found.values, strict=True)}
    inner, outer = (said[words._fingerprint(words._normal(word))] for word in ("衰退", "營收衰退"))
    assert inner[0] < 0
    assert outer[0] < 0
    assert outer[1:3].tolist() == list(entries()["營收衰退"])


def test_a_thread_keeps_its_fold_whatever_else_is_there():
    from analysis.sentiment.train.heads import _folds

    few, many = [f"thread {n}" for n in range(50)], [f"thread {n}" for n in range(400)]
    for (inside, outside), (_, among) in zip(_folds(few, 0), _folds(many, 0), strict=True):
        assert not {few[row] for row in inside} & {few[row] for row in outside}
        assert {few[row] for row in outside} <= {many[row] for row in among}


def test_a_head_that_was_lent_outputs_gives_them_itself():
    from analysis.sentiment.train.heads import Features, fit
    from analysis.sentiment.train.labels import Labelled
    from analysis.sentiment.train.words import judged, prior

    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(LIKED + BOOED, 3)) for _ in range(300)]
    label = np.array([sum(word in LIKED for word in text.split()) > 1 for text in texts], dtype=np.int64)
    lexicon = judged()
    known = np.union1d(frequent(texts, 2), lexicon.grams)
    features = Features(fresh(known.size, 4, 4, 2, seed=0), known, prior(known), lexicon)
    data = Labelled(texts, label, [str(n) for n in range(300)], ["all"] * 300)
    first = fit(features, data, ("low", "high"), seed=0)
    beside = first.odds(features, texts)
    second = fit(features, data, ("low", "high"), seed=0, beside=beside)
    whole = second.odds(features, texts) + beside @ second.beside
    alone = second.with_lent([first])
    assert alone.beside.shape == (0, 2)
    assert np.allclose(alone.odds(features, texts), whole)
    assert np.mean((whole[:, 1] > whole[:, 0]) == label) > 0.8

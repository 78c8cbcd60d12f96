"""Judged texts: the shared labelled sets and this project's own labels, with both readings where there are two."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import PttError
from analysis.sentiment.train.corpus import Corpus, headline, masked

TONE: Final = {"neg": 0, "neu": 1, "pos": 2}
STANCE: Final = {"bear": 0, "none": 1, "neu": 1, "bull": 2}
DECLARED: Final = {"多": "bull", "空": "bear"}
LATER_ROWS: Final = 400
_ROWS: Final = "own 2016-18"
"""The part that was judged row by row; the others are runs of rows."""
_OWN: Final = {
    "pushes_2016_2018.tsv": _ROWS,
    "random_2016_2018.tsv": "random",
    "random2_2018.tsv": "random 2018",
    "active_2018.tsv": "active 2018",
    "active2_2018.tsv": "active 2018, second",
}
_WRITTEN: Final = {
    "written_2023_2026.tsv": "written",
    "written_threads_2019_2026.tsv": "written threads",
    "written_chat_2023_2026.tsv": "written chat",
}
"""Comments of our own making."""
_AGAIN: Final = ("tone_2", "stance_2", "tone_3", "stance_3")
_ERAS: Final = {"2016-18": 3.0, "2023-25": 2.0, "2026": 2.0}
"""Parts that chances are calibrated on, and what each counts: whole samples. The shared ones are judged by the
annotators of the acceptance sets, whose line between neutral and negative is milder than that of this project's
readers."""
TRUST: Final = {
    **dict.fromkeys(_OWN.values(), 0.35),
    **dict.fromkeys(_WRITTEN.values(), 0.3),
    "written news": 0.5,
    "written posts": 0.5,
}
"""What a row counts beside one of the shared sets or the live chat: less where our own readers, who find more attitudes
and directions than the shared annotators, judged posted comments, and less where the text is of our own making."""


@dataclass(frozen=True)
class Labelled:
    """Judged texts: ``label`` counts up from negative or bearish (0) over neutral (1) to positive or bullish (2)."""

    texts: list[str]
    label: NDArray[np.int64]
    group: list[str]
    part: list[str]
    """Which source and years a row belongs to: quality is reported apart."""
    again: NDArray[np.int64] | None = None
    """What a second and a third reader said (rows by two), -1 where none did."""
    trust: NDArray[np.float64] | None = None
    """How much a row counts in training."""
    weight: NDArray[np.float64] | None = None
    """How much a row counts when chances are calibrated: 0 where it was not drawn at random or readers differ."""

    @property
    def agreed(self) -> NDArray[np.bool_]:
        """Rows on which two readers say the same."""
        return np.zeros(self.label.size, dtype=np.bool_) if self.again is None else self.again[:, 0] == self.label


def _tsv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, sep="\t", quoting=3, dtype=str, keep_default_na=False)
    except FileNotFoundError as error:
        raise PttError(f"訓練資料不齊：找不到 {path}。") from error


def dev_posts(folder: Path) -> set[str]:
    """Threads of the dev sets: never trained on, votes included."""
    return {
        post_id
        for name in ("pushes_dev.tsv", "news_dev.tsv")
        for post_id in _tsv(folder / "labelled" / name)["post_id"]
    }


def later_dev(folder: Path) -> set[str]:
    """Row ids of the later-year dev set: 400 rows of 2024 and 2025 of the shared labels, by hash of thread."""
    rows = _tsv(folder / "labelled" / "pushes_train.tsv")
    rows = rows[rows["date"] >= "2024"]
    threads = sorted(rows["post_id"].unique(), key=lambda post_id: sha256(post_id.encode()).hexdigest())
    held: set[str] = set()
    for thread in threads:
        if len(held) >= LATER_ROWS:
            break
        held.update(rows[rows["post_id"] == thread]["id"].tolist()[: LATER_ROWS - len(held)])
    return held


def own_rows(labels: Path, corpus: Corpus) -> pd.DataFrame:
    """This project's labels of archived pushes with all readings: every row of each labelled comment.

    ``text`` is what was judged: one row, or a user's run of rows (``first`` is its first floor).
    """
    rows = pd.concat([_tsv(labels / name).assign(part=part) for name, part in _OWN.items()], ignore_index=True)
    rows = _read_again(rows.drop_duplicates(["post_id", "floor"]), labels, tuple(_OWN), ["post_id", "floor"])
    rows["first"] = rows.pop("floor").astype(int)
    pushes = corpus.pushes[corpus.pushes["post_id"].isin(set(rows["post_id"]))]
    pushes = pushes.sort_values(["post_id", "floor"], kind="stable").drop_duplicates(["post_id", "floor"])
    single = pushes.assign(first=pushes["floor"]).merge(rows[rows["part"] == _ROWS], on=["post_id", "first"])
    writer = pushes["user"].str.lower()
    begins = (writer != writer.shift()) | (pushes["post_id"] != pushes["post_id"].shift())
    pushes = pushes.assign(first=pushes["floor"].where(begins).ffill().astype(int))
    runs = pushes.merge(rows[rows["part"] != _ROWS], on=["post_id", "first"])
    runs["text"] = runs.groupby(["post_id", "first"])["text"].transform(" ".join)
    return pd.concat([single, runs], ignore_index=True)


def _read_again(rows: pd.DataFrame, labels: Path, names: Iterable[str], key: list[str]) -> pd.DataFrame:
    """Rows with columns tone_2, stance_2 (second reading), tone_3 and stance_3, '' where that reader did not see them.

    The third reader saw what the first two differ on.
    """
    for folder, mark in (("second", "_2"), ("third", "_3")):
        files = [labels / folder / name for name in names if (labels / folder / name).exists()]
        again = pd.concat([_tsv(file) for file in files]).drop_duplicates(key)
        rows = rows.merge(again.rename(columns={"tone": f"tone{mark}", "stance": f"stance{mark}"}), on=key, how="left")
    return rows.fillna(dict.fromkeys(_AGAIN, ""))


def labelled_comments(folder: Path, labels: Path, corpus: Corpus, held: set[str]) -> tuple[Labelled, Labelled]:
    """Tone and stance of comments: the shared training labels less the threads of ``held``, and this project's own."""
    train = _tsv(folder / "labelled" / "pushes_train.tsv")
    threads = set(train[train["id"].isin(held)]["post_id"])
    train = _read_again(train[~train["post_id"].isin(threads)], labels, ("pushes_train.tsv",), ["id"])
    years = train["date"].str[:4].astype(int)
    train = train.assign(part=np.where(years < 2020, "2016-18", "2023-25"), group=train["post_id"])
    live = _tsv(folder / "live_chat_2026_unlabelled.tsv")
    judged = _read_again(_tsv(labels / "live_chat_2026.tsv"), labels, ("live_chat_2026.tsv",), ["row"])
    live = live.iloc[judged["row"].astype(int)].reset_index(drop=True)
    live = live.assign(**judged[["tone", "stance", *_AGAIN]], part="2026", group="live " + live["date"])
    own = own_rows(labels, corpus)
    own = own[own["floor"] == own["first"]]
    written = pd.concat([_tsv(labels / name).assign(part=part) for name, part in _WRITTEN.items()])
    written = written.assign(group=written["part"] + " " + written["n"], tag="", **dict.fromkeys(_AGAIN, ""))
    columns = ["text", "tone", "stance", *_AGAIN, "part", "group", "tag"]
    frames = (train, live, own.assign(group=own["post_id"]), written)
    rows = pd.concat([frame[columns] for frame in frames], ignore_index=True)
    drawn = _as_drawn(rows["part"], rows["tag"], corpus.pushes["tag"])
    return _labelled(rows, "tone", TONE, drawn), _labelled(rows, "stance", STANCE, drawn)


def _labelled(rows: pd.DataFrame, column: str, names: dict[str, int], drawn: NDArray[np.float64]) -> Labelled:
    label = np.asarray(rows[column].map(names), dtype=np.int64)
    again = rows[[f"{column}_2", f"{column}_3"]].apply(lambda said: said.map(names)).fillna(-1)
    others = np.asarray(again, dtype=np.int64)
    trust = np.asarray(rows["part"].map(TRUST).fillna(1.0), dtype=np.float64)
    weight = np.where(others[:, 0] == label, drawn, 0.0)
    part = rows["part"].to_numpy()
    for era, share in _ERAS.items():
        for mark in set(names.values()):
            # agreed rows in the shares of classes that all rows have: readers agree on neutral ones least
            alike = (part == era) & (label == mark)
            weight[alike] *= share * drawn[alike].sum() / max(drawn[part == era].sum() * weight[alike].sum(), 1e-9)
    return Labelled(rows["text"].tolist(), label, rows["group"].tolist(), rows["part"].tolist(), others, trust, weight)


def _as_drawn(part: pd.Series, tag: pd.Series, all_tags: pd.Series) -> NDArray[np.float64]:
    """Weights that give each part the board's own mix of 推, 噓 and → (the shared sets have far more 噓)."""
    natural = all_tags.value_counts(normalize=True)
    share = pd.Series(1.0, index=tag.index).groupby([part, tag]).transform("sum") / part.map(part.value_counts())
    weight = np.asarray(tag.map(natural).fillna(0.0) / share, dtype=np.float64)
    return np.where(part.isin(list(_ERAS)), weight, 0.0)


def labelled_news(folder: Path, labels: Path, corpus: Corpus) -> Labelled:
    """Stance of news, each row twice: its headline, and headline with the beginning of the article.

    Headlines of our own making come once.
    """
    train = _tsv(folder / "labelled" / "news_train.tsv").assign(part="news")
    own = _tsv(labels / "news_2016_2018.tsv").merge(corpus.posts, on="post_id").assign(part="own news")
    rows = pd.concat([frame[["post_id", "title", "body", "stance", "part"]] for frame in (train, own)])
    bodies = rows.assign(text=rows["body"].str[:250], part=rows["part"] + ", body")
    written = _tsv(labels / "written_news_2019_2026.tsv").assign(part="written news")
    written["post_id"] = "written " + written["n"]
    frames = (rows.assign(text=rows["title"].map(headline)), bodies, written)
    rows = pd.concat([frame[["post_id", "text", "stance", "part"]] for frame in frames])
    return _once(rows["text"], rows["stance"].map(STANCE), rows["post_id"], rows["part"])


def labelled_bodies(labels: Path, corpus: Corpus) -> Labelled:
    """Declared direction of [標的] bodies (0 bear, 1 bull), the declaration masked, and of bodies of our own making.

    Bodies that hold nothing else are left out.
    """
    posts = corpus.posts[corpus.posts["direction"].isin(["bull", "bear"])]
    posts = posts.assign(text=posts["body"].map(masked), part="declared")
    posts = posts[posts["text"].str.strip() != ""]
    written = _tsv(labels / "written_posts_2019_2025.tsv").assign(part="written posts")
    written = written.assign(post_id="written " + written["n"], direction=written["direction"].map(DECLARED))
    rows = pd.concat([frame[["post_id", "text", "direction", "part"]] for frame in (posts, written)])
    return _once(rows["text"], rows["direction"] == "bull", rows["post_id"], rows["part"])


def _once(text: pd.Series, label: pd.Series, group: pd.Series, part: pd.Series) -> Labelled:
    """News and bodies, which one reader judged; calibrated on those that were posted."""
    trust = np.asarray(part.map(TRUST).fillna(1.0), dtype=np.float64)
    weight = np.asarray(~part.isin(TRUST), dtype=np.float64)
    labels = np.asarray(label, dtype=np.int64)
    return Labelled(text.tolist(), labels, group.tolist(), part.tolist(), None, trust, weight)

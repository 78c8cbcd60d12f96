"""The store's scores, of comments (``push_scores``) and of parts of posts (``post_scores``), kept up with the texts.

Comments and posters' remarks are judged by a comment engine, headlines, articles and bodies by ``stance``. A version of
an engine keeps its numbers: what a newer one says stands beside them and is shown after `activate` only.
"""

import logging
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import duckdb

from analysis.batches import THREADS, batch_done, next_batch
from analysis.errors import UsageError
from analysis.sentiment.engine import Engine, EngineInfo, get_engine
from analysis.sentiment.partial import score_partial
from analysis.sentiment.runs import join_runs
from analysis.sql import statement
from analysis.transaction import transaction

logger = logging.getLogger(__name__)

STEP: Final = "scores"
RESCORE: Final = "rescore"
"""Step of threads that did not change but lack an engine's scores, or are to be judged anew."""
COMMENTS: Final = 250_000
"""Comments a batch, so that a run of live threads needs no more memory than others: some 200 MB."""
STANCE: Final = "stance"
STANCE_PARTS: Final = frozenset({"headline", "article", "body"})
COMMENT_PARTS: Final = frozenset({"comment"})

Progress = Callable[[int], None]


def score_threads(
    con: duckdb.DuckDBPyConnection,
    engine: str | Engine = "ptt",
    *,
    missing: bool = False,
    everything: bool = False,
    threads: int = THREADS,
    on_progress: Progress | None = None,
    activating: bool = False,
) -> int:
    """Judges the threads that changed; how many.

    The active engine judges them as well where it is not ``engine``. ``missing`` adds threads that ``engine`` has not
    judged, ``everything`` all threads. Bounded batches of ``threads``, each one transaction: a kill costs one batch.
    ``on_progress`` is told the number of threads done; ``activating``: ``engine`` is shown next.
    Raises UsageError for an unknown engine.
    """
    used = get_engine(engine) if isinstance(engine, str) else engine
    stance = _stance()
    for info in (used.info, stance.info):
        _register(con, info, anew=everything)
    engines = [used, *_active_beside(con, used.info, told=not activating)]
    done = _work_off(con, STEP, engines, threads, on_progress)
    if missing or everything:
        with transaction(con):
            _mark(con, used.info, everything=everything)
        done = _work_off(con, RESCORE, [used], threads, on_progress, tone=everything, done=done)
    return done


def activate(
    con: duckdb.DuckDBPyConnection,
    name: str,
    version: str,
    *,
    own: Engine | None = None,
    threads: int = THREADS,
    on_progress: Progress | None = None,
) -> int:
    """Makes an engine the one that views show, after scoring everything it lacks; threads scored.

    The switch, with the news tone of the same release, is one transaction; nothing that views show changes before it.
    ``own`` is an engine beside the program's, with a model of one's own. Raises UsageError where there is no such
    engine or version.
    """
    mine = own is not None and (own.info.name, own.info.version) == (name, version)
    engine, stance = own if mine else _with_version(name, version), _stance()
    if engine is None:
        here = _identity(name, get_engine(name).info.version)
        raise UsageError(f"這個程式沒有 {_identity(name, version)} 引擎；請用 --activate {here}。")
    done = score_threads(con, engine, missing=True, threads=threads, on_progress=on_progress, activating=True)
    with transaction(con):
        con.execute(
            "UPDATE engines SET active = (engine = $engine AND version = $version) WHERE engine <> $stance",
            {"engine": name, "version": version, "stance": STANCE},
        )
        _replace_stance(con, stance, threads)
    return done


def _work_off(
    con: duckdb.DuckDBPyConnection,
    step: str,
    engines: list[Engine],
    threads: int,
    on_progress: Progress | None,
    *,
    tone: bool = True,
    done: int = 0,
) -> int:
    """Judges the threads of a step, their news ``tone`` too; ``done`` with what had been done before."""
    stance = _stance()
    kept = [_identity(*row) for row in con.execute("SELECT engine, version FROM engines WHERE active").fetchall()]
    while True:
        with transaction(con):
            if not next_batch(con, step, threads):
                return done
            con.execute(statement("scores/trim_batch"), {"comments": COMMENTS})
            ((count,),) = con.execute("SELECT count(*) FROM batch").fetchall()
            for i, engine in enumerate(engines):
                # Others' numbers of a changed thread go once; an engine that is judging keeps its own.
                judging = [_identity(e.info.name, e.info.version) for e in engines]
                _score_comments(con, engine, kept=kept + judging, others=step == STEP and i == 0)
            con.execute(statement("scores/mark_moods"))
            batch_done(con, step)
            if tone:
                con.execute(statement("scores/older_stance"), {"version": stance.info.version})
                _score_parts(con, stance, STANCE_PARTS)
        done += count
        if on_progress is not None:
            on_progress(done)


def _score_comments(con: duckdb.DuckDBPyConnection, engine: Engine, *, kept: list[str], others: bool) -> None:
    key = {"engine": engine.info.name, "version": engine.info.version}
    con.execute(statement("scores/forget_pushes"), {**key, "kept": kept, "others": others})
    con.execute(statement("scores/forget_parts"), {**key, "kept": kept, "others": others})
    columns = con.sql(statement("scores/pushes")).to_arrow_table().to_pydict()
    boards: list[str] = []
    posts: list[str] = []
    floors: list[int] = []
    lengths: list[int] = []
    texts: list[str] = []
    for (board, post_id), rows in groupby(zip(*columns.values(), strict=True), itemgetter(0, 1)):
        for run in join_runs(row[2:] for row in rows):
            floors += run.floors
            lengths.append(len(run.floors))
            texts.append(run.text)
            boards += [board] * len(run.floors)
            posts += [post_id] * len(run.floors)
    if texts:
        _insert(con, "push_scores", engine, texts, lengths, {"board": boards, "post_id": posts, "floor": floors})
    score_partial(con, engine, kept=kept, others=others)
    _score_parts(con, engine, COMMENT_PARTS)


def _score_parts(con: duckdb.DuckDBPyConnection, engine: Engine, wanted: frozenset[str]) -> None:
    if engine.info.name == STANCE:
        _forget_stance(con)
    columns = con.sql(statement("scores/parts")).to_arrow_table().to_pydict()
    rows = [row for row in zip(*columns.values(), strict=True) if row[2] in wanted]
    if rows:
        boards, posts, parts, texts = (list(column) for column in zip(*rows, strict=True))
        keys = {"board": boards, "post_id": posts, "part": parts}
        _insert(con, "post_scores", engine, texts, [1] * len(texts), keys)


def _insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    engine: Engine,
    texts: list[str],
    lengths: list[int],
    keys: dict[str, list[Any]],
) -> None:
    """One row a key; text i gives its numbers to the next lengths[i] keys."""
    import numpy as np
    import pyarrow as pa

    numbers = {"score": engine.score(texts)}
    if (log_odds := engine.log_odds(texts)) is not None:
        numbers["log_odds"] = log_odds
    rows = pa.table({**keys, **{name: np.repeat(values, lengths) for name, values in numbers.items()}})
    con.register("score_rows", rows)
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT *, $engine AS engine, $version AS version FROM score_rows",  # noqa: S608 - ours
        {"engine": engine.info.name, "version": engine.info.version},
    )
    con.unregister("score_rows")


def _replace_stance(con: duckdb.DuckDBPyConnection, stance: Engine, threads: int) -> None:
    """News tone of all threads that have it in another version, in the caller's transaction."""
    for _ in _batches_of_older_stance(con, stance.info.version, threads):
        _score_parts(con, stance, STANCE_PARTS)
    con.execute(
        "DELETE FROM engines WHERE engine = $stance AND version <> $version",
        {"stance": STANCE, "version": stance.info.version},
    )


def _batches_of_older_stance(con: duckdb.DuckDBPyConnection, version: str, threads: int) -> Iterator[None]:
    query = (
        "CREATE OR REPLACE TEMP TABLE batch AS SELECT DISTINCT board, post_id FROM post_scores"
        " WHERE engine = $stance AND version <> $version LIMIT $threads"
    )
    while True:
        con.execute(query, {"stance": STANCE, "version": version, "threads": threads})
        if not con.execute("FROM batch LIMIT 1").fetchall():
            return
        yield


def _forget_stance(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "DELETE FROM post_scores AS s USING batch AS b"
        " WHERE s.board = b.board AND s.post_id = b.post_id AND s.engine = $stance",
        {"stance": STANCE},
    )


def _mark(con: duckdb.DuckDBPyConnection, info: EngineInfo, *, everything: bool) -> None:
    if everything:
        con.execute(statement("scores/mark_all"), {"step": RESCORE})
    else:
        key = {"engine": info.name, "version": info.version}
        con.execute(statement("scores/mark_missing"), {"step": RESCORE, **key})


def _register(con: duckdb.DuckDBPyConnection, info: EngineInfo, *, anew: bool) -> None:
    """Notes the engine; with ``anew``, all being judged again, its weights may be others than before."""
    identity = {
        "engine": info.name,
        "version": info.version,
        "weights_hash": info.weights_hash,
        "trained_from": info.trained_from,
        "trained_until": info.trained_until,
    }
    con.execute(statement("scores/register"), identity)
    if anew:
        con.execute(statement("scores/register_anew"), identity)
    query = "SELECT weights_hash FROM engines WHERE engine = $engine AND version = $version"
    ((stored,),) = con.execute(query, {"engine": info.name, "version": info.version}).fetchall()
    if stored != info.weights_hash:
        logger.warning(
            "%s@%s 的權重是 %s，和已存分數的 %s 不同：請執行 ptt score --engine %s --all，讓所有分數一致。",
            *(info.name, info.version, info.weights_hash, stored, info.name),
        )


def _active_beside(con: duckdb.DuckDBPyConnection, used: EngineInfo, *, told: bool) -> list[Engine]:
    """The active engine, where it is another than the one in use and this program still has it; else it is ``told``."""
    active = con.execute(
        "SELECT engine, version FROM engines WHERE active AND engine <> $stance", {"stance": STANCE}
    ).fetchall()
    if not active or active[0] == (used.name, used.version):
        return []
    name, version = active[0]
    try:
        engine = _with_version(name, version)
    except UsageError:
        engine = None
    if engine is None:
        if not told:
            return []
        logger.warning(
            "評分引擎已從 %s@%s 換成 %s@%s：新留言的分數要等執行 ptt score --activate %s@%s 之後才會顯示。",
            *(name, version, used.name, used.version, used.name, used.version),
        )
        return []
    return [engine]


def _with_version(name: str, version: str) -> Engine | None:
    """An engine of that name that gives that version's numbers: its options are part of some versions' names."""
    options: list[dict[str, Any]] = [{}, {"conversion": "none"}] if name == "snownlp" else [{}]
    return next((e for e in (get_engine(name, **o) for o in options) if e.info.version == version), None)


def _identity(name: str, version: str) -> str:
    return f"{name}@{version}"


def _stance() -> Engine:
    from analysis.sentiment.stance_engine import StanceEngine

    return StanceEngine()

"""What a store says of a thread depends on what was seen, not on how that was cut into files nor on their order."""

import os
import random
from itertools import count

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analysis.store.load import load_file

_LOOKS = ["page", "page", "poll", "poll", "truncated", "damaged", "gone", "listed", "again"]
_STEPS = st.lists(
    st.tuples(st.sampled_from(["push"] * 8 + ["delete", "edit", "reply"] + _LOOKS), st.integers(0, 15)),
    min_size=20,
    max_size=40,
).map(lambda steps: [("push", 0), ("page", 0), *steps, ("page", 0)])
_THREADS = count(1769562000)
_FEW, _MANY = settings(max_examples=4), settings(max_examples=150)
if os.environ.get("PTT_TEST_STORE") == "ducklake":  # where a history takes seconds, and to find a shorter one minutes
    _FEW, _MANY = settings(max_examples=2, phases=[Phase.generate]), settings(max_examples=20, phases=[Phase.generate])

TABLES = {
    "posts": "* EXCLUDE (board)",
    "pushes": "* EXCLUDE (board)",
    "replies": "* EXCLUDE (board)",
    "post_versions": "* EXCLUDE (board)",
    "internal.observations": "* EXCLUDE (board)",
    "internal.texts": "* EXCLUDE (board)",
    "internal.listings": "* EXCLUDE (board)",
    "internal.poll_state": "* EXCLUDE (board)",
    "internal.dirty": "post_id",
}


def _dump(con, board, post_id):
    return {
        table: con.execute(
            f"SELECT DISTINCT {columns} FROM {table} WHERE board = ? AND post_id = ? ORDER BY ALL", [board, post_id]
        ).fetchall()
        for table, columns in TABLES.items()
    }


def _counts(con, board, post_id):
    return [con.execute(f"SELECT count(*) FROM {table} WHERE board = ? AND post_id = ?", [board, post_id]).fetchall()
            for table in TABLES if table != "internal.dirty"]  # fmt: skip


def _check(kit, history, folder, steps, seed):
    post_id = f"M.{next(_THREADS)}.A.C89"
    records = kit.Site("Straight", post_id).play(steps)
    model, con, dice = kit.Model(), history.con, random.Random(seed)
    for number, record in enumerate(records):
        load_file(con, kit.write_spool(folder, f"{post_id}-{number}", [record]))
        model.take(record)
        if dice.random() < 0.05:
            history.publish()
    with history.as_read() as read:
        _agrees(read, model, post_id)
        straight, counts = _dump(read, "Straight", post_id), _counts(read, "Straight", post_id)

    mixed = kit.Site("Mixed", post_id).play(steps)
    dice.shuffle(mixed)
    mixed += dice.sample(mixed, len(mixed) // 3)
    number = 0
    while mixed:
        size = dice.randint(1, 5)
        load_file(con, kit.write_spool(folder, f"{post_id}-mixed-{number}", mixed[:size]))
        mixed, number = mixed[size:], number + 1
    with history.as_read() as read:
        again, counts_again = _dump(read, "Mixed", post_id), _counts(read, "Mixed", post_id)
    for table, rows in straight.items():
        fixed = [tuple("/bbs/Straight/".join(v.split("/bbs/Mixed/")) if isinstance(v, str) else v for v in row)
                 for row in again[table]]  # fmt: skip
        if table in ("internal.observations", "internal.texts"):  # digests and headers hold the board's name
            assert len(fixed) == len(rows)
            continue
        assert fixed == rows, table
    assert counts_again == counts


def _agrees(con, model, post_id):
    rows = con.execute(
        "SELECT tag, user_id, text, time_text, ip, first_seen_at, removed_at, floor FROM pushes"
        " WHERE board = 'Straight' AND post_id = ? ORDER BY floor",
        [post_id],
    ).fetchall()
    assert [row[-1] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[:-1] for row in rows] == [
        (*push["identity"], push["ip"], push["first_seen_at"], push["removed_at"]) for push in model.pushes
    ]
    present = [push["identity"][0] for push in model.pushes if push["removed_at"] is None]
    bodies = model.bodies or model.damaged_bodies
    assert con.execute(
        "SELECT push_count, boo_count, arrow_count, body, first_seen_at, fetched_at, deleted_at, truncated, damaged,"
        " nrec FROM posts WHERE board = 'Straight' AND post_id = ?",
        [post_id],
    ).fetchall() == [
        (
            present.count("推"), present.count("噓"), present.count("→"), bodies[-1][0], model.seen_from,
            model.fetched_at, model.deleted_at, model.truncated, model.damaged, model.nrec,
        )
    ]  # fmt: skip
    versions = con.execute(
        "SELECT body, seen_from, seen_until FROM post_versions"
        " WHERE board = 'Straight' AND post_id = ? ORDER BY version",
        [post_id],
    ).fetchall()
    assert versions == [tuple(body) for body in bodies[:-1]]
    replies = con.execute(
        "SELECT after_floor, text FROM replies WHERE board = 'Straight' AND post_id = ? ORDER BY ALL", [post_id]
    ).fetchall()
    assert replies == sorted(model.replies)


@given(steps=_STEPS, seed=st.integers(0, 999))
@_FEW
def test_any_history_gives_the_model_whatever_the_order_of_loading(steps, seed, kit, history, tmp_path_factory):
    _check(kit, history, tmp_path_factory.getbasetemp() / "spool", steps, seed)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)
@given(steps=_STEPS, seed=st.integers(0, 999))
@_MANY
def test_many_histories(steps, seed, kit, history, tmp_path_factory):
    _check(kit, history, tmp_path_factory.getbasetemp() / "spool", steps, seed)

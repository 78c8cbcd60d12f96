"""The fold alone, without a database: any history, cut and mixed in any way, against the model."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.store.fold import fold, merge
from analysis.store.responses import Told, read_contents, read_line
from ptt_spider.spool import IndexSeen, encode

_LOOKS = ["page", "page", "poll", "poll", "truncated", "damaged", "gone", "again"]
_STEPS = st.lists(
    st.tuples(st.sampled_from(["push"] * 8 + ["delete", "edit", "reply"] + _LOOKS), st.integers(0, 15)),
    min_size=20,
    max_size=60,
).map(lambda steps: [("push", 0), ("page", 0), *steps, ("page", 0)])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kept:
    """What the store keeps of a thread between two loads."""

    def __init__(self):
        self.observations, self.rows, self.thread = [], {}, None

    def load(self, observations):
        fresh = [replace(o, contents=read_contents(o.raw)) for o in observations]
        merged = merge(self.observations, fresh)
        if not merged.changed:
            return
        self.thread = fold(merged, self.rows)
        self.rows = self.thread.rows
        self.observations = [o if o.pending else replace(o, contents=None, raw=[]) for o in self.thread.observations]


def test_a_page_from_the_cache_removes_nothing_that_a_poll_brought(kit):
    site = kit.Site("Stock", "M.1769562000.A.C89")
    site.play([("push", 0), ("push", 4), ("page", 0), ("push", 2), ("poll", 0)])
    cached = site.lines[:2]
    minutes = {}
    for minute in (5, 9, 11):
        site.now = site.records[1].fetched_at + timedelta(minutes=minute)
        site._page(cached)
        kept = Kept()
        kept.load([told.observation for record in site.records for told in read_line(encode(record))])
        minutes[minute] = [row.removed_at is not None for _, row in sorted(kept.rows.items())]
    assert minutes == {5: [False] * 3, 9: [False] * 3, 11: [False, False, True]}


def _time(micros):
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def _says(thread):
    pushes = [
        (row.content.tag, row.content.user_id, row.content.text, row.content.time_text, row.content.ip,
         _time(row.first_seen_at), _time(row.removed_at))
        for _, row in sorted(thread.rows.items())
    ]  # fmt: skip
    bodies = [(v.page.body, _time(v.seen_from), _time(v.seen_until)) for v in thread.versions]
    return {
        "pushes": pushes, "floors": sorted(thread.rows), "bodies": bodies, "body": thread.page.body,
        "replies": sorted(reply[:2] for reply in thread.replies), "deleted_at": _time(thread.deleted_at),
        "fetched_at": _time(thread.last.fetched_at), "seen_from": _time(thread.first_seen_at),
        "flags": (thread.newest.header["truncated"], thread.newest.header["damaged"]),
    }  # fmt: skip


def _model_says(model):
    bodies = model.bodies or model.damaged_bodies
    return {
        "pushes": [(*p["identity"], p["ip"], p["first_seen_at"], p["removed_at"]) for p in model.pushes],
        "floors": list(range(1, len(model.pushes) + 1)), "bodies": [tuple(body) for body in bodies[:-1]],
        "body": bodies[-1][0], "replies": sorted(model.replies), "deleted_at": model.deleted_at,
        "fetched_at": model.fetched_at, "seen_from": model.seen_from, "flags": (model.truncated, model.damaged),
    }  # fmt: skip


@given(steps=_STEPS, seed=st.integers(0, 999))
@settings(max_examples=150)
def test_any_history(steps, seed, kit):
    records = kit.Site("Stock", "M.1769562000.A.C89").play(steps)
    model = kit.Model()
    straight = Kept()
    observations = []
    for record in records:
        model.take(record)
        if isinstance(record, IndexSeen):
            continue
        (told,) = read_line(encode(record))
        assert isinstance(told, Told)
        observations.append(told.observation)
        straight.load([told.observation])
    expected = _model_says(model)
    assert _says(straight.thread) == expected

    dice = random.Random(seed)
    for _ in range(3):
        mixed = list(observations)
        dice.shuffle(mixed)
        mixed += dice.sample(mixed, len(mixed) // 3)
        other = Kept()
        while mixed:
            size = dice.randint(1, 6)
            other.load(mixed[:size])
            mixed = mixed[size:]
        assert _says(other.thread) == expected
        assert [(o.order, list(o.floors)) for o in other.observations] == [
            (o.order, list(o.floors)) for o in straight.observations
        ]

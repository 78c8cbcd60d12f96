import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from analysis.store.load import load_file
from analysis.store.sessions import read_sessions, sync_trading_days
from analysis.store.work import open_work
from analysis.trading_days import session_on
from ptt_spider.clock import TAIPEI
from ptt_spider.spool import PageSeen

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def con(data):
    with open_work(data) as con:
        yield con


def test_many_at_once_say_what_one_by_one_say(con):
    dice = random.Random(7)
    begin = datetime(2004, 1, 2, tzinfo=TAIPEI)
    moments = [begin + timedelta(seconds=dice.randrange(25 * 365 * 86400)) for _ in range(3000)]
    for day in (date(2026, 1, 28), date(2026, 2, 20), date(2024, 10, 31), date(2027, 12, 31)):
        close = datetime(day.year, day.month, day.day, 13, 30, tzinfo=TAIPEI)
        moments += [close, close + timedelta(microseconds=1), close - timedelta(microseconds=1)]
    days, none = read_sessions(con).of(np.array([(m - EPOCH) // timedelta(microseconds=1) for m in moments]))
    said = [None if no else date(1970, 1, 1) + timedelta(int(day)) for day, no in zip(days, none, strict=True)]
    assert said == [session_on(moment) for moment in moments]
    assert None in said


def test_a_day_off_that_is_announced_later_moves_what_is_stored(kit, con, data, monkeypatch):
    pushes = [kit.push(1), kit.push(2, minute=24 * 60), kit.push(3)._replace(pushed_at=None)]
    page = PageSeen(kit.BEGIN + timedelta(days=2), "crawl", kit.post(pushes=pushes))
    load_file(con, kit.write_spool(data / "spool", "a", [page]))

    def sessions():
        return con.execute(
            "SELECT session_on FROM posts UNION ALL (SELECT session_on FROM pushes ORDER BY floor)"
        ).fetchall()

    first, second, third = date(2026, 1, 28), date(2026, 1, 29), date(2026, 1, 30)
    assert sessions() == [(first,), (first,), (second,), (None,)]
    assert not sync_trading_days(con)
    monkeypatch.setattr("analysis.trading_days.trading_days", lambda: (second, third))
    assert sync_trading_days(con)
    assert sessions() == [(second,), (second,), (second,), (None,)]
    monkeypatch.setattr("analysis.trading_days.trading_days", lambda: (first, third))
    assert sync_trading_days(con)
    assert sessions() == [(first,), (first,), (third,), (None,)]

"""A site of one thread that changes as boards do, a naive model of what a store should then say, and quick stores."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from analysis import sql
from analysis.store.migrations import migrate
from ptt_spider import clock
from ptt_spider.items import IndexRow, Post, Push, Reply
from ptt_spider.spool import GoneSeen, GrowthSeen, IndexSeen, PageSeen, Record, encode

BEGIN = datetime(2026, 1, 28, 9, 0, tzinfo=clock.TAIPEI)


def make_post(board="Stock", post_id="M.1769562000.A.C89", pushes=(), **fields):
    """A post with plain values where a test does not care."""
    values = {
        "aid": "1fUBXGoB", "url": f"https://www.ptt.cc/bbs/{board}/{post_id}.html", "category": "新聞",
        "is_reply": False, "is_forward": False, "forward_from": None, "title": "[新聞] 台積電法說會",
        "author": "writer", "author_nick": "記者", "ip": "1.2.3.4", "country": "臺灣", "posted_at": BEGIN,
        "header_time": "Wed Jan 28 09:00:00 2026", "body": "內文", "edited_at": None, "truncated": False,
        "damaged": False, "replies": (),
    }  # fmt: skip
    values.update(fields)
    return Post(board=board, post_id=post_id, pushes=tuple(pushes), **values)


def make_push(floor, tag="推", user="reader", text="看好", minute=0, ip="5.6.7.8", author="writer"):
    at = BEGIN + timedelta(minutes=minute)
    return Push(floor, tag, user, text, ip, at, f"{at:%m/%d %H:%M}", user == author)


class Site:
    """One thread. `play` turns a list of steps into the responses that a crawl would spool."""

    def __init__(self, board, post_id):
        self.board, self.post_id = board, post_id
        self.lines, self.body, self.edits = [], "內文 0", 0
        self.now = BEGIN + timedelta(hours=1)
        self.records: list[Record] = []
        self.polls = []  # (record index, lines shown, edits at that time)

    def play(self, steps):
        for name, number in steps:
            self.now += timedelta(seconds=7)
            getattr(self, name)(number)
        return self.records

    def push(self, number):
        tag, user, text, minute = "推→"[number % 2], "ab"[number // 2 % 2], "x", number // 8 % 2
        self.lines.append(("push", tag, user, text, minute))

    def reply(self, number):
        self.lines.append(("reply", f"回覆 {number}"))

    def delete(self, number):
        if self.lines:
            del self.lines[number % len(self.lines)]
            self.edits += 1

    def edit(self, number):
        self.body = f"內文 {number % 3}"
        self.edits += 1

    def page(self, _number):
        self._page(self.lines)

    def truncated(self, number):
        cut = number % (len(self.lines) + 1)
        self._page(self.lines[:cut] + self.lines[cut + 1 + number % 3 :], truncated=True)

    def damaged(self, number):
        self._page(self.lines[: number % (len(self.lines) + 1)], damaged=True)

    def again(self, number):
        """The same response spooled a second time."""
        if self.records:
            self.records.append(self.records[number % len(self.records)])

    def gone(self, _number):
        self.records.append(GoneSeen(self.now, "crawl", self.board, self.post_id, 404))

    def listed(self, number):
        row = IndexRow(self.board, self.post_id, f"標題 {number % 2}", "writer", number - 8, "1/28", "", False)
        self.records.append(IndexSeen(self.now, "crawl", self.board, (row,)))

    def poll(self, number):
        """What was added since a response that no edit made stale."""
        bases = [poll for poll in self.polls if poll[2] == self.edits]
        if not bases:
            return
        base, shown, _ = bases[number % len(bases)]
        pushes, replies = self._items(self.lines[shown:])
        self._poll_point(len(self.lines))
        growth = GrowthSeen(
            self.now, "crawl", self.board, self.post_id, base, pushes, replies, f"/poll/{len(self.records)}", 100
        )
        self.records.append(growth)

    def _poll_point(self, shown):
        self.polls.append((self.now, shown, self.edits))

    def _items(self, lines):
        pushes, replies = [], []
        for line in lines:
            if line[0] == "reply":
                replies.append(Reply(len(pushes), line[1], None))
            else:
                # the address tells which response a push was taken from
                pushes.append(make_push(len(pushes) + 1, *line[1:], ip=f"10.0.0.{len(self.records)}"))
        return tuple(pushes), tuple(replies)

    def _page(self, lines, *, truncated=False, damaged=False):
        pushes, replies = self._items(lines)
        post = make_post(
            self.board, self.post_id, pushes, replies=replies, body=self.body, truncated=truncated, damaged=damaged,
            poll_url=f"/poll/{len(self.records)}", longpoll_url="/longpoll", poll_offset=100,
        )  # fmt: skip
        if not truncated and not damaged:
            self._poll_point(len(self.lines))
        self.records.append(PageSeen(self.now, "crawl", post))


class Model:
    """What a store should say of one thread after responses taken in order: slow, obvious, and not the store's code."""

    def __init__(self):
        self.taken = []
        self.pushes = []  # dicts, in the order of their floors
        self.replies = []
        self.bodies = []  # [body, from, until]
        self.damaged_bodies = []
        self.seen_from = self.fetched_at = self.deleted_at = self.nrec = self.damaged = self.truncated = None
        self.polled = set()  # fetched_at of polls
        self.shown = {}  # fetched_at of a page or growth -> the pushes it shows, base included

    def take(self, record):
        if any(record is other for other in self.taken):
            return  # the same response again
        self.taken.append(record)
        match record:
            case IndexSeen():
                self.nrec = record.rows[0].nrec
                return
            case GoneSeen():
                self.deleted_at = self.deleted_at or record.fetched_at
                return
        at = record.fetched_at
        self.seen_from, self.fetched_at, self.deleted_at = self.seen_from or at, at, None
        page = isinstance(record, PageSeen)
        self.polled |= set() if page else {at}
        before = [] if page else self.shown[record.base_fetched_at]
        items = record.post.pushes if page else record.pushes
        free = [push for push in self.pushes if not any(push is other for other in before)]
        here = [self._match(item, free, at) for item in items]
        self.shown[at] = before + here
        if page:
            self._take_page(record.post, here, at)
        else:
            end = self.pushes.index(before[-1]) + 1 if before else 0
            self.replies += [(self._floor(here, reply.after_floor) or end, reply.text) for reply in record.replies]

    def _match(self, item, free, at):
        identity = (item.tag, item.user_id, item.text, item.time_text)
        for push in free:
            if push["identity"] == identity:
                free[:] = [other for other in free if other is not push]
                push["removed_at"] = None
                return push
        push = {"identity": identity, "ip": item.ip, "first_seen_at": at, "removed_at": None}
        self.pushes.append(push)
        return push

    def _floor(self, here, after):
        return next(i for i, push in enumerate(self.pushes, 1) if push is here[after - 1]) if after else 0

    def _take_page(self, post, here, at):
        if not post.truncated and not post.damaged:
            for push in self.pushes:
                cached = push["first_seen_at"] in self.polled and at - push["first_seen_at"] < timedelta(minutes=10)
                if not any(push is other for other in here) and push["removed_at"] is None and not cached:
                    push["removed_at"] = at
        self.truncated, self.damaged = post.truncated, post.damaged
        bodies = self.damaged_bodies if post.damaged else self.bodies
        if bodies and bodies[-1][0] == post.body:
            bodies[-1][2] = at
        else:
            bodies.append([post.body, at, at])
        if post.damaged:
            return
        shown = {0} | {self._floor(here, i + 1) for i in range(len(here))}
        hidden = [reply for reply in self.replies if post.truncated and reply[0] not in shown]
        new = [(self._floor(here, reply.after_floor), reply.text) for reply in post.replies]
        self.replies = sorted(hidden + new, key=lambda reply: reply[0])


def write_spool(folder: Path, name: str, records) -> Path:
    """A complete spool file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(map(encode, records)))
    return path


@pytest.fixture(scope="session")
def kit():
    """Makers and the model, for tests that cannot import this file."""
    return SimpleNamespace(
        post=make_post, push=make_push, Site=Site, Model=Model, write_spool=write_spool, BEGIN=BEGIN
    )  # fmt: skip


HERE = Path(__file__).parent
IN_A_LAKE = os.environ.get("PTT_TEST_STORE") == "ducklake"
if IN_A_LAKE:
    sys.path.insert(0, str(HERE))
    from in_a_lake import *  # noqa: F403 - its fixtures
    from in_a_lake import LONG, ONE_MACHINE_ONLY

    def pytest_collection_modifyitems(items):
        for item in items:
            if item.path.parent == HERE:
                item.add_marker(pytest.mark.timeout(LONG))
                if reason := ONE_MACHINE_ONLY.get(f"{item.path.stem}.{item.originalname}"):
                    item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def in_a_lake() -> bool:
    """Whether this run's stores are a DuckLake (in_a_lake.py): readers then see the lake, whatever the folder."""
    return IN_A_LAKE


if not IN_A_LAKE:

    @pytest.fixture(scope="session")
    def elsewhere():
        """``with elsewhere(): …``: stores that have nothing to do with those outside: another folder, another lake."""
        return contextlib.nullcontext


@pytest.fixture(scope="module")
def memory_store() -> Iterator[duckdb.DuckDBPyConnection]:
    """A store in memory, for tests that load a lot and never restart."""
    with duckdb.connect() as con:
        con.execute("ATTACH ':memory:' AS ptt; USE ptt; SET TimeZone = 'Asia/Taipei'")
        migrate(con, Path("memory"))
        sql.apply(con)
        yield con


@pytest.fixture(scope="module")
def history(request):
    """A store for a history of responses: `con` loads, ``with as_read() as con`` is what readers see after `publish`.

    In memory, for speed, where the two are the same; in a lake run a folder whose readers see the lake.
    """
    if IN_A_LAKE:
        yield request.getfixturevalue("lake_history")
        return
    con = request.getfixturevalue("memory_store")
    yield SimpleNamespace(con=con, publish=lambda: None, as_read=lambda: contextlib.nullcontext(con))


@pytest.fixture(scope="session")
def empty_work(tmp_path_factory) -> Path:
    """A migrated, empty work file to copy: making one takes longer than most tests."""
    from analysis.store.lock import hold
    from analysis.store.work import open_work

    data = tmp_path_factory.mktemp("empty")
    with hold(data, "test"):
        open_work(data).close()
    return data / "work.duckdb"


@pytest.fixture
def data(tmp_path, empty_work) -> Path:
    """A data folder with an empty store."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(empty_work, folder / "work.duckdb")
    return folder

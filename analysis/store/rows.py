"""From threads to the rows that must be written, and their writing."""

from collections import Counter, defaultdict
from operator import itemgetter
from typing import Any

import duckdb
import orjson

from analysis.store.columns import run, session_array, table
from analysis.store.fold import Thread, best_page, first_look, fold, merge, poll_state
from analysis.store.known_threads import Stored
from analysis.store.observation import Observation, encode_floors
from analysis.store.push_tables import ThreadPushes, first_push_table, push_table
from analysis.store.responses import ThreadKey, may_have_places, micros, read_contents
from analysis.store.sessions import Sessions

_DAY = 86_400_000_000
_TAIPEI = 8 * 3_600_000_000
PUSH_STEPS = ("mentions", "votes", "scores", "moods")
STEPS = ("news", "stories", *PUSH_STEPS)


class Rows:
    """Rows to write, gathered from threads."""

    def __init__(self) -> None:
        self.posts: list[tuple[Any, ...]] = []
        self.posts_again: list[tuple[Any, ...]] = []
        self.pushes: list[ThreadPushes] = []
        self.first_looks: list[tuple[ThreadKey, Observation]] = []
        self.floors_gone: list[tuple[str, str, int]] = []
        self.floors_changed: list[tuple[str, str, int]] = []
        self.made_anew: dict[str, list[ThreadKey]] = defaultdict(list)
        self.inserts: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.dirty: list[tuple[str, str, str]] = []
        self.new_posts = 0
        self.new_pushes = 0

    def take(self, key: ThreadKey, stored: Stored, fresh: list[Observation]) -> None:
        alone = not stored.observations and len(fresh) == 1 and fresh[0].kind == "page"
        if alone and not may_have_places(fresh[0].raw):
            self._first_look(key, fresh[0])  # most threads of a first crawl; aligning nothing would cost half of it
            return
        for observation in fresh:
            observation.contents = read_contents(observation.raw)
            _name_places(observation, stored)
        merged = merge(stored.observations, fresh)
        if not merged.changed:
            return
        stored_ids = {id(o) for o in stored.observations}
        there = merged.observations[-1].kind != "gone"
        texts_back = there and _give_back(stored, fresh)
        if not there and _is_blank(stored):
            _blank(fresh)
        thread = fold(merged, stored.rows)
        self._observations(key, thread, stored, stored_ids)
        self._texts(key, thread, stored, anew=texts_back)
        if thread.page is None:
            return
        votes = Counter(row.content.tag for row in thread.rows.values() if row.removed_at is None)
        text_changed = self._post(key, thread, stored, votes, anew=texts_back)
        pushes_changed = self._pushes(key, thread, stored)
        self._small(key, thread, stored)
        steps = STEPS if text_changed else PUSH_STEPS if pushes_changed else ()
        self.dirty += [(*key, step) for step in steps]

    def _first_look(self, key: ThreadKey, page: Observation) -> None:
        stored = Stored()
        thread = first_look(page)
        self._observations(key, thread, stored, set())
        self._texts(key, thread, stored)
        self._post(key, thread, stored, Counter(map(itemgetter(1), page.raw)))
        self._small(key, thread, stored)
        if page.raw:
            self.first_looks.append((key, page))
        self.new_pushes += len(page.raw)
        self.dirty += [(*key, step) for step in STEPS]

    def _observations(self, key: ThreadKey, thread: Thread, stored: Stored, stored_ids: set[int]) -> None:
        kept = sum(id(o) in stored_ids for o in thread.observations)
        if kept < len(stored_ids) or any(old.contents is not None for old in stored.observations):
            self.made_anew["observations"].append(key)
            todo = thread.observations
        else:
            todo = [o for o in thread.observations if id(o) not in stored_ids]
        self.inserts["observations"] += [
            (
                *key, o.fetched_at, o.kind, o.digest, o.base_fetched_at, o.partial, o.header_digest, o.body_digest,
                encode_floors(o.floors), _pending(o), o.source,
            )
            for o in todo
        ]  # fmt: skip

    def _post(self, key: ThreadKey, thread: Thread, stored: Stored, votes: Counter[str], *, anew: bool = False) -> bool:
        """Adds the post's row and says whether its text or header is new, or there again after it was blanked."""
        page, newest, last = thread.page, thread.newest, thread.last
        if page is None or newest is None or last is None:
            return False
        header = page.header
        posted_at = micros(header["posted_at"])
        before = best_page(stored.observations)
        changed = before is None or (before.header_digest, before.body_digest) != (page.header_digest, page.body_digest)
        if not changed and page.body and thread.deleted_at is None:  # a page that came with this batch
            changed = anew or (page.body_digest not in stored.bodies and "" in stored.bodies.values())
        counted = (votes["推"], votes["噓"], votes["→"])
        seen = (
            newest.header["truncated"], newest.header["damaged"], thread.first_seen_at, last.fetched_at,
            (thread.first_seen_at - posted_at) // 1_000_000,
        )  # fmt: skip
        self.new_posts += before is None
        if changed:
            self.posts.append((
                *key, header["aid"], header["url"], header["category"], header["is_reply"], header["is_forward"],
                header["forward_from"], header["title"], header["author"], header["author_nick"], header["ip"],
                header["country"], posted_at, header["header_time"], (posted_at + _TAIPEI) // _DAY, None,
                _body(page, stored), *counted, _time(header["edited_at"]), thread.deleted_at, *seen,
            ))  # fmt: skip
        else:
            self.posts_again.append((*key, *counted, thread.deleted_at, *seen))
        return changed

    def _pushes(self, key: ThreadKey, thread: Thread, stored: Stored) -> bool:
        """Adds the pushes that differ from the stored ones and says whether there are any."""
        rows = thread.rows
        if not stored.rows:
            todo = list(rows.items())
        else:
            todo = [(floor, row) for floor, row in rows.items() if stored.rows.get(floor) != row]
            gone = [floor for floor, row in stored.rows.items() if rows.get(floor) != row]
            self.floors_gone += [(*key, floor) for floor in gone]
            self.floors_changed += [
                (*key, floor)
                for floor in gone
                if floor not in rows or rows[floor].content != stored.rows[floor].content
            ]
            if gone and not todo:
                return True
        if not todo:
            return False
        self.new_pushes += max(len(rows) - len(stored.rows), 0)
        floors, kept = zip(*todo, strict=True)
        contents, first_seen, removed = zip(*kept, strict=True)
        self.pushes.append(ThreadPushes(key, len(floors), floors, contents, first_seen, removed))
        return True

    def _texts(self, key: ThreadKey, thread: Thread, stored: Stored, *, anew: bool = False) -> None:
        """Keeps every header, and the bodies that stand neither in posts nor in post_versions."""
        page = thread.page
        covered = {page.body_digest if page else None, *(version.page.body_digest for version in thread.versions)}
        needed: dict[str, str] = {}
        for o in thread.observations:
            if o.header_digest and o.header_digest not in needed:
                needed[o.header_digest] = stored.texts.get(o.header_digest) or orjson.dumps(o.header).decode()
            if o.body_digest and o.body_digest not in covered and o.body_digest not in needed:
                needed[o.body_digest] = _body(o, stored)
        if needed.keys() == stored.texts.keys() and not anew:
            return
        if anew or not stored.texts.keys() <= needed.keys():
            self.made_anew["texts"].append(key)
            new = needed
        else:
            new = {digest: text for digest, text in needed.items() if digest not in stored.texts}
        self.inserts["texts"] += [(*key, digest, text) for digest, text in new.items()]

    def _small(self, key: ThreadKey, thread: Thread, stored: Stored) -> None:
        replies = [(*key, floor, text, _time(edited_at)) for floor, text, edited_at in thread.replies]
        versions = [
            (
                *key, number, v.page.header.get("title"), v.page.header.get("header_time"), _body(v.page, stored),
                _time(v.page.header.get("edited_at")), v.seen_from, v.seen_until,
            )
            for number, v in enumerate(thread.versions, 1)
        ]  # fmt: skip
        poll = poll_state(thread, stored.polls)
        polls = [(*key, poll[0], *poll[1])] if poll else []
        for name, rows in (("replies", replies), ("post_versions", versions), ("poll_state", polls)):
            if stored.observations:
                self.made_anew[name].append(key)
            self.inserts[name] += rows

    def write(self, con: duckdb.DuckDBPyConnection, sessions: Sessions) -> None:
        for name, threads in self.made_anew.items():
            run(con, f"delete_{name}", table("threads", threads))
        if self.floors_gone:
            run(con, "delete_pushes", table("floors", self.floors_gone))
        if self.floors_changed:
            run(con, "delete_push_scores", table("floors", self.floors_changed))
        if self.posts:
            posts = table("posts", self.posts)
            place = posts.schema.get_field_index("session_on")
            run(
                con,
                "replace_posts",
                posts.set_column(place, "session_on", session_array(posts["posted_at"].combine_chunks(), sessions)),
            )
        if self.posts_again:
            run(con, "update_posts", table("posts_again", self.posts_again))
        if self.pushes:
            run(con, "insert_pushes", push_table(self.pushes, sessions))
        if self.first_looks:
            run(con, "insert_pushes", first_push_table(self.first_looks, sessions))
        for name, rows in self.inserts.items():
            if rows:
                run(con, f"insert_{name}", table(name, rows))
        if self.dirty:
            run(con, "insert_dirty", table("dirty", self.dirty))


def _name_places(fresh: Observation, stored: Stored) -> None:
    """Forgotten pushes of a response that is read again: theirs are the floors without rows that it had."""
    contents = fresh.contents or []
    if None not in contents:
        return
    for old in stored.observations:
        if (old.kind, old.fetched_at) == (fresh.kind, fresh.fetched_at):
            gone = [floor for floor in old.floors if floor not in stored.rows]
            if len(gone) == contents.count(None):
                fresh.contents = [gone.pop(0) if content is None else content for content in contents]
            return


def _give_back(stored: Stored, fresh: list[Observation]) -> bool:
    """Gives stored pages the header that PTT_DELETED=votes blanked, where the same one is there again; whether any.

    Else the post would seem to have been edited from no title to the one that it always had.
    """
    seen = {o.header_digest: o.header for o in fresh if o.header_digest and o.header.get("title") is not None}
    given = False
    for old in stored.observations:
        if old.header_digest in seen and old.header.get("title") is None:
            old.header = seen[old.header_digest]
            stored.texts[old.header_digest] = orjson.dumps(old.header).decode()
            given = True
    return given


def _is_blank(stored: Stored) -> bool:
    """Whether PTT_DELETED=votes took the post's texts."""
    return (
        bool(stored.bodies)
        and not any(stored.bodies.values())
        and not any(o.header.get("title") for o in stored.observations)
    )


def _blank(fresh: list[Observation]) -> None:
    """Pages of a post that is gone, and whose texts were taken, come in late: theirs go, too."""
    for o in fresh:
        if o.kind == "page":
            o.header = {**o.header, "title": None, "author_nick": None, "ip": None, "replies": []}
            o.body = ""


def _pending(growth: Observation) -> str | None:
    if not growth.pending:
        return None
    contents = [None if isinstance(content, int) else content for content in growth.contents or []]
    return orjson.dumps(contents, default=tuple).decode()


def _body(page: Observation, stored: Stored) -> str:
    if page.body is not None:
        return page.body
    digest = page.body_digest or ""
    body = stored.bodies.get(digest)
    if body is None and digest not in stored.texts and "" in stored.bodies.values():
        return ""  # what stood there was taken by PTT_DELETED=votes
    return stored.texts[digest] if body is None else body


def _time(text: str | None) -> int | None:
    return None if text is None else micros(text)

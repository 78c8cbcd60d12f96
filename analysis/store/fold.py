"""A thread as a fold over its responses in the order of (fetched_at, digest): pure.

What the store says of a thread depends on what was seen, never on the order in which the spool files were loaded.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from analysis.store.align import Alignment, PushRow, key_of
from analysis.store.observation import Content, Key, Observation, PollState

CACHED = 600 * 1_000_000
"""Microseconds for which the site may serve a page as it was: so long, a page does not tell that a push which a poll
brought is gone [pttweb.go: articles are cached for 10 minutes, polls are not]."""

StoredReply = tuple[int, str, str | None]
"""after_floor, text, edited_at as ISO text."""


class Version(NamedTuple):
    """A body, or a title, that was edited away."""

    page: Observation
    seen_from: int
    seen_until: int


class Thread(NamedTuple):
    """All that the store says of a thread."""

    observations: list[Observation]
    """In order, each with its floors."""
    rows: dict[int, PushRow]
    page: Observation | None
    """The newest page that is not damaged (of damaged ones, where there are no others): header and body are its own."""
    newest: Observation | None
    """The newest page, whatever its state."""
    last: Observation | None
    """The newest page or growth."""
    first_seen_at: int
    versions: list[Version]
    replies: list[StoredReply]
    deleted_at: int | None


class Merged(NamedTuple):
    """Stored and new responses together."""

    observations: list[Observation]
    """In order, each response once."""
    changed: bool
    rebuild: bool
    """A stored response was replaced, or its base has come: what was made of it no longer holds."""


def merge(known: list[Observation], new: list[Observation]) -> Merged:
    """The same response again changes nothing. A reparse of an archived response replaces what an older parser read
    from it, and is not undone by the spool file of the crawl that comes in late.
    """
    kept = list(known)
    changed = rebuild = False
    for fresh in new:
        same = [old for old in kept if (old.kind, old.fetched_at) == (fresh.kind, fresh.fetched_at)]
        if any(old.digest == fresh.digest for old in same):
            continue
        if fresh.source == "reparse" and same:
            kept = [old for old in kept if not any(old is other for other in same)]
            rebuild = True
        elif any(old.source == "reparse" for old in same):
            continue
        kept.append(fresh)
        changed = True
    kept.sort(key=lambda observation: observation.order)
    return Merged(kept, changed, rebuild or (changed and any(old.pending for old in known)))


def fold(merged: Merged, known: Mapping[int, PushRow]) -> Thread:
    """``known``: the stored pushes that the stored responses' floors point to.

    Responses that all come after the stored ones go on from the stored pushes; an older one makes the thread anew.
    """
    observations = merged.observations
    pages = [o for o in observations if o.kind == "page"]
    if not pages:
        for observation in observations:
            observation.pending = observation.kind == "growth"
        return Thread(observations, {}, None, None, None, 0, [], [], _deleted_at(observations))
    rows = _fold_pushes(merged, known)
    good = _good(pages)
    told = [o for o in observations if o.kind != "gone"]
    return Thread(
        observations,
        rows,
        page=best_page(pages),
        newest=pages[-1],
        last=told[-1],
        first_seen_at=told[0].fetched_at,
        versions=_versions(good),
        replies=_replies(told, bool([page for page in pages if not page.damaged])),
        deleted_at=_deleted_at(observations),
    )


def first_look(page: Observation) -> Thread:
    """The thread of which one page is all that is known: what `fold` would say, but for the rows, left out here."""
    page.floors = range(1, len(page.raw) + 1)
    return Thread([page], {}, page, page, page, page.fetched_at, [], _replies([page], False), None)


def best_page(observations: list[Observation]) -> Observation | None:
    """The newest page that is not damaged; the newest damaged one where there are no others."""
    good = _good([o for o in observations if o.kind == "page"])
    return max(good, key=lambda page: page.order, default=None)


def _good(pages: list[Observation]) -> list[Observation]:
    return [page for page in pages if not page.damaged] or pages


def _fold_pushes(merged: Merged, known: Mapping[int, PushRow]) -> dict[int, PushRow]:
    observations = merged.observations
    content_of: dict[int, Content] = {floor: row.content for floor, row in known.items()}
    stored = [o.contents is None for o in observations]
    if not merged.rebuild and stored == sorted(stored, reverse=True):
        highest = max((floor for o in observations for floor in o.floors), default=0)
        alignment = Alignment(known, highest, {floor for o in observations for floor in o.floors} - known.keys())
        todo = [o for o in observations if o.contents is not None]
    else:
        alignment = Alignment()
        todo = observations
        for observation in observations:
            if observation.contents is None:
                observation.contents = [content_of.get(floor, floor) for floor in observation.floors]
    chain = _Chain(observations, content_of)
    polls = [o.fetched_at for o in observations if o.kind == "growth"]
    for observation in todo:
        contents = observation.contents or []
        if observation.kind == "page":
            at = observation.fetched_at
            recent = set(polls[bisect_right(polls, at - CACHED) : bisect_right(polls, at)])
            observation.floors = alignment.take(contents, at, complete=not observation.partial, spared=recent)
        elif observation.kind == "growth":
            before = chain.before(observation)
            observation.pending = before is None
            observation.floors = alignment.take(contents, observation.fetched_at, complete=False, before=before)
    return alignment.rows()


class _Chain:
    """What stands before a growth on its page: its base, and what that continues."""

    def __init__(self, observations: list[Observation], content_of: Mapping[int, Content]) -> None:
        self._at = {o.fetched_at: o for o in observations if o.kind != "gone"}
        self._content_of = content_of
        self._through: dict[int, Counter[Key]] = {}

    def before(self, growth: Observation) -> Counter[Key] | None:
        """How many pushes of each identity; None where the base, or its base, is not known."""
        links: list[Observation] = []
        at = growth
        while at.kind == "growth":
            base = self._at.get(at.base_fetched_at or 0)
            if base is None or base.fetched_at >= at.fetched_at:
                return None
            links.append(base)
            at = base
            if base.fetched_at in self._through:
                break
        for link in reversed(links):
            if link.fetched_at not in self._through:
                start = self._through.get(link.base_fetched_at or 0) if link.kind == "growth" else None
                self._through[link.fetched_at] = (start or Counter()) + Counter(self._keys(link))
        return self._through[links[0].fetched_at]

    def _keys(self, observation: Observation) -> list[Key]:
        contents = observation.contents
        if contents is None:
            contents = [self._content_of.get(floor, floor) for floor in observation.floors]
        return [key_of(content) for content in contents]


def _versions(good: list[Observation]) -> list[Version]:
    runs: list[list[Observation]] = []
    for page in good:
        if runs and _text_of(runs[-1][-1]) == _text_of(page):
            runs[-1].append(page)
        else:
            runs.append([page])
    return [Version(run[-1], run[0].fetched_at, run[-1].fetched_at) for run in runs[:-1]]


def _text_of(page: Observation) -> tuple[Any, ...]:
    return page.body_digest, page.header.get("title")


def _replies(told: list[Observation], skip_damaged: bool) -> list[StoredReply]:
    """Replies of the newest readable page and of what grew after it; those in a truncated page's gap stay."""
    replies: list[StoredReply] = []
    end = 0
    for observation in told:
        if observation.damaged and skip_damaged:
            continue
        floors = observation.floors
        start = end if observation.kind == "growth" else 0
        here: list[StoredReply] = [
            (floors[min(after, len(floors)) - 1] if after > 0 and floors else start, text, edited_at)
            for after, text, edited_at in observation.replies
        ]
        if observation.kind == "growth":
            replies = replies + here
        else:
            shown = {0, *floors}
            hidden = [reply for reply in replies if observation.partial and reply[0] not in shown]
            replies = sorted(hidden + here, key=lambda reply: reply[0])
        end = floors[-1] if floors else start
    return replies


def _deleted_at(observations: list[Observation]) -> int | None:
    deleted_at = None
    for observation in observations:
        if observation.kind != "gone":
            deleted_at = None
        elif deleted_at is None:
            deleted_at = observation.fetched_at
    return deleted_at


def poll_state(thread: Thread, stored: Mapping[int, PollState]) -> tuple[int, PollState] | None:
    """fetched_at and poll state of the newest response; ``stored``: what the store had, by fetched_at."""
    last = thread.last
    state = (last.poll or stored.get(last.fetched_at)) if last else None
    if last is None or state is None:
        return None
    longpoll_url = state.longpoll_url or (thread.newest.header.get("longpoll_url") if thread.newest else None)
    return last.fetched_at, state._replace(longpoll_url=longpoll_url)

"""Which push of a response is which known push: pure, by identity, counted as a multiset.

The j-th push of a page with some identity is the j-th known floor of that identity. So a known push keeps its floor,
new ones go on from the highest floor in page order, and what a complete page lacks is what was taken down: of equal
pushes, the highest floors.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from analysis.store.observation import Content, Key, Place


class PushRow(NamedTuple):
    """A push as the store keeps it."""

    content: Content
    first_seen_at: int
    removed_at: int | None


_PLACE: Final[Key] = ("", None, None, "")
"""What the places of forgotten pushes are counted by."""


def key_of(content: Content | Place) -> Key:
    if content is None or isinstance(content, int):
        return _PLACE
    return content[0], content[1], content[2], content[5]


class Alignment:
    """A thread's pushes by floor, taking in one response after another in the order of their fetches."""

    def __init__(self, rows: Mapping[int, PushRow] | None = None, highest: int = 0, places: Iterable[int] = ()) -> None:
        """``rows``: pushes known so far; ``highest``: the highest floor ever given; ``places``: floors of forgotten
        pushes."""
        self._places = sorted(places)
        self._moved: dict[int, int] = {}
        self._content: dict[int, Content] = {}
        self._first_seen: dict[int, int] = {}
        self._removed: dict[int, int | None] = {}
        self._floors: dict[Key, list[int]] = {}
        for floor in sorted(rows or ()):
            content, self._first_seen[floor], self._removed[floor] = (rows or {})[floor]
            self._content[floor] = content
            self._floors.setdefault(key_of(content), []).append(floor)
        self._highest = max(highest, max(self._content, default=0))

    def take(
        self,
        contents: Iterable[Content | Place],
        fetched_at: int,
        *,
        complete: bool,
        before: Counter[Key] | None = None,
        spared: Collection[int] = (),
    ) -> list[int]:
        """Takes in a response and returns the floor of each of its pushes.

        ``complete``: the response shows all there is, so that known pushes it lacks are gone. ``before``: how many
        pushes of each identity stand before these on the same page (a growth's base). ``spared``: pushes first seen at
        these times are not gone, though the response lacks them. A forgotten push takes a floor and
        leaves no row: the floor that it had or, where that is not known, the j-th of a page that of the j-th known.
        """
        seen = Counter(before) if before else Counter()
        placed = []
        for content in contents:
            key = key_of(content)
            place = seen[key]
            seen[key] = place + 1
            if content is None or isinstance(content, int):
                placed.append(self._place(content, place))
                continue
            floors = self._floors.setdefault(key, [])
            if place < len(floors):
                floor = floors[place]
                self._removed[floor] = None
            else:
                self._highest += 1
                floor = self._highest
                floors.append(floor)
                self._content[floor] = content
                self._first_seen[floor] = fetched_at
                self._removed[floor] = None
            placed.append(floor)
        if complete:
            self._remove_missing(seen, fetched_at, spared)
        return placed

    def _place(self, had: Place, number: int) -> int:
        if had is None:
            return self._places[number] if number < len(self._places) else self._new_place()
        if had not in self._moved:
            self._moved[had] = had if had in self._places else self._new_place()
        return self._moved[had]

    def _new_place(self) -> int:
        self._highest += 1
        self._places.append(self._highest)
        return self._highest

    def _remove_missing(self, seen: Counter[Key], fetched_at: int, spared: Collection[int]) -> None:
        for key, floors in self._floors.items():
            for floor in floors[seen.get(key, 0) :]:
                if self._removed[floor] is None and self._first_seen[floor] not in spared:
                    self._removed[floor] = fetched_at

    def rows(self) -> dict[int, PushRow]:
        return {
            floor: PushRow(content, self._first_seen[floor], self._removed[floor])
            for floor, content in self._content.items()
        }

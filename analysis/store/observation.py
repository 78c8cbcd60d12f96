"""What one response told of a thread, in the form that the store keeps: the leaves that a thread is folded from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["page", "growth", "gone"]


class Content(NamedTuple):
    """What a page says of one push."""

    tag: str
    user_id: str | None
    text: str | None
    ip: str | None
    pushed_at: int | None
    """Microseconds since 1970, like every time inside the store's own code."""
    time_text: str
    is_author: bool


Place = int | None
"""A push that was forgotten: it has a floor and no row. The floor that it had, where the store knows it."""
Key = tuple[str, str | None, str | None, str]
"""A push's identity: tag, user, text, time as shown. Pushes that agree in all of these count as a multiset."""


class PollState(NamedTuple):
    """Where the thread's growth can be asked for."""

    poll_url: str
    longpoll_url: str | None
    poll_offset: int


@dataclass(slots=True)
class Observation:
    """One response. New ones carry contents (`responses.read_contents`), stored ones floors of the thread's pushes."""

    kind: Kind
    fetched_at: int
    digest: str
    source: str
    base_fetched_at: int | None = None
    partial: bool = False
    """Truncated or damaged: what it lacks is not gone."""
    header: dict[str, Any] = field(default_factory=dict)
    """The post's fields but body and pushes, replies included."""
    header_digest: str | None = None
    body: str | None = None
    body_digest: str | None = None
    raw: list[list[Any]] = field(default_factory=list)
    """Pushes of a new response as the spool has them: arrays in the order of `ptt_spider.items.Push`."""
    contents: list[Content | Place] | None = None
    """In page order, forgotten pushes by their places."""
    floors: Sequence[int] = ()
    pending: bool = False
    """A growth whose base is not known."""
    poll: PollState | None = None

    @property
    def order(self) -> tuple[int, str]:
        return self.fetched_at, self.digest

    @property
    def damaged(self) -> bool:
        return bool(self.header.get("damaged"))

    @property
    def replies(self) -> list[list[Any]]:
        replies: list[list[Any]] = self.header.get("replies", [])
        return replies


_DIGEST_BYTES: Final = 12


def digest_of(content: bytes) -> str:
    """Short content address; 96 bits are plenty within one thread."""
    return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()


def encode_floors(floors: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` -> ``1-3,7``."""
    if isinstance(floors, range) and len(floors) > 1:
        return f"{floors[0]}-{floors[-1]}"
    runs: list[list[int]] = []
    for floor in floors:
        if runs and floor == runs[-1][1] + 1:
            runs[-1][1] = floor
        else:
            runs.append([floor, floor])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)


def decode_floors(text: str) -> list[int]:
    """The inverse of `encode_floors`."""
    floors: list[int] = []
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("-")
        floors.extend(range(int(first), int(last or first) + 1))
    return floors

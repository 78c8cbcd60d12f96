"""One comment, several rows: the site cuts a row at about 50 bytes, so writers go on in the next."""

from collections.abc import Iterable
from typing import NamedTuple


class Run(NamedTuple):
    """Consecutive rows of one user, judged as one text."""

    floors: tuple[int, ...]
    text: str


def join_runs(rows: Iterable[tuple[int, str | None, str | None]]) -> list[Run]:
    """The runs of one thread from its rows ``(floor, user_id, text)`` in floor order.

    Users are compared case-insensitively. A null user (not known) never joins; a null text (not kept) belongs to no
    run, and parts the rows around it unless it is of the same user. Texts are joined by a blank.
    """
    runs: list[Run] = []
    floors: list[int] = []
    texts: list[str] = []
    writer: str | None = None
    for floor, user_id, text in rows:
        user = None if user_id is None else user_id.lower()
        if floors and (user is None or user != writer):
            runs.append(Run(tuple(floors), " ".join(texts)))
            floors, texts = [], []
        writer = user
        if text is not None:
            floors.append(floor)
            texts.append(text)
    if floors:
        runs.append(Run(tuple(floors), " ".join(texts)))
    return runs

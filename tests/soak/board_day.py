"""A board that lives through a day: posts, comments, edits and deletions by dice, and the truth of what it shows."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Line = tuple[str, str, str]
"""Tag, user, text of a comment."""


@dataclass
class Truth:
    """What a store that missed nothing holds of the threads that the board has now."""

    pushes: dict[str, list[Line]] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    """First line of the body."""
    deleted: set[str] = field(default_factory=set)


class BoardDay:
    """Moves a `FaultySite` on, from one moment to the next; ``truth`` follows."""

    def __init__(self, site: Any, rows: list[dict[str, Any]], seed: int = 1) -> None:
        self.site = site
        self.dice = random.Random(seed)
        self.truth = Truth()
        self.hot: str | None = None
        for row in rows:
            if row["board"] == "Stock" and row["post_id"] and not row["deleted"]:
                self.truth.pushes[row["post_id"]] = [(p["tag"], p["user_id"], p["text"]) for p in row["pushes"]]

    def advance(self, before: datetime, now: datetime) -> None:
        """What happened between two moments of the board's clock."""
        minutes = max(1, int((now - before).total_seconds() // 60))
        self.site._clock = before
        for _ in range(min(self._times(minutes / 12), minutes - 1)):
            self._post()
        lively = [post_id for post_id in self._alive() if now.timestamp() - int(post_id.split(".")[1]) < 86_400]
        for post_id in lively:
            if count := self._times(minutes / 60):
                self._grow(post_id, count, now)
        if 9 <= now.hour < 14:
            if self.hot is None or self.hot in self.truth.deleted:
                self._post("[閒聊] 盤中閒聊")
            self._grow(self.hot or lively[-1], 5 * minutes, now)
        quiet = [post_id for post_id in lively if post_id != self.hot]
        if quiet and self._times(minutes / 90):
            self._edit(self.dice.choice(quiet))
        if len(quiet) > 5 and self._times(minutes / 150):
            self._delete(self.dice.choice(quiet))

    def _alive(self) -> list[str]:
        return [post_id for post_id in self.truth.pushes if post_id not in self.truth.deleted]

    def _times(self, mean: float) -> int:
        """How often what happens ``mean`` times on average happens now."""
        return int(mean) + (self.dice.random() < mean % 1)

    def _post(self, title: str | None = None) -> None:
        number = len(self.truth.pushes)
        kind = self.dice.choice(["[新聞]", "[標的]", "[請益]", "Re: [新聞]"])
        post_id = self.site.new_post(title or f"{kind} 第{number}篇", f"writer{number % 40}", f"第{number}篇的內文")
        self.truth.pushes[post_id] = []
        self.truth.bodies[post_id] = f"第{number}篇的內文"
        if title:
            self.hot = post_id

    def _grow(self, post_id: str, count: int, now: datetime) -> None:
        # Few users and texts: equal comments in the same minute are part of life.
        lines = [
            (self.dice.choice("推推推噓→→"), f"user{self.dice.randrange(60)}", f"看法{self.dice.randrange(30)}")
            for _ in range(count)
        ]
        self.site.grow(post_id, lines, at=now - timedelta(minutes=1))
        self.truth.pushes[post_id] += lines

    def _edit(self, post_id: str) -> None:
        body = f"改過的內文 {self.dice.randrange(1000)}"
        self.site.edit(post_id, body)
        self.truth.bodies[post_id] = body

    def _delete(self, post_id: str) -> None:
        self.site.delete("Stock", post_id)
        self.truth.deleted.add(post_id)


FAULTS = (
    ("500", "M.", 2), ("503", "/bbs/", 1), ("429", "/bbs/", 1), ("reset", "M.", 2), ("half", "M.", 1),
    ("short", "M.", 1), ("busy", "M.", 1), ("empty", "M.", 1), ("404", "M.", 1), ("half", "index", 1),
    ("500", "index", 1), ("stall", "M.", 1), ("slow", "/bbs/", 5), ("reset", "index", 1), ("challenge", "M.", 1),
    ("500", "poll", 2), ("reset", "poll", 1),
)  # fmt: skip
"""Kind, part of the address, how many requests."""

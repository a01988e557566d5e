"""The moments of a recording that one may look for: someone came, spoke, or the connection broke.

Not here: how they are found (`gridcli.core.witness`), how they are drawn (`gridcli.tui.replay`).
"""

from array import array
from bisect import bisect_left
from enum import StrEnum


class Mark(StrEnum):
    """What a moment is marked for; the first ones matter most where several share a place."""

    LOST = "lost"
    """The connection broke, or ended."""
    CHAT = "chat"
    JOINED = "joined"


class Marks:
    """The times of all marks, in seconds; each kind's in order."""

    def __init__(self) -> None:
        self._times_s = {mark: array("d") for mark in Mark}

    def __len__(self) -> int:
        return sum(map(len, self._times_s.values()))

    def add(self, mark: Mark, time_s: float) -> None:
        """There is one more, no earlier than any of its kind."""
        self._times_s[mark].append(time_s)

    def times_s(self, mark: Mark) -> "array[float]":
        """Those of one kind. Read it, don't change it."""
        return self._times_s[mark]

    def within(self, from_s: float, until_s: float) -> Mark | None:
        """What there is from one time on and before another; what matters most, where several."""
        for mark, times_s in self._times_s.items():
            at = bisect_left(times_s, from_s)
            if at < len(times_s) and times_s[at] < until_s:
                return mark
        return None

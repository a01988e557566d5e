"""An open schedule: when things are meant to happen, fixed before anything does.

What happens late keeps its intended time, so neither a stalled generator nor a stalled server can
hide what it owes. Times are seconds of one monotonic clock. Not here: waiting for them
(`bots.bot`, `loadtest._player`).
"""

import math
from collections.abc import Iterator
from random import Random


class Schedule:
    """Evenly spaced times, `start + (phase + k) / rate`.

    Args:
        rate: times a second; for 0 there are none.
        start_s: where the schedule begins.
        rng: picks the phase within the first beat, so that players who start together do not
            march in step.
    """

    def __init__(self, rate: float, start_s: float, rng: Random) -> None:
        self._period_s = 1 / rate if rate > 0 else 0.0
        self._first_s = start_s + rng.random() * self._period_s if rate > 0 else math.inf
        self._taken = 0

    def next_s(self) -> float:
        """The next time; each call takes one. Infinite where there are none."""
        due_s = self._first_s + self._taken * self._period_s
        self._taken += 1
        return due_s

    def until(self, end_s: float = math.inf) -> Iterator[float]:
        """The times that are left before an end, whenever somebody gets to look at them."""
        while (due_s := self.next_s()) < end_s:
            yield due_s

    def skip_to(self, now_s: float) -> int:
        """Give up what was due until now, and say how many that were.

        For a player who could not have moved: it was not connected.
        """
        if math.isinf(self._first_s):
            return 0
        due = max(0, math.floor((now_s - self._first_s) / self._period_s) + 1)
        missed = max(0, due - self._taken)
        self._taken += missed
        return missed

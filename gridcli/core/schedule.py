"""An open schedule: when things are meant to happen, fixed before anything does.

What happens late keeps its intended time, so neither a stalled generator nor a stalled server can
hide what it owes. Times are seconds of one monotonic clock. Not here: waiting for them
(`bots.bot`, `loadtest._player`).
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from random import Random
from typing import Protocol


class Turns(Protocol):
    """The intended times of one player's turns, in order: a `Schedule` or a `Timetable`."""

    def next_s(self) -> float:
        """The next time; each call takes one. Infinite where there are no more."""

    def skip_to(self, now_s: float) -> int:
        """Give up what was due until now, and say how many that were."""


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


class Timetable:
    """Times that are given one by one: those of a recording, at any speed.

    Args:
        times_s: seconds from the recording's start, in order.
        start_s: when the recording starts over.
        speed: how many times as fast it goes.
    """

    def __init__(self, times_s: Sequence[float], start_s: float, speed: float = 1.0) -> None:
        self._times_s = times_s
        self._start_s = start_s
        self._speed = speed
        self.taken = 0
        """How many of the times were taken or given up."""

    def next_s(self) -> float:
        """The next time; each call takes one. Infinite once all are taken."""
        if self.taken >= len(self._times_s):
            return math.inf
        due_s = self._due_s(self._times_s[self.taken])
        self.taken += 1
        return due_s

    def until(self, end_s: float = math.inf) -> Iterator[float]:
        """The times that are left before an end."""
        while (due_s := self.next_s()) < end_s:
            yield due_s

    def skip_to(self, now_s: float) -> int:
        """Give up what was due until now, and say how many that were."""
        taken = bisect_right(self._times_s, now_s, lo=self.taken, key=self._due_s)
        missed, self.taken = taken - self.taken, taken
        return missed

    def _due_s(self, time_s: float) -> float:
        return self._start_s + time_s / self._speed

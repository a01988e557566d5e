"""An open schedule: a bot's moves have their times fixed beforehand.

A move that goes out late keeps its intended time, so neither a stalled generator nor a stalled
server can hide its debt. Pure; times are seconds of one monotonic clock.
"""

from math import floor
from random import Random


class Schedule:
    """The intended times of one bot's moves: `start + phase + k / rate`.

    Args:
        rate: moves per second.
        start_s: when the bot may begin.
        rng: picks the phase, so that bots which start together do not move together.
    """

    def __init__(self, rate: float, start_s: float, rng: Random) -> None:
        self._period_s = 1 / rate
        self._first_s = start_s + rng.uniform(0, self._period_s)
        self._taken = 0

    def next_s(self) -> float:
        """The intended time of the next move; each call takes one."""
        due_s = self._first_s + self._taken * self._period_s
        self._taken += 1
        return due_s

    def skip_to(self, now_s: float) -> int:
        """Give up the moves that were due before now, and say how many that were.

        For a bot that could not have sent them: it was not connected.
        """
        due = max(0, floor((now_s - self._first_s) / self._period_s) + 1)
        missed = max(0, due - self._taken)
        self._taken += missed
        return missed

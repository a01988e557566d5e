"""`--steps`: so many users, then so many, each number for a while.

Locust takes the first load shape that it finds in any of its files, so ours is found in none:
it is handed to Locust when the option is there. Not here: what a step measures
(`loadtest._account`).
"""

import time
from collections.abc import Sequence

import gevent
from gevent.event import Event
from locust import LoadTestShape

from ._crew import Crew

_RAMP = 100.0
"""Users a second, where `--spawn-rate` says nothing."""


class Steps(LoadTestShape):
    """Numbers of users, one after the other.

    Args:
        steps: the numbers.
        step_s: how long each is measured.
        spawn_rate: users a second in between; None for the usual.
    """

    abstract = True  # as Locust makes those itself that it finds

    def __init__(self, steps: Sequence[int], step_s: float, spawn_rate: float | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # has no annotations
        self.finished = False
        """Whether the last test went through all steps."""
        self._steps = steps
        self._step_s = step_s
        self._spawn_rate = spawn_rate or _RAMP
        self._users: int | None = steps[0]
        self._spawned_users = -1
        self._stirred = Event()
        self._halted = False
        self._conductor: gevent.Greenlet | None = None

    def tick(self) -> tuple[int, float] | None:
        """See `LoadTestShape`."""
        return None if self._users is None else (self._users, self._spawn_rate)

    def begin(self, crew: Crew) -> None:
        """A test begins; the shape may have been through one before."""
        self.finished = self._halted = False
        self._users, self._spawned_users = self._steps[0], -1
        self._stirred.clear()
        self._conductor = gevent.spawn(self._conduct, crew)

    def spawned(self, users: int) -> None:
        """A ramp is over."""
        self._spawned_users = users
        self._stirred.set()

    def halt(self) -> None:
        """The test is being stopped: no further step begins."""
        self._halted = True
        self._stirred.set()
        if self._conductor is not None:
            self._conductor.join()  # it may be waiting for what is under way

    def _conduct(self, crew: Crew) -> None:
        """Have all processes play the steps, then end the test."""
        for number, users in enumerate(self._steps):
            if number:
                crew.prepare()
                self._users = users
            if not self._wait_for_users(users):
                return
            crew.begin()
            until_s = time.monotonic() + self._step_s
            if not self._wait_until(until_s):
                return
            crew.end()
        self.finished = True
        self._users = None

    def _wait_for_users(self, users: int) -> bool:
        """Wait for the end of a ramp; False when the test is being stopped."""
        while not self._halted and self._spawned_users != users:
            self._stirred.wait()
            self._stirred.clear()
        return not self._halted

    def _wait_until(self, moment_s: float) -> bool:
        """Wait for a moment; False when the test is being stopped."""
        while not self._halted and (left_s := moment_s - time.monotonic()) > 0:
            self._stirred.wait(left_s)
            self._stirred.clear()
        return not self._halted

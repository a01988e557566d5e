"""The steps of a run in their turn: those of the plan, and those asked for while it goes on.

Another number of bots ends the step that is measured and begins one of its own, so that each
step's figures are those of one number. Not here: one step (`bots.swarm`), the keys
(`bots.dashboard.keys`).
"""

import asyncio
import time
from collections.abc import Callable

from gridcli.core.run.model import Step

from .swarm import Swarm

QUIET_S = 0.4
"""How long after the last wish a change waits for another one."""
_LEAST_S = 2.0
"""How long a step that was asked for is measured at least, however little time is left."""
_MOST = 100_000


class Course:
    """One run of a swarm.

    Args:
        swarm: not open yet.
        stop: see `Swarm`.

    Attributes:
        number: which of the plan's steps is played, from 0.
        players: how many bots are to play now.
        wanted: how many are asked for in their place; None where nothing was.
        until_s: when the step ends, by the monotonic clock; None before it begins, and where it
            has no end.
    """

    def __init__(self, swarm: Swarm, stop: asyncio.Event) -> None:
        self.swarm = swarm
        self.plan = swarm.plan
        self.number = 0
        self.players = self.plan.steps[0]
        self.wanted: int | None = None
        self.until_s: float | None = None
        self._stop = stop
        self._timer: asyncio.TimerHandle | None = None
        self._quiet = asyncio.Event()
        """Nobody has asked for another number just now."""
        self._quiet.set()

    @property
    def stopping(self) -> bool:
        """Whether the run is to end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End the run: what is under way is drained and counts."""
        self._stop.set()

    @property
    def can_change(self) -> bool:
        """Whether the number of bots is free: each of a replay plays a part of its own."""
        return self.plan.replay is None

    def change(self, way: int) -> None:
        """Ask for more bots (1) or fewer (-1); asked again at once, by so much more."""
        if not self.can_change or self.stopping:
            return
        self.wanted = changed(self.wanted or self.players, way)
        if self._timer is not None:
            self._timer.cancel()
        self._quiet.clear()
        self._timer = asyncio.get_running_loop().call_later(QUIET_S, self._settle)

    async def play(self, ended: Callable[[Step], None]) -> None:
        """Play it all, in an open swarm.

        Args:
            ended: called with each step that has ended.
        """
        for number, players in enumerate(self.plan.steps):
            self.number, self.players = number, players
            left_s = self.plan.step_s
            while True:
                await self._assemble()
                step = await self._measure(left_s)
                ended(step)
                if self.stopping:
                    return
                if not self._is_asked():
                    break
                if left_s is not None:
                    left_s = max(left_s - step.duration_s, _LEAST_S)

    async def _assemble(self) -> None:
        """Bring together as many as are wanted, also where that changes meanwhile."""
        while True:
            await self._quiet.wait()
            if self.wanted is not None:
                self.players, self.wanted = self.wanted, None
            await self.swarm.resize(self.players)
            if self.stopping or not self._is_asked():
                return

    def _is_asked(self) -> bool:
        return self.wanted is not None

    async def _measure(self, left_s: float | None) -> Step:
        self.until_s = None if left_s is None else time.monotonic() + left_s
        try:
            return await self.swarm.measure(left_s)
        finally:
            self.until_s = None

    def _settle(self) -> None:
        self._timer = None
        self._quiet.set()
        if self.wanted == self.players:
            self.wanted = None  # there and back again
        else:
            self.swarm.cut()


def stride(players: int) -> int:
    """By how many bots this number grows at a time: about a tenth, and round."""
    for below, more in ((10, 1), (50, 5), (200, 10), (1000, 50)):
        if players < below:
            return more
    return 100


def changed(players: int, way: int) -> int:
    """The next number of bots upwards (1) or downwards (-1), so that one undoes the other."""
    if way > 0:
        return min(players + stride(players), _MOST)
    return max(1, players - stride(players - 1))

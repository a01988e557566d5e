"""Sees to it that time passes in rooms that play a game, and that what it changes is told.

One timer for all of them, about twice a second and when a round or a podium ends; it stops while
there is nothing to wait for. Not here: the rules (`gridcli.core.modes`), which room plays what
(`server.modes`), when clients are told (`server.ticker`).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from random import Random

from gridcli.core.modes.rounds import Times
from gridcli.core.modes.table import game_of
from gridcli.core.protocol.rounds import Mode, Phase
from gridcli.core.world import Contest, Room, World

from .modes import Modes
from .ticker import Ticker

log = logging.getLogger("gridcli.server")

BEAT_S = 0.5
"""The longest time between two beats: how fresh points are."""
_SHORTEST_S = 0.01


class Referee:
    """The games of a world's rooms.

    Args:
        world: whose rooms.
        modes: what they play.
        times: how long rounds are.
        ticker: tells of what changed.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        world: World,
        modes: Modes,
        times: Times,
        ticker: Ticker,
        clock: Callable[[], float],
    ) -> None:
        self.played: Counter[Mode] = Counter()
        """Rounds that have ended with a podium."""
        self._world = world
        self._modes = modes
        self._times = times
        self._ticker = ticker
        self._clock = clock
        self._rng = Random()
        self._timer: asyncio.TimerHandle | None = None
        if modes:
            world.play(self._contest_of, clock)

    def wake(self, room: Room) -> None:
        """Somebody has come to a room."""
        if self._timer is None and room.contest is not None:
            self._wait_until(self._clock() + BEAT_S)

    def _contest_of(self, room: str) -> Contest | None:
        return game_of(self._modes.of(room), self._rng, self._times)

    def _wait_until(self, due_s: float) -> None:
        delay_s = max(_SHORTEST_S, due_s - self._clock())
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._beat)

    def _beat(self) -> None:
        self._timer = None
        now_s = self._clock()
        next_s = now_s + BEAT_S
        going = False
        for room in self._world.rooms.values():
            contest = room.contest
            if contest is None or contest.resting:
                continue
            try:
                self._beat_one(room, contest, now_s)
            except Exception:
                # One room's trouble must not stop everybody's games.
                log.exception("the game of a room failed")
            if not contest.resting:
                going = True
                next_s = min(next_s, contest.ends_s)
        if going:
            self._wait_until(next_s)

    def _beat_one(self, room: Room, contest: Contest, now_s: float) -> None:
        before = contest.phase
        contest.beat(room, now_s)
        if before is Phase.PLAYING and contest.phase is Phase.PODIUM:
            self.played[contest.mode] += 1
        if contest.untold:
            self._ticker.turned(room)

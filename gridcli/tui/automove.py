"""Steps by themselves: the heir of the demo's `?auto_move=MS`.

A step each 100 to 100+MS milliseconds, chosen by a strategy. Chance comes in as arguments, so a
seed replays a walk. Not here: the strategies (`gridcli.core.strategies`), the scripts of a swarm
(`bots`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.strategies import STRATEGIES, TIMES, Strategy, seed_of

LEAST_MS = 100


class AutoMove:
    """One player's automatic steps.

    Args:
        spread_ms: how much longer than 100 ms the longest pause is.
        strategy: chooses the steps.
        moves: chance for the steps.
        times: chance for the pauses, apart from the steps' so that they can't change them.
    """

    def __init__(self, spread_ms: int, strategy: Strategy, moves: Random, times: Random) -> None:
        self._spread_ms = spread_ms
        self._strategy = strategy
        self._moves = moves
        self._times = times

    def pause_s(self) -> float:
        """How long to wait before the next step."""
        return (LEAST_MS + self._times.random() * self._spread_ms) / 1000

    async def run(
        self,
        world: Mirror,
        step: Callable[[Direction], bool],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Step for ever; ends by being cancelled.

        Args:
            world: what the player sees.
            step: takes a step, or says that it could not: then the same one is tried again.
            sleep: waits for so many seconds.
        """
        while True:
            await sleep(self.pause_s())
            direction = self._strategy(world, self._moves)
            while not step(direction):
                await sleep(self.pause_s())


def seeded_auto_move(spread_ms: int, script: str, seed: int) -> AutoMove:
    """The automatic steps of a seed: those of the swarm's first bot with that seed and script."""
    moves, times = Random(seed_of(seed, 0)), Random(seed_of(seed, 0, TIMES))
    return AutoMove(spread_ms, STRATEGIES[script](), moves, times)

"""Random steps by themselves: the heir of the demo's `?auto_move=MS`.

A step each 100 to 100+MS milliseconds. Chance comes in as an argument, so a seed replays a walk.
Not here: the scripts of a swarm (`bots`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from gridcli.core.geometry import Direction

LEAST_MS = 100
_DIRECTIONS = tuple(Direction)


def next_step(spread_ms: int, rng: Random) -> tuple[float, Direction]:
    """How many seconds to wait, and where to go then."""
    return (LEAST_MS + rng.random() * spread_ms) / 1000, rng.choice(_DIRECTIONS)


async def auto_move(
    spread_ms: int,
    rng: Random,
    step: Callable[[Direction], object],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Step for ever; ends by being cancelled."""
    while True:
        wait_s, direction = next_step(spread_ms, rng)
        await sleep(wait_s)
        step(direction)

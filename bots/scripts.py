"""The scripts that are built in, and the two shapes that a script can have.

Either `async def bot(player)`, which plays until it returns, or a plain function from the world
and a `Random` to a direction, which is asked at every turn. Not here: scripts from files
(`bots.loading`).
"""

from collections.abc import Awaitable, Callable
from random import Random

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Direction, toward
from gridcli.core.mirror import Mirror

from .player import Player

Bot = Callable[[Player], Awaitable[None]]
Strategy = Callable[[Mirror, Random], Direction | str | None]

_DIRECTIONS = tuple(Direction)
_CLOCKWISE = (Direction.RIGHT, Direction.DOWN, Direction.LEFT, Direction.UP)

_LINES = (
    "hello!",
    "anyone near the edge?",
    "this way",
    "lagging here?",
    "follow me",
    "who is the fastest?",
)
_TURNS_BETWEEN_LINES = 20


def random(world: Mirror, rng: Random) -> Direction:
    """A random step at every turn, as the demo's auto-movement."""
    return rng.choice(_DIRECTIONS)


def chaser(world: Mirror, rng: Random) -> Direction:
    """Toward the nearest other player; a random step when on top of it, or alone."""
    me = world.cell
    if me is None:
        return rng.choice(_DIRECTIONS)
    nearest = min(
        (
            (abs(cell.x - me.x) + abs(cell.y - me.y), cell)
            for user_id, cell in world.cells.items()
            if user_id != world.user_id
        ),
        default=(0, me),
    )
    return toward(me, nearest[1]) or rng.choice(_DIRECTIONS)


async def walker(player: Player) -> None:
    """Straight on, with a turn at the edge and now and then."""
    direction = player.rng.choice(_DIRECTIONS)
    while True:
        here = player.cell
        blocked = here is not None and player.world.grid.step(here, direction) == here
        if blocked or player.rng.random() < 0.1:
            direction = player.rng.choice(_DIRECTIONS)
        await player.move(direction)


async def circle(player: Player) -> None:
    """Round and round a square, whose side is drawn once."""
    side = player.rng.randint(2, 5)
    while True:
        for direction in _CLOCKWISE:
            for _ in range(side):
                await player.move(direction)


async def chatter(player: Player) -> None:
    """Random steps, and something to say every few."""
    while True:
        for _ in range(_TURNS_BETWEEN_LINES):
            await player.move(player.rng.choice(_DIRECTIONS))
        try:
            await player.say(player.rng.choice(_LINES))
        except Refusal:
            pass  # whoever talks too much is told so, and plays on


BUILT_IN: dict[str, Bot | Strategy] = {
    "random": random,
    "walker": walker,
    "circle": circle,
    "chaser": chaser,
    "chatter": chatter,
}


def playing(strategy: Strategy) -> Bot:
    """A bot that asks a plain function at every turn; None lets the turn pass."""

    async def bot(player: Player) -> None:
        while True:
            direction = strategy(player.world, player.rng)
            if direction is None:
                await player.rest()
            else:
                await player.move(direction)

    return bot

"""The scripts that are built in, and the two shapes that a script can have.

Either `async def bot(player)`, which plays until it returns, or a plain function from the world
and a `Random` to a direction, which is asked at every turn. Not here: the strategies themselves
(`gridcli.core.strategies`), scripts from files (`bots.loading`).
"""

from collections.abc import Awaitable, Callable
from random import Random

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.strategies import STRATEGIES
from gridcli.core.strategies import Strategy as OwnStrategy

from .player import Player

Bot = Callable[[Player], Awaitable[None]]
Strategy = Callable[[Mirror, Random], Direction | str | None]

_LINES = (
    "hello!",
    "anyone near the edge?",
    "this way",
    "lagging here?",
    "follow me",
    "who is the fastest?",
)
_TURNS_BETWEEN_LINES = 20


async def chatter(player: Player) -> None:
    """Random steps, and something to say every few."""
    strategy = STRATEGIES["random"]()
    while True:
        for _ in range(_TURNS_BETWEEN_LINES):
            await player.move(strategy(player.world, player.rng))
        try:
            await player.say(player.rng.choice(_LINES))
        except Refusal:
            pass  # whoever talks too much is told so, and plays on


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


def _each_its_own(make: Callable[[], OwnStrategy]) -> Bot:
    """A bot that plays a strategy of its own: one that remembers can't be shared."""

    async def bot(player: Player) -> None:
        await playing(make())(player)

    return bot


BUILT_IN: dict[str, Bot] = {
    **{name: _each_its_own(make) for name, make in STRATEGIES.items()},
    "chatter": chatter,
}

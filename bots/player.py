"""What a bot script holds: one player, whose moves keep to the schedule by themselves.

    async def bot(player):
        while True:
            await player.move(player.rng.choice(["up", "right"]))

Not here: how moves are sent and counted (`bots.bot`).
"""

from random import Random
from typing import Protocol

from gridcli.core.geometry import Cell, Direction
from gridcli.core.mirror import Mirror


class Actions(Protocol):
    """What a player needs of whoever runs it."""

    async def take_step(self, direction: Direction) -> None:
        """Send one step at the next turn."""

    async def pass_turn(self) -> None:
        """Let the next turn pass."""

    async def say(self, text: str) -> None:
        """Say something to the room."""

    async def go_to(self, room: str) -> None:
        """Change rooms."""


class Player:
    """One player of the swarm, for a script.

    Attributes:
        number: 0, 1, 2, … within the swarm.
        rng: the player's own random source; with the swarm's `--seed` it repeats itself.
        world: what the player sees: `cells` (user id to cell), `who` (user id to symbol and
            name), `grid`, `user_id`, `room`, and `contest`, the room's game: None, or its `mode`,
            `phase`, `it`, `points` and `paint`. Read it, don't change it.
    """

    def __init__(self, actions: Actions, world: Mirror, number: int, rng: Random) -> None:
        self.number = number
        self.rng = rng
        self.world = world
        self._actions = actions

    @property
    def cell(self) -> Cell | None:
        """Where the player is, as the server last said."""
        return self.world.cell

    async def move(self, direction: Direction | str) -> None:
        """Wait for the next turn of the schedule, then take one step.

        Args:
            direction: "up", "down", "left" or "right".
        """
        await self._actions.take_step(Direction(direction))

    async def rest(self) -> None:
        """Let one turn of the schedule pass."""
        await self._actions.pass_turn()

    async def say(self, text: str) -> None:
        """Say something to the room, where the server has chat."""
        await self._actions.say(text)

    async def go_to(self, room: str) -> None:
        """Change rooms. Raises `gridcli.core.errors.Refusal` where the server will not."""
        await self._actions.go_to(room)

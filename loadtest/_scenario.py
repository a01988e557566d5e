"""The base of every scenario of the game: a user who is a player.

Not here: what every user is (`loadtest._participant`), a player's connection (`loadtest._player`).
"""

from random import Random
from typing import Any

from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.strategies import OF_GAMES, STRATEGIES, seed_of

from ._options import DEFAULT_HOST
from ._participant import Participant
from ._player import Player, Where


class Scenario(Participant[Player]):
    """A player of some habits; each Locust user is one."""

    abstract = True
    host = DEFAULT_HOST

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.room = self.options.room
        # What a player does depends on the seed and its number alone.
        self._moves = Random(seed_of(self.options.seed, self.number))
        self._strategy = STRATEGIES[self.options.script]()

    def client(self) -> Player:
        """See `Participant`."""
        plays = self.options.script in OF_GAMES
        return Player(self.account, self.where(), self.choose, plays=plays)

    def choose(self, world: Mirror) -> Direction:
        """Where the next step goes."""
        return self._strategy(world, self._moves)

    def where(self) -> Where:
        """Where the next connection goes to."""
        assert self.host is not None
        options = self.options
        url = self.host.rstrip("/")
        return Where(url, self.transport, options.protocol, self.room, options.token)

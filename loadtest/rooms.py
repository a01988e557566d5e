"""Players spread over rooms, who change to another one now and then."""

import time

from loadtest._player import Player, Where
from loadtest._scenario import Scenario

ROOMS = 5
STAY_S = (2.0, 6.0)
"""The shortest and the longest time in one room."""


class Rooms(Scenario):
    """Players of several grids; a move is owed only to those who are in the same room."""

    def perform(self, player: Player) -> None:
        """Move at the rate, changing rooms once what was sent in the old one has been seen."""
        while self.play_for(player, self.rng.uniform(*STAY_S)):
            self.change(player)
        self.stay(player)

    def change(self, player: Player) -> None:
        """Go to another room, and tell Locust how long that took."""
        others = [room for room in self._rooms() if room != player.mirror.room]
        asked_s = time.monotonic()
        player.go_to(self.rng.choice(others))
        self.account.took("ROOM", "change of room", time.monotonic() - asked_s)

    def where(self) -> Where:
        """Begin in any of the rooms."""
        self.room = self.rng.choice(self._rooms())
        return super().where()

    def _rooms(self) -> list[str]:
        first = self.options.room
        return [first, *(f"{first}-{number}" for number in range(2, ROOMS + 1))]

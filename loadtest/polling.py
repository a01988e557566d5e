"""Long polling players: as the steady ones, over HTTP requests in place of a WebSocket."""

from loadtest._player import Player
from loadtest._scenario import Scenario


class Polling(Scenario):
    """Players whose network lets no WebSocket through."""

    transport = "polling"

    def perform(self, player: Player) -> None:
        """Move at the rate, and stay to see what is under way."""
        self.play(player)
        self.stay(player)

"""Players who come, play for a few seconds, leave and come back, so that the room never rests."""

from loadtest._player import Player
from loadtest._scenario import Scenario

PLAY_S = (2.0, 5.0)
AWAY_S = (0.2, 1.0)


class Churn(Scenario):
    """Players of little patience; each comes back as a new one."""

    def perform(self, player: Player) -> None:
        """Move at the rate for some seconds, see that through, and go."""
        if not self.play_for(player, self.rng.uniform(*PLAY_S)):
            self.stay(player)

    def hold_off(self) -> None:
        """Be away for a moment."""
        self.pause(self.rng.uniform(*AWAY_S))
        super().hold_off()

"""A connect storm: come, see the first full state, leave, and again, at a steady rate.

`--rate` is arrivals a second of each user. Arrivals have intended times, and the connect time
counts from them, so a server that falls behind cannot slow the storm down to its own pace.
"""

from collections.abc import Iterator

from loadtest._player import Player
from loadtest._scenario import Scenario


class Storm(Scenario):
    """Players who only come and go."""

    arrivals: Iterator[float] | None = None

    def arrive(self, player: Player, intended_s: float | None = None) -> bool:
        """Connect at the next intended time."""
        if self.arrivals is None:
            self.arrivals = self.beats().until()
        intended_s = next(self.arrivals, None)
        if intended_s is None:
            self.rest()  # a rate of 0
            return False
        return player.wait_until(intended_s, self.enough) and super().arrive(player, intended_s)

    def perform(self, player: Player) -> None:
        """Nothing: the first full state is there."""

    def hold_off(self) -> None:
        """Not at all: the next arrival has its time."""

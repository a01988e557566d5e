"""Tag: one is it, and a touch passes it on. Points are whole seconds of not being it.

A touch is a step onto another's cell: of whoever is it, or onto whoever is it. Not here: rounds
and podiums (`rounds`).
"""

from collections.abc import Mapping
from random import Random

from ..geometry import Cell
from ..protocol.rounds import Mode
from ..world import Room
from .rounds import Rounds, Times

NO_BACK_S = 1.0
"""How long whoever has passed it on can't be made it again by the same player."""
REMEMBERED = 10_000
"""How many who have left keep their points for a return within the round."""


class Tag(Rounds):
    """See the module. While a round is on and anyone is in the room, exactly one of them is it."""

    mode = Mode.TAG
    least = 2

    def __init__(self, rng: Random, times: Times) -> None:
        super().__init__(rng, times)
        self._free_s: dict[str, float] = {}
        """By player, when it would have become free if it had been so ever since."""
        self._away_s: dict[str, float] = {}
        """The seconds of those who have left."""
        self._it_s = 0.0
        """Since when somebody is it."""
        self._tagger = ""
        """From whom it has it."""
        self._last_told: dict[str, int] = {}

    def _begin(self, room: Room, now_s: float) -> None:
        self._clear()
        self._free_s = dict.fromkeys(room.players, now_s)
        self._draw(room, now_s)

    def _clear(self) -> None:
        self._free_s, self._away_s, self._last_told = {}, {}, {}
        self._tagger = ""

    def _stepped(self, room: Room, user_id: str, cell: Cell, now_s: float) -> None:
        if user_id == self.it:
            if room.occupancy.cells[cell] > 1:
                touched = [
                    other
                    for other, player in room.players.items()
                    if player.cell == cell and other != user_id and self._can_be(other, now_s)
                ]
                if touched:
                    self._pass(self._rng.choice(touched), now_s)
        elif room.players[self.it].cell == cell and self._can_be(user_id, now_s):
            self._pass(user_id, now_s)

    def _can_be(self, user_id: str, now_s: float) -> bool:
        return user_id != self._tagger or now_s - self._it_s >= NO_BACK_S

    def _pass(self, user_id: str, now_s: float) -> None:
        self._free_s[self.it] += now_s - self._it_s
        self.it, self._tagger = user_id, self.it
        self._it_s, self._turned = now_s, True

    def _draw(self, room: Room, now_s: float) -> None:
        """Somebody is it who was not touched."""
        self.it = self._rng.choice(list(room.players))
        self._tagger, self._it_s, self._turned = "", now_s, True

    def _came(self, room: Room, user_id: str, now_s: float) -> None:
        self._free_s[user_id] = now_s - self._away_s.pop(user_id, 0.0)
        if not self.it:
            self._draw(room, now_s)

    def _went(self, room: Room, user_id: str, now_s: float) -> None:
        seconds = self._seconds(user_id, now_s)
        del self._free_s[user_id]
        self._last_told.pop(user_id, None)
        if seconds >= 1:
            self._away_s[user_id] = seconds
            if len(self._away_s) > REMEMBERED:
                del self._away_s[next(iter(self._away_s))]
        if user_id == self.it:
            self.it, self._turned = "", True
            if room.players:
                self._draw(room, now_s)

    def _seconds(self, user_id: str, now_s: float) -> float:
        return (self._it_s if user_id == self.it else now_s) - self._free_s[user_id]

    def _score(self, user_id: str, now_s: float) -> int:
        return int(self._seconds(user_id, now_s))

    def _stale(self, room: Room, now_s: float) -> set[str]:
        told = self._last_told
        return {
            user_id for user_id in room.players if told.get(user_id) != self._score(user_id, now_s)
        }

    def _told(self, points: Mapping[str, int]) -> None:
        self._last_told.update(points)

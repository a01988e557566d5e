"""Paint: a cell takes the colour of who stepped there last. Points are cells.

Who stands somewhere when a round begins has painted that cell. What someone painted who left stays
until it is painted over. Not here: rounds and podiums (`rounds`).
"""

from collections import Counter
from collections.abc import Mapping
from random import Random

from ..geometry import Cell
from ..protocol.rounds import Mode
from ..world import Room
from .rounds import Rounds, Times

MOST_CELLS = 16_384
"""The largest grid to paint, as of 128 x 128. A newcomer is told every painted cell, some 7 bytes
each, and a server holds no more than 256 KiB for one who reads slowly."""


class Paint(Rounds):
    """See the module. Alone one may paint, too."""

    mode = Mode.PAINT
    least = 1

    def __init__(self, rng: Random, times: Times) -> None:
        super().__init__(rng, times)
        self._painter: dict[Cell, str] = {}
        self._cells: Counter[str] = Counter()
        """How many cells of each painter, also of those who have left."""
        self._wet: dict[Cell, str] = {}
        """What is untold."""
        self._other: set[str] = set()
        """Whose number of cells is."""

    @property
    def untold(self) -> bool:
        """See `Rounds`."""
        return bool(self._wet) or super().untold

    def _begin(self, room: Room, now_s: float) -> None:
        self._clear()
        for user_id, player in room.players.items():
            self._stepped(room, user_id, player.cell, now_s)

    def _clear(self) -> None:
        self._painter, self._cells, self._wet, self._other = {}, Counter(), {}, set()

    def _stepped(self, room: Room, user_id: str, cell: Cell, now_s: float) -> None:
        before = self._painter.get(cell)
        if before == user_id:
            return
        if before is not None:
            if self._cells[before] == 1:
                del self._cells[before]
            else:
                self._cells[before] -= 1
            self._other.add(before)
        self._painter[cell] = self._wet[cell] = user_id
        self._cells[user_id] += 1
        self._other.add(user_id)

    def _came(self, room: Room, user_id: str, now_s: float) -> None:
        """What it painted before it left is still its own."""

    def _went(self, room: Room, user_id: str, now_s: float) -> None:
        """What it painted stays."""

    def _score(self, user_id: str, now_s: float) -> int:
        return self._cells[user_id]

    def _stale(self, room: Room, now_s: float) -> set[str]:
        other, self._other = self._other, set()
        return other

    def _told(self, points: Mapping[str, int]) -> None:
        """They change by steps alone, which are noted."""

    def _paint(self) -> Mapping[Cell, str]:
        return self._painter.copy()

    def _take_paint(self) -> Mapping[Cell, str]:
        wet, self._wet = self._wet, {}
        return wet

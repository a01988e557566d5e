"""Where players have just been: cells that fade once their player has moved on.

Fed with the room as it is drawn, so a trail costs nothing per update. Pure: time comes in. Not
here: what a trail looks like (`gridcli.tui.brush`), what covers it (`gridcli.tui.layers`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from gridcli.core.geometry import Cell

STEPS = 4
"""A trail gets fainter so many times, the last time into nothing."""
FADE_S = 0.8
"""How long that takes, at most."""
LEAST_S = 0.15
"""A trail that would be gone sooner than that is none."""
MOST = 160
"""About so many trails there are at a time: where many walk, each fades faster. More would hide the
players, and cost more than they do."""
_SLOWER = 1.05
"""How fast trails get longer again, from one drawing to the next."""
_LONGEST = 3
"""A player who is further away than so many cells did not walk there."""


class Trail(NamedTuple):
    """Who was on a cell, and how faint that has become: from 0 to `STEPS - 1`."""

    user_id: str
    age: int


class Trails:
    """The trails of one room."""

    def __init__(self) -> None:
        self._cells: Mapping[str, Cell] = {}
        self._left: dict[Cell, tuple[str, float]] = {}
        """In the order of time, so that the oldest are first."""
        self.fade_s = FADE_S
        """How long a trail lasts now."""

    def see(self, cells: Mapping[str, Cell], now_s: float) -> None:
        """The players as they are drawn now; whoever is elsewhere than before has left a trail.

        Args:
            cells: where everyone is; kept, and compared with what comes next.
            now_s: seconds of a clock that never goes back.
        """
        before, self._cells = self._cells, dict(cells)
        left = self._left
        for user_id, cell in cells.items():
            old = before.get(user_id)
            if old is None or old == cell:
                continue
            if abs(cell[0] - old[0]) + abs(cell[1] - old[1]) <= _LONGEST:
                left.pop(old, None)  # to the end of the order
                left[old] = user_id, now_s
        self.fade_s = min(FADE_S, self.fade_s * min(MOST / max(len(left), 1), _SLOWER))
        self.fade_s = max(self.fade_s, LEAST_S / 2)  # or it would not come back from nothing
        over_s = now_s - (self.fade_s if self.fade_s >= LEAST_S else 0.0)
        while left:
            oldest = next(iter(left))
            if left[oldest][1] > over_s:
                break
            del left[oldest]

    def forget(self) -> None:
        """Another room, or another view of it: nobody has walked from one to the other."""
        self._cells = {}
        self._left.clear()

    @property
    def fading(self) -> bool:
        """Whether there is a trail that time alone will change."""
        return bool(self._left)

    def now(self, now_s: float) -> dict[Cell, Trail]:
        """Every trail there is."""
        rate = STEPS / self.fade_s
        return {
            cell: Trail(user_id, min(max(int((now_s - at_s) * rate), 0), STEPS - 1))
            for cell, (user_id, at_s) in self._left.items()
        }

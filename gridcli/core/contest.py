"""What a client knows of the game that its room plays: the sum of the `game` messages.

The law holds here, too: applying every `Round` and `Delta` that the server sent gives what the
server's rules hold. Not here: the rules (`gridcli.core.modes`), the messages
(`gridcli.core.protocol.rounds`).
"""

from collections.abc import Sequence
from copy import copy

from .errors import Excess
from .geometry import Cell
from .protocol.names import TOO_LARGE
from .protocol.rounds import Mode, Phase, Place, Round

MAX_PAINT = 65_536
"""How many painted cells a client keeps; our server paints fewer."""


class Contest:
    """The standing of one room's game; changed by `apply` and `left` alone."""

    def __init__(self) -> None:
        self.mode = Mode.ROAM
        self.number = 0
        """Of the round, from 1."""
        self.phase = Phase.WAITING
        self.left_ms = 0
        """What was left of the phase when the last message was sent."""
        self.it = ""
        """Who is it, in tag; empty while nobody is."""
        self.points: dict[str, int] = {}
        """Of everyone in the room, also where it is 0; while players are waited for, of nobody."""
        self.paint: dict[Cell, str] = {}
        """Whose colour each painted cell has; its painter may have left."""
        self.podium: Sequence[Place] = ()

    def apply(self, told: Round) -> None:
        """Take a message in. Raises `Excess` where a server paints more than any of ours."""
        self.mode, self.number, self.phase = told.mode, told.number, told.phase
        self.left_ms, self.it, self.podium = told.left_ms, told.it, told.podium
        if told.full:
            self.points, self.paint = dict(told.points), dict(told.paint)
        else:
            self.points.update(told.points)
            self.paint.update(told.paint)
        if len(self.paint) > MAX_PAINT or len(self.points) > MAX_PAINT:
            raise Excess(TOO_LARGE, f"the server paints more than {MAX_PAINT} cells; leaving")

    def left(self, user_id: str) -> None:
        """A player has left the room; what it painted stays."""
        self.points.pop(user_id, None)

    def copy(self) -> "Contest":
        """The same standing, to be changed on its own."""
        made = copy(self)
        made.points, made.paint = self.points.copy(), self.paint.copy()
        return made

    def ranking(self) -> list[tuple[str, int]]:
        """User ids and points, the best first; equals by id, so that they don't change places."""
        return sorted(self.points.items(), key=lambda item: (-item[1], item[0]))

"""What a client knows of its room: the world rebuilt from what the server sent, in any dialect.

The law: applying every update that the server sent to an empty mirror gives the server's room.
The screen, the bots and the load test only apply. Not here: what the server decides
(`gridcli.core.world`), the room itself (`gridcli.core.scene`), its game
(`gridcli.core.contest`), how updates arrive
(`gridcli.link`).
"""

from copy import copy

from .contest import Contest
from .errors import BadInput, Excess
from .geometry import DEFAULT_GRID, Cell
from .protocol.bursts import Burst
from .protocol.names import BAD_PAYLOAD, DEMO, TOO_LARGE
from .protocol.rounds import Round
from .protocol.updates import Delta, Online, Placed, Status, Update, Welcome
from .scene import Identity, Scene

__all__ = ["MAX_PLAYERS", "Identity", "Mirror", "Strangers"]

MAX_PLAYERS = 20_000
"""How many players of its room a client keeps: ten times what our server lets into one unless it
is told otherwise."""


class Strangers(BadInput):
    """An update moves players that none has introduced. They are left out, the rest is applied."""


class Mirror:
    """One client's view of the room that it is in: who it is itself, and the scene.

    Args:
        shared: whether other clients of this process see the same rooms; what one of them works
            out is then remembered for the others.
    """

    def __init__(self, *, shared: bool = True) -> None:
        self._next = Scene.after if shared else Scene.alone
        self.user_id = ""
        self.symbol = ""
        self.name = ""
        self.room = ""
        self.protocol = DEMO
        self.grid = DEFAULT_GRID
        self.scene = Scene()
        self.contest: Contest | None = None
        """The game that the room plays; None where everyone just roams."""
        self.users = 0
        """How many players are in the room, as the server says."""
        self.gaps = 0
        """How many ticks were missing or out of turn: a defect of the server or of the path."""

    @property
    def who(self) -> dict[str, Identity]:
        """Everyone in the room, by user id. Read it, don't change it."""
        return self.scene.who

    @property
    def cells(self) -> dict[str, Cell]:
        """Where everyone is, by user id. Read it, don't change it."""
        return self.scene.cells

    @property
    def seqs(self) -> dict[str, int]:
        """In protocol 2, the highest step of each player that the view includes."""
        return self.scene.seqs

    @property
    def tick(self) -> int:
        """The number of the last delta of protocol 2."""
        return self.scene.tick

    @property
    def cell(self) -> Cell | None:
        """Where we are ourselves; None for a spectator, or before the first state."""
        return self.scene.cells.get(self.user_id)

    def copy(self) -> "Mirror":
        """One that knows the same, and stays as it is while this one goes on."""
        made = copy(self)
        made.scene = self.scene.copy()
        made.contest = None if self.contest is None else self.contest.copy()
        return made

    def apply(self, update: Update | Burst) -> None:
        """Take in an update, or a burst of them, in the order received.

        Chat, notices and echoes change nothing.

        Raises:
            Strangers: the update moves players that no update has introduced; they are left out.
            Excess: there are more than `MAX_PLAYERS` in the room.
        """
        if isinstance(update, Placed):  # by far the most frequent
            self.scene = _bounded(self._next(self.scene, update))
            return
        if isinstance(update, Burst):
            self.scene = _bounded(self._next(self.scene, update))
            if update.users is not None:
                self.users = update.users
            return
        match update:
            case Welcome():
                self.user_id, self.symbol = update.user_id, update.symbol
                self.name = update.name or update.symbol
                self.room = update.room or self.room
                self.protocol, self.grid = update.protocol, update.grid
                self.scene = Scene()
                self.contest = None
                return
            case Round():
                if self.contest is None or update.full:
                    self.contest = Contest()
                self.contest.apply(update)
                return
            case Delta():
                self.users = update.users
                if update.full:
                    self.contest = None  # where there is one, it follows
                elif self.contest is not None:
                    for user_id in update.leaves:
                        self.contest.left(user_id)
                if not update.full and update.tick != self.scene.tick + 1:
                    self.gaps += 1
            case Online(users):
                self.users = users
            case Status():
                self.users = len(update.cells)
        before = self.scene
        self.scene = after = _bounded(self._next(before, update))
        if after.strangers and after is not before:
            raise Strangers(BAD_PAYLOAD, f"{after.strangers} players moved who never joined")


def _bounded(scene: Scene) -> Scene:
    if len(scene.cells) > MAX_PLAYERS:
        raise Excess(TOO_LARGE, f"the server sends more than {MAX_PLAYERS} players; leaving")
    return scene

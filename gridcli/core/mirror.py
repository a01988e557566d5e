"""What a client knows of its room: the world rebuilt from what the server sent, in any dialect.

The law: applying every update that the server sent to an empty mirror gives the server's room.
The screen, the bots and the load test only apply. Not here: what the server decides
(`gridcli.core.world`), how updates arrive (`gridcli.link`).
"""

from typing import NamedTuple

from .errors import BadInput
from .geometry import DEFAULT_GRID, Cell
from .protocol.names import BAD_PAYLOAD, DEMO
from .protocol.updates import Delta, Online, Placed, Removed, Status, Update, Welcome


class Identity(NamedTuple):
    """What does not change while a player is in a room."""

    symbol: str
    name: str


class Mirror:
    """One client's view of the room that it is in.

    `cells` and `who` have the same keys once an update is applied; `seqs` holds, in protocol 2,
    the highest step of each player that the view includes.
    """

    def __init__(self) -> None:
        self.user_id = ""
        self.symbol = ""
        self.name = ""
        self.room = ""
        self.protocol = DEMO
        self.grid = DEFAULT_GRID
        self.users = 0
        self.tick = -1
        self.gaps = 0
        """How many ticks were missing or out of turn: a defect of the server or of the path."""
        self.who: dict[str, Identity] = {}
        self.cells: dict[str, Cell] = {}
        self.seqs: dict[str, int] = {}

    @property
    def cell(self) -> Cell | None:
        """Where we are ourselves; None for a spectator, or before the first state."""
        return self.cells.get(self.user_id)

    def apply(self, update: Update) -> None:
        """Take in one update, in the order received. Chat, notices and echoes change nothing.

        Raises:
            BadInput: the update moves a player that no update has introduced.
        """
        match update:
            case Delta():
                self._apply_delta(update)
            case Placed(user_id, symbol, cell):
                if user_id not in self.who:
                    self.who[user_id] = Identity(symbol, symbol)
                self.cells[user_id] = cell
            case Removed(user_id):
                self.who.pop(user_id, None)
                self.cells.pop(user_id, None)
            case Online(users):
                self.users = users
            case Status(symbols, cells):
                self._clear()
                self.who.update((u, Identity(symbol, symbol)) for u, symbol in symbols.items())
                self.cells.update(cells)
                self.users = len(cells)
            case Welcome():
                self.user_id, self.symbol = update.user_id, update.symbol
                self.name = update.name or update.symbol
                self.room = update.room or self.room
                self.protocol, self.grid = update.protocol, update.grid
                self._clear()
                self.tick = -1

    def _apply_delta(self, delta: Delta) -> None:
        if delta.full:
            self._clear()
        elif delta.tick != self.tick + 1:
            self.gaps += 1
        self.tick = delta.tick
        for user_id in delta.leaves:
            self.who.pop(user_id, None)
            self.cells.pop(user_id, None)
            self.seqs.pop(user_id, None)
        for user_id, symbol, cell, name in delta.joins:
            self.who[user_id] = Identity(symbol, name)
            self.cells[user_id] = cell
            self.seqs[user_id] = 0
        self.cells.update(delta.cells)
        self.seqs.update(delta.seqs)
        self.users = delta.users
        if len(self.cells) != len(self.who):
            strangers = self.cells.keys() - self.who.keys()
            for user_id in strangers:
                del self.cells[user_id]
                self.seqs.pop(user_id, None)
            raise BadInput(BAD_PAYLOAD, f"{len(strangers)} players moved who never joined")

    def _clear(self) -> None:
        self.who.clear()
        self.cells.clear()
        self.seqs.clear()

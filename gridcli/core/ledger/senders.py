"""A local connection as one that moves: what it has sent, and where it has been.

Not here: who is owed what it sent (`gridcli.core.ledger.ledger`).
"""

from .moves import Move
from .stays import Stays


class Sender:
    """One connection of this process; a user who connects again is another one.

    Attributes:
        number: tells connections apart where they have the same user id.
        room: where it is; empty on the way to another room.
        since_tick: in protocol 2, the tick of the state it came in with: older rows are of an
            earlier stay.
        node: who has counted that tick; others that share the grid count by themselves.
    """

    __slots__ = (
        "before",
        "last_seq",
        "moves",
        "node",
        "number",
        "room",
        "settled_seq",
        "since_tick",
        "stays",
        "user_id",
    )

    def __init__(self, number: int, user_id: str, room: str, now: int) -> None:
        self.number = number
        self.user_id = user_id
        self.room = room
        self.since_tick = -1
        self.node = ""
        self.moves: dict[int, Move] = {}
        self.before = 0
        """The number before its first: clients of an application go on where they were."""
        self.last_seq = 0
        self.settled_seq = 0
        self.stays = Stays(room, now)

    def enter(self, move: Move) -> None:
        """It sends a move."""
        if not self.last_seq:
            self.before = move.seq - 1
        self.moves[move.seq] = move
        self.last_seq = move.seq

    def sent_here(self, room: str, index: int) -> bool:
        """Whether what it sent as that entry of the ledger is of its present stay, in a room."""
        return self.room == room and index > self.stays.since

"""A move on its way to its receivers, and the totals of those that have ended.

Receivers in one process get the same frames, so what a frame shows is noted once (`Showing`), and
each receiver only adds the time. Not here: who is owed and who saw what
(`gridcli.core.ledger.ledger`).
"""

from dataclasses import dataclass, fields

from ..geometry import Cell


class Showing:
    """Some moves that one update showed, and when: one time for each receiver that took it in.

    Each receiver with a time here was owed every one of the moves. Once one of the moves is
    closed it is not `open` any more, and who comes later is entered move by move.
    """

    __slots__ = ("moves", "oldest", "open", "seen_s")

    def __init__(self, moves: list["Move"]) -> None:
        self.moves = moves
        self.oldest = min(move.index for move in moves)
        self.seen_s: list[float] = []
        self.open = True
        for move in moves:
            move.showings += (self,)


class Move:
    """One move on its way: `intended_s` is when the schedule wanted it, `sent_s` when it went.

    Attributes:
        sender: the number of the connection that sent it; `user_id` is whose it is.
        seq: 1, 2, 3, … for each connection.
        index: its place in the ledger's order of events.
        owed: how many receivers it is owed to.
        forgotten: how many have seen it whose times are forgotten.
        alone_s: when receivers saw it who are in none of its `showings`.
    """

    __slots__ = (
        "alone_s",
        "ambiguous",
        "cell",
        "closed",
        "excused",
        "forgotten",
        "index",
        "intended_s",
        "owed",
        "room",
        "sender",
        "sent_s",
        "seq",
        "showings",
        "user_id",
    )

    def __init__(
        self,
        sender: int,
        user_id: str,
        seq: int,
        room: str,
        index: int,
        intended_s: float,
        sent_s: float,
        cell: Cell | None,
        owed: int,
    ) -> None:
        self.sender = sender
        self.user_id = user_id
        self.seq = seq
        self.room = room
        self.index = index
        self.intended_s = intended_s
        self.sent_s = sent_s
        self.cell = cell
        self.owed = owed
        self.alone_s: list[float] = []
        self.showings: tuple[Showing, ...] = ()
        self.ambiguous = 0
        self.excused = self.forgotten = 0
        self.closed = False

    def leads_to(self, room: str, cell: Cell) -> bool:
        """Whether a position in a room may be the outcome of this move."""
        return room == self.room and (self.cell is None or cell == self.cell)

    @property
    def seen(self) -> int:
        """How many receivers have seen it."""
        apart = self.forgotten + len(self.alone_s)
        return apart + sum([len(showing.seen_s) for showing in self.showings])

    @property
    def lost(self) -> int:
        """How many receivers it has not reached; once closed, it never will."""
        return self.owed - self.seen - self.ambiguous

    def forget_times(self) -> None:
        """Forget when it was seen, and what showed it.

        Else the two would hold each other, and only the garbage collector could free them: by
        the hundred thousand, while players wait.
        """
        self.forgotten = self.seen
        self.alone_s = []
        self.showings = ()

    @property
    def settled(self) -> bool:
        """Whether every receiver has seen it, or it was given up."""
        return self.closed or self.lost <= 0

    @property
    def seen_s(self) -> list[float]:
        """When each receiver saw it, in order."""
        return sorted([*self.alone_s, *(at for s in self.showings for at in s.seen_s)])


@dataclass(slots=True)
class Counts:
    """Totals over closed moves; `owed == seen + lost + ambiguous`."""

    moves: int = 0
    owed: int = 0
    seen: int = 0
    lost: int = 0
    ambiguous: int = 0
    """In protocol 1: seen, or not; positions have no numbers."""
    excused: int = 0
    """Owed no more, since the receiver or the mover went away."""
    late: int = 0
    """Seen after the move had been closed as lost; they stay lost."""
    doubled: int = 0
    """Told once more what was told already; in protocol 2, rows of doubled ticks."""
    reordered: int = 0
    """Told after something newer; in protocol 2, rows of overtaken ticks."""
    ticks_lost: int = 0
    ticks_doubled: int = 0
    ticks_reordered: int = 0

    def add(self, other: "Counts") -> None:
        """Take in the totals of another account."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def close(self, move: Move) -> None:
        """Take in a move that has ended."""
        seen = move.seen
        self.moves += 1
        self.owed += move.owed
        self.seen += seen
        self.ambiguous += move.ambiguous
        self.excused += move.excused
        self.lost += move.owed - seen - move.ambiguous

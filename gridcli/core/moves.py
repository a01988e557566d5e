"""A move on its way to its receivers, and the totals of those that have ended.

Not here: who is owed and who saw what (`gridcli.core.ledger`).
"""

from dataclasses import dataclass, field, fields

from .geometry import Cell


@dataclass(slots=True, eq=False)
class Move:
    """One move on its way: `intended_s` is when the schedule wanted it, `sent_s` when it went."""

    sender: str
    seq: int
    room: str
    index: int
    intended_s: float
    sent_s: float
    cell: Cell | None
    owed: int
    seen_s: list[float] = field(default_factory=list)
    ambiguous: int = 0
    closed: bool = False

    def leads_to(self, room: str, cell: Cell) -> bool:
        """Whether a position in a room may be the outcome of this move."""
        return room == self.room and (self.cell is None or cell == self.cell)

    @property
    def lost(self) -> int:
        """How many receivers it never reached, once closed."""
        return self.owed - len(self.seen_s) - self.ambiguous


@dataclass(slots=True)
class Counts:
    """Totals over closed moves; `owed == seen + lost + ambiguous`."""

    moves: int = 0
    owed: int = 0
    seen: int = 0
    lost: int = 0
    ambiguous: int = 0
    excused: int = 0
    late: int = 0
    """Seen after the move had been closed as lost; they stay lost."""

    def add(self, other: "Counts") -> None:
        """Take in the totals of another account."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

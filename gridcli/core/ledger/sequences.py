"""Any event that numbers itself: each number of a sender is seen, doubled or overtaken.

Not here: how an application's payload tells sender and number (whoever makes a `Sequenced`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from .moves import Move
from .senders import Sender
from .ticks import MOST_MISSING
from .views import Edge, Receiver, View


class Sequenced(NamedTuple):
    """One broadcast event: number `seq` (1, 2, 3, …) of the connection of a user."""

    user_id: str
    seq: int


class _Cursor(NamedTuple):
    latest: int
    missing: frozenset[int]


class SequenceView(View):
    """Which events of each sender are seen."""

    __slots__ = ("cursors",)

    def __init__(self, room: str, cursors: dict[int, _Cursor] | None = None) -> None:
        super().__init__(room)
        self.cursors = cursors or {}

    def __len__(self) -> int:
        return len(self.cursors) + 1

    def advance(self, receiver: Receiver, update: object, senders: Mapping[str, Sender]) -> Edge:
        """See `View`."""
        if not isinstance(update, Sequenced):
            return Edge(update, self)
        user_id, seq = update
        sender = senders.get(user_id)
        move = sender.moves.get(seq) if sender else None
        if sender is None or sender.room != self.room or seq <= sender.stays.latest:
            return Edge(update, self)  # of an earlier stay of the sender, and so excused
        cursor = self.cursors.get(sender.number)
        known = cursor is not None
        if cursor is None:
            # Of those that went before, the receiver is owed what was sent since it came.
            sent = sender.moves.values()
            owed = [m.seq for m in sent if self._has(m) and m.index > receiver.since]
            first = min([seq, *owed])
            cursor = _Cursor(first - 1, frozenset())
        latest, missing = cursor
        overtaken = doubled = False
        if seq > latest:
            between = range(max(latest + 1, seq - MOST_MISSING), seq)
            missing = missing.union(n for n in between if self._has(sender.moves.get(n)))
            latest = seq
        elif seq in missing:
            missing, overtaken = missing - {seq}, True
        else:
            doubled = True
        cursors = {**self.cursors, sender.number: _Cursor(latest, missing)}
        edge = Edge(update, SequenceView(self.room, cursors))
        if move is not None and self._has(move):
            if not doubled:
                edge.show([move])
            if doubled:
                edge.more().doubled = [(user_id, move.index)]
            if overtaken:
                edge.more().reordered = [(user_id, move.index)]
        edge.shared = known
        return edge

    def same_as(self, other: View) -> bool:
        """See `View`."""
        return (
            isinstance(other, SequenceView)
            and self.room == other.room
            and self.cursors == other.cursors
        )

    def saw(self, move: Move) -> bool:
        """See `View`."""
        cursor = self.cursors.get(move.sender)
        return cursor is not None and move.seq <= cursor.latest and move.seq not in cursor.missing

    def without(self, sender: Sender) -> View:
        """See `View`."""
        if sender.number not in self.cursors:
            return self
        return SequenceView(
            self.room, {n: c for n, c in self.cursors.items() if n != sender.number}
        )

    def _has(self, move: Move | None) -> bool:
        return move is not None and move.room == self.room

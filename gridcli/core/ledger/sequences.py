"""Any event that numbers itself: each number of a sender is seen, doubled or overtaken.

Not here: how an application's payload tells sender and number (whoever makes a `Sequenced`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from ..sharing import Meetings
from .moves import Move
from .senders import Sender
from .ticks import MOST_MISSING, MOST_OTHERS
from .views import Edge, Receiver, View


class Sequenced(NamedTuple):
    """One broadcast event: number `seq` (1, 2, 3, …) of the connection of a user."""

    user_id: str
    seq: int


MOST_HOLES = 100_000
"""So many events of senders in other processes are noted as missing, of all of them together."""


class _Cursor(NamedTuple):
    latest: int
    missing: frozenset[int]


class _Heard(NamedTuple):
    """What is heard of somebody in another process: all from `first` to `latest`, without some."""

    first: int
    latest: int
    missing: frozenset[int]

    def with_(self, seq: int) -> "_Heard":
        first, latest, missing = self
        if seq in missing:
            return _Heard(first, latest, missing - {seq})
        if seq > latest:
            between = range(max(latest + 1, seq - MOST_MISSING), seq)
            return _Heard(first, seq, missing.union(between))
        if first - MOST_MISSING <= seq < first:
            return _Heard(seq, latest, missing.union(range(seq + 1, first)))
        return self


class SequenceView(View):
    """Which events of each sender are seen."""

    __slots__ = ("_holes", "cursors", "firsts", "others")

    def __init__(
        self,
        room: str,
        cursors: dict[int, _Cursor] | None = None,
        others: dict[str, _Heard] | None = None,
        holes: int = 0,
    ) -> None:
        super().__init__(room)
        self._holes = holes
        self.cursors = cursors or {}
        self.others = others or {}
        self.firsts: dict[int, tuple[int, Edge]] = {}
        """The ways on by a sender's first event that came, for all who are owed none before it:
        after which entry of the ledger they must have come."""

    def __len__(self) -> int:
        return len(self.cursors) + len(self.others) + self._holes + 1

    def advance(self, receiver: Receiver, update: object, senders: Mapping[str, Sender]) -> Edge:
        """See `View`."""
        if not isinstance(update, Sequenced):
            return Edge(update, self)
        user_id, seq = update
        sender = senders.get(user_id)
        if sender is None:
            return Edge(update, self._hear(user_id, seq))
        move = sender.moves.get(seq)
        if sender.room != self.room or seq <= sender.stays.latest:
            return Edge(update, self)  # of an earlier stay of the sender, and so excused
        cursor = self.cursors.get(sender.number)
        known = cursor is not None
        if cursor is None:
            # Of those that went before, the receiver is owed what was sent since it came.
            sent = sender.moves.values()
            before = [m for m in sent if m.seq < seq and self._has(m)]
            first = min([seq, *(m.seq for m in before if m.index > receiver.since)])
            cursor = _Cursor(first - 1, frozenset())
            after = max((m.index for m in before), default=0)
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
        edge = Edge(update, SequenceView(self.room, cursors, self.others, self._holes))
        if move is not None and self._has(move):
            if not doubled:
                edge.show([move])
            if doubled:
                edge.more().doubled = [(user_id, move.index)]
            if overtaken:
                edge.more().reordered = [(user_id, move.index)]
        if not known:
            edge.shared = after == 0
            if first == seq and not edge.shared:
                self.firsts[id(update)] = after, edge
        return edge

    def step(
        self,
        receiver: Receiver,
        update: object,
        senders: Mapping[str, Sender],
        meetings: Meetings[View],
    ) -> Edge | None:
        """See `View`."""
        after, edge = self.firsts.get(id(update), (0, None))
        if edge is not None and receiver.since >= after:
            return edge
        return super().step(receiver, update, senders, meetings)

    def forget(self) -> None:
        """See `View`."""
        super().forget()
        self.firsts.clear()

    def same_as(self, other: View) -> bool:
        """See `View`."""
        return (
            isinstance(other, SequenceView)
            and self.room == other.room
            and self.cursors == other.cursors
            and self.others == other.others
        )

    def saw(self, move: Move) -> bool:
        """See `View`."""
        cursor = self.cursors.get(move.sender)
        return cursor is not None and move.seq <= cursor.latest and move.seq not in cursor.missing

    def without(self, sender: Sender) -> View:
        """See `View`."""
        if sender.number not in self.cursors:
            return self
        cursors = {n: c for n, c in self.cursors.items() if n != sender.number}
        return SequenceView(self.room, cursors, self.others, self._holes)

    def unheard(self, user_id: str, after: int, last: int) -> int:
        """How many of another process's events `after` + 1 to `last` have not come."""
        heard = self.others.get(user_id)
        if heard is None:
            return last - after
        low, high = max(after + 1, heard.first), min(last, heard.latest)
        missing = sum(1 for number in heard.missing if low <= number <= high)
        return last - after - max(0, high - low + 1) + missing

    def _hear(self, user_id: str, seq: int) -> "SequenceView":
        known = self.others.get(user_id)
        if known is None:
            if len(self.others) >= MOST_OTHERS:
                return self
            known = _Heard(seq, seq, frozenset())
            return SequenceView(
                self.room, self.cursors, {**self.others, user_id: known}, self._holes
            )
        heard = known.with_(seq)
        if heard is known:
            return self
        holes = self._holes + len(heard.missing) - len(known.missing)
        if holes > MOST_HOLES:  # what came before is given up, and counts as missing
            heard, holes = _Heard(seq, seq, frozenset()), self._holes - len(known.missing)
        return SequenceView(self.room, self.cursors, {**self.others, user_id: heard}, holes)

    def _has(self, move: Move | None) -> bool:
        return move is not None and move.room == self.room

"""Protocol 1: a position shows the next move of its player, as far as cells can tell.

Not here: which move a position is (`gridcli.core.ledger.numbering`), after which move a player
arrived (`gridcli.core.ledger.stays`).
"""

from collections.abc import Mapping

from ..geometry import Cell
from ..protocol.bursts import Burst
from ..protocol.updates import Placed, Removed, Status
from .moves import Move
from .numbering import Numbering
from .senders import Sender
from .views import Edge, Receiver, View


class PositionView(View):
    """Which move of each player is seen.

    Args:
        room: the room.
        numbering: of all players in it; nobody changes it any more.
    """

    __slots__ = ("numbering",)

    def __init__(self, room: str, numbering: Numbering) -> None:
        super().__init__(room)
        self.numbering = numbering

    @classmethod
    def of_state(
        cls, receiver: Receiver, state: Status, senders: Mapping[str, Sender]
    ) -> "PositionView":
        """The view of a receiver that has come in with a full state."""
        last = {}
        for user_id, cell in state.cells.items():
            sender = senders.get(user_id)
            last[user_id] = _included(receiver, sender, cell) if sender else (0,)
        return cls(receiver.room, Numbering(receiver.user_id, receiver.room, last))

    def __len__(self) -> int:
        return len(self.numbering) + 1

    def advance(
        self, receiver: Receiver, update: object, senders: Mapping[str, Sender]
    ) -> Edge | None:
        """See `View`."""
        if isinstance(update, Burst):
            return self._advance_all(update, senders)
        if isinstance(update, Removed):
            numbering = self.numbering.copy()
            numbering.forget(update.user_id)
            return Edge(update, PositionView(self.room, numbering))
        if not isinstance(update, Placed):
            return Edge(update, self)
        user_id = update.user_id
        sender = senders.get(user_id)
        if self.numbering.awaits(user_id):
            numbering = self.numbering.copy()
            numbering.introduce(user_id, self._arrivals(receiver, user_id, sender))
            edge = Edge(update, PositionView(self.room, numbering))
            # It depends on when this receiver asked to come in, so others find out themselves.
            edge.shared = False
            return edge
        if sender is None:
            return Edge(update, self)
        numbering = self.numbering.copy()
        numbered = numbering.number(user_id, update.cell, sender.moves)
        view = PositionView(self.room, numbering)
        if numbered is None:
            return Edge(update, view)
        move = sender.moves[numbered.seq]
        edge = Edge(update, view)
        if move.room == self.room:
            edge.show([move])
        if numbered.blurred:
            blurred = [sender.moves[n] for n in numbered.blurred if n in sender.moves]
            edge.more().blurred = [m for m in blurred if m.room == self.room]
        return edge

    def _advance_all(self, burst: Burst, senders: Mapping[str, Sender]) -> Edge | None:
        """The way on by a burst that means the same for all; None where an update of it may not."""
        numbering, moves = self.numbering.copy(), []
        for part in burst:
            if isinstance(part, Removed):
                numbering.forget(part.user_id)
            elif isinstance(part, Placed):
                sender = senders.get(part.user_id)
                if numbering.awaits(part.user_id):
                    return None
                if sender is None:
                    continue
                numbered = numbering.number(part.user_id, part.cell, sender.moves)
                if numbered is None:
                    continue
                if numbered.blurred:
                    return None
                moves.append(sender.moves[numbered.seq])
        edge = Edge(burst, PositionView(self.room, numbering))
        edge.show([move for move in moves if move.room == self.room])
        return edge

    def same_as(self, other: View) -> bool:
        """See `View`."""
        return (
            isinstance(other, PositionView)
            and self.room == other.room
            and self.numbering.same_as(other.numbering)
        )

    def saw(self, move: Move) -> bool:
        """See `View`."""
        return self.numbering.passed(move.user_id, move.seq)

    def unclear(self, move: Move) -> bool:
        """See `View`."""
        return self.numbering.unclear(move.user_id, move.seq)

    def without(self, sender: Sender) -> View:
        """See `View`."""
        if not self.numbering.knows(sender.user_id):
            return self
        numbering = self.numbering.copy()
        numbering.retire(sender.user_id)
        return PositionView(self.room, numbering)

    def _arrivals(self, receiver: Receiver, user_id: str, sender: Sender | None) -> tuple[int, ...]:
        if sender is None:
            return (0,)
        if user_id == receiver.user_id:
            return (sender.stays.latest,)
        least = self.numbering.last_seen(user_id)
        return sender.stays.arrivals(self.room, receiver.asked, least)


def _included(receiver: Receiver, sender: Sender, cell: Cell) -> tuple[int, ...]:
    """The moves of a sender which may be the last in the state that a receiver was given."""
    first, last = receiver.floor.get(sender.number, 0), sender.last_seq
    if first >= last:
        return (last,)
    numbers = range(first, last + 1)
    return sender.stays.included(receiver.room, cell, numbers, sender.moves)

"""What comes too late, twice or out of turn, and what cannot be told apart.

Not here: what an update means (`gridcli.core.ledger.views`), what is seen and lost
(`gridcli.core.ledger.ledger`).
"""

from collections.abc import Iterable, Mapping

from .moves import Counts, Move
from .pairs import Pairs
from .senders import Sender
from .sequences import Sequenced
from .views import ALWAYS, Extra, Receiver


def owes(move: Move, receiver: Receiver) -> bool:
    """Whether a move is owed to a receiver, as far as rooms, comings and its own moves go."""
    return (
        move.room == receiver.room
        and move.index > receiver.since
        and not (receiver.unheard is not None and move.user_id == receiver.user_id)
    )


def blur(move: Move, receiver: Receiver) -> None:
    """The receiver has seen the move, or has not."""
    if not move.closed and owes(move, receiver):
        move.ambiguous += 1


class Anomalies:
    """Enters them in the totals and between whom they were.

    Args:
        counts, pairs, senders: the ledger's own.
    """

    def __init__(self, counts: Counts, pairs: Pairs, senders: Mapping[str, Sender]) -> None:
        self._counts = counts
        self._pairs = pairs
        self._senders = senders

    def take(self, extra: Extra, receiver: Receiver) -> None:
        """A receiver has taken in an update that means this beside what it shows."""
        counts, me = self._counts, receiver.user_id
        counts.ticks_lost += extra.ticks_lost
        counts.ticks_doubled += extra.ticks_doubled
        counts.ticks_reordered += extra.ticks_reordered
        for fault, events in (("doubled", extra.doubled), ("reordered", extra.reordered)):
            owed = [u for u, index in events if self._owed_event(u, index, receiver)]
            setattr(counts, fault, getattr(counts, fault) + len(owed))
            for user_id in owed:
                self._pairs.add(user_id, me, fault)
        self.late([m for m in extra.closed if owes(m, receiver)], receiver)
        for move in extra.blurred:
            blur(move, receiver)

    def take_own(self, update: object, receiver: Receiver) -> bool:
        """Whether a receiver is told its own event that should not be: once too often, then."""
        if not (isinstance(update, Sequenced) and update.user_id == receiver.user_id):
            return False
        sender = receiver.sender
        if sender is not None and update.seq in sender.moves and update.seq > sender.stays.latest:
            self._counts.doubled += 1
            self._pairs.add(update.user_id, receiver.user_id, "doubled")
        return True

    def late(self, moves: Iterable[Move], receiver: Receiver) -> None:
        """A receiver sees moves that were closed before."""
        for move in moves:
            if move.lost > 0:  # an excused one owes nothing any more
                self._counts.late += 1
                self._pairs.add(move.user_id, receiver.user_id, "late")

    def _owed_event(self, user_id: str, index: int, receiver: Receiver) -> bool:
        sender = self._senders.get(user_id)
        return index == ALWAYS or (
            index > receiver.since and sender is not None and sender.sent_here(receiver.room, index)
        )

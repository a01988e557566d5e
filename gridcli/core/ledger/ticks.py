"""Protocol 2: every step up to each `seq` of a tick is seen with it, and ticks are numbered.

A tick tells of each player who moved how far it is, so what a lost tick told is seen with the
sender's next row. Not here: positions without numbers (`gridcli.core.ledger.positions`).
"""

from collections.abc import Mapping

from ..protocol.updates import Delta
from .moves import Move
from .senders import Sender
from .views import ALWAYS, Edge, Receiver, View

MOST_MISSING = 1000
"""Past such a gap in the ticks, or with so many of them missing, it is a new beginning, and not
worth noting each."""
MOST_OTHERS = 100_000
"""So many players elsewhere are followed; of further ones nothing is known."""

_NONE: frozenset[int] = frozenset()


class TickView(View):
    """How far each sender was seen to be.

    Args:
        room: the room.
        node: who counts the ticks.
        tick: the latest tick.
        cursors: of local senders, by connection number, the last step seen.
        others: of players elsewhere, by user id, the last step seen.
        missing: ticks before the latest that have not come.
    """

    __slots__ = ("_missing", "cursors", "node", "others", "tick")

    def __init__(
        self,
        room: str,
        node: str,
        tick: int,
        cursors: dict[int, int],
        others: dict[str, int],
        missing: frozenset[int] = _NONE,
    ) -> None:
        super().__init__(room)
        self.node = node
        self.tick = tick
        self.cursors = cursors
        self.others = others
        self._missing = missing

    @property
    def missing(self) -> int:
        """How many ticks have not come that should have."""
        return len(self._missing)

    @classmethod
    def of_state(
        cls, receiver: Receiver, state: Delta, senders: Mapping[str, Sender]
    ) -> "TickView":
        """The view of a receiver that has come in with a full state."""
        cursors = {
            # A state from before its sender's connection tells of the one before that.
            sender.number: seq
            for user_id, seq in state.seqs.items()
            if (sender := senders.get(user_id)) is not None and 0 < seq <= sender.last_seq
        }
        others = {u: seq for u, seq in state.seqs.items() if seq and u not in senders}
        assert receiver.sender is not None, "a receiver that is nowhere"
        receiver.sender.since_tick, receiver.sender.node = state.tick, receiver.node
        receiver.base = others
        return cls(receiver.room, receiver.node, state.tick, cursors, others)

    def __len__(self) -> int:
        return len(self.cursors) + len(self.others) + 2 * len(self._missing) + 1

    def advance(self, receiver: Receiver, update: object, senders: Mapping[str, Sender]) -> Edge:
        """See `View`."""
        if not isinstance(update, Delta):
            return Edge(update, self)
        tick, latest, missing = update.tick, self.tick, self._missing
        told = [(u, ALWAYS) for u in update.seqs if u in senders]
        lost = 0
        overtaken = False
        if update.full:
            lost, missing, latest = len(missing), _NONE, tick
        elif tick == latest + 1:
            latest = tick
        elif tick > latest + 1 + MOST_MISSING:
            lost, latest = tick - latest - 1, tick
        elif tick > latest:
            missing, latest = missing.union(range(latest + 1, tick)), tick
            if len(missing) > MOST_MISSING:
                lost, missing = len(missing), _NONE
        elif tick in missing:
            missing = missing - {tick}
            overtaken = True
        else:
            edge = Edge(update, self)
            extra = edge.more()
            extra.ticks_doubled, extra.doubled = 1, told
            return edge
        cursors, others, moves = self._read(update, senders)
        edge = Edge(update, TickView(self.room, self.node, latest, cursors, others, missing))
        if moves:
            edge.show(moves)
        if lost:
            edge.more().ticks_lost = lost
        if overtaken:
            extra = edge.more()
            extra.ticks_reordered, extra.reordered = 1, told
        return edge

    def same_as(self, other: View) -> bool:
        """See `View`."""
        return (
            isinstance(other, TickView)
            and (self.room, self.node, self.tick) == (other.room, other.node, other.tick)
            and self._missing == other._missing
            and self.cursors == other.cursors
            and self.others == other.others
        )

    def saw(self, move: Move) -> bool:
        """See `View`."""
        return self.cursors.get(move.sender, 0) >= move.seq

    def without(self, sender: Sender) -> View:
        """See `View`."""
        if sender.number not in self.cursors:
            return self
        cursors = self.cursors.copy()
        del cursors[sender.number]
        return TickView(self.room, self.node, self.tick, cursors, self.others, self._missing)

    def _read(
        self, delta: Delta, senders: Mapping[str, Sender]
    ) -> tuple[dict[int, int], dict[str, int], list[Move]]:
        cursors, others, room, tick = self.cursors.copy(), self.others, self.room, delta.tick
        node = self.node
        moves: list[Move] = []
        # Who has left is excused, and numbers its steps anew if it comes back.
        left = others.keys() & delta.leaves
        if left:
            others = {u: seq for u, seq in others.items() if u not in left}
        for user_id, seq in delta.seqs.items():
            sender = senders.get(user_id)
            if sender is None:
                if others is self.others:
                    others = others.copy()
                if seq > others.get(user_id, 0) and (
                    user_id in others or len(others) < MOST_OTHERS
                ):
                    others[user_id] = seq
                continue
            # On another node ticks tell nothing of when the sender came: there, what it has not
            # sent yet is of its earlier connection.
            early = tick <= sender.since_tick if sender.node == node else seq > sender.last_seq
            if sender.room != room or early:
                continue  # of an earlier stay of that player, and so excused
            seq = min(seq, sender.last_seq)  # the rest was never sent, whatever the server says
            before = max(cursors.get(sender.number, 0), sender.stays.latest)
            if seq <= before:
                continue  # told again, by a full state and the tick after it
            cursors[sender.number] = seq
            sent = sender.moves
            for number in range(before + 1, seq + 1):
                move = sent.get(number)
                if move is not None and move.room == room:
                    moves.append(move)
        return cursors, others, moves

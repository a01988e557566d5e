"""Who saw which move, and when: the account of one load generator.

A move is owed to every receiver of this process that was in the room when it was sent, the mover
included. For each (move, receiver) the ledger ends with exactly one word: seen, lost, ambiguous
(a position of protocol 1 that could be one of several moves), or excused (the receiver went
away, or the mover did, before it could be seen). Nothing is inferred from sums.

Times are seconds of one monotonic clock and come in as arguments. Not here: which move a
protocol-1 position is (`gridcli.core.numbering`), percentiles (`gridcli.core.latency`).
"""

import sys

from .geometry import Cell
from .moves import Counts, Move
from .numbering import Numbering
from .protocol.updates import Delta, Placed, Removed, Status
from .stays import Stays

__all__ = ["Counts", "Ledger", "Move", "Receiver"]

_RETIRED = sys.maxsize
"""The cursor for a connection that has ended: no step of it is beyond."""


class Receiver:
    """One client's standing in the ledger; made by `Ledger.receiver`."""

    __slots__ = ("asked", "cursors", "floor", "numbering", "room", "since", "user_id")

    def __init__(self) -> None:
        self.user_id = ""
        self.room = ""
        self.asked = 0
        self.since = 0
        self.floor: dict[str, int] = {}
        self.cursors: dict[str, int] = {}
        self.numbering: Numbering | None = None


class Ledger:
    """The account of all senders and receivers of one process.

    Args:
        patience_s: how long after its sending a move may still be seen; then it is lost.
    """

    def __init__(self, patience_s: float = 5.0) -> None:
        self.patience_s = patience_s
        self.counts = Counts()
        self._index = 0
        self._moves: dict[str, dict[int, Move]] = {}
        self._open: dict[int, Move] = {}
        self._last_seq: dict[str, int] = {}
        self._settled_seq: dict[str, int] = {}
        self._stays: dict[str, Stays] = {}
        self._members: dict[str, set[Receiver]] = {}
        self._closed: list[Move] = []

    def receiver(self) -> Receiver:
        """A new client that is in no room yet."""
        return Receiver()

    def ask(self, receiver: Receiver) -> None:
        """The client asks to come into a room, and sends no move until it is there.

        What anybody saw before it asked is certainly in the state that it will be given.
        """
        self.leave(receiver)
        self._index += 1
        receiver.asked = self._index
        floor = receiver.floor = dict(self._settled_seq)
        for move in self._open.values():
            if move.seen_s and move.seq > floor.get(move.sender, 0):
                floor[move.sender] = move.seq
        # A connection keeps the order: the server did its steps before it read this.
        floor[receiver.user_id] = self._last_seq.get(receiver.user_id, 0)

    def enter(self, receiver: Receiver, user_id: str, room: str, state: Delta | Status) -> None:
        """The receiver has taken in a full state of the room: from now on it is owed its moves.

        A full state in the middle of a stay, after a gap, goes to `saw_delta`.
        """
        self.leave(receiver)
        receiver.user_id, receiver.room, receiver.since = user_id, room, self._index
        self._members.setdefault(room, set()).add(receiver)
        self._moves.setdefault(user_id, {})
        self._stays.setdefault(user_id, Stays(room, self._index)).arrive(room)
        if isinstance(state, Delta):
            # Local senders only: everyone else's steps are somebody else's account.
            receiver.cursors = {u: s for u, s in state.seqs.items() if u in self._moves}
        else:
            last = {u: self._included(receiver, u, cell) for u, cell in state.cells.items()}
            receiver.numbering = Numbering(user_id, room, last)
        receiver.floor = {}

    def leave(self, receiver: Receiver) -> None:
        """The receiver goes away: what it has not seen, and what it sent, is excused."""
        room, sender = receiver.room, receiver.user_id
        if not room:
            return
        for move in list(self._open.values()):
            if move.sender == sender:
                self._blur_unclear(move)
                self._excuse(move, move.lost)
            elif self._owes(move, receiver):
                if self._unclear(receiver, move):
                    self._blur(move, receiver)
                elif not self._saw(receiver, move):
                    self._excuse(move, 1)
        self._members[room].discard(receiver)
        self._index += 1
        self._stays[sender].depart(self._last_seq.get(sender, 0), self._index, self._moves[sender])
        receiver.room = ""
        receiver.cursors = {}
        receiver.numbering = None

    def forget(self, receiver: Receiver) -> None:
        """The client's connection has ended: its moves are numbered anew with the next."""
        sender, room = receiver.user_id, receiver.room
        self.leave(receiver)
        receiver.user_id = ""
        for per_sender in (self._moves, self._last_seq, self._settled_seq, self._stays):
            per_sender.pop(sender, None)
        # Steps of this connection that are still under way must not count for the next one.
        for other in self._members.get(room, ()):
            if other.numbering is not None:
                other.numbering.retire(sender)
            elif sender in other.cursors:
                other.cursors[sender] = _RETIRED

    def sent(
        self,
        receiver: Receiver,
        seq: int,
        intended_s: float,
        sent_s: float,
        cell: Cell | None = None,
    ) -> Move:
        """A client sends its move number `seq`.

        Args:
            receiver: the client, which is in a room.
            seq: 1, 2, 3, … for each connection.
            cell: where the move leads to; needed where receivers speak protocol 1.
        """
        self._index += 1
        owed = len(self._members[receiver.room])
        move = Move(
            receiver.user_id, seq, receiver.room, self._index, intended_s, sent_s, cell, owed
        )
        self._moves[receiver.user_id][seq] = move
        self._open[move.index] = move
        self._last_seq[receiver.user_id] = seq
        return move

    def saw_delta(self, receiver: Receiver, delta: Delta, now_s: float) -> None:
        """The receiver has applied a delta: every step up to each `seq` in it is seen."""
        cursors, room, since = receiver.cursors, receiver.room, receiver.since
        if delta.full:  # after a gap, which may have swallowed departures
            for user_id in [u for u in cursors if u not in delta.seqs or cursors[u] == _RETIRED]:
                del cursors[user_id]
        for user_id in delta.leaves:
            cursors.pop(user_id, None)  # the next connection with that id counts from 1
        by_sender = self._moves
        for sender, seq in delta.seqs.items():
            moves = by_sender.get(sender)
            if moves is None:
                continue
            before = cursors.get(sender)
            if before is None:
                before = self._stays[sender].latest
            if seq <= before:
                continue  # told again, by a full state and the tick after it
            cursors[sender] = seq
            for number in range(before + 1, seq + 1):
                move = moves.get(number)
                # As `_owes`, without its call: this is every delivery of protocol 2.
                if move is not None and move.room == room and move.index > since:
                    self._see(move, now_s)

    def saw_position(self, receiver: Receiver, placed: Placed, now_s: float) -> None:
        """The receiver has applied a position of protocol 1."""
        user_id, numbering = placed.user_id, receiver.numbering
        if numbering is None:
            return
        if numbering.awaits(user_id):
            numbering.introduce(user_id, self._arrivals(receiver, numbering, user_id))
            return
        moves = self._moves.get(user_id)
        if moves is None:
            return
        numbered = numbering.number(user_id, placed.cell, moves)
        if numbered is None:
            return
        for seq in numbered.blurred:
            self._blur(moves.get(seq), receiver)
        move = moves[numbered.seq]
        if self._owes(move, receiver):
            self._see(move, now_s)

    def saw_removed(self, receiver: Receiver, removed: Removed) -> None:
        """The receiver has seen somebody leave, in protocol 1."""
        if receiver.numbering is not None:
            receiver.numbering.forget(removed.user_id)

    def sweep(self, now_s: float) -> list[Move]:
        """Close what is overdue, and return every move closed since the last sweep."""
        for move in list(self._open.values()):
            if now_s - move.sent_s <= self.patience_s:
                break  # they are in the order of their sending
            self._blur_unclear(move)
            self._close(move)
        # Closed moves stay for a while: positions are compared with where they led to, and what
        # is seen too late is counted.
        for moves in self._moves.values():
            while moves:
                oldest = moves[next(iter(moves))]
                if not oldest.closed or now_s - oldest.sent_s <= 3 * self.patience_s:
                    break
                del moves[oldest.seq]
        closed, self._closed = self._closed, []
        return closed

    @property
    def outstanding(self) -> int:
        """Receivers that moves are still owed to."""
        return sum(move.lost for move in self._open.values())

    def _owes(self, move: Move, receiver: Receiver) -> bool:
        return move.room == receiver.room and move.index > receiver.since

    def _saw(self, receiver: Receiver, move: Move) -> bool:
        if receiver.numbering is None:
            return receiver.cursors.get(move.sender, 0) >= move.seq
        return receiver.numbering.passed(move.sender, move.seq)

    def _unclear(self, receiver: Receiver, move: Move) -> bool:
        numbering = receiver.numbering
        return numbering is not None and numbering.unclear(move.sender, move.seq)

    def _included(self, receiver: Receiver, sender: str, cell: Cell) -> tuple[int, ...]:
        """The moves of a sender which may be the last in the state that a receiver was given."""
        first, last = receiver.floor.get(sender, 0), self._last_seq.get(sender, 0)
        if first >= last:
            return (last,)
        moves, stays = self._moves[sender], self._stays[sender]
        return stays.included(receiver.room, cell, range(first, last + 1), moves)

    def _arrivals(self, receiver: Receiver, numbering: Numbering, sender: str) -> tuple[int, ...]:
        stays = self._stays.get(sender)
        if stays is None:
            return (0,)
        if sender == receiver.user_id:
            return (stays.latest,)
        return stays.arrivals(receiver.room, receiver.asked, numbering.last_seen(sender))

    def _see(self, move: Move, now_s: float) -> None:
        if move.closed:
            self.counts.late += move.lost > 0  # an excused one owes nothing any more
            return
        seen_s = move.seen_s
        seen_s.append(now_s)
        if len(seen_s) + move.ambiguous >= move.owed:
            self._close(move)

    def _blur(self, move: Move | None, receiver: Receiver) -> None:
        if move is not None and not move.closed and self._owes(move, receiver):
            move.ambiguous += 1
            if move.lost <= 0:
                self._close(move)

    def _blur_unclear(self, move: Move) -> None:
        """A move is about to be closed: some receivers may have seen it, or may not."""
        for receiver in self._members.get(move.room, ()):
            if self._unclear(receiver, move) and self._owes(move, receiver):
                move.ambiguous += 1

    def _excuse(self, move: Move, receivers: int) -> None:
        move.owed -= receivers
        self.counts.excused += receivers
        if move.lost <= 0:
            self._close(move)

    def _close(self, move: Move) -> None:
        move.closed = True
        del self._open[move.index]
        if move.seen_s or move.ambiguous:
            settled = self._settled_seq
            settled[move.sender] = max(settled.get(move.sender, 0), move.seq)
        counts = self.counts
        counts.moves += 1
        counts.owed += move.owed
        counts.seen += len(move.seen_s)
        counts.ambiguous += move.ambiguous
        counts.lost += move.lost
        self._closed.append(move)

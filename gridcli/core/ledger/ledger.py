"""The account of all senders and receivers of one process.

A move is owed to every receiver of this process that was in the room when it was sent, the mover
included where it hears itself. For each (move, receiver) the ledger ends with exactly one word:
seen, lost, ambiguous (a position of protocol 1 that could be one of several moves), or excused
(the receiver went away, or the mover did, before it could be seen). Times are seconds of one
monotonic clock. Not here: what an update shows (`gridcli.core.ledger.views`), percentiles
(`gridcli.core.latency`).
"""

from collections import deque
from copy import copy

from ..geometry import Cell
from ..protocol.bursts import Burst
from ..protocol.updates import Delta, Status
from ..sharing import Meetings
from .anomalies import Anomalies, blur, owes
from .moves import Counts, Move, Showing
from .pairs import Pairs
from .positions import PositionView
from .senders import Sender
from .sequences import SequenceView
from .ticks import TickView
from .unheard import pass_over
from .views import Receiver, View


class Ledger:
    """Who is owed what, and who has seen it.

    Args:
        patience_s: how long after its sending a move may still be seen; then it is lost.
    """

    def __init__(self, patience_s: float = 5.0) -> None:
        self.patience_s = patience_s
        self.pairs = Pairs()
        self._counts = Counts()
        self._index = 0
        self._connections = 0
        self._senders: dict[str, Sender] = {}
        self._open: dict[int, Move] = {}
        self._members: dict[str, dict[Receiver, None]] = {}
        self._closed: list[Move] = []
        self._told: list[Move] = []
        self._anomalies = Anomalies(self._counts, self.pairs, self._senders)
        self._meetings: Meetings[View] = Meetings()

    @property
    def counts(self) -> Counts:
        """The totals so far; of open moves nothing is in them yet."""
        counts = copy(self._counts)
        for members in self._members.values():
            counts.ticks_lost += sum(r.view.missing for r in members if r.view is not None)
        return counts

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
        receiver.floor = {s.number: s.settled_seq for s in self._senders.values()}
        for move in self._open.values():
            if move.seq > receiver.floor.get(move.sender, 0) and move.seen:
                receiver.floor[move.sender] = move.seq
        # A connection keeps the order: the server did its steps before it read this.
        if receiver.sender is not None:
            receiver.floor[receiver.sender.number] = receiver.sender.last_seq

    def enter(
        self,
        receiver: Receiver,
        user_id: str,
        room: str,
        state: Delta | Status | None,
        node: str = "",
        *,
        hears_itself: bool = True,
    ) -> None:
        """The receiver has taken in a full state of the room: from now on it is owed its moves.

        Args:
            receiver, user_id, room: the client, who it is, and where.
            state: the full state; None for events that number themselves, which need none. One in
                the middle of a stay, after a gap, goes to `saw`.
            node: which of several servers of one grid it is connected to; ticks are each one's own.
            hears_itself: whether it is told what it sent itself; else that is not owed to it, and
                counts as doubled where it comes all the same. Only for events with numbers.
        """
        self.leave(receiver)
        receiver.user_id, receiver.room, receiver.since = user_id, room, self._index
        receiver.node = node
        receiver.unheard = None if hears_itself else deque()
        self._members.setdefault(room, {})[receiver] = None
        sender = receiver.sender
        if sender is None:
            self._connections += 1
            sender = receiver.sender = Sender(self._connections, user_id, room, self._index)
            self._senders[user_id] = sender
        sender.room = room
        sender.stays.arrive(room)
        receiver.view = self._first_view(receiver, state)
        receiver.floor = {}

    def leave(self, receiver: Receiver) -> None:
        """The receiver goes away: what it has not seen, and what it sent, is excused."""
        room, sender, view = receiver.room, receiver.sender, receiver.view
        if not room or sender is None or view is None:
            return
        for move in list(self._open.values()):
            if move.sender == sender.number:
                self._blur_unclear(move)
                self._excuse(move, move.lost)
            elif owes(move, receiver):
                if view.unclear(move):
                    blur(move, receiver)
                elif not view.saw(move):
                    self._excuse(move, 1)
        del self._members[room][receiver]
        self._index += 1
        self._counts.ticks_lost += view.missing
        sender.stays.depart(sender.last_seq, self._index, sender.moves)
        sender.room = receiver.room = ""
        receiver.view = None

    def forget(self, receiver: Receiver) -> None:
        """The client's connection has ended: its moves are numbered anew with the next."""
        sender, room = receiver.sender, receiver.room
        self.leave(receiver)
        receiver.user_id, receiver.sender = "", None
        if sender is None:
            return
        if self._senders.get(sender.user_id) is sender:
            del self._senders[sender.user_id]
        # Steps of this connection that are still under way must not count for the next one.
        new: dict[View, View] = {}
        for other in self._members.get(room, ()):
            if other.view is not None:
                if other.view not in new:
                    new[other.view] = other.view.without(sender)
                other.view = new[other.view]

    def sent(
        self,
        receiver: Receiver,
        seq: int,
        intended_s: float,
        sent_s: float,
        cell: Cell | None = None,
    ) -> Move:
        """A client sends a move.

        Args:
            receiver: the client, which is in a room.
            seq, intended_s, sent_s: see `Move`.
            cell: where the move leads to; needed where receivers speak protocol 1.
        """
        sender, room = receiver.sender, receiver.room
        assert sender is not None, "a move of someone who is nowhere"
        self._index += 1
        move = Move(
            sender.number,
            sender.user_id,
            seq,
            room,
            self._index,
            intended_s,
            sent_s,
            cell,
            len(self._members[room]) - (receiver.unheard is not None),
        )
        sender.enter(move)
        self._open[self._index] = move
        if receiver.unheard is not None:
            receiver.unheard.append(move)
        return move

    def saw(self, receiver: Receiver, update: object, now_s: float) -> None:
        """The receiver has taken an update or a burst in; all, in the order in which they came.

        One that is the same object as before is looked up, not read again.
        """
        view = receiver.view
        if view is None:
            return  # on its way to a room
        edge = view.edges.get(id(update))
        if receiver.unheard is not None:
            if self._anomalies.take_own(update, receiver):
                return
            if edge is None and receiver.unheard:
                view = pass_over(receiver, view, update, self._senders, self._meetings)
                edge = view.edges.get(id(update))
        if edge is None:
            edge = view.step(receiver, update, self._senders, self._meetings)
        if edge is None:
            assert isinstance(update, Burst), "any other update can be taken as it is"
            for part in update:
                self.saw(receiver, part, now_s)
            return
        receiver.view = edge.view
        showing = edge.showing
        if showing is not None:
            if showing.open and showing.oldest > receiver.since:
                showing.seen_s.append(now_s)
            else:
                self._see_each(receiver, showing, now_s)
        if edge.extra is not None:
            self._anomalies.take(edge.extra, receiver)

    def sweep(self, now_s: float) -> list[Move]:
        """Close what is seen by all or overdue; return every move closed since the last sweep.

        Until the next one they tell when they were seen; then that is forgotten.
        """
        for move in list(self._open.values()):
            if move.lost <= 0:
                self._close(move)
            elif now_s - move.sent_s > self.patience_s:
                self._blur_unclear(move)
                self._close(move)
        # Closed moves stay for a while: positions are compared with them, and late ones counted.
        for sender in self._senders.values():
            moves = sender.moves
            while moves:
                oldest = moves[next(iter(moves))]
                if not oldest.closed or now_s - oldest.sent_s <= 3 * self.patience_s:
                    break
                del moves[oldest.seq]
        for move in self._told:
            move.forget_times()
        self._told, self._closed = self._closed, []
        return self._told

    @property
    def outstanding(self) -> int:
        """Receivers that moves are still owed to."""
        return sum(move.lost for move in self._open.values())

    def present(self) -> tuple[list[Sender], list[Receiver]]:
        """Who is in a room now, as those who move and as those who see."""
        receivers = [receiver for members in self._members.values() for receiver in members]
        return [sender for sender in self._senders.values() if sender.room], receivers

    def _first_view(self, receiver: Receiver, state: Delta | Status | None) -> View:
        if state is None:
            return SequenceView(receiver.room)
        if isinstance(state, Delta):
            return TickView.of_state(receiver, state, self._senders)
        return PositionView.of_state(receiver, state, self._senders)

    def _see_each(self, receiver: Receiver, showing: Showing, now_s: float) -> None:
        for move in showing.moves:
            if move.index > receiver.since:
                if move.closed:
                    self._anomalies.late([move], receiver)
                else:
                    move.alone_s.append(now_s)

    def _blur_unclear(self, move: Move) -> None:
        """A move is about to be closed: some receivers may have seen it, or may not."""
        for receiver in self._members.get(move.room, ()):
            if receiver.view and receiver.view.unclear(move) and owes(move, receiver):
                move.ambiguous += 1

    def _excuse(self, move: Move, receivers: int) -> None:
        move.owed -= receivers
        move.excused += receivers
        if move.lost <= 0:
            self._close(move)

    def _close(self, move: Move) -> None:
        if move.closed:
            return
        move.closed = True
        for showing in move.showings:
            showing.open = False
        del self._open[move.index]
        sender = self._senders.get(move.user_id)
        if sender is not None and sender.number == move.sender and (move.seen or move.ambiguous):
            sender.settled_seq = max(sender.settled_seq, move.seq)
        if move.lost > 0:
            self._blame(move)
        self._counts.close(move)
        self._closed.append(move)

    def _blame(self, move: Move) -> None:
        """Note between whom a move was lost."""
        for receiver in self._members.get(move.room, ()):
            view = receiver.view
            if view and owes(move, receiver) and not (view.saw(move) or view.unclear(move)):
                self.pairs.add(move.user_id, receiver.user_id, "lost")

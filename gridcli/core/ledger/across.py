"""Moves between players of different processes: seen or lost, without times.

The clocks of two processes have nothing in common, so what crosses them has no latency; but
protocol 2 says in every tick how far each player is, and an application's events have numbers.
Once nobody moves any more, each process tells how far its own players went (`standing`), and
counts how much of what the others told its receivers have seen (`account`). Whoever has left by
then is excused with all that it sent and saw. Not here: the exchange between processes
(`loadtest._crew`), the players of one process (`gridcli.core.ledger.ledger`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .senders import Sender
from .sequences import SequenceView
from .ticks import TickView
from .views import Receiver, View

MOST_PAIRS = 100
"""How many of the pairs that lost something are named."""


class Stand(NamedTuple):
    """How far a player went: its moves `after` + 1 to `last` were sent in a room, and count."""

    room: str
    after: int
    last: int


@dataclass(frozen=True, slots=True)
class Lost:
    """How many moves of one player another one has not seen; user ids."""

    sender: str
    receiver: str
    moves: int


@dataclass(slots=True)
class Across:
    """What came of moves of players elsewhere at the receivers of one process, or of several.

    Attributes:
        unaccounted: pairs of players of whom nothing is known: their dialect has no numbers, or
            the receiver of an application's events came when some had been sent already.
        pairs: between whom moves were lost, as far as there is place.
    """

    owed: int = 0
    seen: int = 0
    unaccounted: int = 0
    pairs: list[Lost] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Moves that receivers have not seen."""
        return self.owed - self.seen

    def add(self, other: "Across") -> None:
        """Take in what came of others."""
        self.owed += other.owed
        self.seen += other.seen
        self.unaccounted += other.unaccounted
        self.pairs += other.pairs[: MOST_PAIRS - len(self.pairs)]


def standing(senders: Iterable[Sender], since: Mapping[int, int]) -> dict[str, Stand]:
    """How far the players of this process went, by user id.

    Args:
        senders: those who are in a room.
        since: by connection number, the last move that does not count any more.
    """
    return {
        sender.user_id: Stand(
            sender.room,
            max(sender.stays.latest, sender.before, since.get(sender.number, 0)),
            sender.last_seq,
        )
        for sender in senders
    }


def elsewhere(everyone: Mapping[str, Stand], own: Iterable[str]) -> dict[str, dict[str, Stand]]:
    """The players of other processes, by room and user id.

    Args:
        everyone: how far the players of all processes went.
        own: the user ids of this process.
    """
    mine = set(own)
    rooms: dict[str, dict[str, Stand]] = {}
    for user_id, stand in everyone.items():
        if user_id not in mine:
            rooms.setdefault(stand.room, {})[user_id] = stand
    return rooms


def reached(receivers: Iterable[Receiver], rooms: Mapping[str, Mapping[str, Stand]]) -> bool:
    """Whether every receiver has seen all moves of the players elsewhere."""
    return not any(
        _lost(view, user_id, stand)
        for view in {r.view for r in receivers}
        if isinstance(view, TickView | SequenceView)
        for user_id, stand in rooms.get(view.room, {}).items()
    )


def account(
    receivers: Iterable[Receiver], rooms: Mapping[str, Mapping[str, Stand]], since: int = 0
) -> Across:
    """What the receivers have seen of the players elsewhere.

    What the state included that a receiver came in with is not owed to it.

    Args:
        receivers: of this process.
        rooms: the players elsewhere.
        since: the entry of the ledger after which nobody had come yet when counting began.
    """
    by_view: dict[View, list[Receiver]] = {}
    for receiver in receivers:
        if receiver.view is not None:
            by_view.setdefault(receiver.view, []).append(receiver)
    across = Across()
    for view, group in by_view.items():
        stands = rooms.get(view.room, {})
        if isinstance(view, SequenceView):
            late = [receiver for receiver in group if receiver.since > since]
            across.unaccounted += len(late) * len(stands)
            group = [receiver for receiver in group if receiver.since <= since]
        elif not isinstance(view, TickView):
            across.unaccounted += len(group) * len(stands)
            continue
        owed = sum(stand.last - stand.after for stand in stands.values())
        lost = {u: n for u, stand in stands.items() if (n := _lost(view, u, stand))}
        for receiver in group:
            known = sum(
                max(0, min(seq, stand.last) - stand.after)
                for user_id, seq in receiver.base.items()
                if (stand := stands.get(user_id)) is not None
            )
            across.owed += owed - known
            across.seen += owed - known - sum(lost.values())
            named = [Lost(u, receiver.user_id, n) for u, n in lost.items()]
            across.pairs += named[: MOST_PAIRS - len(across.pairs)]
    return across


def _lost(view: TickView | SequenceView, user_id: str, stand: Stand) -> int:
    if isinstance(view, SequenceView):
        return view.unheard(user_id, stand.after, stand.last)
    seen = max(stand.after, view.others.get(user_id, 0))
    return max(0, stand.last - seen)

"""Who saw what, worked out from the frames alone: the truth that the ledger is held against.

It shares nothing with the product: each move holds the set of stays that it is owed to, and they
are taken out one by one as it is seen, or as the receiver or the mover goes away. Not here: what
frames mean (`ticks`, `chat`), where they come from (`notes`).
"""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from truth.notes import LOST, RECEIVED, SENT, Note

COUNTS = (
    *("moves", "owed", "seen", "lost", "excused", "late", "doubled", "reordered", "ambiguous"),
    *("ticks_lost", "ticks_doubled", "ticks_reordered"),
)
KINDS = ("lost", "doubled", "reordered", "late")
"""Of faults between two."""

_KEPT = 3
"""So many times the patience a ledger remembers what was lost, to call it late if it comes."""


@dataclass(eq=False)
class Stay:
    """A player's time in one room, on one connection."""

    user_id: str
    room: str
    since: int
    """Its place in the order of what clients did."""
    first_tick: int = 0
    ticks: set[int] = field(default_factory=set)
    moves: dict[int, "Moved"] = field(default_factory=dict)
    """Its own."""
    owing: dict["Stay", list["Moved"]] = field(default_factory=dict)
    """By sender, what it was owed; it may have been shown some of it."""


@dataclass(eq=False, slots=True)
class Moved:
    """One move."""

    seq: int
    sent_s: float
    index: int
    owed: set[Stay]


@dataclass(eq=False)
class Player:
    """A client."""

    user_id: str = ""
    room: str = ""
    """Where it is, or is going."""
    connected: bool = False
    """Whether it has been in a room on this connection."""
    stay: Stay | None = None


class Account(ABC):
    """What follows from frames.

    Args:
        patience_s: who sees a move later than this after its sending has lost it.

    Attributes:
        counts: the totals, under the names of the ledger's.
        pairs: by sender, receiver and kind of fault.
        seen_s: of each (move, receiver), the time from sending to seeing, seen late or not.
    """

    def __init__(self, patience_s: float = float("inf")) -> None:
        self.patience_s = patience_s
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        self.pairs: Counter[tuple[str, str, str]] = Counter()
        self.seen_s: list[float] = []
        self.players: defaultdict[int, Player] = defaultdict(Player)
        self._here: defaultdict[str, dict[Stay, None]] = defaultdict(dict)
        self._index = 0

    def take(self, notes: Iterable[Note]) -> Self:
        """Read frames up to where the first client leaves for good, and close the account."""
        for at_s, kind, number, frame in notes:
            player = self.players[number]
            if kind == LOST:
                self.lose(player)
            elif kind == RECEIVED:
                self.received(player, frame, at_s)
            elif frame.startswith(b"41"):
                break
            else:
                assert kind == SENT
                self.sent(player, frame, at_s)
        for player in self.players.values():
            if player.stay is not None:
                self._count_missing(player.stay)
                for move in player.stay.moves.values():
                    for receiver in move.owed:
                        self._lost(player.stay, receiver)
        return self

    @abstractmethod
    def sent(self, player: Player, frame: bytes, at_s: float) -> None:
        """A client sends a frame."""

    @abstractmethod
    def received(self, player: Player, frame: bytes, at_s: float) -> None:
        """A frame reaches a client."""

    def enter(self, player: Player) -> Stay:
        """It is in its room now."""
        assert player.stay is None, "it is in a room already"
        self._index += 1
        stay = player.stay = Stay(player.user_id, player.room, self._index)
        player.connected = True
        self._here[player.room][stay] = None
        return stay

    def move(self, player: Player, seq: int, at_s: float) -> None:
        """It moves: that is owed to everyone in its room."""
        stay = player.stay
        assert stay is not None, "a move of one who is nowhere"
        self._index += 1
        move = stay.moves[seq] = Moved(seq, at_s, self._index, set(self._here[player.room]))
        self.counts["moves"] += 1
        self.counts["owed"] += len(move.owed)
        for receiver in move.owed:
            receiver.owing.setdefault(stay, []).append(move)

    def see(self, receiver: Stay, sender: Stay, move: Moved, at_s: float) -> None:
        """A move that was owed is shown to a receiver."""
        move.owed.discard(receiver)
        self.seen_s.append(at_s - move.sent_s)
        if at_s - move.sent_s <= self.patience_s:
            self.counts["seen"] += 1
            return
        self._lost(sender, receiver)
        if at_s - move.sent_s <= _KEPT * self.patience_s:
            self.counts["late"] += 1
            self.pairs[sender.user_id, receiver.user_id, "late"] += 1

    def leave(self, player: Player) -> None:
        """It goes away: what it was not shown is excused, and what it did, too."""
        stay, player.stay = player.stay, None
        if stay is None:
            return
        del self._here[stay.room][stay]
        self._count_missing(stay)
        for moves in stay.owing.values():
            for move in moves:
                if stay in move.owed:
                    move.owed.remove(stay)
                    self._excuse(1)
        for move in stay.moves.values():
            self._excuse(len(move.owed))
            for receiver in move.owed:
                receiver.owing.pop(stay, None)
            move.owed.clear()

    def lose(self, player: Player) -> None:
        """Its connection has ended, or a new one begins."""
        self.leave(player)
        player.connected = False

    def _lost(self, sender: Stay, receiver: Stay) -> None:
        self.counts["lost"] += 1
        self.pairs[sender.user_id, receiver.user_id, "lost"] += 1

    def _excuse(self, receivers: int) -> None:
        self.counts["owed"] -= receivers
        self.counts["excused"] += receivers

    def _count_missing(self, stay: Stay) -> None:
        if stay.ticks:
            missing = max(stay.ticks) - min(stay.ticks) + 1 - len(stay.ticks)
            self.counts["ticks_lost"] += missing

"""Which move is this? Protocol 1 sends positions without numbers.

The k-th position of a player is its k-th move, checked against the cell which that move must
have led to. Where moves were under way when a receiver came in, or a position is lost, doubled
or swapped, several moves may fit: the next positions narrow them down, and until one is left
nothing is credited. Not here: what is owed and counted (`gridcli.core.ledger.ledger`), after which
move a player arrived (`gridcli.core.ledger.stays`).
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from ..geometry import Cell


class Step(Protocol):
    """What numbering needs of a move: the cell it led to, None where that is not known."""

    @property
    def cell(self) -> Cell | None:
        """Where the move led to."""

    def leads_to(self, room: str, cell: Cell) -> bool:
        """Whether a position in a room may be the outcome of this move."""


class Numbered(NamedTuple):
    """The move that a position shows; `blurred` are earlier ones that could not be told apart."""

    seq: int
    blurred: range = range(0)


class Numbering:
    """One receiver's numbering of the players in its room.

    Args:
        own_id: the receiver's own user id: its first position is its arrival.
        room: the room; moves made elsewhere never fit.
        last: per player in the state that the receiver was given, the last move which that state
            includes, or all that may be it, in order.
    """

    __slots__ = ("_awaits_self", "_fits", "_own_id", "_past", "_room", "_since")

    def __init__(self, own_id: str, room: str, last: Mapping[str, tuple[int, ...]]) -> None:
        self._own_id = own_id
        self._room = room
        self._awaits_self = True
        # A player's position is the outcome of the move _fits[player], or of one in that tuple;
        # empty for one whose connection has ended. One of several began with _since[player].
        self._fits: dict[str, int | tuple[int, ...]] = {}
        self._since: dict[str, int] = {}
        self._past: dict[str, int] = {}
        for user_id, fits in last.items():
            self._begin(user_id, fits)

    def copy(self) -> "Numbering":
        """A numbering of its own that stands at the same point."""
        other = object.__new__(Numbering)
        other._own_id, other._room, other._awaits_self = self._own_id, self._room, self._awaits_self
        other._fits, other._since = self._fits.copy(), self._since.copy()
        other._past = self._past.copy()
        return other

    def __len__(self) -> int:
        return len(self._fits) + len(self._past)

    def same_as(self, other: "Numbering") -> bool:
        """Whether both number whatever comes in the same way."""
        return (
            not self._awaits_self
            and not other._awaits_self
            and self._fits == other._fits
            and self._past == other._past
            and self._since == other._since
        )

    def knows(self, user_id: str) -> bool:
        """Whether the player's connection is, or was, of any account here."""
        return user_id in self._fits or user_id in self._past

    def awaits(self, user_id: str) -> bool:
        """Whether the player's next position is an arrival in the room, and so no move."""
        return user_id not in self._fits or (self._awaits_self and user_id == self._own_id)

    def introduce(self, user_id: str, arrivals: tuple[int, ...]) -> None:
        """A player has arrived, after its move `arrivals` or one of them, in order."""
        if user_id == self._own_id:
            self._awaits_self = False
        if user_id not in self._fits:
            self._begin(user_id, arrivals)

    def number(self, user_id: str, cell: Cell, moves: Mapping[int, Step]) -> Numbered | None:
        """The move that this position shows; None where it is none, or not yet clear which."""
        fits = self._fits[user_id]
        if isinstance(fits, int):
            following = moves.get(fits + 1)
            if following is not None and (following.cell is None or following.cell == cell):
                self._fits[user_id] = fits + 1
                return Numbered(fits + 1)
            return self._settle(user_id, fits, self._fitting(moves, cell, fits))
        if not fits:
            return None
        shifted = [
            n + 1 for n in fits if n + 1 in moves and moves[n + 1].leads_to(self._room, cell)
        ]
        found = shifted or self._fitting(moves, cell, fits[0])
        return self._settle(user_id, fits, found)

    def passed(self, user_id: str, seq: int) -> bool:
        """Whether the receiver's account of this move of the player is made."""
        fits = self._fits.get(user_id)
        if fits is None:
            return self._past.get(user_id, 0) >= seq
        return (fits if isinstance(fits, int) else self._since.get(user_id, 0)) >= seq

    def unclear(self, user_id: str, seq: int) -> bool:
        """Whether the receiver may have seen this move of the player, or may not."""
        fits = self._fits.get(user_id, 0)
        return not isinstance(fits, int) and bool(fits) and self._since[user_id] < seq <= fits[-1]

    def last_seen(self, user_id: str) -> int:
        """The last move which the receiver saw of a player who has left since."""
        return self._past.get(user_id, 0)

    def forget(self, user_id: str) -> None:
        """The player has left: its next position is an arrival."""
        fits = self._fits.pop(user_id, ())
        self._since.pop(user_id, None)
        if fits != ():
            last = fits if isinstance(fits, int) else fits[0]
            if last:
                self._past[user_id] = last
            else:  # as of whom nothing is known: a server may name people without an end
                self._past.pop(user_id, None)

    def retire(self, user_id: str) -> None:
        """The player's connection has ended: what is still under way of it shows no move."""
        self._past.pop(user_id, None)
        self._since.pop(user_id, None)
        if user_id in self._fits:
            self._fits[user_id] = ()

    def _begin(self, user_id: str, fits: tuple[int, ...]) -> None:
        if len(fits) == 1:
            self._fits[user_id] = fits[0]
            self._since.pop(user_id, None)
        else:
            self._fits[user_id] = fits
            self._since[user_id] = fits[0]

    def _settle(
        self, user_id: str, fits: int | tuple[int, ...], found: list[int]
    ) -> Numbered | None:
        if not found:
            return None  # fits nothing that was sent: neither credited nor a new starting point
        clear = isinstance(fits, int)
        since, seq = fits if isinstance(fits, int) else self._since[user_id], found[0]
        if len(found) > 1:
            self._fits[user_id], self._since[user_id] = tuple(found), since
        else:
            self._fits[user_id] = seq
            self._since.pop(user_id, None)
        if len(found) > 1 or seq <= since:
            return None  # not clear yet, or the last position again
        # From a clear beginning, what lies between was lost; else it cannot be told which.
        return Numbered(seq) if clear else Numbered(seq, range(since + 1, seq))

    def _fitting(self, moves: Mapping[int, Step], cell: Cell, least: int) -> list[int]:
        """The moves from `least` on that lead to a cell, in order."""
        return sorted(n for n in moves if n >= least and moves[n].leads_to(self._room, cell))

"""Where each sender has been: what a receiver needs to number the moves of one who arrives.

Steps are numbered through all of a connection's rooms, so whoever sees a player arrive must know
after which step that was. Receivers may lag behind by more than one stay; then several arrivals
fit. Not here: which move a position is (`gridcli.core.numbering`).
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from ..geometry import Cell
from .numbering import Step


@dataclass(slots=True)
class _Stay:
    after: int
    since: int
    room: str


class Stays:
    """The rooms that one connection was in, and after which of its moves it came to each."""

    __slots__ = ("_stays",)

    def __init__(self, room: str, since: int) -> None:
        self._stays = [_Stay(0, since, room)]

    @property
    def latest(self) -> int:
        """The last move before the sender came to where it is, or is going to."""
        return self._stays[-1].after

    @property
    def since(self) -> int:
        """Since when, by the ledger's counter of events, it is where it is, or on the way there."""
        return self._stays[-1].since

    def depart(self, after: int, now: int, known: Container[int]) -> None:
        """The sender leaves, after its move `after`; where to is not known yet.

        Args:
            after: the number of the sender's last move.
            now: the ledger's counter of events.
            known: the moves that can still be numbered; older stays are dropped.
        """
        self._stays = [stay for stay in self._stays if stay.after + 1 in known]
        self._stays.append(_Stay(after, now, ""))

    def arrive(self, room: str) -> None:
        """The sender is in a room."""
        self._stays[-1].room = room

    def arrivals(self, room: str, asked: int, least: int) -> tuple[int, ...]:
        """After which of the sender's moves an arrival in a room may have been, in order.

        Args:
            room: where it was seen.
            asked: when the receiver asked to come in: it saw no stay that ended before.
            least: the last of the sender's moves that the receiver saw before.
        """
        return tuple(sorted(self._afters(room, asked, least))) or (least,)

    def included(
        self, room: str, cell: Cell, numbers: range, moves: Mapping[int, Step]
    ) -> tuple[int, ...]:
        """Which of some moves may be the last that a room's state includes, in order.

        Args:
            room: the room.
            cell: where the state has the sender.
            numbers: the moves in question; the state is not older than the first of them.
            moves: those that can still be numbered.
        """
        # Any stay may be the one: the server may have read the receiver's asking before the
        # sender's departure, although that was sent first.
        arrivals = self._afters(room, 0, numbers[0])
        fits = tuple(
            n for n in numbers if n in arrivals or n not in moves or moves[n].leads_to(room, cell)
        )
        return fits or tuple(numbers)

    def _afters(self, room: str, asked: int, least: int) -> set[int]:
        ends = [stay.since for stay in self._stays[1:]] + [asked + 1]
        return {
            stay.after
            for stay, end in zip(self._stays, ends, strict=True)
            if stay.room in (room, "") and end > asked and stay.after >= least
        }

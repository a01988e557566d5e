"""What a receiver has seen so far, as a value that all who were sent the same share.

A view never changes: an update leads to the next one, and that way is remembered (`Edge`), so
what an update means is worked out once in a process and every further receiver only follows.
Not here: the accounts (`gridcli.core.ledger.ledger`), the dialects (`ticks`, `positions`,
`sequences`).
"""

import sys
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping

from ..protocol.bursts import Burst, entries_of
from ..sharing import Known, Meetings
from .moves import Move, Showing
from .senders import Sender


class Receiver:
    """One client's standing in the ledger; made by `Ledger.receiver`."""

    __slots__ = (
        "asked",
        "base",
        "floor",
        "node",
        "room",
        "sender",
        "since",
        "unheard",
        "user_id",
        "view",
    )

    def __init__(self) -> None:
        self.user_id = ""
        self.room = ""
        self.node = ""
        self.asked = 0
        self.since = 0
        self.sender: Sender | None = None
        self.floor: dict[int, int] = {}
        """Of each sender, the last move which any state given from now on includes."""
        self.base: Mapping[str, int] = {}
        self.view: View | None = None
        self.unheard: deque[Move] | None = None
        """Of one that is not told its own moves, those that its view does not include yet."""


ALWAYS = sys.maxsize
"""In place of an event's entry: it is told to everyone in the room, whenever they came."""


class Extra:
    """What an update means beside the moves that it shows; rare, so apart."""

    __slots__ = (
        "blurred",
        "closed",
        "doubled",
        "reordered",
        "ticks_doubled",
        "ticks_lost",
        "ticks_reordered",
    )

    def __init__(self) -> None:
        self.closed: list[Move] = []
        """Moves that it shows and that were closed before."""
        self.blurred: list[Move] = []
        """Moves which the receiver may have seen, or may not."""
        self.doubled: list[tuple[str, int]] = []
        """Of whom it tells again what was told: user ids, and after which entry it was owed."""
        self.reordered: list[tuple[str, int]] = []
        """Of whom it tells after something newer."""
        self.ticks_lost = 0
        self.ticks_doubled = 0
        self.ticks_reordered = 0


class Edge:
    """The way from a view, by an update, to the next view."""

    __slots__ = ("extra", "shared", "showing", "update", "view")

    def __init__(self, update: object, view: "View") -> None:
        self.update = update  # kept, so that its identity stays its own
        self.view = view
        self.showing: Showing | None = None
        self.extra: Extra | None = None
        self.shared = True
        """Whether it holds for every receiver with this view."""

    def show(self, moves: list[Move]) -> None:
        """The update shows some moves."""
        still_open = [move for move in moves if not move.closed]
        if still_open:
            self.showing = Showing(still_open)
        if len(still_open) < len(moves):
            self.more().closed = [move for move in moves if move.closed]

    def more(self) -> Extra:
        """What else the update means."""
        if self.extra is None:
            self.extra = Extra()
        return self.extra


class View(ABC):
    """What has been seen of one room."""

    __slots__ = ("__weakref__", "edges", "known", "room")

    def __init__(self, room: str) -> None:
        self.room = room
        self.edges: dict[int, Edge] = {}
        self.known: Known | None = None

    @abstractmethod
    def __len__(self) -> int:
        """How many entries it holds; at least 1."""

    @abstractmethod
    def advance(
        self, receiver: Receiver, update: object, senders: Mapping[str, Sender]
    ) -> Edge | None:
        """The way on, by an update, for a receiver; `senders` are the local ones by user id.

        None where a burst must be taken update by update.
        """

    @abstractmethod
    def same_as(self, other: "View") -> bool:
        """Whether whatever comes means the same for both."""

    @abstractmethod
    def saw(self, move: Move) -> bool:
        """Whether the account of a move is made for those who have this view."""

    def unclear(self, move: Move) -> bool:
        """Whether they may have seen the move, or may not."""
        return False

    def without(self, sender: Sender) -> "View":
        """This view once the sender's connection has ended."""
        return self

    def forget(self) -> None:
        """Forget the ways on from here."""
        self.edges.clear()

    def step(
        self,
        receiver: Receiver,
        update: object,
        senders: Mapping[str, Sender],
        meetings: "Meetings[View]",
    ) -> Edge | None:
        """The way on that no receiver has gone yet, or that is each one's own; see `advance`."""
        edge = self.advance(receiver, update, senders)
        if edge is None:
            return None
        if edge.view is not self:
            edge.view = meetings.at(update.last if isinstance(update, Burst) else update, edge.view)
        if edge.shared:
            meetings.remember(self, entries_of(update))
            self.edges[id(update)] = edge
        return edge

    @property
    def missing(self) -> int:
        """How many ticks have not come that should have."""
        return 0

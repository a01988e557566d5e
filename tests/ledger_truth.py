"""What really happens in a game: its connections, what each message shows, who has seen what.

Not here: the game that tells it (`ledger_game`).
"""

from collections import deque
from dataclasses import dataclass, field

from gridcli.core.geometry import Cell
from gridcli.core.ledger import Receiver
from gridcli.core.ledger.moves import Move
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.updates import Update

Stepped = tuple[int, int]
"""A connection and the number of its step: unlike a user id, a connection is never reused."""


@dataclass
class Message:
    """Something from the server, and what it really shows."""

    update: Update
    shows: list[Stepped] = field(default_factory=list)
    room: str = ""
    """The room that this full state takes the client into."""


@dataclass
class Client:
    """One connection."""

    number: int
    user_id: str
    protocol: int
    receiver: Receiver
    up: deque[tuple[str, object]] = field(default_factory=deque)
    down: deque[Message] = field(default_factory=deque)
    mirror: Mirror = field(default_factory=Mirror)
    live_in: str = ""
    served_in: str = ""
    seq: int = 0
    unmoved: bool = True
    """Whether it has sent no step since it came into its room."""
    ticks: set[int] = field(default_factory=set)
    """Those that have come in the present stay, its state's among them."""
    cell: Cell | None = None
    """Where its steps have led to; None while no message has said where it started."""


class Truth:
    """Every (move, receiver) pair by itself: open, seen or excused."""

    def __init__(self) -> None:
        self.sent: dict[Stepped, Move] = {}
        self.open: set[tuple[Stepped, int]] = set()
        self.seen: dict[tuple[Stepped, int], float] = {}
        self.excused: set[tuple[Stepped, int]] = set()
        self.heard: dict[float, tuple[Client, list[Stepped]]] = {}
        self.ticks_doubled = self.ticks_reordered = self.ticks_lost = 0

    def send(self, step: Stepped, move: Move, members: list[Client]) -> None:
        self.sent[step] = move
        self.open |= {(step, member.number) for member in members}

    def hear(self, client: Client, shows: list[Stepped], now_s: float) -> None:
        """A tick shows the outcome of all steps up to the ones it tells, a position just one."""
        self.heard[now_s] = client, shows
        pairs = {(step, client.number) for step in shows} & self.open
        if client.protocol == TICKS:
            latest = dict(sorted(shows))
            pairs = {
                (step, who)
                for step, who in self.open
                if who == client.number and latest.get(step[0], 0) >= step[1]
            }
        self.open -= pairs
        self.seen |= dict.fromkeys(pairs, now_s)

    def tick(self, client: Client, number: int) -> None:
        """A tick has come."""
        if number in client.ticks:
            self.ticks_doubled += 1
        elif number < max(client.ticks):
            self.ticks_reordered += 1
        client.ticks.add(number)

    def missing(self, client: Client) -> int:
        """Ticks that never came although later ones did."""
        ticks = client.ticks
        return max(ticks) - min(ticks) + 1 - len(ticks) if ticks else 0

    def leave(self, client: Client) -> None:
        """What the client has not seen, and what it sent."""
        self.ticks_lost += self.missing(client)
        client.ticks = set()
        gone = {
            (step, receiver)
            for step, receiver in self.open
            if receiver == client.number or step[0] == client.number
        }
        self.open -= gone
        self.excused |= gone

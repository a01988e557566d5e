"""A player who takes steps at an open schedule, and tells the ledger of each.

Not here: its connection (`loadtest._presence`), what players do (the scenarios), how they choose
(`gridcli.core.strategies`).
"""

import math
import time
from collections.abc import Callable, Iterable

import gevent

from gridcli.core.geometry import Cell, Direction
from gridcli.core.ledger import Move
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.packets import encode_event
from gridcli.core.protocol.requests import Step, encode_request

from ._account import Account
from ._presence import Presence, Where

__all__ = ["Player", "Where"]

_LOOK_UP_S = 0.25

Choice = Callable[[Mirror], Direction]
"""What a player does next, from what it sees."""


class Player(Presence):
    """One connection of one player.

    Args:
        account: the process's.
        where: the server and the room.
        choose: where each step goes.
    """

    def __init__(self, account: Account, where: Where, choose: Choice) -> None:
        super().__init__(account, where)
        self._choose = choose
        self._seq = 0
        self._last: Move | None = None
        self._cell: Cell | None = None
        """Where the moves that are under way will have led."""
        self._due_s = math.inf
        self._ideal_s = self._asked_s = self._left_s = 0.0
        """The last turn: when it would best have been taken; then, when the next one was asked
        for, and when this one was left."""

    def connect(self) -> None:
        """Connect, and return with the first full state of the room.

        Raises:
            CannotConnect: nobody answers, or not with this game.
            Refusal: the server does not let us in.
        """
        super().connect()
        self._account.players.add(self)

    def go_to(self, room: str) -> None:
        """Change to another room, and return with its first full state.

        Raises:
            Refusal: the server does not let us; we are where we were.
            Ended: the connection ended, or the server does not answer.
        """
        self._last = None
        super().go_to(room)

    def leave(self) -> None:
        """Say goodbye and let go of everything; idempotent, and at any time."""
        self._account.players.discard(self)
        super().leave()

    def play(self, times: Iterable[float], enough: Callable[[], bool]) -> None:
        """Take a step at each intended time.

        A late generator keeps its debt: no time is left out, and none is moved.

        Raises:
            Ended: the connection ended.
        """
        for intended_s in times:
            self._asked_s = time.monotonic()
            self._due_s = intended_s
            if not self.wait_until(intended_s, enough):
                break
            self._ideal_s = self._ideal_of(intended_s)
            self._due_s = math.inf
            self._left_s = time.monotonic()
            self.step(intended_s)
        self._due_s = math.inf

    def wait_until(self, moment_s: float, enough: Callable[[], bool]) -> bool:
        """Wait for a moment; False when it is enough before that.

        Raises:
            Ended: the connection ended.
        """
        if moment_s <= time.monotonic():
            gevent.sleep(0)  # one who is late must still let the others read
        while not enough():
            wait_s = moment_s - time.monotonic()
            self._check()
            if wait_s <= 0:
                return True
            self._wait_stirred(min(wait_s, _LOOK_UP_S))
        return False

    def overdue_s(self, now_s: float) -> float:
        """How late this process is with the player's next move."""
        return 0.0 if self._over else max(0.0, now_s - self._ideal_of(self._due_s))

    def step(self, intended_s: float) -> None:
        """Take one step. Raises `Ended`."""
        self._check()
        mirror = self.mirror
        if self._last is None or self._last.settled:
            self._cell = mirror.cell  # nothing is under way: what we see is where we are
        direction = self._choose(mirror)
        if self._cell is not None:
            self._cell = mirror.grid.step(self._cell, direction)
        self._seq += 1
        numbered = self._seq if mirror.protocol == TICKS else None
        frame = encode_event(*encode_request(Step(direction, numbered)))
        ideal_s = max(intended_s, self._ideal_s)
        self._last = self._account.sent(self._receiver, self._seq, intended_s, ideal_s, self._cell)
        self._send(frame)

    def settle(self) -> None:
        """Wait until one's own last step is seen by everyone, or given up. Raises `Ended`."""
        while self._last is not None and not self._last.settled:
            self._check()
            self._wait_stirred(0.02)

    def _ideal_of(self, due_s: float) -> float:
        """When a generator without delays of its own had taken this turn.

        It would have done so when the turn was due, or once the last step, whose sending may have
        waited for the server, was done.
        """
        return max(due_s, self._ideal_s + self._asked_s - self._left_s)

"""A client who sends at an open schedule, and tells the ledger of each move.

Not here: its connection (`loadtest._presence`), what it sends (`loadtest._player`,
`loadtest._guest`), the schedule (`gridcli.core.schedule`).
"""

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable

import gevent

from gridcli.core.ledger import Move
from gridcli.core.protocol.names import PATH

from ._account import Account
from ._presence import Presence

_LOOK_UP_S = 0.25


class TurnTaker(Presence):
    """One connection of one client; see `Presence`."""

    def __init__(self, account: Account, url: str, transport: str, path: str = PATH) -> None:
        super().__init__(account, url, transport, path)
        self._last: Move | None = None
        self._due_s = math.inf
        self._ideal_s = self._asked_s = self._left_s = 0.0
        """The last turn: when it would best have been taken; then, when the next one was asked
        for, and when this one was left."""

    def connect(self) -> None:
        """See `Presence`."""
        super().connect()
        self._account.players.add(self)

    def leave(self) -> None:
        """See `Presence`."""
        self._account.players.discard(self)
        super().leave()

    def play(self, times: Iterable[float], enough: Callable[[], bool]) -> None:
        """Send at each intended time.

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
        """How late this process is with the client's next move."""
        return 0.0 if self._over else max(0.0, now_s - self._ideal_of(self._due_s))

    @abstractmethod
    def step(self, intended_s: float) -> None:
        """Send what is next, and enter it as `_last`. Raises `Ended`."""

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

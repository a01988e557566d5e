"""A client's connection: comes in, leaves, and hands on what it hears, in the order it came.

Not here: sockets (`loadtest._transport`), what is said on the way in and what is heard
(`loadtest._player`, `loadtest._guest`), turns (`loadtest._turns`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import gevent
from gevent.event import AsyncResult, Event

from gridcli.core.errors import CannotConnect, GridError, SetupError
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import PATH

from ._account import Account
from ._polling import PollingConnection
from ._transport import HINT, Connection, Ended
from ._websocket import WebSocketConnection

CONNECT_S = 10.0
"""How long the server may take until a newcomer is in."""
_GOODBYE_S = 0.3
_TURN = 64
"""After so many packets the other connections get to read."""

TRANSPORTS: dict[str, Callable[[str, float, str], Connection]] = {
    "websocket": WebSocketConnection,
    "polling": PollingConnection,
}


class Presence(ABC):
    """One connection of one client.

    Args:
        account: the process's.
        url: the server.
        transport: one of `TRANSPORTS`.
        path: where Engine.IO answers.
    """

    def __init__(self, account: Account, url: str, transport: str, path: str = PATH) -> None:
        self._account = account
        self._ledger = account.ledger
        self._receiver = account.ledger.receiver()
        self._url = url
        self._transport = transport
        self._path = path
        self._connection: Connection | None = None
        self._reader: gevent.Greenlet | None = None
        self._arrived = AsyncResult()
        self._stirred = Event()
        self._over = False
        self._reason = ""
        self._fault: SetupError | None = None
        """What is no fault of the connection, and ends the test."""
        self._leaving = False

    def connect(self) -> None:
        """Connect, and return once we are in.

        Raises:
            CannotConnect: nobody answers, or not as expected.
            Refusal: the server does not let us in.
        """
        self._ledger.ask(self._receiver)
        try:
            self._connection = TRANSPORTS[self._transport](self._url, CONNECT_S, self._path)
            self._connection.send(self._greeting())
            self._reader = gevent.spawn(self._read, self._connection)
            self._wait()
            self._go_in()
        except Ended as ended:
            raise CannotConnect(self._url, str(ended), HINT) from None

    def leave(self) -> None:
        """Say goodbye and let go of everything; idempotent, and at any time."""
        self._leaving = True
        self._ledger.forget(self._receiver)
        connection, reader = self._connection, self._reader
        if connection is None:
            return
        try:
            if reader is not None and not self._over:
                connection.goodbye(self._goodbye())
                # Closing on unread data would reset the connection under our goodbye.
                reader.join(timeout=_GOODBYE_S)
        except Ended:
            pass
        finally:
            connection.close()
            if reader is not None:
                reader.kill()

    def stir(self) -> None:
        """Look up, something has changed."""
        self._stirred.set()

    def _check(self) -> None:
        if self._fault is not None:
            raise self._fault
        if self._over:
            raise Ended(self._reason)

    def _send(self, frame: str) -> None:
        self._check()
        assert self._connection is not None
        self._connection.send(frame)

    def _wait_stirred(self, seconds: float) -> None:
        if self._stirred.wait(seconds) and not self._over:
            self._stirred.clear()

    def _wait(self) -> None:
        try:
            self._arrived.get(timeout=CONNECT_S)
        except gevent.Timeout:
            raise Ended(f"not in within {CONNECT_S:.0f} s") from None

    @abstractmethod
    def _greeting(self) -> str:
        """The first frame of a session."""

    @abstractmethod
    def _goodbye(self) -> str:
        """The last one."""

    @abstractmethod
    def _take_in(self, frames: list[Burst | bytes]) -> None:
        """What was heard; sets `_arrived` once we are in. Raises `GridError` to end it."""

    def _go_in(self) -> None:  # noqa: B027  most have nothing left to do
        """What is left to do once `_arrived` is set. Raises `Ended`, `Refusal`."""

    def _read(self, connection: Connection) -> None:
        receive, take_in = connection.receive, self._take_in
        taken = 0
        try:
            while True:
                if taken > _TURN:
                    taken = 0
                    gevent.sleep(0)  # a socket that always has more would keep all others waiting
                frames = receive()
                taken += len(frames)
                take_in(frames)
        except GridError as error:
            self._end(error)

    def _end(self, error: GridError) -> None:
        self._reason = str(error)
        self._fault = error if isinstance(error, SetupError) else None
        self._over = True
        self._stirred.set()
        if not self._leaving:
            self._ledger.forget(self._receiver)
        if not self._arrived.ready():
            self._arrived.set_exception(error)

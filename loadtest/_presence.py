"""A connection of one player: comes into a room, changes rooms, leaves, and takes in what it hears.

Whatever the server sends is applied to a mirror and entered in the process's ledger, in the order
it came. Not here: sockets (`loadtest._transport`), steps (`loadtest._player`), when a move counts
as seen (`gridcli.core.ledger`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import gevent
from gevent.event import AsyncResult, Event

from gridcli.core.errors import BadInput, CannotConnect, GridError, Refusal
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.auth import Auth, decode_refusal, encode_auth
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.frames import Said, decode_frame
from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.core.protocol.packets import (
    Ack,
    ConnectError,
    Disconnected,
    encode_connect,
    encode_disconnect,
    encode_event,
)
from gridcli.core.protocol.requests import GoTo, decode_answer, encode_request
from gridcli.core.protocol.updates import (
    Delta,
    Notice,
    Online,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
)

from ._account import Account
from ._polling import PollingConnection
from ._rows import SEEN
from ._transport import HINT, Connection, Ended
from ._websocket import WebSocketConnection

CONNECT_S = 10.0
"""How long the server may take until a newcomer has the room's state."""
_GOODBYE_S = 0.3
_TURN = 64
"""After so many packets the other connections get to read."""

TRANSPORTS: dict[str, Callable[[str, float], Connection]] = {
    "websocket": WebSocketConnection,
    "polling": PollingConnection,
}


@dataclass(frozen=True, slots=True)
class Where:
    """Which server, how, and which room of it."""

    url: str
    transport: str
    protocol: int
    room: str


class Presence:
    """One connection of one player.

    Args:
        account: the process's.
        where: the server and the room.
    """

    def __init__(self, account: Account, where: Where) -> None:
        self.mirror = Mirror()
        self._account = account
        self._ledger = account.ledger
        self._receiver = account.ledger.receiver()
        self._where = where
        self._connection: Connection | None = None
        self._reader: gevent.Greenlet | None = None
        self._arrived = AsyncResult()
        self._arriving = ""
        self._stirred = Event()
        self._over = False
        self._reason = ""
        self._leaving = False
        self._asked = 0
        self._gaps = 0

    def connect(self) -> None:
        """Connect, and return with the first full state of the room.

        Raises:
            CannotConnect: nobody answers, or not with this game.
            Refusal: the server does not let us in.
        """
        where = self._where
        self._ledger.ask(self._receiver)
        try:
            self._connection = TRANSPORTS[where.transport](where.url, CONNECT_S)
            auth = Auth(protocol=where.protocol, room=where.room)
            self._connection.send(encode_connect(encode_auth(auth)))
            self._reader = gevent.spawn(self._read, self._connection)
            self._wait()
            if self.mirror.protocol == DEMO and where.room != LOBBY:
                self.go_to(where.room)  # protocol 1 has no word for it when connecting
        except Ended as ended:
            raise CannotConnect(where.url, str(ended), HINT) from None

    def go_to(self, room: str) -> None:
        """Change to another room, and return with its first full state.

        Raises:
            Refusal: the server does not let us; we are where we were.
            Ended: the connection ended, or the server does not answer.
        """
        before = self.mirror.room or LOBBY
        ticks = self.mirror.protocol == TICKS
        self._ledger.ask(self._receiver)
        self._arrived, self._arriving = AsyncResult(), room
        self._asked += 1
        request = encode_request(GoTo(room))
        self._send(encode_event(*request, ack_id=self._asked if ticks else None))
        try:
            self._wait()
        except Refusal:
            self._arriving = before
            self._arrive(Delta(self.mirror.tick, self.mirror.users, seqs=self.mirror.seqs))
            raise

    def leave(self) -> None:
        """Say goodbye and let go of everything; idempotent, and at any time."""
        self._leaving = True
        self._ledger.forget(self._receiver)
        connection, reader = self._connection, self._reader
        if connection is None:
            return
        try:
            if reader is not None and not self._over:
                connection.goodbye(encode_disconnect())
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
            raise Ended(f"no state of the room within {CONNECT_S:.0f} s") from None

    def _read(self, connection: Connection) -> None:
        # The hot path of a process: every delivery passes here.
        receive, monotonic = connection.receive, time.monotonic
        mirror, receiver, saw = self.mirror, self._receiver, self._ledger.saw
        taken = 0
        try:
            while True:
                if taken > _TURN:
                    taken = 0
                    gevent.sleep(0)  # a socket that always has more would keep all others waiting
                frames = receive()
                taken += len(frames)
                for frame in frames:
                    if type(frame) is Burst:
                        mirror.apply(frame)
                        saw(receiver, frame, monotonic())
                        continue
                    try:
                        said = decode_frame(frame)
                    except BadInput as error:
                        self._complain(error)
                        continue
                    now_s = monotonic()
                    if type(said) is Placed:
                        mirror.apply(said)
                        saw(receiver, said, now_s)
                    else:
                        self._take_other(said, now_s)
        except GridError as error:
            self._end(error)

    def _complain(self, error: BadInput) -> None:
        self._account.failed("BAD", "what the server sent", str(error))

    def _end(self, error: GridError) -> None:
        self._reason = str(error)
        self._over = True
        self._stirred.set()
        if not self._leaving:
            self._ledger.forget(self._receiver)
        if not self._arrived.ready():
            self._arrived.set_exception(error)

    def _take_other(self, said: Said | None, now_s: float) -> None:
        try:
            self._take(said, now_s)
        except BadInput as error:
            self._complain(error)

    def _take(self, said: Said | None, now_s: float) -> None:
        if isinstance(said, Delta):
            self._take_delta(said, now_s)
        elif isinstance(said, Placed | Removed | Online):
            self._apply(said)
            self._ledger.saw(self._receiver, said, now_s)
        elif isinstance(said, Status):
            self._apply(said)
            self._arrive(said)
        elif isinstance(said, Welcome):
            if not self.mirror.user_id:
                # A server that does not know protocol 2 has not read our wish for a room.
                self._arriving = said.room or LOBBY
            self._apply(said)
        elif isinstance(said, Ack):
            answer = decode_answer(said.args)
            if said.id == self._asked and not answer.ok and not self._arrived.ready():
                self._arrived.set_exception(Refusal(answer.code, answer.text))
        elif isinstance(said, ConnectError):
            raise decode_refusal(said.data)
        elif isinstance(said, Disconnected):
            raise Ended("the server put us out")
        elif isinstance(said, Notice):
            text = f"{said.code}: {said.text}"
            self._account.failed("NOTICE", "notice of the server", text)

    def _take_delta(self, delta: Delta, now_s: float) -> None:
        mirror = self.mirror
        self._apply(delta)
        if mirror.gaps != self._gaps:
            self._gaps = mirror.gaps
            self._account.failed(SEEN, "ticks of a room", "lost: a tick missing or out of turn")
        if self._arriving and delta.full:
            self._arrive(delta)
        else:
            self._ledger.saw(self._receiver, delta, now_s)

    def _apply(self, update: Update) -> None:
        try:
            self.mirror.apply(update)
        except BadInput as error:
            self._complain(error)

    def _arrive(self, state: Delta | Status) -> None:
        if not self._arriving or self._leaving:
            return
        self.mirror.room, self._arriving = self._arriving, ""
        self._account.protocol = self.mirror.protocol
        mirror, node = self.mirror, self._connection.node if self._connection else ""
        self._ledger.enter(self._receiver, mirror.user_id, mirror.room, state, node)
        if not self._arrived.ready():
            self._arrived.set(None)

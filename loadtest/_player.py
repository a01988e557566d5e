"""A connected player: knows its room, takes steps at an open schedule, and tells the ledger.

One object is one connection. Whatever the server sends is applied to a mirror and entered in
the process's ledger, in the order it came. Not here: sockets (`loadtest._transport`), what
players do (the scenarios), when a move counts as seen (`gridcli.core.ledger`).
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

import gevent
from gevent.event import AsyncResult, Event

from gridcli.core.errors import BadInput, CannotConnect, GridError, Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.ledger import Move
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.auth import Auth, decode_refusal, encode_auth
from gridcli.core.protocol.frames import decode_frame
from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.core.protocol.packets import (
    Ack,
    ConnectError,
    Disconnected,
    encode_connect,
    encode_disconnect,
    encode_event,
)
from gridcli.core.protocol.requests import GoTo, Step, decode_answer, encode_request
from gridcli.core.protocol.updates import (
    Delta,
    Notice,
    Online,
    Placed,
    Removed,
    Status,
    Welcome,
)

from ._polling import PollingConnection
from ._seen import SEEN, Account
from ._transport import HINT, Connection, Ended
from ._websocket import WebSocketConnection

CONNECT_S = 10.0
"""How long the server may take until a newcomer has the room's state."""
_GOODBYE_S = 0.3
_LOOK_UP_S = 0.25
_DIRECTIONS = tuple(Direction)

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


class Player:
    """One connection of one player.

    Args:
        account: the process's.
        where: the server and the room.
        rng: where the player's choices come from.
    """

    def __init__(self, account: Account, where: Where, rng: Random) -> None:
        self.mirror = Mirror()
        self._account = account
        self._ledger = account.ledger
        self._receiver = account.ledger.receiver()
        self._where = where
        self._rng = rng
        self._connection: Connection | None = None
        self._reader: gevent.Greenlet | None = None
        self._arrived = AsyncResult()
        self._arriving = ""
        self._over = Event()
        self._reason = ""
        self._leaving = False
        self._seq = 0
        self._asked = 0
        self._last: Move | None = None
        self._cell: Cell | None = None
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

    def play(self, times: Iterable[float], enough: Callable[[], bool]) -> None:
        """Take a random step at each intended time.

        A late generator keeps its debt: no time is left out, and none is moved.

        Raises:
            Ended: the connection ended.
        """
        for intended_s in times:
            if not self.wait_until(intended_s, enough):
                return
            self.step(intended_s)

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
            self._over.wait(min(wait_s, _LOOK_UP_S))
        return False

    def step(self, intended_s: float) -> None:
        """Take one step in a random direction. Raises `Ended`."""
        self._check()
        mirror = self.mirror
        if self._last is None or self._last.closed:
            self._cell = mirror.cell  # nothing is under way: what we see is where we are
        direction = self._rng.choice(_DIRECTIONS)
        if self._cell is not None:
            self._cell = mirror.grid.step(self._cell, direction)
        self._seq += 1
        numbered = self._seq if mirror.protocol == TICKS else None
        frame = encode_event(*encode_request(Step(direction, numbered)))
        now_s = time.monotonic()
        self._last = self._ledger.sent(self._receiver, self._seq, intended_s, now_s, self._cell)
        self._send(frame)

    def settle(self) -> None:
        """Wait until one's own last step is seen by everyone, or given up. Raises `Ended`."""
        while self._last is not None and not self._last.closed:
            self._check()
            self._over.wait(0.02)

    def go_to(self, room: str) -> None:
        """Change to another room, and return with its first full state.

        Raises:
            Refusal: the server does not let us; we are where we were.
            Ended: the connection ended, or the server does not answer.
        """
        before = self.mirror.room or LOBBY
        ticks = self.mirror.protocol == TICKS
        self._ledger.ask(self._receiver)
        self._arrived, self._arriving, self._last = AsyncResult(), room, None
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
            if reader is not None and not self._over.is_set():
                connection.goodbye(encode_disconnect())
                # Closing on unread data would reset the connection under our goodbye.
                reader.join(timeout=_GOODBYE_S)
        except Ended:
            pass
        finally:
            connection.close()
            if reader is not None:
                reader.kill()

    def _check(self) -> None:
        if self._over.is_set():
            raise Ended(self._reason)

    def _send(self, frame: str) -> None:
        self._check()
        assert self._connection is not None
        self._connection.send(frame)

    def _wait(self) -> None:
        try:
            self._arrived.get(timeout=CONNECT_S)
        except gevent.Timeout:
            raise Ended(f"no state of the room within {CONNECT_S:.0f} s") from None

    def _read(self, connection: Connection) -> None:
        try:
            while True:
                for frame in connection.receive():
                    try:
                        self._take(decode_frame(frame))
                    except BadInput as error:
                        self._account.failed("BAD", "what the server sent", str(error))
        except GridError as error:
            self._end(error)

    def _end(self, error: GridError) -> None:
        self._reason = str(error)
        self._over.set()
        if not self._leaving:
            self._ledger.forget(self._receiver)
        if not self._arrived.ready():
            self._arrived.set_exception(error)

    def _take(self, packet: object) -> None:
        match packet:
            case Delta():
                self._take_delta(packet)
            case Placed():
                self.mirror.apply(packet)
                self._ledger.saw_position(self._receiver, packet, time.monotonic())
            case Removed():
                self.mirror.apply(packet)
                self._ledger.saw_removed(self._receiver, packet)
            case Ack(number, args):
                answer = decode_answer(args)
                if number == self._asked and not answer.ok and not self._arrived.ready():
                    self._arrived.set_exception(Refusal(answer.code, answer.text))
            case ConnectError(data):
                raise decode_refusal(data)
            case Disconnected():
                raise Ended("the server put us out")
            case Notice(code, text):
                self._account.failed("NOTICE", "notice of the server", f"{code}: {text}")
            case Status():
                self.mirror.apply(packet)
                self._arrive(packet)
            case Online():
                self.mirror.apply(packet)
            case Welcome():
                if not self.mirror.user_id:
                    # A server that does not know protocol 2 has not read our wish for a room.
                    self._arriving = packet.room or LOBBY
                self.mirror.apply(packet)
            case _:
                pass  # an echo, chat, or what the framing is about

    def _take_delta(self, delta: Delta) -> None:
        self.mirror.apply(delta)
        if self.mirror.gaps != self._gaps:
            self._gaps = self.mirror.gaps
            self._account.failed(SEEN, "ticks of a room", "lost: a tick missing or out of turn")
        if delta.full and self._arriving:
            self._arrive(delta)
        else:
            self._ledger.saw_delta(self._receiver, delta, time.monotonic())

    def _arrive(self, state: Delta | Status) -> None:
        if not self._arriving or self._leaving:
            return
        self.mirror.room, self._arriving = self._arriving, ""
        self._ledger.enter(self._receiver, self.mirror.user_id, self.mirror.room, state)
        if not self._arrived.ready():
            self._arrived.set(None)

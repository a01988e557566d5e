"""A player of the game: its way through rooms, its steps, and what it hears.

Whatever the server sends is applied to a mirror and entered in the process's ledger, in the order
it came. Not here: its connection (`loadtest._presence`), its turns (`loadtest._turns`), what
players do (the scenarios), how they choose (`gridcli.core.strategies`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gevent.event import AsyncResult

from gridcli.core.errors import BadInput, Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.answers import decode_answer
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
from gridcli.core.protocol.requests import GoTo, Step, encode_request
from gridcli.core.protocol.updates import (
    Delta,
    Notice,
    Online,
    Placed,
    Removed,
    Round,
    Status,
    Update,
    Welcome,
)
from gridcli.core.text import foreign

from ._account import Account
from ._rows import SEEN
from ._transport import Ended
from ._turns import TurnTaker

Choice = Callable[[Mirror], Direction]
"""What a player does next, from what it sees."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which server, how, and which room of it."""

    url: str
    transport: str
    protocol: int
    room: str
    token: str = field(default="", repr=False)


class Player(TurnTaker):
    """One connection of one player.

    Args:
        account: the process's.
        where: the server and the room.
        choose: where each step goes.
        plays: whether that depends on the game of the room, which is passed over otherwise.
    """

    def __init__(
        self, account: Account, where: Where, choose: Choice, *, plays: bool = False
    ) -> None:
        super().__init__(account, where.url, where.transport)
        self._plays = plays
        self.mirror = Mirror()
        self._where = where
        self._choose = choose
        self._seq = 0
        self._cell: Cell | None = None
        """Where the moves that are under way will have led."""
        self._arriving = ""
        self._asked = 0
        self._gaps = 0

    def go_to(self, room: str) -> None:
        """Change to another room, and return with its first full state.

        Raises:
            Refusal: the server does not let us; we are where we were.
            Ended: the connection ended, or the server does not answer.
        """
        self._last = None
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

    def step(self, intended_s: float) -> None:
        """See `TurnTaker`."""
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

    def _greeting(self) -> str:
        where = self._where
        auth = Auth(protocol=where.protocol, room=where.room, token=where.token)
        return encode_connect(encode_auth(auth))

    def _goodbye(self) -> str:
        return encode_disconnect()

    def _go_in(self) -> None:
        if self.mirror.protocol == DEMO and self._where.room != LOBBY:
            self.go_to(self._where.room)  # protocol 1 has no word for it when connecting

    def _take_in(self, frames: list[Burst | bytes]) -> None:
        # The hot path of a process: every delivery passes here.
        monotonic = time.monotonic
        mirror, receiver, saw = self.mirror, self._receiver, self._ledger.saw
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

    def _complain(self, error: BadInput) -> None:
        self._account.failed("BAD", "what the server sent", str(error))

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
        elif isinstance(said, Round):
            if self._plays:
                self._apply(said)
        elif isinstance(said, Notice):
            text = f"{foreign(said.code)}: {foreign(said.text)}"
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

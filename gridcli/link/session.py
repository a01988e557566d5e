"""One connection from CONNECT to its end: frames in, updates out, answers matched to requests.

A `Session` ends with its connection; the `Link` above it makes the next one. Not here:
reconnection and states (`gridcli.link.link`), what carries the frames (`gridcli.link.transport`).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from gridcli.core.errors import BadInput, Excess, Mismatch, Refusal
from gridcli.core.mirror import Mirror, Strangers
from gridcli.core.protocol.answers import Answer, decode_answer
from gridcli.core.protocol.auth import Auth, decode_refusal, encode_auth
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.frames import Said, decode_frame
from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.core.protocol.packets import (
    Ack,
    Connected,
    ConnectError,
    Disconnected,
    encode_connect,
    encode_disconnect,
    encode_event,
)
from gridcli.core.protocol.requests import GoTo, Hello, Request, encode_request
from gridcli.core.protocol.updates import Delta, Echo, Notice, Placed, Status, Update, Welcome
from gridcli.core.whereabouts import Whereabouts

from .states import NotLive
from .transport import Connection

T = TypeVar("T")

JOIN_S = 10.0
"""How long the server may take to welcome us, or to answer a request."""


class Session:
    """One connection to the game.

    Args:
        connection: an open Engine.IO session.
        mirror: takes every update in, before `on_update` hears of it.
        on_update: called with each update.
        on_burst: called in place of that with updates that came together, if given.
    """

    def __init__(
        self,
        connection: Connection,
        mirror: Mirror,
        on_update: Callable[[Update], None],
        on_burst: Callable[[Burst], None] | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.connection = connection
        self.notice: Notice | None = None
        """The last notice: why we were put out, where the server says so."""
        self.put_out = False
        self.left: Excess | Mismatch | None = None
        """Why we put ourselves out, if we did."""
        self.resume = ""
        self.faults = 0
        """Frames that were not of the protocol; they are ignored."""
        self._mirror = mirror
        self._whereabouts = Whereabouts(mirror)
        self._on_update = on_update
        self._tell_burst = on_burst
        self._joined: asyncio.Future[None] = loop.create_future()
        self._seq = 0
        self._ack_id = 0
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._echoes: deque[asyncio.Future[None]] = deque()
        self._arrived: asyncio.Future[None] | None = None
        self._running = asyncio.create_task(
            connection.run(self._on_frame, self._on_burst if on_burst is not None else None)
        )
        self._running.add_done_callback(lambda _: self._abandon())

    async def join(self, auth: Auth) -> None:
        """Ask for the namespace, and return once the first full state is applied.

        Raises:
            Refusal: the server does not want us.
            NotLive: the connection ended before, or nothing came in time.
        """
        self._whereabouts.going_to = auth.room if auth.protocol != DEMO else LOBBY
        self.connection.send(encode_connect(encode_auth(auth)))
        await self._wait(self._joined)

    async def ended(self) -> str:
        """Wait for the connection's end, and say why it came."""
        return await asyncio.shield(self._running)

    def step(self, request: Request) -> None:
        """Send a request that needs no answer."""
        self.connection.send(encode_event(*encode_request(request)))

    def next_seq(self) -> int:
        """The number of the next step of this connection."""
        self._seq += 1
        return self._seq

    async def ask(self, request: Request) -> Answer:
        """Send a request and wait for its acknowledgement.

        Raises:
            Refusal: the server will not.
            NotLive: the connection ended before the answer, or it did not come in time.
        """
        self._ack_id += 1
        number = self._ack_id
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            self.connection.send(encode_event(*encode_request(request), ack_id=number))
            result = await self._wait(answer)
        finally:
            del self._answers[number]
        if not result.ok:
            raise Refusal(result.code, result.text)
        return result

    async def go_to(self, room: str) -> None:
        """Change rooms, and return once the new room's full state is applied."""
        self._whereabouts.going_to = room
        try:
            if self._mirror.protocol == TICKS:
                await self.ask(GoTo(room))  # the state comes before the acknowledgement
                return
            self._arrived = asyncio.get_running_loop().create_future()
            self.step(GoTo(room))
            await self._wait(self._arrived)
        finally:
            self._whereabouts.going_to = ""
            self._arrived = None

    async def probe(self) -> None:
        """Wait for the answer to a `message`."""
        echo: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._echoes.append(echo)
        self.step(Hello())
        await self._wait(echo)

    async def close(self, reason: str) -> None:
        """Leave the namespace and end the connection."""
        if not self._running.done():
            self.connection.send(encode_disconnect())
            try:
                await self.connection.flush(timeout_s=0.5)
            finally:
                self.connection.end(reason)
        await asyncio.wait([self._running])

    def _on_frame(self, frame: bytes) -> None:
        try:
            said = decode_frame(frame)
            # The most frequent by far; class patterns would cost more than taking it in.
            if isinstance(said, Placed):
                self._mirror.apply(said)
                self._on_update(said)
            elif said is not None:
                self._take_rarer(said)
        except (Excess, Mismatch) as error:
            self._leave(error)
        except BadInput:
            self.faults += 1

    def _on_burst(self, burst: Burst) -> None:
        assert self._tell_burst is not None, "no bursts were asked for"
        try:
            self._mirror.apply(burst)
        except Excess as excess:
            self._leave(excess)
        else:
            self._tell_burst(burst)

    def _leave(self, error: Excess | Mismatch) -> None:
        """Have no more to do with this server."""
        self.left = error
        self._fail(error)
        self.connection.end(error.text)

    def _take_rarer(self, said: Said) -> None:
        match said:
            case Ack(number, args):
                waiting = self._answers.get(number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(decode_answer(args))
            case ConnectError(data):
                self._fail(decode_refusal(data))
            case Disconnected():
                self.put_out = True
                self.connection.end("the server put us out")
            case Connected():
                pass
            case _:
                self._take(said)

    def _take(self, update: Update) -> None:
        match update:
            case Welcome():
                self.resume = update.resume
            case Notice():
                self.notice = update
            case Echo() if self._echoes:
                echo = self._echoes.popleft()
                if not echo.done():
                    echo.set_result(None)
        try:
            self._whereabouts.take(update)
        except Strangers:
            self._on_update(update)  # after a lost tick: the rest of it was applied
            raise
        self._on_update(update)
        if isinstance(update, Status) or (isinstance(update, Delta) and update.full):
            self._here()

    def _here(self) -> None:
        """A full state is applied: we have arrived where we were going."""
        for waiting in (self._joined, self._arrived):
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    def _fail(self, refusal: Refusal) -> None:
        if not self._joined.done():
            self._joined.set_exception(refusal)

    async def _wait(self, waiting: "asyncio.Future[T]") -> T:
        try:
            async with asyncio.timeout(JOIN_S):
                return await waiting
        except TimeoutError:
            raise NotLive(f"the server did not answer within {JOIN_S:.0f} s") from None

    def _abandon(self) -> None:
        """The connection has ended: nobody will answer any more."""
        lost = NotLive("the connection was lost before the server answered")
        waiting = [self._joined, self._arrived, *self._answers.values(), *self._echoes]
        for future in waiting:
            if future is not None and not future.done():
                future.set_exception(lost)
                future.exception()  # whoever waits has it; nobody else need be told

"""A client of another application: its connection, made again whenever it is lost.

Not here: what is said on the way in (`gridcli.core.visit`), when to send (`bots.guest`), what
carries the frames (`gridcli.link.transport`).
"""

import asyncio
import time
from collections.abc import Callable
from random import Random

import aiohttp

from gridcli.core.application import Client
from gridcli.core.description import Description
from gridcli.core.errors import CannotConnect, GridError, Refusal
from gridcli.core.ledger import Sequenced
from gridcli.core.visit import Visit

from .dial import dial
from .keeping import Keeping
from .states import Ended, NotLive, State
from .target import Target
from .transport import Connection

ENTER_S = 10.0
"""How long the server may take to let us in."""
_HINT = "is it running?"


class GuestSession:
    """One connection to an application.

    Args:
        connection: an open Engine.IO session.
        description, client: the application, and who we are there.
        on_heard: called with each event that is accounted for, once we are in.
    """

    def __init__(
        self,
        connection: Connection,
        description: Description,
        client: Client,
        on_heard: Callable[[Sequenced], None],
    ) -> None:
        self.connection = connection
        self.visit = Visit(description, client, connection.send)
        self._description = description
        self._on_heard = on_heard
        self._on_in: Callable[[], None] = lambda: None
        self._in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(connection.run(self._on_frame))
        self._running.add_done_callback(lambda _: self._abandon())

    async def join(self, on_in: Callable[[], None]) -> None:
        """Go in; `on_in` is called at the very moment, before anything else is heard.

        Raises:
            Refusal: the server does not let us in.
            NotLive: the connection ended before, or the server does not answer.
            BadDescription: the description does not fit.
        """
        self._on_in = on_in
        self.connection.send(self.visit.greeting())
        try:
            async with asyncio.timeout(ENTER_S):
                await self._in
        except TimeoutError:
            raise NotLive(f"the server did not let us in within {ENTER_S:.0f} s") from None

    async def ended(self) -> str:
        """Wait for the connection's end, and say why it came."""
        return await asyncio.shield(self._running)

    async def close(self, reason: str) -> None:
        """Leave the namespace and end the connection."""
        if not self._running.done():
            self.connection.send(self._description.disconnect())
            try:
                await self.connection.flush(timeout_s=0.5)
            finally:
                self.connection.end(reason)
        await asyncio.wait([self._running])

    def _on_frame(self, frame: bytes) -> None:
        visit = self.visit
        try:
            heard = visit.take(frame)
            if heard is not None:
                if visit.inside:
                    self._on_heard(heard)
            elif visit.inside and not self._in.done():
                self._on_in()
                self._in.set_result(None)
        except GridError as error:
            if self._in.done():
                self.connection.end(str(error))
            else:
                self._in.set_exception(error)

    def _abandon(self) -> None:
        if not self._in.done():
            self._in.set_exception(NotLive("the connection was lost before we were in"))
            self._in.exception()  # whoever waits has it; nobody else need be told


class Guest(Keeping[GuestSession]):
    """A client that comes in, hears, and sends its next event when it is told to.

    Args:
        target: where to connect.
        description, client: the application, and who we are there.
        on_in: called whenever we are in, before anything else is heard.
        on_heard: called with each event that is accounted for, and the time in seconds of `clock`.
        on_state, rng, http: see `Keeping`.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        target: Target,
        description: Description,
        client: Client,
        *,
        on_in: Callable[[], None],
        on_heard: Callable[[Sequenced, float], None],
        on_state: Callable[[State], None],
        rng: Random,
        http: aiohttp.ClientSession,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(target, on_state=on_state, rng=rng, http=http)
        self._description = description
        self._client = client
        self._on_in = on_in
        self._on_heard = on_heard
        self._clock = clock

    def next_event(self) -> Callable[[], None]:
        """What sends the client's next event, which is numbered `client.seq` with this.

        Raises:
            NotLive: there is no connection.
            BadDescription: the description does not say what to send.
        """
        session = self._live()
        frame = session.visit.turn()
        return lambda: session.connection.send(frame)

    async def probe(self) -> float:
        """The time that the server takes to open another session, in seconds."""
        started_s = self._clock()
        connection = await dial(self._client_session(), self.target.turned(self._turns))
        took_s = self._clock() - started_s
        await connection.close()
        return took_s

    async def _connect(self) -> None:
        target = self.target.turned(self._turns)
        try:
            connection = await dial(self._client_session(), target)
        except CannotConnect as error:
            raise CannotConnect(error.address, error.reason, _HINT) from None
        session = GuestSession(connection, self._description, self._client, self._hear)
        try:
            await session.join(self._on_in)
        except NotLive as error:
            await session.close("gave up")
            raise CannotConnect(target.url, str(error)) from None
        except BaseException:
            await session.close("gave up")
            raise
        self._session = session

    def _put_out(self, session: GuestSession) -> Ended | None:
        return None  # we can't know for how long, and so come back

    def _passes(self, refusal: Refusal) -> bool:
        return True  # such as a name that its own lost connection still holds

    def _hear(self, heard: Sequenced) -> None:
        self._on_heard(heard, self._clock())

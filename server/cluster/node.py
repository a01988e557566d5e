"""One node on the bus: keeps the connection, moves messages and time between bus and replica.

Nothing in the game waits for any of it: what is to be told is made when the bus takes it, and
while it does not, changes merge. Not here: the protocol (`replica`), what effects do (`relay`).
"""

import asyncio
import logging
from random import Random

from gridcli.core.errors import SetupError

from .bus import Bus, BusError, Connection
from .dialing import dial
from .relay import Relay
from .replica import JITTER_S, Effect, Reach, Replica

log = logging.getLogger("gridcli.cluster")

START_S = 3.0
"""How long a start waits for the broker."""
_SETTLE_S = 2 * JITTER_S
"""How long the others may take to answer a newcomer."""
_SETTLE_MOST_S = 1.5
_LOG_EVERY_S = 1.0


class ClusterNode:
    """Runs a replica on the event loop.

    Args:
        replica: the protocol.
        bus: the broker.
        relay: takes in what others told.
        rng: where jitter comes from.
    """

    def __init__(
        self,
        replica: Replica,
        bus: Bus,
        relay: Relay,
        rng: Random,
    ) -> None:
        self.replica = replica
        self.connections = 0
        """How often a connection to the broker has come about."""
        self.bytes_in = self.bytes_out = self.messages_in = self.messages_out = 0
        self._bus = bus
        self._relay = relay
        self._rng = rng
        self._connection: Connection | None = None
        self._wake = asyncio.Event()
        self._cut = asyncio.Event()
        self._failure: BusError | None = None
        self._heard = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._quiet_until_s = 0.0
        replica.soon = self._soon

    async def open(self, *, required: bool) -> None:
        """Connect, and wait a moment until the players of the other nodes are known.

        Args:
            required: whether it is an error that the broker can't be reached now.

        Raises:
            SetupError: it is, and it can't.
        """
        loop = asyncio.get_running_loop()
        self._advance()
        self._keeper = loop.create_task(self._keep())
        try:
            async with asyncio.timeout(START_S):
                while self._connection is None and self._failure is None:
                    await self._next_news()
        except TimeoutError:
            self._failure = BusError("no answer")
        if self._connection is None:
            if required:
                await self.close()
                raise SetupError(f"cannot reach {self._bus.address}: {self._failure}")
            return
        began_s = loop.time()
        try:
            async with asyncio.timeout(_SETTLE_MOST_S):
                await asyncio.sleep(_SETTLE_S)
                while not self.replica.knows_everyone:
                    await self._next_news()
        except TimeoutError:
            log.warning("not all nodes have told of their players yet; starting all the same")
        log.info(
            "node %s shares its grid by %s with %d others (%.1f s)",
            *(self.replica.node, self._bus.address, len(self.replica.peers)),
            loop.time() - began_s,
        )

    async def close(self) -> None:
        """Say goodbye, and let go of the bus."""
        self.replica.leave()
        connection = self._connection
        if connection is not None:
            try:
                async with asyncio.timeout(1.0):
                    await connection.publish(list(self.replica.take()))
            except (BusError, TimeoutError):
                pass
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()

    async def _keep(self) -> None:
        while True:
            connection = await dial(self._bus, self._rng, self._failed)
            self._cut.clear()
            self._connection = connection
            self.connections += 1
            if self.connections > 1:
                log.info("connected to %s again", self._bus.address)
            self.replica.connected(asyncio.get_running_loop().time())
            self._advance()
            self._heard.set()
            try:
                await self._use(connection)
            finally:
                self._connection = None
                self.replica.disconnected()
                await connection.close()

    async def _use(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        tasks = [
            loop.create_task(work)
            for work in (self._read(connection), self._write(connection), self._until_cut())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            errors = [error for task in done if (error := task.exception()) is not None]
            lost = [error for error in errors if isinstance(error, BusError)]
            if lost:  # who reads and who writes may both have noticed
                log.warning("lost %s: %s", self._bus.address, lost[0])
            for error in errors:
                if error not in lost:
                    log.error("the bus failed", exc_info=error)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for data in await connection.receive():
                self.messages_in += 1
                self.bytes_in += len(data)
                self._take(self.replica.receive(data, loop.time()))
            self._complain(loop.time())
            self._heard.set()

    async def _write(self, connection: Connection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            messages = self.replica.take()
            if messages:
                await connection.publish(messages)
                self.messages_out += len(messages)
                self.bytes_out += sum(map(len, messages))
                self._advance()  # what has changed meanwhile

    async def _until_cut(self) -> None:
        await self._cut.wait()
        log.warning("%s does not give our messages back; connecting anew", self._bus.address)

    async def _next_news(self) -> None:
        self._heard.clear()
        await self._heard.wait()

    def _failed(self, error: BusError) -> None:
        self._failure = error
        self._heard.set()

    def _soon(self) -> None:
        self._wake.set()
        self._arm()

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(max(self.replica.due_s, loop.time()), self._advance)

    def _advance(self) -> None:
        now_s = asyncio.get_running_loop().time()
        self._take(self.replica.advance(now_s))
        if self.replica.waiting_bytes:
            self._wake.set()
        self._complain(now_s)
        self._arm()

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Reach):
                log.warning("the other nodes are %s reach", "in" if effect.up else "out of")
                if not effect.up:
                    self._cut.set()
        if effects:
            self._relay.take_in(effects)

    def _complain(self, now_s: float) -> None:
        complaints = self.replica.complaints
        if complaints and now_s >= self._quiet_until_s:
            more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
            log.warning("%s%s", complaints[-1], more)
            complaints.clear()
            self._quiet_until_s = now_s + _LOG_EVERY_S

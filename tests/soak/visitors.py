"""Clients that behave, and come and go: churn, long polling, chat, and storms of reconnections.

Each part plays until it is cancelled, and then leaves. Not here: clients that misbehave
(`soak.rude`), those whose latencies count (`soak.honest`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random

import aiohttp
from faults.proxy import proxying

from gridcli.core.errors import GridError
from gridcli.core.geometry import Direction
from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.link.link import Link
from gridcli.link.states import Live, NotLive, Reconnecting, State
from gridcli.link.target import Target, Transport

_STEPS = tuple(Direction)
_ROOMS = (LOBBY, "den", "yard", "attic")
_HARBOUR = "harbour"
_TRANSPORTS = (Transport.WEBSOCKET, Transport.WEBSOCKET, Transport.UPGRADE, Transport.POLLING)
_PROTOCOLS = (TICKS, TICKS, DEMO)
_PAUSE_S = 0.25
"""Between two things that a visitor does."""
_STEPS_A_VISIT = 12
"""At most."""
_BETWEEN_LINES_S = 3.0
_AT_ONCE = 25


class Visitors:
    """All of them, and what befell them.

    Args:
        url: the server's address.
        http: what they all poll with.
        rng: where their whims come from.
    """

    def __init__(self, url: str, http: aiohttp.ClientSession, rng: Random) -> None:
        self.visits = 0
        """How many have come and gone."""
        self.reconnects = 0
        """How many have come back after a storm."""
        self.trouble: Counter[str] = Counter()
        """What kept one from being served, which should be nothing."""
        self._url = url
        self._http = http
        self._rng = rng

    async def churn(self) -> None:
        """Come, play for a moment, change rooms, talk, leave; and again, as somebody else."""
        rng = self._rng
        while True:
            link = self._link(
                rng.choice(_ROOMS), rng.choice(_TRANSPORTS), rng.choice(_PROTOCOLS), "visitor"
            )
            try:
                await link.open()
                for _ in range(rng.randrange(_STEPS_A_VISIT)):
                    await self._act(link)
                    await asyncio.sleep(_PAUSE_S)
                self.visits += 1
            except GridError as error:
                self.trouble[f"visitor: {error}"] += 1
            finally:
                await link.close()

    async def poll(self) -> None:
        """Stay in the lobby over long polling, and move now and then."""
        link = self._link(LOBBY, Transport.POLLING, TICKS, "poller")
        try:
            await link.open()
            while isinstance(link.state, Live):
                link.step(self._rng.choice(_STEPS))
                await asyncio.sleep(4 * _PAUSE_S)
            self.trouble[f"poller: {link.state}"] += 1
        except GridError as error:
            self.trouble[f"poller: {error}"] += 1
        finally:
            await link.close()

    async def talk(self) -> None:
        """Say something to the lobby every few seconds."""
        link = self._link(LOBBY, Transport.WEBSOCKET, TICKS, "talker")
        try:
            await link.open()
            while True:
                await link.say("is anybody there?")
                await asyncio.sleep(_BETWEEN_LINES_S)
        except GridError as error:
            self.trouble[f"talker: {error}"] += 1
        finally:
            await link.close()

    async def storm(self, count: int, every_s: float) -> None:
        """So many clients in a room of their own, all cut off and coming back in each period."""
        port = int(self._url.rpartition(":")[2])
        with proxying("127.0.0.1", port, [_HARBOUR]) as proxy:
            url = f"http://127.0.0.1:{proxy.port(_HARBOUR)}"
            links = [
                self._link(
                    _HARBOUR,
                    _TRANSPORTS[number % len(_TRANSPORTS)],
                    TICKS,
                    "sailor",
                    url=url,
                    on_state=self._counting(),
                )
                for number in range(count)
            ]
            try:
                for first in range(0, count, _AT_ONCE):
                    await asyncio.gather(*(link.open() for link in links[first : first + _AT_ONCE]))
                while True:
                    await asyncio.sleep(every_s / 2)
                    proxy.reset()
                    proxy.heal()
                    await asyncio.sleep(every_s / 2)
                    for link in links:
                        if not isinstance(link.state, Live):
                            self.trouble[f"sailor: {link.state}"] += 1
            except GridError as error:
                self.trouble[f"sailor: {error}"] += 1
            finally:
                await asyncio.gather(*(link.close() for link in links))

    async def _act(self, link: Link) -> None:
        rng = self._rng
        whim = rng.random()
        try:
            if whim < 0.1:
                await link.go_to(rng.choice(_ROOMS))
            elif whim < 0.2 and link.protocol == TICKS:
                await link.say("hello!")
            else:
                link.step(rng.choice(_STEPS))
        except NotLive as error:
            self.trouble[f"visitor: {error}"] += 1

    def _link(
        self,
        room: str,
        transport: Transport,
        protocol: int,
        name: str,
        url: str = "",
        on_state: Callable[[State], None] = lambda state: None,
    ) -> Link:
        target = Target(
            url or self._url, name=name, room=room, transport=transport, protocol=protocol
        )
        # Only where the connection is cut on purpose is it no trouble that it is lost.
        return Link(
            target,
            on_state=on_state,
            rng=Random(self._rng.random()),
            http=self._http,
            reconnect=bool(url),
        )

    def _counting(self) -> Callable[[State], None]:
        away = False

        def count(state: State) -> None:
            nonlocal away
            if isinstance(state, Live) and away:
                self.reconnects += 1
            away = isinstance(state, Reconnecting)

        return count

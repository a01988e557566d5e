"""Connections that have ended leave nothing for the garbage collector, which comes seldom here.

Not here: how much memory a server keeps (`tests/soak`).
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from engineio.async_socket import AsyncSocket
from soak.rude import WAYS
from waiting import until

from gridcli.core.geometry import Direction
from gridcli.link.dial import client_session
from gridcli.link.link import Link
from gridcli.link.target import Target, Transport
from server.app import create_app
from server.edge.limits import EdgeLimits
from server.edge.visitor import Visitor
from server.fanout.dispatch import Dispatcher
from server.fanout.member import Member
from server.fanout.stock import DirectResponse
from server.fanout.websocket import FanoutWebSocket
from server.sessions import Session
from server.settings import Settings

KINDS = (
    *(AsyncSocket, Dispatcher, DirectResponse, FanoutWebSocket, Member, Session, Visitor),
    *(web.Request, web.RequestHandler),
)
SETTINGS = Settings(ping_interval_s=1.0, ping_timeout_s=1.0, edge=EdgeLimits(join_s=1.0))
"""What is waited for is no longer than it has to be."""


def held() -> Counter[str]:
    """What there is of connections, garbage and not."""
    kinds = (type(thing) for thing in gc.get_objects())
    return Counter(kind.__name__ for kind in kinds if issubclass(kind, KINDS))


async def leave_nothing(play: Callable[[int], Awaitable[None]]) -> None:
    """What is played on a port leaves no more than there was before it."""
    runner = web.AppRunner(create_app(SETTINGS))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await play(port)  # the first use makes what stays
    gc.collect()
    before = held()
    gc.disable()
    try:
        await play(port)
        await until(lambda: held() <= before, f"as little as {before}, not {held()}")
    finally:
        gc.enable()
        await runner.cleanup()


@pytest.mark.parametrize("transport", [t for t in Transport if t is not Transport.AUTO], ids=str)
def test_nothing_is_left_of_a_player(transport: Transport) -> None:
    async def play(port: int) -> None:
        async with client_session() as http:
            target = Target(f"http://127.0.0.1:{port}", transport=transport)
            links = [Link(target, http=http) for _ in range(5)]
            for link in links:
                await link.open()
            for link in links:
                link.step(Direction.UP)
                await link.probe()
            assert sum(held().values()) >= 5 * 3
            for link in links:
                await link.close()

    asyncio.run(leave_nothing(play))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left_of_one_who_vanishes(way: str) -> None:
    async def play(port: int) -> None:
        for _ in range(3):
            await WAYS[way](port)

    asyncio.run(leave_nothing(play))

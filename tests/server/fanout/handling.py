"""A server with some handlers, stock or fanning out, and one client that is connected to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest
import socketio
from aiohttp import web
from packet_client import PacketClient

from server.fanout.manager import FanoutManager

Sio = Any
Setup = Callable[[Sio], None]

both = pytest.mark.parametrize("fanout", [False, True], ids=["stock", "fanout"])
who: ContextVar[str] = ContextVar("who", default="nobody")


@web.middleware
async def names(request: web.Request, handler: Any) -> web.StreamResponse:
    who.set("the middleware")
    return await handler(request)


@asynccontextmanager
async def serving(fanout: bool, setup: Setup, **options: Any) -> AsyncIterator[PacketClient]:
    """A server with these handlers, and a client that is connected to it."""
    sio = socketio.AsyncServer(
        async_mode="aiohttp",
        client_manager=FanoutManager() if fanout else None,
        **{"async_handlers": False, "monitor_clients": False} | options,
    )
    setup(sio)
    app = web.Application(middlewares=[names])
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = PacketClient(f"http://127.0.0.1:{runner.addresses[0][1]}", polling=False)
    try:
        await client.open()
        client.send("40")
        await client.until(lambda: client.got)
        yield client
    finally:
        await client.close()
        await runner.cleanup()


async def answered(client: PacketClient, number: int) -> str:
    """The acknowledgement with this number."""

    def found() -> list[str]:
        return [p for p in client.got if isinstance(p, str) and p.startswith(f"3{number}[")]

    await client.until(found)
    return found()[0].removeprefix(f"3{number}")


def basics(sio: Sio) -> list[Any]:
    """An application that answers `echo`; the list grows with each end of a client."""
    ends: list[Any] = []

    @sio.event
    def connect(sid: str, environ: object) -> None:
        """Lets everyone in."""

    @sio.event
    async def echo(sid: str, *args: object) -> tuple[object, ...]:
        return args

    @sio.event
    async def disconnect(sid: str, reason: str) -> None:
        ends.append(reason)

    return ends

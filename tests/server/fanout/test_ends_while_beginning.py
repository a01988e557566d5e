"""Connections that end while something of theirs begins: nobody stays who is gone, and no traceback
can be caused by it."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web
from waiting import until

from server.fanout.manager import FanoutManager

UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Serving:
    """A server on our fan-out, which says who came and who went."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.manager = FanoutManager()
        self.sio: Any = socketio.AsyncServer(
            async_mode="aiohttp",
            client_manager=self.manager,
            async_handlers=False,
            monitor_clients=False,
        )
        self.sio.on("connect", lambda *_: self.told.append("came"))
        self.sio.on("disconnect", lambda *_: self.told.append("went"))

    @asynccontextmanager
    async def at_port(self, *middlewares: Any) -> AsyncIterator[int]:
        app = web.Application(middlewares=middlewares)
        self.sio.attach(app)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()

    @property
    def holds_nobody(self) -> bool:
        manager = self.manager
        return not (manager.rooms or manager.pending_connect or manager.pending_disconnect)


async def post_to_new_session(
    port: int, body: str, before: Callable[[str], None] = lambda sid: None
) -> None:
    """Open a session by polling and send it a body."""
    url = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as http:
        async with http.get(url) as opened:
            sid = json.loads((await opened.text())[1:])["sid"]
        before(sid)
        async with http.post(f"{url}&sid={sid}", data=body) as answer:
            await answer.read()


def test_one_found_silent_by_its_own_connect_does_not_stay() -> None:
    async def scene() -> None:
        server = Serving()

        def silence(sid: str) -> None:
            server.sio.eio.sockets[sid].last_ping = 0.001  # long ago, on whichever clock

        async with server.at_port() as port:
            await post_to_new_session(port, "40", silence)
            assert server.told == ["came", "went"]
            assert server.holds_nobody

    asyncio.run(scene())


def test_nobody_comes_after_having_gone_in_the_same_body(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        server = Serving()
        async with server.at_port() as port:
            await post_to_new_session(port, "1\x1e40")
            assert server.told == []
            assert server.holds_nobody

    asyncio.run(scene())
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []


def test_a_websocket_whose_client_is_gone_before_it_begins(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene() -> None:
        server = Serving()
        done = asyncio.Event()

        @web.middleware
        async def too_late(request: web.Request, handler: Any) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.abort()  # as at a reset; the connection's end is told a turn later
            try:
                return await handler(request)
            finally:
                done.set()

        async with server.at_port(too_late) as port:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(UPGRADE)
                await done.wait()
            await until(lambda: not server.sio.eio.sockets, "the end of the session")
            assert server.holds_nobody

    asyncio.run(scene())
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []

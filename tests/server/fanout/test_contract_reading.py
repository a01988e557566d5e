"""What fan-out's way in uses of aiohttp and asyncio is there, and does what it should.

Not here: what it uses of python-socketio and python-engineio (`test_contract`).
"""

import asyncio
import inspect
from contextvars import ContextVar
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web
from aiohttp._websocket import reader
from aiohttp.http_websocket import WSMessage, WSMsgType
from packet_client import PacketClient
from waiting import until

from server.fanout import stock
from server.fanout.manager import FanoutManager


def test_the_reader_offers_each_message_to_ours_before_it_queues_it() -> None:
    async def scene() -> None:
        offered: list[Any] = []
        received: list[Any] = []

        async def serve(request: web.Request) -> web.StreamResponse:
            response = stock.DirectResponse(1000, 1.0)
            await response.prepare(request)
            assert isinstance(response.inbox, stock.DirectQueue)
            assert isinstance(response._parser, reader.WebSocketReader)
            response.inbox.direct = lambda m, event: (offered.append(m), m.data == "taken")[1]
            received.append((await response.receive()).data)
            response.hand_over(offered)
            assert (await response.receive()).data is offered
            return response

        app = web.Application()
        app.router.add_get("/", serve)
        site = web.AppRunner(app)
        await site.setup()
        await web.TCPSite(site, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{site.addresses[0][1]}/"
        async with aiohttp.ClientSession() as http, http.ws_connect(url, compress=15) as socket:
            assert not socket.compress
            await socket.send_str("taken")
            await socket.send_str("left")
            await socket.receive()
        await site.cleanup()
        assert [(type(m), m.type, m.data) for m in offered][:2] == [
            (WSMessage, WSMsgType.TEXT, "taken"),
            (WSMessage, WSMsgType.TEXT, "left"),
        ]
        assert received == ["left"]

    asyncio.run(scene())


def test_entering_a_waiting_task_makes_it_the_current_one() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        waiting = asyncio.ensure_future(asyncio.Event().wait())
        seen: list[object] = []

        def callback() -> None:
            stock.enter_task(loop, waiting)
            seen.append(asyncio.current_task())
            with pytest.raises(RuntimeError):
                stock.enter_task(loop, waiting)
            stock.leave_task(loop, waiting)
            seen.append(asyncio.current_task())

        loop.call_soon(callback)
        await until(lambda: len(seen) == 2, "the callback")
        with pytest.raises(RuntimeError):
            stock.enter_task(loop, waiting)
        waiting.cancel()
        assert seen == [waiting, None]

    asyncio.run(scene())


def test_a_handler_runs_as_its_connections_task_with_its_context() -> None:
    async def scene() -> None:
        address: ContextVar[str] = ContextVar("address")
        seen: list[tuple[object, ...]] = []

        @web.middleware
        async def remember(request: web.Request, handler: Any) -> web.StreamResponse:
            address.set("kept")
            seen.append(("connection", asyncio.current_task()))
            return await handler(request)

        sio = socketio.AsyncServer(
            async_mode="aiohttp", client_manager=FanoutManager(), async_handlers=False
        )

        @sio.event
        async def where(sid: str) -> str:
            in_callback = not any(frame.function == "_receive" for frame in inspect.stack())
            seen.append((address.get(), asyncio.current_task(), in_callback))
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.Event().wait()
            except TimeoutError:
                return "in time"
            return "?"

        app = web.Application(middlewares=[remember])
        sio.attach(app)
        site = web.AppRunner(app, shutdown_timeout=0.01)
        await site.setup()
        await web.TCPSite(site, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{site.addresses[0][1]}"
        client = await PacketClient(url, polling=False).open()
        client.send("40")
        await client.until(lambda: client.got)
        client.send('421["where"]')
        await client.until(lambda: '31["in time"]' in client.got)
        await client.close()
        await site.cleanup()
        connection = seen[0][1]
        assert seen[1] == ("kept", connection, True)

    asyncio.run(scene())

"""What an edge asks of the libraries through `stock` is there, and does what it should.

Not here: what an edge is (`tests/server/edge`), the ways in and out (`test_contract`,
`test_contract_reading`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web
from waiting import until

from server.fanout import stock
from server.fanout.manager import FanoutManager

PATH = "/socket.io/?EIO=4&transport=polling"


@asynccontextmanager
async def polling(fanout: bool) -> AsyncIterator[tuple[Any, aiohttp.ClientSession, str, str]]:
    """A server whose bodies are `instead`, a client of it, its address and session."""
    manager = FanoutManager() if fanout else None
    sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=manager, namespaces="*")
    instead = {"body": None}
    sio.instead = instead
    app = web.Application()
    sio.attach(app)
    stock.use_body(sio.eio, lambda request: instead["body"])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    async with aiohttp.ClientSession() as http:
        async with http.get(url) as response:
            sid = (await response.text()).split('"')[3]
        yield sio, http, f"{url}&sid={sid}", sid
    await runner.cleanup()
    await sio.shutdown()


@pytest.mark.parametrize("fanout", [True, False], ids=["ours", "stock"])
def test_a_body_that_somebody_else_has_read_is_taken(fanout: bool) -> None:
    async def scene() -> None:
        async with polling(fanout) as (sio, http, url, _):
            heard: list[object] = []
            sio.on("say", lambda sid, data: heard.append(data))
            sio.instead["body"] = b'40\x1e42["say","instead"]'
            async with http.post(url, data=b'42["say","sent"]') as response:
                assert response.status == 200
            await until(lambda: heard == ["instead"], "the event")
            sio.instead["body"] = None
            async with http.post(url, data=b'42["say","sent"]') as response:
                assert response.status == 200
            await until(lambda: heard == ["instead", "sent"], "the event that was sent")

    asyncio.run(scene())


@pytest.mark.parametrize("fanout", [True, False], ids=["ours", "stock"])
def test_a_message_is_put_and_a_session_closed_while_its_poll_waits(fanout: bool) -> None:
    async def scene() -> None:
        async with polling(fanout) as (sio, http, url, sid):
            ended: list[object] = []
            sio.on("disconnect", lambda sid, reason: ended.append(reason))
            async with http.post(url, data=b"40") as response:
                assert response.status == 200
            async with http.get(url) as response:
                assert (await response.text()).startswith("40{")
            poll = asyncio.create_task(http.get(url).__aenter__())
            await until(lambda: sio.eio.sockets[sid].queue._getters, "the poll")
            stock.put_message(sio.eio, sid, '2["said"]')
            await stock.close_session(sio.eio, sid)
            response = await poll
            assert await response.text() == '42["said"]\x1e1'
            response.release()
            assert ended == [sio.reason.SERVER_DISCONNECT]
            assert sid not in sio.eio.sockets
            stock.put_message(sio.eio, sid, '2["late"]')
            await stock.close_session(sio.eio, sid)
            async with http.get(url) as response:
                assert response.status == 400

    asyncio.run(scene())

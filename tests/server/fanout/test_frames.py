"""Frames that are made once for everyone are read by aiohttp's client as they were meant."""

import asyncio

import pytest
from aiohttp import ClientSession, WSMsgType, web

from server.fanout.frames import binary_frame, text_frame

LENGTHS = (0, 1, 125, 126, 127, 65535, 65536, 70001)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_client_reads_what_was_framed(length: int) -> None:
    text = ("ü" * (length // 2) + "x" * (length % 2)).encode()
    binary = bytes(i % 256 for i in range(length))
    assert len(text) == length

    async def write(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        assert request.transport is not None
        request.transport.write(text_frame(text) + binary_frame(binary) + text_frame(b"end"))
        await response.receive()
        return response

    async def scene() -> None:
        app = web.Application()
        app.router.add_get("/", write)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with ClientSession() as http:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            async with http.ws_connect(url, max_msg_size=0) as socket:
                first, second, third = [await socket.receive() for _ in range(3)]
        await runner.cleanup()
        assert (first.type, first.data.encode()) == (WSMsgType.TEXT, text)
        assert (second.type, second.data) == (WSMsgType.BINARY, binary)
        assert third.data == "end"

    asyncio.run(scene())

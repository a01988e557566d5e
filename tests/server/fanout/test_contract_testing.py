"""What the in-process test client uses of python-engineio, python-socketio and asyncio is there.

All of it has public names, but some of what it does is written down nowhere. Not here: what the
fan-out itself uses (`test_contract`).
"""

import asyncio
import inspect
import selectors
from typing import Any

import socketio
from engineio.async_drivers import aiohttp, asgi
from engineio.async_socket import AsyncSocket
from engineio.packet import CLOSE, MESSAGE
from socketio import packet


def test_engineio_calls_the_server_through_a_table_of_handlers() -> None:
    sio = socketio.AsyncServer(async_mode="aiohttp")
    handlers = sio.eio.handlers
    assert set(handlers) == {"connect", "message", "disconnect"}
    known = {
        "connect": "eio_sid environ",
        "message": "eio_sid data",
        "disconnect": "eio_sid reason",
    }
    for name, parameters in known.items():
        assert inspect.iscoroutinefunction(handlers[name])
        assert list(inspect.signature(handlers[name]).parameters) == parameters.split()
    assert sio.eio.reason.TRANSPORT_CLOSE == "transport close"
    assert sio.eio.sockets == sio.environ == {}
    assert sio.manager_initialized is False
    assert sio.eio.generate_id() != sio.eio.generate_id()


def test_a_session_without_a_ping_under_way_is_never_overdue() -> None:
    async def scene() -> None:
        sio = socketio.AsyncServer(async_mode="aiohttp", ping_timeout=-1)
        socket = sio.eio.sockets["sid"] = AsyncSocket(sio.eio, "sid")
        socket.connected, socket.last_ping = True, None
        assert await socket.check_ping_timeout()
        assert sio.eio.transport("sid") == "polling"
        await sio.eio.send("sid", "x")
        ending = asyncio.create_task(sio.eio.disconnect("sid"))
        came = []
        for _ in range(2):
            came.append(await socket.queue.get())
            socket.queue.task_done()
        assert [each.packet_type for each in came] == [MESSAGE, CLOSE]
        assert came[0].data == "x"
        await ending

    asyncio.run(scene())


def test_an_event_in_a_task_of_its_own_is_begun_before_the_server_waits_for_anything() -> None:
    async def scene(data: list[Any]) -> None:
        sio = socketio.AsyncServer(async_mode="aiohttp")
        sio.on("x", lambda sid, *args: seen.append(args))
        await sio.manager.connect("eio", "/")
        before = asyncio.all_tasks()
        encoded = packet.Packet(packet.EVENT, data=data).encode()
        for piece in encoded if isinstance(encoded, list) else [encoded]:
            taking = sio.eio.handlers["message"]("eio", piece)
            try:
                taking.send(None)
            except StopIteration:
                continue
            raise AssertionError("it has waited")
        (handler,) = asyncio.all_tasks() - before
        assert seen == []
        await handler

    seen: list[Any] = []
    for data in (["x", 1], ["x", b"1", b"2"]):
        asyncio.run(scene(data))
        assert seen.pop() == tuple(data[1:])


def test_the_drivers_make_an_environ_of_a_request() -> None:
    assert list(inspect.signature(aiohttp.translate_request).parameters) == ["request"]
    assert list(inspect.signature(asgi.translate_request).parameters) == [
        "scope",
        "receive",
        "send",
    ]
    assert not inspect.iscoroutinefunction(aiohttp.translate_request)
    assert inspect.iscoroutinefunction(asgi.translate_request)


def test_a_loop_tells_its_selector_how_long_it_may_sleep() -> None:
    asked: list[float | None] = []

    class Asked(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> list[Any]:
            asked.append(timeout)
            if timeout is None or timeout > 1:
                loop.stop()  # takes effect though nothing is ready
                return []
            return super().select(timeout)

    loop = asyncio.SelectorEventLoop(Asked())
    loop.call_soon(lambda: None)
    loop.run_forever()
    assert asked == [0, None]  # something is ready; nothing is, and no timer
    asked.clear()
    cancelled = loop.call_later(0.001, lambda: None)
    timer = loop.call_later(3600, lambda: None)
    cancelled.cancel()
    loop.run_forever()
    assert len(asked) == 1
    assert 3500 < (asked[0] or 0) <= 3600
    timer.cancel()
    loop.close()

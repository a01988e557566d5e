"""How packets leave: at once after idle, together in one write, and no sooner than paced."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import socketio
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from raw_client import RawClient

from server.fanout.flusher import Flusher, Pace
from server.fanout.manager import FanoutManager

MEMBERS = 30
EVENTS = 40


@asynccontextmanager
async def members(manager: FanoutManager) -> AsyncIterator[tuple[Any, list[RawClient]]]:
    """A server without handlers, and clients who have heard of their connection."""
    sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=manager, namespaces=["/"])
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(MEMBERS):
            client = await stack.enter_async_context(RawClient(runner.addresses[0][1]))
            await client.send("40")
            await client.text("40")
            clients.append(client)
        yield sio, clients
    await runner.cleanup()


def segments(sio: Any) -> list[int]:
    """How many TCP segments with data were sent to each client, those sent again left out."""
    # tcpi_data_segs_out and tcpi_total_retrans of Linux's struct tcp_info
    infos = [
        environ["aiohttp.request"]
        .transport.get_extra_info("socket")
        .getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
        for environ in sio.environ.values()
    ]
    return [
        struct.unpack_from("I", info, 156)[0] - struct.unpack_from("I", info, 100)[0]
        for info in infos
    ]


def test_what_is_emitted_together_reaches_each_member_in_one_segment() -> None:
    async def scene() -> None:
        async with members(FanoutManager()) as (sio, clients):
            before = segments(sio)
            for number in range(EVENTS):
                await sio.emit("news", number)
            for client in clients:
                for number in range(EVENTS):
                    assert await client.text() == f'42["news",{number}]'
            after = segments(sio)
            assert [b - a for a, b in zip(before, after, strict=True)] == [1] * MEMBERS

    asyncio.run(scene())


def test_the_first_after_idle_leaves_at_once_and_the_next_when_its_time_has_come() -> None:
    async def scene() -> None:
        # A pause so long that nothing but a flush at once can pass the first one.
        manager = FanoutManager(pace=Pace(floor_s=3600, ceiling_s=3600))
        async with members(manager) as (sio, clients):
            await sio.emit("news", "first")
            for client in clients:
                assert await client.text() == '42["news","first"]'
            await sio.emit("news", "second")
            await sio.emit(
                "own", to=sio.manager.clients_of(next(iter(manager.members.values())))[0][1]
            )
            # What is a client's own is not held back, nor what its rooms were sent before that.
            assert await clients[0].text() == '42["news","second"]'
            assert await clients[0].text() == '42["own"]'
            for client in clients[1:]:
                with pytest.raises(BlockingIOError):
                    client.socket.recv(1)

    asyncio.run(scene())


def test_a_hook_adds_to_the_flush_that_it_is_called_for() -> None:
    async def scene() -> None:
        manager = FanoutManager()
        async with members(manager) as (sio, clients):
            last_minute = iter(["tick"])

            def emit_once() -> None:
                for event in last_minute:
                    emitting = sio.emit(event)
                    with pytest.raises(StopIteration):
                        emitting.send(None)

            manager.flusher.before.append(emit_once)
            before = segments(sio)[0]
            await sio.emit("news")
            assert await clients[0].text() == '42["news"]'
            assert await clients[0].text() == '42["tick"]'
            assert segments(sio)[0] == before + 1

    asyncio.run(scene())


def test_a_failing_hook_stops_no_flush(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        manager = FanoutManager()
        manager.flusher.before.append(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
        async with members(manager) as (sio, clients):
            await sio.emit("news")
            assert await clients[0].text() == '42["news"]'

    asyncio.run(scene())
    assert "ZeroDivisionError" in caplog.text


@given(st.floats(0, 10), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_pause_is_a_multiple_of_the_cost_within_bounds(
    rest: float, floor_s: float, ceiling_s: float, cost_s: float
) -> None:
    floor_s, ceiling_s = sorted((floor_s, ceiling_s))
    pause_s = Pace(rest=rest, floor_s=floor_s, ceiling_s=ceiling_s).pause_s(cost_s)
    assert floor_s <= pause_s <= ceiling_s
    assert pause_s == rest * cost_s or pause_s in (floor_s, ceiling_s)


def test_a_long_flush_is_cut_so_that_the_loop_runs_in_between() -> None:
    async def scene() -> None:
        manager = FanoutManager(pace=Pace(slice_s=0.0))
        assert isinstance(manager.flusher, Flusher)
        async with members(manager) as (sio, clients):
            slices = 0

            def count() -> None:
                nonlocal slices
                slices += 1
                if slices == 1:
                    # Later members get what came while earlier ones were written.
                    emitting = sio.emit("late")
                    with pytest.raises(StopIteration):
                        emitting.send(None)

            manager.flusher.between.append(count)
            await sio.emit("news")
            for client in clients:
                assert await client.text() == '42["news"]'
                assert await client.text() == '42["late"]'
            assert slices > 1

    asyncio.run(scene())

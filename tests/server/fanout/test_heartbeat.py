"""Running time, and sessions that go by it, on a loop whose clock the test turns.

Not here: a real server whose clock jumps or that stands still (`tests/server/test_clock.py`).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import socketio
from engineio.async_socket import AsyncSocket
from engineio.exceptions import SocketIsClosedError
from engineio.packet import CLOSE, PING, PONG, Packet

from server.fanout.heartbeat import BEAT_S, RunningTime, SteadySocket, keep_time, watch_heartbeats

Turn = Callable[[float], None]


def on_a_loop(scene: Callable[[Turn], Coroutine[Any, Any, None]]) -> None:
    """Run a scene on a loop whose clock goes on, and is put forward besides when asked to."""
    loop, forward_s = asyncio.SelectorEventLoop(), 0.0

    def turn(seconds: float) -> None:
        nonlocal forward_s
        forward_s += seconds

    loop.time = lambda: time.monotonic() + forward_s  # type: ignore[method-assign]
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(scene(turn))


async def session(clock: RunningTime, **options: Any) -> Any:
    """A session as python-engineio begins it."""
    eio = socketio.AsyncServer(async_mode="aiohttp", **options).eio

    async def accepted(sid: str, environ: object) -> None:
        assert type(eio.sockets[sid]) is SteadySocket

    eio.on("connect", accepted)
    keep_time(eio, clock, 1000)
    socket = eio.sockets["sid"] = AsyncSocket(eio, "sid")
    await eio.handlers["connect"]("sid", {})
    return socket


def test_a_clock_that_nobody_beats_is_the_loops_own() -> None:
    async def scene(turn: Turn) -> None:
        clock = RunningTime()
        before = clock.now_s()
        turn(100)
        assert clock.now_s() - before >= 100

    on_a_loop(scene)


def test_a_stall_counts_as_half_a_second_however_long_it_was() -> None:
    async def scene(turn: Turn) -> None:
        clock = RunningTime()
        clock.beat()
        before = clock.now_s()
        for _ in range(40):
            turn(BEAT_S)
            clock.beat()
        assert clock.now_s() - before == pytest.approx(10, abs=1)
        for stall_s in (2, 3600):
            before = clock.now_s()
            turn(stall_s)
            assert clock.now_s() - before == pytest.approx(0.5, abs=0.2)
            clock.beat()
            assert clock.now_s() - before == pytest.approx(0.5, abs=0.2)

    on_a_loop(scene)


def test_who_owes_a_pong_is_closed_and_its_poll_ended() -> None:
    async def scene(turn: Turn) -> None:
        socket = await session(RunningTime(), ping_timeout=5)
        assert await socket.check_ping_timeout()
        turn(4)
        assert await socket.check_ping_timeout()
        turn(2)
        assert socket.overdue
        assert not await socket.check_ping_timeout()
        assert socket.closed
        assert [packet.packet_type for packet in await socket.poll()] == [CLOSE]
        with pytest.raises(SocketIsClosedError):
            await socket.check_ping_timeout()

    on_a_loop(scene)


def test_a_pong_is_followed_by_the_next_ping_alone() -> None:
    async def scene(turn: Turn) -> None:
        socket = await session(RunningTime(), ping_timeout=5, ping_interval=8)
        for _ in range(3):  # only the first of them answers a ping
            await socket.receive(Packet(PONG))
        assert socket.last_ping is None
        turn(7)
        assert await socket.check_ping_timeout(), "nothing is owed between pong and ping"
        turn(2)
        assert (await socket.poll())[0].packet_type == PING
        assert socket.queue.empty()
        assert socket.last_ping

    on_a_loop(scene)


def test_the_watch_closes_the_silent_and_forgets_the_closed() -> None:
    async def scene(turn: Turn) -> None:
        clock = RunningTime()
        clock.start()
        socket = await session(clock, ping_timeout=5)
        sockets = socket.server.sockets
        sockets["other"] = AsyncSocket(socket.server, "other")  # of nobody that we know
        watch = asyncio.create_task(watch_heartbeats(socket.server))
        for beat in range(60):
            assert not socket.closed or beat > 5 / BEAT_S, "too early"
            turn(BEAT_S)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert list(sockets) == ["other"]
        watch.cancel()

    on_a_loop(scene)

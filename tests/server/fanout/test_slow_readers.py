"""Clients that do not read: skipped or closed, cut off in the end, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import socketio
from aiohttp import web
from raw_client import CLOSE, RawClient
from waiting import until

from server.app import SOCKETIO, create_app
from server.fanout.manager import FanoutManager
from server.fanout.slow import Patience
from server.settings import Settings

HOLD = 64 * 1024
BIG = "x" * 20_000
PLENTY = 200
"""Big messages, more than the system and `HOLD` take together."""


@dataclass
class Chat:
    """An application with one room that everyone is in."""

    port: int
    sio: Any
    manager: FanoutManager
    ends: list[tuple[str, str]] = field(default_factory=list)
    sids: list[str] = field(default_factory=list)


@asynccontextmanager
async def chat(stuck_s: float, **hooks: Any) -> AsyncIterator[Chat]:
    manager = FanoutManager(patience=Patience(hold_bytes=HOLD, stuck_s=stuck_s), **hooks)
    sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=manager)
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running = Chat(runner.addresses[0][1], sio, manager)

    @sio.event
    async def connect(sid: str, environ: object) -> None:
        running.sids.append(sid)

    @sio.event
    async def disconnect(sid: str, reason: str) -> None:
        running.ends.append((sid, reason))

    try:
        yield running
    finally:
        await runner.cleanup()


async def join(client: RawClient) -> None:
    await client.send("40")
    await client.text("40")


async def read_all(client: RawClient, upto: int) -> None:
    """A client that reads: every number, in order."""
    for number in range(upto):
        assert (await client.text("42")).startswith(f'42["big",{number},')


async def read_on(client: RawClient) -> None:
    while True:
        await client.receive()


def test_one_that_may_lose_nothing_is_closed_with_a_reason() -> None:
    async def scene() -> None:
        async with (
            chat(stuck_s=30.0) as app,
            RawClient(app.port, buffer=4096) as idle,
            RawClient(app.port) as reader,
        ):
            await join(idle)
            await join(reader)
            reading = asyncio.create_task(read_all(reader, PLENTY))
            for number in range(PLENTY):
                await app.sio.emit("big", (number, BIG))
                await asyncio.sleep(0.001)
            await reading
            await until(lambda: app.ends != [], "the end of the idle one")
            ((sid, reason),) = app.ends
            assert sid == app.sids[0]
            assert reason.startswith("slow reader")
            assert (app.manager.slow.closed, app.manager.slow.skipped) == (1, 0)
            # It was sent a beginning without a gap, and then the reason.
            number = 0
            while True:
                opcode, payload = await idle.receive()
                if opcode == CLOSE:
                    break
                if payload.startswith(b"42"):
                    assert payload.startswith(f'42["big",{number},'.encode())
                    number += 1
            assert int.from_bytes(payload[:2], "big") == 1008
            assert payload[2:].decode() == reason
            assert 0 < number < PLENTY

    asyncio.run(scene())


def test_one_that_can_be_brought_up_to_date_is_skipped_until_it_drains() -> None:
    async def scene() -> None:
        drained: list[str] = []
        async with (
            chat(
                stuck_s=30.0,
                may_skip=lambda sid, _: True,
                drained=lambda sid, _: drained.append(sid),
            ) as app,
            RawClient(app.port, buffer=4096) as idle,
        ):
            await join(idle)
            for number in range(PLENTY):
                await app.sio.emit("big", (number, BIG))
                await asyncio.sleep(0.001)
            assert app.manager.slow.skipped == 1
            # What is for it alone is kept for it.
            await app.sio.emit("own", "kept", to=app.sids[0])
            numbers = []
            while not (text := await idle.text("42")).startswith('42["own"'):
                numbers.append(orjson.loads(text[2:])[1])
            assert numbers == list(range(len(numbers)))
            assert 0 < len(numbers) < PLENTY
            await until(lambda: drained == app.sids, "its having drained")
            await app.sio.emit("big", (PLENTY, ""))
            assert await idle.text("42") == f'42["big",{PLENTY},""]'
            assert app.ends == []

    asyncio.run(scene())


@pytest.mark.parametrize("skipped", [False, True])
def test_one_that_stays_stuck_is_cut_off(skipped: bool) -> None:
    async def scene() -> None:
        async with (
            chat(stuck_s=0.5, may_skip=lambda sid, _: skipped) as app,
            RawClient(app.port, buffer=4096) as idle,
        ):
            await join(idle)
            for number in range(PLENTY):
                await app.sio.emit("big", (number, BIG))
                await asyncio.sleep(0.001)
            await until(lambda: app.ends != [], "its end")
            assert app.ends[0][1].startswith("slow reader")
            await until(lambda: not app.manager.members, "the end of its connection")
            assert len(app.manager.slow) == 0
            with pytest.raises((EOFError, ConnectionError)):
                await read_on(idle)

    asyncio.run(scene())


def test_an_application_that_fails_to_say_stops_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(sid: str, namespace: str) -> bool:
        raise LookupError(sid)

    async def scene() -> None:
        async with (
            chat(stuck_s=30.0, may_skip=fail) as app,
            RawClient(app.port, buffer=4096) as idle,
            RawClient(app.port) as reader,
        ):
            await join(idle)
            await join(reader)
            reading = asyncio.create_task(read_all(reader, PLENTY))
            for number in range(PLENTY):
                await app.sio.emit("big", (number, BIG))
                await asyncio.sleep(0.001)
            await reading
            await until(lambda: [sid for sid, _ in app.ends] == app.sids[:1], "its end")

    asyncio.run(scene())
    assert "LookupError" in caplog.text


def test_too_much_of_its_own_ends_one_that_is_skipped() -> None:
    async def scene() -> None:
        async with (
            chat(stuck_s=30.0, may_skip=lambda sid, _: True) as app,
            RawClient(app.port, buffer=4096) as idle,
        ):
            await join(idle)
            for number in range(PLENTY):
                await app.sio.emit("big", (number, BIG), to=app.sids[0])
                await asyncio.sleep(0.001)
            await until(lambda: app.ends != [], "its end")
            assert app.ends == [(app.sids[0], "slow reader: too much is waiting for it")]

    asyncio.run(scene())


def test_a_player_of_protocol_2_gets_one_full_tick_and_then_every_one() -> None:
    async def scene() -> None:
        app = create_app(Settings())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        slow = app[SOCKETIO].manager.slow
        async with RawClient(port, buffer=4096) as idle, RawClient(port) as walker:
            for client in (idle, walker):
                await client.send('40/grid-game,{"protocol":2}')
                await client.text('42/grid-game,["grid_delta"')
            # Ticks are small; something big from the application itself fills the connection.
            for _ in range(PLENTY):
                await app[SOCKETIO].emit("big", BIG, room="ticks:lobby", namespace="/grid-game")
                await walker.text('42/grid-game,["big"')
            assert slow.skipped == 1
            for seq in range(1, 6):
                move = f'{{"direction":"left","seq":{seq}}}'
                await walker.send(f'42/grid-game,["movement",{move}]')
                await walker.text('42/grid-game,["grid_delta"')
            deltas = []

            async def next_delta() -> None:
                text = await idle.text('42/grid-game,["grid_delta"')
                deltas.append(orjson.loads(text.partition(",")[2])[1])

            while not deltas or not deltas[-1].get("full"):
                await next_delta()
            for seq in range(6, 9):
                move = f'{{"direction":"left","seq":{seq}}}'
                await walker.send(f'42/grid-game,["movement",{move}]')
                await next_delta()
            full = next(delta for delta in deltas if delta.get("full"))
            after = deltas[deltas.index(full) :]
            assert [d["tick"] for d in after] == [full["tick"] + i for i in range(len(after))]
            assert [row[3] for row in full["moves"]] == [5]
            assert [row[3] for d in after[1:] for row in d["moves"]] == [6, 7, 8]
        await runner.cleanup()

    asyncio.run(scene())

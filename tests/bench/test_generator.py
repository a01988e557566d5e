"""The load generator against a server whose faults are known: each must be told as what it is.

A measuring tool that calls a broken server good is worse than none. Not here: real servers, which
`make bench` is for.
"""

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from bench.measure import Result, compile_generator, memory_kib, run
from needs import need_binary

PLAYERS = 4
STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
PREFIX = "42/grid-game,"
WIDTH, HEIGHT = 20, 10

Deliver = Callable[[str, list[web.WebSocketResponse]], Coroutine[Any, Any, None]]


@dataclass
class FaultyGrid:
    """A grid of one room in the smallest number of words, and a way to get deliveries wrong.

    Args:
        deliver: sends a frame to members; the faults live here.
        padding: so many bytes more in each tick.
    """

    deliver: Deliver
    padding: int = 0
    members: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    cells: dict[str, list[int]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    moves: int = 0
    tick: int = 0

    async def play(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str('0{"sid":"x","pingInterval":25000,"pingTimeout":20000}')
        user_id, ticks = f"player{next(self.numbers)}", False
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            text = message.data
            if text.startswith("40"):
                ticks = "protocol" in text
                await self.enter(socket, user_id, ticks)
            elif text.startswith(PREFIX):
                asked = json.loads(text.removeprefix(PREFIX))[1]
                await self.move(user_id, asked, ticks)
        self.members.pop(user_id, None)
        return socket

    async def enter(self, socket: web.WebSocketResponse, user_id: str, ticks: bool) -> None:
        self.members[user_id] = socket
        # The corner that a walk which starts to the right and down would bump into.
        self.cells[user_id] = [WIDTH, HEIGHT]
        await socket.send_str('40/grid-game,{"sid":"y"}')
        who = {"userId": user_id, "gridDimension": [WIDTH, HEIGHT]}
        await socket.send_str(event("message", who | ({"protocol": 2} if ticks else {})))
        if ticks:
            full = {"tick": self.tick, "full": True, "joins": [], "moves": []}
            await socket.send_str(event("grid_delta", full))
        else:
            for member in self.members.values():
                await member.send_str(self.position(user_id))

    async def move(self, user_id: str, asked: dict[str, Any], ticks: bool) -> None:
        cell = self.cells[user_id]
        step = STEPS[asked["direction"]]
        cell[0] = min(max(cell[0] + step[0], 1), WIDTH)
        cell[1] = min(max(cell[1] + step[1], 1), HEIGHT)
        self.moves += 1
        frame = self.position(user_id)
        if ticks:
            self.tick += 1
            moves = [[user_id, *cell, asked["seq"]]]
            leaves = ["x" * self.padding] if self.padding else []
            delta = {"tick": self.tick, "joins": [], "moves": moves, "leaves": leaves}
            frame = event("grid_delta", delta)
        await self.deliver(frame, list(self.members.values()))

    def position(self, user_id: str) -> str:
        where = {"userId": user_id, "symbol": "B", "pos": self.cells[user_id]}
        return event("user_position", where)


def event(name: str, payload: dict[str, Any]) -> str:
    return PREFIX + json.dumps([name, payload], separators=(",", ":"))


async def to_all(frame: str, members: list[web.WebSocketResponse]) -> None:
    for member in members:
        await member.send_str(frame)


def at_move(number: int, fault: Deliver) -> Deliver:
    """Everything as it should be but for one move."""
    count = 0

    async def deliver(frame: str, members: list[web.WebSocketResponse]) -> None:
        nonlocal count
        count += 1
        await (fault if count == number else to_all)(frame, members)

    return deliver


async def dropped_at_one(frame: str, members: list[web.WebSocketResponse]) -> None:
    await to_all(frame, members[1:])


async def doubled_at_one(frame: str, members: list[web.WebSocketResponse]) -> None:
    await to_all(frame, [*members, members[0]])


def late(pause_s: float) -> Deliver:
    async def deliver(frame: str, members: list[web.WebSocketResponse]) -> None:
        asyncio.get_running_loop().call_later(
            pause_s, lambda: tasks.add(asyncio.ensure_future(to_all(frame, members)))
        )

    tasks: set[asyncio.Future[None]] = set()
    return deliver


@asynccontextmanager
async def serving(grid: FaultyGrid) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/socket.io/", grid.play)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_binary("cc")
    return compile_generator(tmp_path_factory.mktemp("generator"))


def played(
    generator: Path, deliver: Deliver, *, protocol: int = 1, padding: int = 0, **options: object
) -> dict[str, Any]:
    async def play() -> Result:
        async with serving(FaultyGrid(deliver, padding)) as url:
            given = {"rate": 20, "seconds": 0.4, "warmup": 0.1, "settle": 0.3} | options
            return await asyncio.to_thread(
                run, generator, url, players=PLAYERS, protocol=protocol, **given
            )

    return asyncio.run(play()).generator


@pytest.mark.parametrize(("protocol", "padding"), [(1, 0), (2, 0), (2, 300_000)])
def test_a_faultless_server_has_no_fault(generator: Path, protocol: int, padding: int) -> None:
    told = played(generator, to_all, protocol=protocol, padding=padding)
    assert told["joined"] == PLAYERS
    assert told["moves_sent"] == told["moves_planned"] == PLAYERS * 10
    assert told["seen"] == told["owed"] == PLAYERS * 10 * PLAYERS
    sampled = told["sampled"]
    assert (told["lost"], told["extra"], told["gaps"], told["differing"]) == (0, 0, 0, 0)
    assert not any(sampled[fault] for fault in ("lost", "doubled", "out_of_order", "unexpected"))
    # Each move in the window, at each receiver, once.
    assert told["intended_ms"]["samples"] == pytest.approx(PLAYERS * 8 * PLAYERS, abs=PLAYERS**2)


def test_a_dropped_position_is_lost_at_that_receiver(generator: Path) -> None:
    told = played(generator, at_move(7, dropped_at_one))
    assert (told["lost"], told["extra"], told["sampled"]["lost"]) == (1, 0, 1)
    assert told["seen_share"] < 1
    assert told["differing"]


def test_a_doubled_position_is_told_as_doubled(generator: Path) -> None:
    told = played(generator, at_move(7, doubled_at_one))
    assert (told["lost"], told["extra"], told["sampled"]["doubled"]) == (0, 1, 1)


def test_positions_out_of_order_are_told(generator: Path) -> None:
    count = 0
    kept: list[str] = []

    async def deliver(frame: str, members: list[web.WebSocketResponse]) -> None:
        nonlocal count
        if '"player0"' in frame:
            count += 1
            if count == 3:
                kept.append(frame)
                return
        await to_all(frame, members)
        if kept and '"player0"' in frame:
            await to_all(kept.pop(), members)

    told = played(generator, deliver)
    assert (told["lost"], told["extra"]) == (0, 0)
    assert told["sampled"]["out_of_order"] == PLAYERS
    assert (told["sampled"]["lost"], told["sampled"]["doubled"]) == (0, 0)


def test_a_missing_tick_is_a_gap_and_its_move_is_lost(generator: Path) -> None:
    # Only one receiver is sampled; the fault is at another one, which tells ticks by their number.
    async def dropped_at_last(frame: str, members: list[web.WebSocketResponse]) -> None:
        await to_all(frame, members[:-1])

    told = played(generator, at_move(7, dropped_at_last), protocol=2, samples=1)
    assert (told["gaps"], told["lost"], told["sampled"]["lost"]) == (1, 1, 0)


def test_a_doubled_tick_is_told_as_doubled(generator: Path) -> None:
    told = played(generator, at_move(7, doubled_at_one), protocol=2)
    assert (told["gaps"], told["lost"], told["sampled"]["doubled"]) == (0, 0, 1)


@pytest.mark.parametrize("protocol", [1, 2])
def test_a_late_server_is_late_by_so_much(generator: Path, protocol: int) -> None:
    told = played(generator, late(0.06), protocol=protocol)
    assert told["lost"] == 0
    for since in ("intended_ms", "actual_ms"):
        assert told[since]["p50"] >= 60
    assert told["intended_ms"]["p50"] >= told["actual_ms"]["p50"]


def test_a_storm_is_not_counted_among_the_players(generator: Path) -> None:
    told = played(generator, to_all, storm=5, storm_seconds=0.3)
    assert told["storm"]["joined"] == 5
    assert told["seen"] == told["owed"] == PLAYERS * 10 * PLAYERS
    assert (told["extra"], told["sampled"]["unexpected"]) == (0, 0)


def test_idle_clients_join_and_are_not_counted(generator: Path) -> None:
    told = played(generator, to_all, protocol=2, idle=3)
    assert told["idle"] == {"joined": 3, "closed": 0}
    assert told["seen"] == told["owed"] == PLAYERS * 10 * PLAYERS


def test_holding_connects_everyone_and_lets_go(generator: Path) -> None:
    grid = FaultyGrid(to_all)

    async def hold() -> float:
        async with serving(grid) as url:
            return await asyncio.to_thread(
                memory_kib,
                generator,
                url,
                os.getpid(),
                players=PLAYERS,
                protocol=1,
                core=None,
                hold_s=0.2,
            )

    kib = asyncio.run(hold())
    assert next(grid.numbers) == PLAYERS
    assert grid.moves == 0
    assert kib < 10_000

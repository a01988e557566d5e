"""Servers of the Flask engine, and players who meet on them.

Not here: the Flask peer of another make (`servers.flask_demo`), the tests (`server/flask_engine`).
"""

import asyncio
import itertools
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from typing import Any

import pytest
from edge import port_of
from raw_client import RawClient
from servers import Server, running_server
from socketio_player import Client
from waiting import until

MODES = ("threading", "gevent", "eventlet")
QUICK = ("--ping-interval", "1", "--ping-timeout", "2")
"""python-socketio's client waits for its last poll to end before it is disconnected."""

untidy_clients = pytest.mark.filterwarnings(
    "ignore:Exception ignored in.*Connection.__del__:pytest.PytestUnraisableExceptionWarning"
)
"""python-socketio's client leaves a connection to the garbage collector now and then, as when the
two bytes that answer a POST, which it does not read, come later than their head."""

each_transport = pytest.mark.parametrize(
    "transports", [["websocket"], ["polling"], ["polling", "websocket"]], ids="+".join
)


def running_flask(mode: str, *args: str) -> AbstractContextManager[Server]:
    """A server in a mode, with these options of `gridcli serve`."""
    return running_server("--engine", "flask", "--async-mode", mode, *QUICK, *args)


async def meet(urls: Sequence[str], transports: list[str]) -> list[Client]:
    """One player at each address, who came one after the other and know how many they are."""
    clients = []
    for url in urls:
        client = Client()
        await client.connect(url, transports)
        await until(lambda: client.of("users_connected"), "the count")  # noqa: B023
        clients.append(client)
    return clients


async def leave(*clients: Client) -> None:
    """They disconnect, and have put everything away when this returns."""
    await asyncio.gather(*(client.sio.disconnect() for client in clients))
    await until(lambda: len(asyncio.all_tasks()) == 1, "the end of what their clients had begun")


def positions(client: Client, user_id: str) -> list[Any]:
    """Where a client saw a player, one place for each `user_position`."""
    return [p["pos"] for p in client.of("user_position") if p["userId"] == user_id and "pos" in p]


async def hear_of_each_other(clients: Sequence[Client]) -> None:
    """Return when each has heard of a step of each other, and nothing is under way.

    A process listens to its broker only some time after its first client came.
    """
    for one, other in itertools.permutations(clients, 2):
        while not positions(other, one.user_id):
            await one.emit("movement", {"direction": "up"})
            await asyncio.sleep(0.05)
    for one in clients:
        await one.emit("join", {"room": "aside"})
        await one.emit("leave", {})
        for other in clients:
            if other is not one:
                await until(lambda: _has_come_back(one, other), "the return")  # noqa: B023


def _has_come_back(mover: Client, client: Client) -> bool:
    about = [p for p in client.of("user_position") if p["userId"] == mover.user_id]
    return "pos" in about[-1] and any("remove" in place for place in about)


async def all_hear(mover: Client, others: Sequence[Client]) -> None:
    """The mover steps into corners of a 3x3 grid and out, and all hear it, in this order."""
    steps = ["left"] * 4 + ["up"] * 4 + ["right", "down"] * 3
    before = {id(client): len(positions(client, mover.user_id)) for client in (mover, *others)}
    for direction in steps:
        await mover.emit("movement", {"direction": direction})
    heard = []
    for client in (mover, *others):
        known = before[id(client)]
        await until(
            lambda: len(positions(client, mover.user_id)) >= known + len(steps),  # noqa: B023
            "every step",
        )
        heard.append(positions(client, mover.user_id)[known:])
    assert all(len(one) == len(steps) for one in heard)
    assert all(one == heard[0] for one in heard)
    assert heard[0][7:] == [[1, 1], [2, 1], [2, 2], [3, 2], [3, 3], [3, 3], [3, 3]]


async def read_slowly(url: str) -> None:
    """One client asks for more than the system takes in at a time, and reads all of it later.

    The others, who make the state large, never read: what they are sent fits into their sockets.
    """
    asked = 300  # 700 KB; with segments as an Ethernet's, both sockets together hold 100
    (witness,) = await meet([url], ["websocket"])
    async with AsyncExitStack() as connections:
        for options in (*[{}] * 39, {"buffer": 4096, "segment": 1400}):
            slow = await connections.enter_async_context(RawClient(port_of(url), **options))
            await slow.send("40/grid-game,")
        await slow.text('42/grid-game,["users_connected"')
        await until(lambda: witness.of("users_connected")[-1] == 41, "all of them")
        for _ in range(asked):
            await slow.send('42/grid-game,["leave",{}]')
        await until(lambda: witness.of("l_users")[asked - 1 :], "what it asked for", 60)
        for _ in range(asked):
            status = await slow.text('42/grid-game,["grid_status"')
            assert len(json.loads(status.partition(",")[2])[1]) == 41
    await until(lambda: witness.of("users_connected")[-1] == 1, "the others' end")
    await leave(witness)

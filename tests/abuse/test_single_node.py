"""Faults of a server that is one of its own: what befalls its clients, and what they leave behind.

Tested elsewhere already: clients that do not read (`tests/server/fanout/test_slow_readers.py`,
`docs/benchmarks/disturbances.md`), WebSocket blocked by a proxy (`tests/link/test_failures.py`,
`tests/link/test_dial.py`), signals (`tests/server/test_process.py`). Not here: several nodes
(`tests/faults`), attacks (the other tests of this folder).
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiohttp
import pytest
from abuse.attacker import connect, event, said
from abuse.wire import http_session, open_polling, web_socket
from aiohttp import web
from conftest import StartServer
from faults.crowd import Crowd as Players
from faults.proxy import proxying
from waiting import until

from server.app import GAME, SOCKETIO, create_app
from server.settings import Settings

CLEANED_S = 15.0
STOPPED_S = 10.0
THROWN_OFF = 150


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[tuple[str, web.Application]]:
    """The application on this event loop, so that its tasks can be counted."""
    app = create_app(Settings(**settings))
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", app
    finally:
        await runner.cleanup()


async def die_in_mid_upgrade(http: aiohttp.ClientSession, url: str, rng: Random) -> None:
    """A player polls, begins to upgrade, and is gone at some point of it, with its connection."""
    polling = await open_polling(http, url)
    if rng.random() < 0.5:
        await polling.post(connect(name="brief"))
        await polling.get()
    frames = ["2probe", "5", event("message", {})][: rng.randrange(4)]
    try:
        async with web_socket(http, url, polling.sid) as upgrade:
            await upgrade.send(*frames[:1])
            if frames and rng.random() < 0.7:
                await upgrade.until(lambda got: got or upgrade.code, "the answer to the probe")
            await upgrade.send(*frames[1:])
            if rng.random() < 0.5:
                upgrade.abort()
    except aiohttp.ClientError:
        pass


def test_a_thousand_clients_that_die_in_mid_upgrade_leave_nothing() -> None:
    async def scene() -> None:
        rng = Random(7)
        async with (
            serving(ping_interval_s=1.0, ping_timeout_s=1.0) as (url, app),
            http_session() as http,
        ):
            sockets, members = app[SOCKETIO].eio.sockets, app[SOCKETIO].manager.members
            await die_in_mid_upgrade(http, url, rng)
            await until(lambda: not sockets, "the end of the first", CLEANED_S)
            before = len(asyncio.all_tasks())
            for _ in range(50):
                await asyncio.gather(*(die_in_mid_upgrade(http, url, rng) for _ in range(20)))
            last_s = time.monotonic()
            await until(lambda: not sockets and not members, "the last to be gone", CLEANED_S)
            assert len(app[GAME].world) == 0
            await until(lambda: len(asyncio.all_tasks()) <= before, "every task to end", CLEANED_S)
            assert time.monotonic() - last_s < CLEANED_S

    asyncio.run(scene())


def test_a_crowd_that_is_thrown_off_at_once_comes_back_as_itself(start_server: StartServer) -> None:
    """How long a thousand take is in the benchmark."""
    port = int(start_server().url.rpartition(":")[2])

    async def scene() -> None:
        with proxying("127.0.0.1", port, ["n"]) as proxy:
            url = f"http://127.0.0.1:{proxy.port('n')}"
            async with Players(url, THROWN_OFF, {}, rate=1.0) as players:
                thrown_s = time.monotonic()
                proxy.reset("n")
                proxy.heal("n")
                # Those who poll may notice nothing: their session outlives its connections.
                await until(
                    lambda: len(players.absences(thrown_s)) >= THROWN_OFF * 0.8, "most to be lost"
                )
                await players.all_live()
                await players.all_answered()
                ticks = [p for p in players.ticks if p.absences]
                assert len(ticks) >= THROWN_OFF * 0.4
                strangers = [p.number for p in ticks if not p.absences[-1].kept_identity]
                assert strangers == []

    asyncio.run(scene())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_stops_in_time_whatever_its_clients_do(
    start_server: StartServer, number: int
) -> None:
    server = start_server()
    port = int(server.url.rpartition(":")[2])

    async def scene() -> None:
        async with http_session() as http:
            idle, polls = await open_polling(http, server.url), await open_polling(http, server.url)
            silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
            silent[1].sendall(b"GET /socket.io/?EIO=4")
            post = f"POST {idle.address.removeprefix(server.url)} HTTP/1.1\r\nHost: localhost\r\n"
            silent[2].sendall(f"{post}Content-Length: 9\r\n\r\n4".encode())
            await polls.post(connect(room="quiet"))
            await polls.gather(lambda packets: said(packets, "grid_delta"), "the room")
            poll = asyncio.create_task(polls.get())
            async with (
                web_socket(http, server.url, idle.sid) as half_upgraded,
                web_socket(http, server.url) as unjoined,
                web_socket(http, server.url) as player,
            ):
                await half_upgraded.send("2probe")
                await player.send(connect())
                await player.until(lambda got: said(got, "message"), "the welcome")
                printed, began_s = list(server.output), time.monotonic()
                os.kill(server.pid, number)
                assert await asyncio.to_thread(server.process.wait, STOPPED_S) == 0
                assert time.monotonic() - began_s < STOPPED_S
                for client in (half_upgraded, unjoined, player):
                    await client.ended()
                assert [n["code"] for n in said(player.got, "notice")] == ["shutting-down"]
            assert (await poll).status in (0, 200)
            for connection in silent:
                connection.close()
            server.stop()
            assert server.output == printed, server.transcript()

    asyncio.run(scene())

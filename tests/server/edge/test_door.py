"""TCP connections: counted from the first byte to the last, and ended if they ask nothing.

Not here: sessions and requests (`tests/abuse`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from waiting import until

from server.app import EDGE, create_app
from server.edge.door import MOST_HEAD, Door
from server.edge.limits import EdgeLimits
from server.settings import Settings

ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@asynccontextmanager
async def serving(**limits: Any) -> AsyncIterator[tuple[Door, int]]:
    """A server behind a door, and its port; its clients all come from loopback."""
    app = create_app(Settings(edge=replace(EdgeLimits(), **limits)))
    runner = web.AppRunner(app)
    await runner.setup()
    assert runner.server is not None
    door = Door(app[EDGE], runner.server)
    listening = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
    try:
        yield door, listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        door.close()
        await runner.cleanup()


async def ask(port: int, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    return reader, writer


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What is read until the connection ends."""
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""


def test_connections_are_counted_until_they_end() -> None:
    async def scene() -> None:
        async with serving() as (door, port):
            idle = await ask(port, b"")
            await until(lambda: door.crowd.total == 1, "one that asks nothing")
            asking = await ask(port, ASK)
            assert b"200 OK" in await asking[0].readuntil(b"\r\n")
            assert door.crowd.total == 2
            for _, writer in (idle, asking):
                writer.close()
            await until(lambda: door.crowd.total == 0, "the end of both")

    asyncio.run(scene())


def test_a_request_in_pieces_is_answered_and_so_are_those_behind_it() -> None:
    async def scene() -> None:
        async with serving() as (_, port):
            reader, writer = await ask(port, b"")
            for piece in (ASK[:7], ASK[7:-3], ASK[-3:-1], ASK[-1:] + ASK + ASK[:5], ASK[5:]):
                writer.write(piece)
                await writer.drain()
            for _ in range(3):
                assert b"200 OK" in await reader.readuntil(b'"bus": "none"}')
            writer.close()

    asyncio.run(scene())


@pytest.mark.parametrize("head", [b"", ASK[:-2]], ids=["nothing", "half"])
def test_who_asks_nothing_in_time_is_cut_off(head: bytes) -> None:
    async def scene() -> None:
        async with serving(join_s=0.3) as (door, port):
            reader, writer = await ask(port, head)
            assert await closed(reader) == b""
            assert door.crowd.total == 0
            assert door.edge.refused["slow-request"] == 1
            writer.close()

    asyncio.run(scene())


def test_a_head_without_end_is_cut_off() -> None:
    async def scene() -> None:
        async with serving() as (door, port):
            reader, writer = await ask(port, ASK[:-2] + b"X: " + b"x" * MOST_HEAD)
            assert await closed(reader) == b""
            assert door.crowd.total == 0
            writer.close()

    asyncio.run(scene())


def test_one_too_many_is_told_so_and_costs_no_place() -> None:
    async def scene() -> None:
        async with serving(connections=2) as (door, port):
            inside = [await ask(port, ASK) for _ in range(2)]
            for reader, _ in inside:
                await reader.readuntil(b"\r\n")
            reader, late = await ask(port, ASK)
            answer = await closed(reader)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b'"code":"full"' in answer
            assert door.crowd.total == 2
            inside[0][1].close()
            await until(lambda: door.crowd.total == 1, "a place")
            reader, again = await ask(port, ASK)
            assert b"200 OK" in await reader.readuntil(b"\r\n")
            for writer in (inside[1][1], late, again):
                writer.close()

    asyncio.run(scene())


def test_whoever_is_behind_a_trusted_proxy_is_counted_by_requests_alone() -> None:
    async def scene() -> None:
        loopback = (ip_network("127.0.0.0/8"),)
        async with serving(trusted_proxies=loopback, connections_per_address=1) as (door, port):
            session = (
                b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\n"
                b"X-Forwarded-For: 192.0.2.7\r\n\r\n"
            )
            statuses, writers = [], []
            for _ in range(3):
                reader, writer = await ask(port, session)
                statuses.append(await reader.readuntil(b"\r\n"))
                writers.append(writer)
            assert [line.split()[1] for line in statuses] == [b"200", b"429", b"429"]
            assert door.edge.sessions.total == 1
            for writer in writers:
                writer.close()

    asyncio.run(scene())

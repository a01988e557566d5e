"""Connecting to a broker that is slow, none, or ends in the middle: one reason, nothing left open.

Not here: what a connection does (`test_bus`).
"""

import asyncio
import socket
from random import Random
from urllib.parse import urlsplit

import pytest
from brokers import Broker
from bus_scenes import SOON_S, play, reason
from event_loops import Loop, both_loops

from server.cluster.bus import BusError, Connection, MemoryBus
from server.cluster.dialing import dial
from server.cluster.urls import bus_of


@both_loops
@pytest.mark.parametrize("scheme", ["redis", "rediss", "amqp", "amqps"])
def test_giving_up_a_connection_leaves_no_socket(scheme: str, loop: Loop) -> None:
    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            mute.setblocking(False)
            bus = bus_of(f"{scheme}://me:secret@127.0.0.1:{mute.getsockname()[1]}")
            connecting = asyncio.ensure_future(bus.connect())
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(SOON_S):
                peer, _ = await loop.sock_accept(mute)
                with peer:
                    peer.setblocking(False)
                    assert await loop.sock_recv(peer, 10_000)  # it has begun to speak
                    connecting.cancel()
                    await asyncio.wait({connecting})
                    assert connecting.cancelled()
                    try:
                        while await loop.sock_recv(peer, 10_000):
                            pass
                    except ConnectionResetError:
                        pass
            with pytest.raises(BlockingIOError):  # and it has not tried again
                mute.accept()

    play(scene, loop)


@pytest.mark.parametrize(
    ("scheme", "why"),
    [("redis", "what answers is not Redis"), ("amqp", "connection closed by the broker")],
)
def test_who_answers_something_else_is_no_broker(scheme: str, why: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scene() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            assert await reason(bus_of(f"{scheme}://127.0.0.1:{port}").connect()) == why

    play(scene)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@both_loops
def test_a_broker_that_ends_in_the_middle_of_a_greeting(scheme: str, loop: Loop) -> None:
    """As one that is just stopping, or a proxy whose broker is away."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.close()

    async def scene() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            why = await reason(bus_of(f"{scheme}://127.0.0.1:{port}").connect())
            assert why == "connection closed by the broker"

    play(scene, loop)


def test_dialing_goes_on_after_an_error_that_nobody_foresaw() -> None:
    class Odd(MemoryBus):
        calls = 0

        async def connect(self) -> Connection:
            self.calls += 1
            if self.calls < 3:
                raise KeyError("a mistake of ours")
            return await super().connect()

    async def scene() -> None:
        failures: list[BusError] = []
        connection = await dial(Odd(), Random(1), failures.append)
        assert [str(failure) for failure in failures] == ["internal error: KeyError"] * 2
        await connection.close()

    play(scene)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_no_host_of_that_name(scheme: str) -> None:
    async def scene() -> None:
        assert await reason(bus_of(f"{scheme}://nobody.invalid").connect(), 20.0) == "unknown host"

    play(scene)


def test_a_wrong_password_is_told_without_it(broker: Broker) -> None:
    parts = urlsplit(broker.url)
    wrong = parts._replace(netloc=f"guest:s3cret@127.0.0.1:{parts.port}")

    async def scene() -> None:
        bus = bus_of(wrong.geturl())
        why = await reason(bus.connect())
        assert why == "wrong user or password"
        assert "s3cret" not in bus.address

    play(scene)

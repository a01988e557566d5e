"""The gates that faults come through do what they say, to bytes, to ends and to newcomers.

Not here: what nodes make of it.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from event_loops import Loop, both_loops, play_on
from faults.gate import Gate
from faults.proxy import Proxy, proxying
from waiting import until_sync

QUIET_S = 0.15
"""How long is listened to make sure that nothing comes."""


class Upstream:
    """Takes connections and leaves them to the test."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def newest(self, count: int) -> socket.socket:
        """The connection of that number, counted from 1, once it has come."""
        until_sync(lambda: len(self.taken) >= count, "a connection at the upstream")
        self.taken[count - 1].settimeout(10.0)
        return self.taken[count - 1]

    def refuse(self) -> None:
        """Take no more."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.listener.close()

    def close(self) -> None:
        if self._thread.is_alive():
            self.refuse()
        for taken in self.taken:
            taken.close()

    def _accept(self) -> None:
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    with proxying("127.0.0.1", upstream.port, ["a", "b"]) as proxy:
        yield proxy


Dial = Callable[[str], socket.socket]


@pytest.fixture
def dial(proxy: Proxy) -> Iterator[Dial]:
    clients: list[socket.socket] = []

    def connect(name: str) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", proxy.port(name)), timeout=10.0)
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()


def read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def is_quiet(connection: socket.socket) -> bool:
    """Neither a byte nor an end comes."""
    connection.settimeout(QUIET_S)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    except ConnectionError:
        pass
    finally:
        connection.settimeout(10.0)
    return False


def test_bytes_and_ends_pass_and_are_counted(proxy: Proxy, upstream: Upstream, dial: Dial) -> None:
    client = dial("a")
    client.sendall(b"ask" * 100_000)
    server = upstream.newest(1)
    assert read(server, 300_000) == b"ask" * 100_000
    client.shutdown(socket.SHUT_WR)
    assert server.recv(1) == b""
    server.sendall(b"answer")  # the way back is still open
    assert read(client, 6) == b"answer"
    assert proxy.count("a") == (300_000, 6, 1)
    assert proxy.count("b") == (0, 0, 0)
    server.close()
    assert client.recv(1) == b""
    until_sync(lambda: proxy.count("a").connections == 0, "the route to be over")


def test_a_delay_keeps_the_order_also_when_it_ends(
    proxy: Proxy, upstream: Upstream, dial: Dial
) -> None:
    client = dial("a")
    client.sendall(b".")
    server = upstream.newest(1)
    assert read(server, 1) == b"."
    proxy.slow(delay_s=0.5)
    started_s = time.monotonic()
    client.sendall(b"early")
    proxy.heal()
    client.sendall(b"late")
    client.shutdown(socket.SHUT_WR)
    assert read(server, 100) == b"earlylate"
    assert time.monotonic() - started_s >= 0.5


def test_a_delay_is_for_each_way(proxy: Proxy, upstream: Upstream, dial: Dial) -> None:
    proxy.slow(delay_s=0.2)
    client = dial("a")
    started_s = time.monotonic()
    client.sendall(b"?")
    server = upstream.newest(1)
    assert read(server, 1) == b"?"
    server.sendall(b"!")
    assert read(client, 1) == b"!"
    assert time.monotonic() - started_s >= 0.4


def test_a_hole_swallows_all_and_says_nothing(proxy: Proxy, upstream: Upstream, dial: Dial) -> None:
    before, other = dial("a"), dial("b")
    before.sendall(b".")
    old = upstream.newest(1)
    assert read(old, 1) == b"."
    proxy.hole("a")
    during = dial("a")  # as if it was answered by nobody
    for connection in (before, during, old):
        connection.sendall(b"lost" * 1000)
    assert is_quiet(before)
    assert is_quiet(during)
    assert is_quiet(old)
    during.close()
    other.sendall(b"!")
    assert read(upstream.newest(2), 1) == b"!"
    assert proxy.count("a").sent == 1

    proxy.heal("a")
    before.sendall(b"lost too")
    assert is_quiet(old)
    new = dial("a")
    new.sendall(b"?")
    assert read(upstream.newest(3), 1) == b"?"
    before.close()  # once it is healed, the end of what is dead is heard of
    until_sync(lambda: proxy.count("a").connections == 1, "the dead routes to be over")
    assert not is_quiet(old)


def test_an_end_in_the_hole_is_told_when_it_heals(
    proxy: Proxy, upstream: Upstream, dial: Dial
) -> None:
    client = dial("a")
    client.sendall(b".")
    server = upstream.newest(1)
    assert read(server, 1) == b"."
    proxy.hole()
    client.close()
    assert is_quiet(server)
    proxy.heal()
    assert not is_quiet(server)


def test_a_reset_ends_all(proxy: Proxy, upstream: Upstream, dial: Dial) -> None:
    client = dial("a")
    client.sendall(b".")
    server = upstream.newest(1)
    assert read(server, 1) == b"."
    proxy.reset("a")
    assert not is_quiet(client)
    assert not is_quiet(server)
    assert not is_quiet(dial("a"))
    proxy.heal("a")
    dial("a").sendall(b"?")
    assert read(upstream.newest(2), 1) == b"?"


def test_nobody_upstream_is_a_reset(proxy: Proxy, upstream: Upstream, dial: Dial) -> None:
    upstream.refuse()
    assert not is_quiet(dial("a"))


@both_loops
def test_a_gate_runs_on_either_event_loop(loop: Loop) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())
        writer.close()

    async def play() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            gate = Gate(*server.sockets[0].getsockname())
            port = await gate.open()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"there and back")
            writer.write_eof()
            assert await reader.read() == b"there and back"
            writer.close()
            gate.close()

    play_on(loop, play)

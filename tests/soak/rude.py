"""Clients that misbehave below the game: they do not read, or they vanish in mid-sentence.

A reset is what a client's crash looks like from the server. Not here: malformed messages, which
are a test of their own each; clients that behave (`soak.visitors`).
"""

import asyncio
import base64
import json
import os
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from random import Random

from raw_client import RawClient

JOIN = "40/grid-game,"
JOIN_TICKS = '40/grid-game,{"protocol":2,"name":"rude"}'
_SMALL_BUFFER = 4096
_PATIENCE_S = 10.0
_PAUSE_S = 0.2


class Wire:
    """A TCP connection that ends with a reset."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> "Wire":
        try:
            await self._loop.sock_connect(self.socket, ("127.0.0.1", self._port))
        except BaseException:
            self.socket.close()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.socket.close()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await self._loop.sock_sendall(self.socket, data)

    async def head(self) -> tuple[bytes, bytes]:
        """The head of an answer, and what came after it."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += await self._more()
        head, _, rest = data.partition(b"\r\n\r\n")
        return head, rest

    async def request(self, method: str, query: str, body: str = "") -> str:
        """One HTTP request on the Engine.IO address, and the body of its answer."""
        await self.send(request_of(method, query, len(body)) + body.encode())
        head, data = await self.head()
        lengths = [
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ]
        while lengths and len(data) < lengths[0]:
            data += await self._more()
        return data.decode()

    async def _more(self) -> bytes:
        data = await self._loop.sock_recv(self.socket, 1 << 16)
        if not data:
            raise EOFError("the server has ended the connection")
        return data


def request_of(method: str, query: str, length: int = 0, more: str = "") -> bytes:
    """The head of an HTTP request."""
    body = f"Content-Length: {length}\r\n" if length else ""
    return (
        f"{method} /socket.io/?EIO=4&{query} HTTP/1.1\r\nHost: localhost\r\n{body}{more}\r\n"
    ).encode()


def _upgrade_of(query: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return request_of(
        "GET",
        query,
        more="Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n",
    )


def _frame(text: str) -> bytes:
    return struct.pack("!BB4x", 0x81, 0x80 | len(text)) + text.encode()


async def _session(wire: Wire) -> str:
    """Open a session by polling and join the game; the query that names it."""
    opened = await wire.request("GET", "transport=polling")
    sid = json.loads(opened.partition("\x1e")[0][1:])["sid"]
    query = f"transport=polling&sid={sid}"
    await wire.request("POST", query, JOIN_TICKS)
    return query


async def _at_once(port: int) -> None:
    async with Wire(port):
        pass


async def _in_mid_head(port: int) -> None:
    async with Wire(port) as wire:
        await wire.send(request_of("GET", "transport=websocket")[:40])


async def _after_the_handshake(port: int) -> None:
    async with Wire(port) as wire:
        await wire.request("GET", "transport=polling")


async def _in_mid_join(port: int) -> None:
    async with RawClient(port) as client:
        await client.send(JOIN)
        _reset(client.socket)


async def _in_mid_frame(port: int) -> None:
    async with RawClient(port) as client:
        await client.send(JOIN_TICKS)
        await client.text("40/grid-game,")
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client.socket, _frame("42/grid-game," + "x" * 80)[:30])
        _reset(client.socket)


async def _in_mid_poll(port: int) -> None:
    async with Wire(port) as wire:
        query = await _session(wire)
        await wire.send(request_of("GET", query))


async def _in_mid_post(port: int) -> None:
    async with Wire(port) as wire:
        query = await _session(wire)
        await wire.send(request_of("POST", query, 1000) + b"42/grid-game,")


async def _in_mid_upgrade(port: int) -> None:
    async with Wire(port) as wire, Wire(port) as upgraded:
        query = await _session(wire)
        await upgraded.send(_upgrade_of(query.replace("polling", "websocket")))
        head, data = await upgraded.head()
        assert b" 101 " in head, head
        await upgraded.send(_frame("2probe"))
        while b"3probe" not in data:
            data += await asyncio.get_running_loop().sock_recv(upgraded.socket, 4096)


WAYS: dict[str, Callable[[int], Awaitable[None]]] = {
    "at once": _at_once,
    "in mid-handshake": _in_mid_head,
    "after the handshake": _after_the_handshake,
    "in mid-join": _in_mid_join,
    "in mid-frame": _in_mid_frame,
    "in mid-poll": _in_mid_poll,
    "in mid-post": _in_mid_post,
    "in mid-upgrade": _in_mid_upgrade,
}
"""When a client vanishes."""


class Rude:
    """All of them, and how many there were.

    Args:
        url: the server's address, on loopback.
        heartbeat_s: its `--ping-interval`.
        rng: where their whims come from.
    """

    def __init__(self, url: str, heartbeat_s: float, rng: Random) -> None:
        self.aborts: Counter[str] = Counter()
        """How often a client has vanished, by the way."""
        self.slow = 0
        """How many did not read until they were cut off, or had enough of it."""
        self.trouble: Counter[str] = Counter()
        self._port = int(url.rpartition(":")[2])
        self._heartbeat_s = heartbeat_s
        self._rng = rng

    async def abort(self) -> None:
        """Vanish in one way after the other."""
        for way in self._ways():
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await WAYS[way](self._port)
                self.aborts[way] += 1
            except (AssertionError, EOFError, OSError, ValueError) as error:
                self.trouble[f"vanishing {way}: {error or type(error).__name__}"] += 1
            await asyncio.sleep(_PAUSE_S)

    async def never_read(self, hold_s: float) -> None:
        """Join and read no more, but answer heartbeats, for so long or until cut off."""
        while True:
            join = self._rng.choice((JOIN, JOIN_TICKS))
            try:
                async with RawClient(self._port, buffer=_SMALL_BUFFER) as client:
                    await client.send(join)
                    await client.text("40/grid-game,")
                    try:
                        async with asyncio.timeout(hold_s):
                            while True:
                                await asyncio.sleep(self._heartbeat_s)
                                await client.send("3")
                    except (TimeoutError, OSError):
                        pass  # it is reset here, or was by the server
                    finally:
                        self.slow += 1
                        _reset(client.socket)
            except (AssertionError, EOFError, OSError) as error:
                self.trouble[f"slow reader: {error or type(error).__name__}"] += 1
                await asyncio.sleep(_PAUSE_S)

    def _ways(self) -> Iterator[str]:
        while True:
            yield from self._rng.sample(tuple(WAYS), len(WAYS))


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()

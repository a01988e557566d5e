"""A server that does over a raw socket what a test tells it to: any bytes, in any pieces.

A test's script plays the server's part of one connection. The handshakes of WebSocket and Engine.IO
are there for those that want them. Not here: real servers (`servers`), frames (`wire_frames`).
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha1
from random import Random

from wire_frames import TEXT, frame, unmasked

NAMESPACE = "/grid-game"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.request = b""
        self._unread = b""

    async def read_request(self) -> bytes:
        self.request = await self.reader.readuntil(b"\r\n\r\n")
        return self.request

    def upgrade(self, first: bytes) -> None:
        """Agree to the WebSocket that was asked for; `first` goes out in the same piece."""
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", self.request)
        assert key is not None
        accept = b64encode(sha1(key[1] + _GUID).digest())
        self.writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + first
        )

    async def accept(self, *, ping_s: float = 25.0, more: bytes = b"") -> None:
        """Take the WebSocket in and open Engine.IO; `more` goes out in the same piece."""
        await self.read_request()
        milliseconds = int(ping_s * 1000)
        opening = (
            f'0{{"sid":"odd","upgrades":[],"pingInterval":{milliseconds},'
            f'"pingTimeout":{milliseconds},"maxPayload":1000000}}'
        )
        self.upgrade(frame(opening.encode()) + more)

    async def connect(self) -> None:
        """Engine.IO and Socket.IO, until the namespace is joined."""
        await self.accept()
        assert (await self.text()).startswith(f"40{NAMESPACE},")
        self.say(f'40{NAMESPACE},{{"sid":"odd"}}')

    def say(self, text: str) -> None:
        self.writer.write(frame(text.encode()))

    async def receive(self) -> tuple[int, bytes]:
        """The client's next frame: opcode and payload. Raises `EOFError` at its end."""
        while (found := unmasked(self._unread)) is None:
            data = await self.reader.read(65536)
            if not data:
                raise EOFError
            self._unread += data
        opcode, payload, self._unread = found
        return opcode, payload

    async def text(self) -> str:
        opcode, payload = await self.receive()
        assert opcode == TEXT, (opcode, payload)
        return payload.decode()

    async def dribble(self, stream: bytes, rng: Random, longest: int) -> None:
        """Send in pieces of random length, each in a turn of its own."""
        at = 0
        while at < len(stream):
            step = rng.randint(1, longest)
            self.writer.write(stream[at : at + step])
            await self.writer.drain()
            await asyncio.sleep(0)
            at += step


Script = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def odd_server(script: Script) -> AsyncIterator[str]:
    """Serve with a script; gives the address. What a script raises fails the test at the end."""
    errors: list[BaseException] = []

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(Peer(reader, writer))
        except (EOFError, ConnectionError):
            pass  # the client has gone
        except BaseException as error:
            errors.append(error)
        finally:
            writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
    for error in errors:
        if not isinstance(error, asyncio.CancelledError):
            raise error

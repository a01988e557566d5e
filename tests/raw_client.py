"""A WebSocket client that reads only when it is told to, and sees frames as they come.

Libraries read ahead; tests of clients that do not read need one that doesn't. Not here: clients
that play (`socketio_player`, `watched_link`).
"""

import asyncio
import socket
import struct
from typing import Self

_HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT, BINARY, CLOSE = 1, 2, 8


class RawClient:
    """One connection; use it with `async with`.

    Args:
        port: of a server on loopback.
        buffer: bytes that the system may take in before the client reads; 0 leaves it alone.
        segment: the most bytes of a TCP segment, 0 as the system has it: on loopback 64 KB, and
            of ten of those the server's system takes in megabytes before anybody reads.
    """

    def __init__(self, port: int, *, buffer: int = 0, segment: int = 0) -> None:
        self._port = port
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        if segment:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        self.socket.setblocking(False)
        self._unread = b""

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            self.socket.close()
            raise
        return self

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, ("127.0.0.1", self._port))
        await loop.sock_sendall(self.socket, _HANDSHAKE)
        while b"\r\n\r\n" not in self._unread:
            await self._more()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    async def __aexit__(self, *exc: object) -> None:
        self.socket.close()

    async def send(self, text: str) -> None:
        """A text message, masked with zeros."""
        payload = text.encode()
        assert len(payload) < 126
        head = struct.pack("!BB4x", 0x81, 0x80 | len(payload))
        await asyncio.get_running_loop().sock_sendall(self.socket, head + payload)

    async def receive(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload. Raises `EOFError` at the end of the connection."""
        while (found := self._frame()) is None:
            await self._more()
        return found

    async def text(self, prefix: str = "") -> str:
        """The next text message that begins so; pings are answered on the way."""
        while True:
            opcode, payload = await self.receive()
            assert opcode == TEXT, (opcode, payload)
            if payload == b"2":
                await self.send("3")
            if payload.startswith(prefix.encode()):
                return payload.decode()

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._unread
        if len(data) < 2:
            return None
        length, at = data[1], 2
        if length == 126:
            if len(data) < 4:
                return None
            length, at = struct.unpack_from("!H", data, 2)[0], 4
        elif length == 127:
            if len(data) < 10:
                return None
            length, at = struct.unpack_from("!Q", data, 2)[0], 10
        if len(data) < at + length:
            return None
        self._unread = data[at + length :]
        return data[0] & 15, data[at : at + length]

    async def _more(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self.socket, 1 << 18)
        if not data:
            raise EOFError("the server has ended the connection")
        self._unread += data

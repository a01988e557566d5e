"""From an address to an open WebSocket, whose first messages are awaited one by one.

What comes after the greeting is for `gridcli.link.websocket`, which takes the socket over with
everything that is still unread. Not here: the handshake's bytes
(`gridcli.core.protocol.opening`), whether to fall back (`gridcli.link.dial`).
"""

import asyncio
import os
import ssl
from base64 import b64encode
from functools import cache
from typing import Final, cast
from urllib.parse import SplitResult, quote, unquote, urlsplit

from gridcli.core.protocol.masking import MaskKeys, encode_frame
from gridcli.core.protocol.opening import NONCE_BYTES, NotUpgraded, encode_opening, read_opening
from gridcli.core.protocol.websocket import CLOSING, FrameBuffer

mask_key: Final = MaskKeys(os.urandom)
"""Gives the key of each frame that is sent."""

_CLOSED = "the connection was closed"
_PORTS = {"http": 80, "https": 443}
_URL_SAFE = "/?&=%:@!$'()*+,;~-._"


_MAX_EARLY = 1000
"""How many control frames a server may send before its first message."""


class Lost(Exception):
    """The connection ended while it was being opened; `str()` says how."""


class Opening(asyncio.Protocol):
    """A WebSocket that is being opened, and then one whose messages are awaited.

    Attributes:
        transport: the socket.
        frames: what makes messages of bytes.
        messages: those that nobody has received yet.
        lost: why there will be no more; empty while the connection stands.
    """

    transport: asyncio.Transport

    def __init__(self, nonce: bytes) -> None:
        self.frames = FrameBuffer()
        self.messages: list[bytes] = []
        self.lost = ""
        self._nonce = nonce
        self._head = b""
        self._open = False
        self._news = asyncio.Event()
        self._error: NotUpgraded | None = None

    async def opened(self) -> None:
        """Wait for the server's consent.

        Raises:
            NotUpgraded: it answers something else.
            Lost: the connection ended.
        """
        while not self._open:
            await self._wait()

    async def receive(self) -> bytes:
        """Wait for the next message. Raises `Lost`."""
        while not self.messages:
            await self._wait()
        return self.messages.pop(0)

    def send(self, text: str) -> None:
        """Send a message at once."""
        self.transport.write(encode_frame(text.encode(), mask_key()))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass of it

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        if not self._open:
            self._head += data
            try:
                rest = read_opening(self._head, self._nonce)
            except NotUpgraded as error:
                self._error = error
                rest = None
            if rest is not None:
                self._open = True
                self.messages += self.frames.feed(rest)
        else:
            self.messages += self.frames.feed(data)
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of `asyncio.Protocol`."""
        self.lost = str(exc or "") or _CLOSED
        self._news.set()

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        if self.frames.fault:
            raise Lost(f"the server sent {self.frames.fault}")
        if any(opcode == CLOSING for opcode, _ in self.frames.controls):
            raise Lost(_CLOSED)
        if len(self.frames.controls) > _MAX_EARLY:
            raise Lost("the server sent pings alone")
        if self.lost:
            raise Lost(self.lost)
        self._news.clear()
        await self._news.wait()


async def open_websocket(url: str) -> Opening:
    """Connect and shake hands; whoever calls sets the time limit.

    Args:
        url: `http(s)://[user:password@]host[:port]/path?query`.

    Raises:
        OSError: nobody answers there, or TLS fails.
        NotUpgraded: a server answers, and not with a WebSocket.
        Lost: it ends the connection.
        ValueError: not an address.
    """
    parts = urlsplit(url)
    name = parts.hostname
    if parts.scheme not in _PORTS or not name:
        raise ValueError(f"{url!r} is not a server's address")
    nonce = os.urandom(NONCE_BYTES)
    request = encode_opening(_host(parts), _target(parts), nonce, _credentials(parts))
    # TCP_NODELAY is on already: both event loops set it on every TCP connection.
    _, opening = await asyncio.get_running_loop().create_connection(
        lambda: Opening(nonce),
        name,
        parts.port or _PORTS[parts.scheme],
        ssl=_tls() if parts.scheme == "https" else None,
    )
    try:
        opening.transport.write(request)
        await opening.opened()
    except BaseException:
        opening.transport.abort()
        raise
    return opening


@cache
def _tls() -> ssl.SSLContext:
    """Reading the system's certificates takes 20 ms: once for all links."""
    return ssl.create_default_context()


def _host(parts: SplitResult) -> str:
    assert parts.hostname is not None
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if not name.isascii():
        name = name.encode("idna").decode()
    usual = parts.port in (None, _PORTS[parts.scheme])
    return name if usual else f"{name}:{parts.port}"


def _target(parts: SplitResult) -> str:
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return quote(target, safe=_URL_SAFE)


def _credentials(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    told = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {b64encode(told.encode()).decode()}"}

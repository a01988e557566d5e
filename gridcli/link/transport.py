"""Frames to and from a server: one interface over WebSocket and over long polling.

`send` never waits: frames go into an outbox that a writer empties. `run` hands every received
frame on and returns why the connection ended. Sources: the Engine.IO protocol, revision 4.
Not here: what frames mean (`gridcli.link.session`), which transport to take and how it opens
(`gridcli.link.dial`).
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

import aiohttp

from gridcli.core.protocol.packets import CLOSE, MAX_PACKETS, NOOP, PING, PONG, SEPARATOR, Handshake

OnFrame = Callable[[str], None]


class Connection(ABC):
    """An open Engine.IO session.

    Args:
        handshake: the session's id and heartbeat.
    """

    kind: str

    def __init__(self, handshake: Handshake) -> None:
        self.handshake = handshake
        self._outbox: deque[str] = deque()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._heard_s = asyncio.get_running_loop().time()

    def send(self, frame: str) -> None:
        """Send a frame, after those sent before; a connection that has ended drops it."""
        self._outbox.append(frame)
        self._filled.set()
        self._emptied.clear()

    def end(self, reason: str) -> None:
        """End the connection from our side; `run` returns the reason."""
        if not self._ended.done():
            self._ended.set_result(reason)

    async def run(self, on_frame: OnFrame) -> str:
        """Carry frames until the connection ends, and say why it did."""
        tasks: list[asyncio.Future[None]] = [
            asyncio.create_task(work)
            for work in (self._read(on_frame), self._write(), self._listen_for_silence())
        ]
        try:
            ends: list[asyncio.Future[Any]] = [*tasks, self._ended]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._ended.done():
                return self._ended.result()
            for task in tasks:
                if task.done():
                    error = task.exception()
                    if error is None or isinstance(error, aiohttp.ClientError | OSError):
                        return _reason(error) if error else "the server closed the connection"
                    raise error
            raise AssertionError("nothing ended the wait")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.close()

    def take(self, frame: str, on_frame: OnFrame) -> None:
        """Handle one frame: the heartbeat here, messages by `on_frame`."""
        self._heard_s = asyncio.get_running_loop().time()
        kind = frame[:1]
        if kind == PING:
            self.send(PONG + frame[1:])
        elif kind == CLOSE:
            self.end("the server closed the session")
        elif kind not in ("", NOOP, PONG):
            on_frame(frame)

    async def flush(self, timeout_s: float) -> None:
        """Wait until the outbox is empty, for so long at most."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._emptied.wait()
        except TimeoutError:
            pass  # whoever closes does not wait for a server that takes nothing

    async def _listen_for_silence(self) -> None:
        patience_s = self.handshake.ping_interval_s + self.handshake.ping_timeout_s
        loop = asyncio.get_running_loop()
        quiet_s = 0.0
        while quiet_s < patience_s:
            await asyncio.sleep(patience_s - quiet_s)
            quiet_s = loop.time() - self._heard_s
        self.end(f"nothing heard from the server for {patience_s:.0f} s")

    async def _write(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._outbox:
                await self._send_some()
            self._emptied.set()

    @abstractmethod
    async def _read(self, on_frame: OnFrame) -> None: ...

    @abstractmethod
    async def _send_some(self) -> None:
        """Send the first frames of the outbox, then take them out of it."""

    @abstractmethod
    async def close(self) -> None:
        """Close the socket beneath."""


class WebSocketConnection(Connection):
    """Frames as WebSocket text messages."""

    kind = "websocket"

    def __init__(self, handshake: Handshake, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(handshake)
        self._socket = socket

    async def _read(self, on_frame: OnFrame) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.take(message.data, on_frame)
        self.end(_closed(self._socket.close_code))

    async def _send_some(self) -> None:
        await self._socket.send_str(self._outbox[0])
        self._outbox.popleft()

    async def close(self) -> None:
        """Close the WebSocket."""
        await self._socket.close()


class PollingConnection(Connection):
    """Frames in the bodies of GET and POST requests."""

    kind = "polling"

    def __init__(self, handshake: Handshake, http: aiohttp.ClientSession, url: str) -> None:
        super().__init__(handshake)
        self._http = http
        self._url = url

    async def _read(self, on_frame: OnFrame) -> None:
        while True:
            async with self._http.get(self._url) as response:
                body = await response.text()
                if response.status != 200:
                    self.end(f"the server answered HTTP {response.status}: {body[:80]}")
                    return
            for frame in body.split(SEPARATOR):
                self.take(frame, on_frame)

    async def _send_some(self) -> None:
        frames = list(islice(self._outbox, MAX_PACKETS))
        async with self._http.post(self._url, data=SEPARATOR.join(frames)) as response:
            body = await response.text()
            if response.status != 200:
                self.end(f"the server answered HTTP {response.status}: {body[:80]}")
        for _ in frames:
            self._outbox.popleft()

    async def close(self) -> None:
        """Nothing to close: its requests ended with its tasks."""


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _closed(code: int | None) -> str:
    if code in (None, 1000, 1001, 1005, 1006):
        return "the server closed the connection"
    return f"the server closed the connection (WebSocket code {code})"

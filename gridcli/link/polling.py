"""Frames in the bodies of GET and POST requests.

One request always waits for what the server sends; another one posts, and what is sent meanwhile
travels together in the next. Not here: the first request, which opens a session
(`gridcli.link.dial`).
"""

import asyncio
from collections import deque
from itertools import islice
from typing import Any

import aiohttp

from gridcli.core.protocol.packets import CLOSE, MAX_PACKETS, NOOP, PING, PONG, SEPARATOR, Handshake

from .transport import CLOSED, LEFT, Connection, OnBurst, OnFrame

_PING, _CLOSE = PING.encode(), CLOSE.encode()
_IGNORED = (b"", NOOP.encode(), PONG.encode())
_SEPARATOR = SEPARATOR.encode()


class PollingConnection(Connection):
    """A session over HTTP.

    Args:
        handshake: the session's id and heartbeat.
        http: what makes the requests.
        url: the session's address.
    """

    kind = "polling"

    def __init__(self, handshake: Handshake, http: aiohttp.ClientSession, url: str) -> None:
        super().__init__(handshake)
        self._http = http
        self._url = url
        self._outbox: deque[str] = deque()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    def send(self, frame: str) -> None:
        """Put a frame into the outbox."""
        self._outbox.append(frame)
        self._filled.set()
        self._emptied.clear()

    async def run(self, on_frame: OnFrame, on_burst: OnBurst | None = None) -> str:
        """Poll and post until the session ends."""
        self._watch_for_silence()
        tasks = [asyncio.create_task(self._read(on_frame)), asyncio.create_task(self._write())]
        try:
            ends: list[asyncio.Future[Any]] = [*tasks, self._ended]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._ended.done():
                return self._ended.result()
            for task in tasks:
                if task.done():
                    error = task.exception()
                    if error is None or isinstance(error, aiohttp.ClientError | OSError):
                        return (str(error) or type(error).__name__) if error else CLOSED
                    raise error
            raise AssertionError("nothing ended the wait")
        finally:
            self._stop_watching()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def flush(self, timeout_s: float) -> None:
        """Wait until the outbox is empty, for so long at most."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._emptied.wait()
        except TimeoutError:
            pass  # whoever closes does not wait for a server that takes nothing

    async def close(self) -> None:
        """Nothing to close: its requests ended with its tasks."""

    async def _read(self, on_frame: OnFrame) -> None:
        while True:
            async with self._http.get(self._url) as response:
                body = await response.read()
                if response.status != 200:
                    self._refused(response.status, body)
                    return
            self._heard_s = self._loop.time()
            for frame in body.split(_SEPARATOR):
                kind = frame[:1]
                if kind == _PING:
                    self.send(PONG + frame[1:].decode("utf-8", "replace"))
                elif kind == _CLOSE:
                    self.end(LEFT)
                elif kind not in _IGNORED:
                    on_frame(frame)

    async def _write(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._outbox:
                await self._post()
            self._emptied.set()

    async def _post(self) -> None:
        """Send the first frames of the outbox, then take them out of it."""
        frames = list(islice(self._outbox, MAX_PACKETS))
        async with self._http.post(self._url, data=SEPARATOR.join(frames)) as response:
            body = await response.read()
            if response.status != 200:
                self._refused(response.status, body)
        for _ in frames:
            self._outbox.popleft()

    def _refused(self, status: int, body: bytes) -> None:
        said = body[:80].decode("utf-8", "replace")
        page = said.lstrip().startswith("<")  # a proxy's, which says no more than the number
        self.end(f"the server answered HTTP {status}" + ("" if page else f": {said}"))

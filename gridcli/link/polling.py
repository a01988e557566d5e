"""Frames in the bodies of GET and POST requests.

One request always waits for what the server sends; another one posts, and what is sent meanwhile
travels together in the next. Not here: the first request, which opens a session
(`gridcli.link.dial`).
"""

import asyncio
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import Any

import aiohttp

from gridcli.core.protocol.packets import CLOSE, MAX_PACKETS, NOOP, PING, PONG, SEPARATOR, Handshake
from gridcli.core.protocol.websocket import MAX_MESSAGE
from gridcli.core.text import foreign

from .transport import CLOSE_S, CLOSED, LEFT, MAX_UNSENT, UNREAD, Connection, OnBurst, OnFrame

FAIR = 200
"""So many frames of one body are taken in while others, and the clock, wait."""

_PING, _CLOSE = PING.encode(), CLOSE.encode()
_IGNORED = (b"", NOOP.encode(), PONG.encode())
_SEPARATOR = SEPARATOR.encode()
_MAX_ANSWER = 64 * 2**10
"""The longest answer to a POST; it says "ok", or what is wrong."""


async def read_body(response: aiohttp.ClientResponse, most: int = MAX_MESSAGE) -> bytes:
    """The body of an answer, of so many bytes at most.

    Raises:
        aiohttp.ClientError: it is longer, or does not come as was said.
    """
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > most:
            response.close()
            raise aiohttp.ClientPayloadError(f"the server sent more than {most} bytes")
    return bytes(body)


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
        self._unsent = 0
        """How many characters these are."""
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._over = False
        """Whether the server has ended the session, or was told that it is over."""

    def send(self, frame: str) -> None:
        """Put a frame into the outbox."""
        self._unsent += len(frame)
        if self._unsent > MAX_UNSENT:
            self.end(UNREAD)
            return
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
                        # Ours or the library's words, and what the server sent between them.
                        return foreign(str(error) or type(error).__name__) if error else CLOSED
                    raise error
            raise AssertionError("nothing ended the wait")
        finally:
            self._stop_watching()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.close()

    async def flush(self, timeout_s: float) -> None:
        """Wait until the outbox is empty, for so long at most."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._emptied.wait()
        except TimeoutError:
            pass  # whoever closes does not wait for a server that takes nothing

    async def close(self) -> None:
        """Tell the server, which would keep the session for who comes to poll again.

        It has `CLOSE_S` to take that; one that is gone need not know.
        """
        self.end("closed")
        if self._over or self._http.closed:
            return
        self._over = True
        request = self._http.post(self._url, data=_CLOSE, allow_redirects=False)
        with suppress(aiohttp.ClientError, OSError):
            async with asyncio.timeout(CLOSE_S), request as response:
                await read_body(response, _MAX_ANSWER)

    async def _read(self, on_frame: OnFrame) -> None:
        while True:
            async with self._http.get(self._url, allow_redirects=False) as response:
                body = await read_body(response)
                if response.status != 200:
                    self._refused(response.status, body)
                    return
            self._heard_s = self._loop.time()
            for number, frame in enumerate(body.split(_SEPARATOR), 1):
                if not number % FAIR:
                    await asyncio.sleep(0)
                if self._ended.done():
                    return
                kind = frame[:1]
                if kind == _PING:
                    self.send(PONG + frame[1:].decode("utf-8", "replace"))
                elif kind == _CLOSE:
                    self._over = True
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
        data = SEPARATOR.join(frames)
        async with self._http.post(self._url, data=data, allow_redirects=False) as response:
            body = await read_body(response, _MAX_ANSWER)
            if response.status != 200:
                self._refused(response.status, body)
        for _ in frames:
            self._unsent -= len(self._outbox.popleft())

    def _refused(self, status: int, body: bytes) -> None:
        self._over = True
        said = foreign(body[:80].decode("utf-8", "replace"))
        page = said.startswith("<")  # a proxy's, which says no more than the number
        self.end(f"the server answered HTTP {status}" + (f": {said}" if said and not page else ""))

"""What a page does, without a browser: its WebSocket, and its terminal as text.

Not here: a real browser (`chromium`).
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pyte
from tui.cells import CellScreen

DEADLINE_S = 30.0


class BarePage:
    """A connected page of 80 x 24 cells."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._screen = CellScreen(80, 24)
        self._stream = pyte.ByteStream(self._screen)

    def text(self) -> str:
        """What its terminal shows."""
        return "\n".join(self._screen.display)

    async def until(self, seen: Callable[[str], object], what: str) -> None:
        """Read until the terminal shows what is looked for."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not seen(self.text()):
                    frame = await self.socket.receive()
                    assert frame.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (
                        f"closed while waiting for {what}: {frame}\n{self.text()}"
                    )
                    if frame.type is aiohttp.WSMsgType.BINARY:
                        self._stream.feed(frame.data)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}\n{self.text()}") from None

    async def playing(self) -> None:
        """Wait until the board is there."""
        await self.until(lambda text: "live" in text, "the board")

    async def say(self, *message: object) -> None:
        """Send what a page sends."""
        await self.socket.send_str(json.dumps(message))

    async def told(self, word: str) -> object:
        """Read until the page is told something; returns what."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame = await self.socket.receive()
                if frame.type is aiohttp.WSMsgType.TEXT and json.loads(frame.data)[0] == word:
                    return json.loads(frame.data)[1]

    def cut_off(self) -> None:
        """End the connection as the system does for a browser that was killed."""
        self.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    async def closed(self) -> tuple[int | None, str]:
        """Read to the end; why it was closed: code and reason."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame = await self.socket.receive()
                if frame.type is aiohttp.WSMsgType.CLOSE:
                    return frame.data, frame.extra or ""
                if frame.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                    return self.socket.close_code, ""


@asynccontextmanager
async def bare_page(
    url: str, query: str = "width=80&height=24", **headers: str
) -> AsyncIterator[BarePage]:
    """Open the page's WebSocket as the page at that address does."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"{url}/ws?{query}", headers={"Origin": url} | headers, autoclose=False
        ) as socket,
    ):
        yield BarePage(socket)

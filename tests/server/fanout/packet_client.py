"""A Socket.IO client that writes down every packet it gets, as text and bytes, in order.

Engine.IO by hand over aiohttp, so that a test decides when to poll, upgrade or drop. What only
keeps a connection alive (ping, pong, noop) is left out. Not here: what the packets mean.
"""

import asyncio
import base64
import json
import os
import re
import socket
import struct
from collections.abc import Callable
from typing import Any

import aiohttp

_ASKS = re.compile(r"(?:2|5\d+-)(/[^,]*,)?(\d+)\[").match
"""An event that wants an acknowledgement."""
_SEPARATOR = "\x1e"
PATIENCE_S = 20.0


class PacketClient:
    """One client. `await open()` it; `got` grows from then on.

    Args:
        url: the server's address, without a path.
        polling: begin with long polling, else it is a WebSocket from the start.
        query: more for the address of every request.
    """

    def __init__(self, url: str, *, polling: bool, query: str = "") -> None:
        self.got: list[str | bytes] = []
        self.opened: dict[str, Any] = {}
        self.ended = asyncio.Event()
        """The server, or this side, has ended the connection."""
        self.close_code: int | None = None
        self._url = f"{url}/socket.io/?EIO=4{query}"
        self.polling = polling
        self._http: aiohttp.ClientSession
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._probing: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._posting: asyncio.Task[None] | None = None
        self._stop_polling = False
        self._changed = asyncio.Event()

    @property
    def sid(self) -> str:
        """Engine.IO's session id."""
        return self.opened["sid"]

    async def open(self) -> "PacketClient":
        """Connect, as far as Engine.IO goes."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        if self.polling:
            await self._poll()
            self._start(self._read_polls())
        else:
            self._ws = await self._http.ws_connect(
                f"{self._url}&transport=websocket", max_msg_size=0, autoclose=True
            )
            self._take((await self._ws.receive()).data)
            self._start(self._read_ws())
        return self

    def send(self, *packets: str | bytes) -> None:
        """Send Engine.IO packets in this order; in one body if it polls."""
        before = self._posting
        self._posting = asyncio.ensure_future(self._send(before, packets))

    async def sent(self) -> None:
        """All that `send` was given is with the server."""
        if self._posting is not None:
            await self._posting

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until what was received makes it true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def probe(self) -> None:
        """Begin the upgrade to WebSocket, as far as the server's answer."""
        self._probing = await self._http.ws_connect(
            f"{self._url}&transport=websocket&sid={self.sid}", max_msg_size=0
        )
        await self._probing.send_str("2probe")
        assert (await self._probing.receive()).data == "3probe"
        # The server ends the poll that is under way with a noop.
        self._stop_polling = True
        assert self._reading is not None
        await self._reading
        await self.sent()

    async def upgrade(self) -> None:
        """Complete what `probe` began."""
        assert self._probing is not None
        self._ws = self._probing
        self.polling = False
        await self._ws.send_str("5")
        self._start(self._read_ws())

    async def give_up_upgrade(self) -> None:
        """Poll on, after a `probe`."""
        assert self._probing is not None
        await self._probing.close()
        self._stop_polling = False
        self._start(self._read_polls())

    async def abort(self) -> None:
        """Vanish: the connections are reset, and nothing is said."""
        self.ended.set()
        await self._stop()
        if self._ws is not None:
            handle = self._ws.get_extra_info("socket")
            with socket.socket(fileno=os.dup(handle.fileno())) as connection:
                at_once = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        await self._http.close()
        if self._ws is not None:
            async for _ in self._ws:
                pass  # until the reset is seen on this side, too

    async def close(self) -> None:
        """Leave nothing behind; may come after `abort`."""
        await self._stop()
        if self._ws is not None:
            await self._ws.close()
        await self._http.close()

    async def _stop(self) -> None:
        for task in (self._posting, self._reading):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _start(self, reading: Any) -> None:
        self._reading = asyncio.ensure_future(reading)

    async def _send(
        self, before: "asyncio.Task[None] | None", packets: tuple[str | bytes, ...]
    ) -> None:
        if before is not None:
            await before
        if self._ws is None:
            body = _SEPARATOR.join(
                p if isinstance(p, str) else "b" + base64.b64encode(p).decode() for p in packets
            )
            address = f"{self._url}&transport=polling&sid={self.sid}"
            async with self._http.post(address, data=body.encode()) as answer:
                assert answer.status == 200, await answer.text()
            return
        for packet in packets:
            if isinstance(packet, str):
                await self._ws.send_str(packet)
            else:
                await self._ws.send_bytes(packet)

    async def _read_polls(self) -> None:
        while not self._stop_polling and not self.ended.is_set():
            await self._poll()

    async def _poll(self) -> None:
        address = f"{self._url}&transport=polling"
        if self.opened:
            address += f"&sid={self.sid}"
        async with self._http.get(address) as answer:
            body = await answer.text()
            if answer.status != 200:
                self._end()
                return
        for packet in body.split(_SEPARATOR):
            self._take(packet)

    async def _read_ws(self) -> None:
        assert self._ws is not None
        async for message in self._ws:
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                break
            self._take(message.data)
        self.close_code = self._ws.close_code
        self._end()

    def _take(self, packet: str | bytes) -> None:
        if isinstance(packet, bytes):
            self.got.append(packet)
        elif packet.startswith("b"):
            self.got.append(base64.b64decode(packet[1:]))
        elif packet.startswith("4"):
            self.got.append(packet[1:])
            asks = _ASKS(packet[1:])
            if asks is not None:
                self._acknowledge(asks[1] or "", asks[2], packet[1:])
        elif packet.startswith("0"):
            self.opened = json.loads(packet[1:])
        elif packet.startswith("1"):
            self.got.append("closed")
            self._end()
        elif packet == "2":
            self.send("3")
        else:
            assert packet == "6", packet
        self._changed.set()

    def _acknowledge(self, namespace: str, number: str, text: str) -> None:
        # The answer tells which event it answers. Never with attachments: those that come after
        # the end of a session leave the stock server waiting for more.
        self.send(f"43{namespace}{number}[{len(text)}]")

    def _end(self) -> None:
        self.ended.set()
        self._changed.set()

"""A client that sends whatever it is told to, and keeps all that comes: WebSocket and polling.

It spells the wire itself and checks nothing. Not here: what attackers send (`attacks`), clients
that play (`socketio_player`), one that reads only when told to (`raw_client`).
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from socket import SHUT_RDWR
from typing import Any, NamedTuple

import aiohttp
from waiting import PATIENCE_S, until

PATH = "/socket.io/"
_MESSAGES = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)


class Reply(NamedTuple):
    """An HTTP answer; `status` 0 is a connection that ended without one."""

    status: int
    text: str = ""

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def packets(self) -> list[str]:
        """The Engine.IO packets of a poll."""
        return self.text.split("\x1e")


@asynccontextmanager
async def http_session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session without a limit on connections, that sends headers as it is told to."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def ask(http: aiohttp.ClientSession, url: str, method: str = "GET", **options: Any) -> Reply:
    """One request; `options` are aiohttp's."""
    try:
        async with http.request(method, url, **options) as answer:
            return Reply(answer.status, await answer.text())
    except aiohttp.ClientError:
        return Reply(0)


class Socket:
    """One WebSocket, whose messages are kept as they come; pings of Engine.IO are answered.

    Attributes:
        got: every message.
        code: that the server closed with; None while it is open, 1006 without a close frame.
        reason: what it said then.
        ended_s: when, of `time.monotonic`.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.got: list[str | bytes] = []
        self.code: int | None = None
        self.reason = ""
        self.ended_s = 0.0

    async def send(self, *frames: str | bytes) -> None:
        """Send each as a message of its kind; what comes after the end is nobody's."""
        for frame in frames:
            try:
                if isinstance(frame, str):
                    await self._socket.send_str(frame)
                else:
                    await self._socket.send_bytes(frame)
            except (aiohttp.ClientError, ConnectionError):
                return

    async def until(
        self,
        found: Callable[[list[str | bytes]], object],
        what: str,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Wait for something in `got`."""
        await until(lambda: found(self.got), f"{what} in {self.got[-5:]}", patience_s)

    async def ended(self, patience_s: float = PATIENCE_S) -> int:
        """Wait for the end; the code."""
        await until(lambda: self.code is not None, "the end of the connection", patience_s)
        assert self.code is not None
        return self.code

    async def close(self) -> None:
        """Leave as a browser does."""
        await self._socket.close()

    def abort(self) -> None:
        """Be gone without a word on the WebSocket."""
        connection = self._socket.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)

    async def read(self) -> None:
        """Keep what comes, until the end."""
        while (message := await self._socket.receive()).type in _MESSAGES:
            if message.data == "2":
                await self.send("3")
            self.got.append(message.data)
        self.ended_s = time.monotonic()
        self.reason = message.extra or "" if message.type is aiohttp.WSMsgType.CLOSE else ""
        self.code = self._socket.close_code or 1006


@asynccontextmanager
async def web_socket(
    http: aiohttp.ClientSession, url: str, sid: str = "", path: str = PATH, **options: Any
) -> AsyncIterator[Socket]:
    """Open one, of a session where one is named. Raises `aiohttp.WSServerHandshakeError`."""
    query = f"?EIO=4&transport=websocket{f'&sid={sid}' if sid else ''}"
    async with http.ws_connect(f"{url}{path}{query}", max_msg_size=0, **options) as opened:
        socket = Socket(opened)
        reading = asyncio.create_task(socket.read())
        try:
            yield socket
        finally:
            await opened.close()
            await reading


class Polling:
    """A session over long polling.

    Args:
        http: requests go through it.
        url: of the server.
        sid: of the session.
        path: where Engine.IO answers.
    """

    def __init__(self, http: aiohttp.ClientSession, url: str, sid: str, path: str = PATH) -> None:
        self.sid = sid
        self.address = f"{url}{path}?EIO=4&transport=polling&sid={sid}"
        self._http = http

    async def get(self) -> Reply:
        """One poll."""
        return await ask(self._http, self.address)

    async def post(self, data: Any, **options: Any) -> Reply:
        """One body: text, bytes, or an iterator, which is sent in chunks without a length."""
        return await ask(self._http, self.address, "POST", data=data, **options)

    async def gather(self, found: Callable[[list[str]], object], what: str) -> list[str]:
        """Poll until something has come; all packets until then. Pings are answered."""
        packets: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while not found(packets):
                reply = await self.get()
                assert reply.status == 200, f"waiting for {what}: {reply}"
                packets += reply.packets
                if "2" in reply.packets:
                    await self.post("3")
        return packets


async def open_polling(
    http: aiohttp.ClientSession, url: str, path: str = PATH, **options: Any
) -> Polling:
    """Begin a session."""
    reply = await ask(http, f"{url}{path}?EIO=4&transport=polling", **options)
    assert reply.status == 200, reply
    return Polling(http, url, json.loads(reply.text[1:])["sid"], path)

"""A player that is told each packet to send: it answers a ping only when the test says so.

Not here: clients that keep themselves alive (`watched_link`, `raw_client`, `PacketClient` beside
the tests of fan-out).
"""

import json
from collections import deque
from typing import Self

import aiohttp

KINDS = ("websocket", "polling", "mid-upgrade")

_SEPARATOR = "\x1e"
_EVENT = "42/grid-game,"


class HandClient:
    """One connection, of protocol 2; use it with `async with`.

    Args:
        url: the server's.
        kind: of `KINDS`. The last has begun to change from polling to WebSocket, and waits there.
    """

    def __init__(self, url: str, kind: str) -> None:
        self.kind = kind
        self.user_id = ""
        self._path = f"{url}/socket.io/?EIO=4"
        self._unread: deque[str] = deque()
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._asked = 0
        self._poll = ""

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60))
        if self.kind == "websocket":
            self._ws = await self._http.ws_connect(f"{self._path}&transport=websocket")
            await self.packet("0")
        else:
            async with self._http.get(f"{self._path}&transport=polling") as answer:
                opened = json.loads((await answer.text())[1:])
            self._poll = f"{self._path}&transport=polling&sid={opened['sid']}"
        await self.send('40/grid-game,{"protocol":2}')
        welcome = await self.packet(f'{_EVENT}["message"')
        self.user_id = json.loads(welcome.removeprefix(_EVENT))[1]["userId"]
        await self.packet(f'{_EVENT}["grid_delta"')
        if self.kind == "mid-upgrade":
            address = self._poll.replace("polling", "websocket")
            self._probing = await self._http.ws_connect(address)
            await self._probing.send_str("2probe")
            assert (await self._probing.receive()).data == "3probe"
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def send(self, packet: str) -> None:
        """Send an Engine.IO packet.

        Raises:
            EOFError: the server has ended the session that polls.
        """
        if self._ws is not None:
            await self._ws.send_str(packet)
            return
        async with self._http.post(self._poll, data=packet) as answer:
            body = await answer.text()
            if answer.status != 200:
                raise EOFError(f"{answer.status}: {body}")

    async def packet(self, prefix: str) -> str:
        """The next packet that begins so.

        Raises:
            EOFError: the server has ended the session.
        """
        while True:
            while self._unread:
                packet = self._unread.popleft()
                if packet == "1":
                    raise EOFError("closed by the server")
                if packet.startswith(prefix):
                    return packet
            await self._more()

    async def ping(self) -> None:
        """Wait for the server's next ping."""
        assert await self.packet("2") == "2"

    async def pong(self) -> None:
        """Answer it."""
        await self.send("3")

    async def ask(self) -> None:
        """Ask the game something, and wait for the answer: we are a player yet.

        Raises:
            EOFError: we are not.
        """
        self._asked += 1
        await self.send(f'{_EVENT}{self._asked}["leave",{{}}]')
        await self.packet(f"43/grid-game,{self._asked}[")

    async def _more(self) -> None:
        if self._ws is not None:
            message = await self._ws.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise EOFError(f"the WebSocket has ended: {message}")
            self._unread.append(message.data)
            return
        async with self._http.get(self._poll) as answer:
            body = await answer.text()
            if answer.status != 200:
                raise EOFError(f"{answer.status}: {body}")
        self._unread.extend(body.split(_SEPARATOR))

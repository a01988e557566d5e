"""The stock server as its tests see it: clients of it, and what it knows of each.

Not here: the server itself (`stock_server`), its defects (`test_stock_defects`,
`test_stock_polling`).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
from abuse.wire import PATH, Polling, Reply, Socket, ask, http_session, open_polling, web_socket

MENDED = "{} has mended this: see whether the guard in server/edge may go"
ENGINEIO = MENDED.format("python-engineio")
SOCKETIO = MENDED.format("python-socketio")
HASTY = "/hasty/"
ECHO = '421["echo",1]'


class Stage:
    """The stock server, and clients of it."""

    def __init__(self, url: str, http: aiohttp.ClientSession, clients: AsyncExitStack) -> None:
        self.url = url
        self.http = http
        self._clients = clients

    async def look(self, eio: str, path: str = PATH) -> dict[str, Any]:
        """What the server knows of a session; see `stock_server`."""
        seen = (await self.request("look", eio=eio, path=path)).json
        assert isinstance(seen, dict)
        return seen

    async def request(self, what: str, path: str = PATH, **query: str) -> Reply:
        reply = await ask(self.http, f"{self.url}/{what}", params=query | {"path": path})
        assert reply.status == 200, reply
        return reply

    async def join(self, path: str = PATH) -> tuple[Socket, str]:
        """A client on a WebSocket whose connect handler has let it in, and its session's id."""
        socket, eio = await self.open(path=path)
        await socket.send("40")
        await socket.until(lambda got: len(got) == 2, "CONNECT")
        return socket, eio

    async def open(self, sid: str = "", path: str = PATH) -> tuple[Socket, str]:
        socket = await self._clients.enter_async_context(web_socket(self.http, self.url, sid, path))
        if not sid:
            await socket.until(lambda got: got, "OPEN")
            sid = json.loads(socket.got[0][1:])["sid"]
        return socket, sid

    async def poll(self, path: str = PATH) -> Polling:
        """The same over long polling."""
        polling = await open_polling(self.http, self.url, path)
        await polling.post("40")
        await polling.gather(lambda packets: packets, "CONNECT")
        return polling


PlayStock = Callable[[Callable[[Stage], Awaitable[None]]], None]
"""What the fixture `play_stock` is: runs a scene on the stock server to its end."""


@asynccontextmanager
async def stage_on(url: str) -> AsyncIterator[Stage]:
    """Open it on a running server."""
    async with http_session() as http, AsyncExitStack() as clients:
        yield Stage(url, http, clients)


def of(calls: list[list[Any]], name: str) -> list[list[Any]]:
    return [call[1:] for call in calls if call[0] == name]


async def until_true(stage: Stage, eio: str, found: Callable[[dict[str, Any]], object]) -> None:
    """Wait until the server knows something of a session."""
    async with asyncio.timeout(10):
        while not found(await stage.look(eio)):
            pass


async def until_called(stage: Stage, eio: str, handler: str) -> None:
    await until_true(stage, eio, lambda seen: of(seen["calls"], handler))

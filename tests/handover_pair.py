"""Two workers of one process on two ports, which hand connections over to each other.

Not here: what must come of it (`server/test_handover`), real workers (`servers`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import uvloop
from aiohttp import web
from event_loops import play_on

from server.handover import Handover

PATH = "/socket.io/"
CAP = 1000


class Worker:
    """An application that tells what it was asked, and its end of the handover."""

    def __init__(self, node: str, folder: Path) -> None:
        self.node = node
        self.seen: list[dict[str, Any]] = []
        self.peers: list[Any] = []
        app = web.Application()
        app.router.add_route("*", PATH, self._answer)
        app.router.add_get("/other", self._answer)
        self.handover = Handover(node, folder, CAP)
        self.handover.attach(app)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self.url = ""

    async def start(self) -> None:
        await self.runner.setup()
        self.handover.open(self.runner)
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = "http://{}:{}".format(*self.runner.addresses[0])

    async def stop(self) -> None:
        self.handover.close()
        await self.runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade") == "websocket":
            response = web.WebSocketResponse()
            await response.prepare(request)
            async for message in response:
                await response.send_str(f"{self.node}: {message.data}")
            return response
        self.peers.append(request.transport and request.transport.get_extra_info("peername"))
        self.seen.append(
            {
                "method": request.method,
                "path": request.raw_path,
                "body": await request.read(),
                "headers": request.headers.copy(),
            }
        )
        return web.Response(text=self.node)


@asynccontextmanager
async def two_workers() -> AsyncIterator[tuple[Worker, Worker]]:
    with TemporaryDirectory() as folder:
        a, b = Worker("a", Path(folder)), Worker("b", Path(folder))
        await a.start()
        await b.start()
        try:
            yield a, b
        finally:
            await a.stop()
            await b.stop()


def one_request_each() -> aiohttp.ClientSession:
    """A connection that was passed on stays there; these end with their request."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))


def run(scene: Callable[[], Awaitable[None]]) -> None:
    play_on(uvloop.new_event_loop, scene)

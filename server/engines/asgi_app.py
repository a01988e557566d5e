"""The same game on python-socketio as it comes, as an ASGI application: `serve --engine uvicorn`.

The handlers, rules and limits of `server.app`, on the library's own client manager and whatever
WebSockets the ASGI server has. Here to be compared with, and as a start for those whose
application is ASGI. Without a broker: one process. Not here: running it (`asgi_run`).

    uvicorn --factory server.engines.asgi_app:create_app
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

import socketio

from gridcli.core.protocol.names import PATH
from gridcli.core.world import World

from ..assembly import assemble
from ..drain import close_all
from ..health import Routes, health_routes
from ..node_id import random_node
from ..options import settings_from_environment
from ..settings import Settings
from ..socketio_server import make_socketio

Scope = MutableMapping[str, Any]
Send = Callable[[dict[str, object]], Awaitable[None]]
AsgiApp = Callable[[Scope, Any, Send], Awaitable[None]]


def create_app(settings: Settings | None = None) -> AsgiApp:
    """A complete server as an ASGI application, which must run on one event loop.

    Args:
        settings: None takes them from the environment.
    """
    settings = replace(settings or settings_from_environment(), fanout=False)
    node = settings.node or random_node()
    world = World(settings.grid, settings.limits)
    made = make_socketio(settings, node, async_mode="asgi")
    sio, game, _, metrics = assemble(settings, made, world)
    watching: list[asyncio.Task[None]] = []

    async def startup() -> None:
        watching.append(asyncio.create_task(metrics.watch_loop()))

    async def shutdown() -> None:
        for watch in watching:
            watch.cancel()
        await close_all(sio, game)

    routes = health_routes(
        metrics,
        lambda: not game.draining,
        lambda: {"node": node, "players": len(world), "bus": "none"},
    )
    app: AsgiApp = socketio.ASGIApp(
        sio,
        _answering(routes),
        socketio_path=PATH.strip("/"),
        on_startup=startup,
        on_shutdown=shutdown,
    )
    return app


def _answering(routes: Routes) -> AsgiApp:
    async def answer(scope: Scope, receive: Any, send: Send) -> None:
        found = routes.get(scope["path"]) if scope["type"] == "http" else None
        status, content_type, body = found() if found else (404, "text/plain", b"not found\n")
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        headers = [(b"content-type", content_type.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer

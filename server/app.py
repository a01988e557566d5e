"""The application factory: what `gridcli serve`, the tests and Gunicorn all run.

    gunicorn -k aiohttp.GunicornUVLoopWebWorker 'server.app:create_app()'

Without settings they come from the environment (`GRIDCLI_SERVE_…`). Not here: sockets and
signals (`server.run`).
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gridcli.core.protocol.names import PATH
from gridcli.core.world import World

from .assembly import assemble
from .drain import close_all, move_out, refusing_new_sessions
from .edge.edge import Edge
from .edge.quiet import keep_quiet
from .edge.requests import Requests
from .game import Game
from .handlers import Handlers
from .health import add_routes, health_routes
from .node_id import random_node
from .options import settings_from_environment
from .settings import Settings
from .socketio_server import make_socketio

if TYPE_CHECKING:
    from .cluster.bus import Bus
    from .cluster.share import Shared

GAME: web.AppKey[Game] = web.AppKey("game", Game)
EDGE: web.AppKey[Edge] = web.AppKey("edge", Edge)
"""Not there with `--stock`, which takes what comes as the libraries do."""
SOCKETIO: web.AppKey[Any] = web.AppKey("socketio", object)


def create_app(settings: Settings | None = None, bus: "Bus | None" = None) -> web.Application:
    """A complete server as an aiohttp application, which must run on one event loop.

    Args:
        settings: None takes them from the environment.
        bus: what it shares its grid by; None takes the settings' message queue, if there is one.

    Raises:
        SetupError: the message queue's URL is none.
    """
    if settings is None:
        settings = settings_from_environment()
    node = settings.node or random_node()
    made = make_socketio(settings, node)
    sio = made.server
    app = web.Application(client_max_size=settings.edge.body_bytes)
    sio.attach(app, socketio_path=PATH.strip("/"))

    if bus is None and settings.message_queue:
        from .cluster.urls import bus_of

        bus = bus_of(settings.message_queue)
    if bus is not None:
        settings = replace(settings, modes=())  # no server alone has all players of a room
    world = World(settings.grid, settings.limits) if bus is None else _shared_world(settings)
    _, game, handlers, metrics = assemble(settings, made, world)
    if made.fanout is not None:
        edge = app[EDGE] = Edge(sio, made.fanout, settings.edge, handlers)
        Requests(edge, PATH).attach(app, sio.eio)
        metrics.watch_edge(edge)
        keep_quiet(sio.eio.logger)
    shared = None
    if bus is not None:
        shared = game.others = _share(settings, node, game, handlers)
        shared.run_in(app, bus, metrics)
        app.middlewares.append(refusing_new_sessions(game))

    def report() -> dict[str, object]:
        others = shared.report() if shared is not None else {"bus": "none"}
        return {"node": node, "players": len(world), **others}

    add_routes(app, health_routes(metrics, lambda: not game.draining, report))
    app[GAME] = game
    app[SOCKETIO] = sio

    async def watch_loop(app: web.Application) -> AsyncIterator[None]:
        watch = asyncio.create_task(metrics.watch_loop())
        yield
        watch.cancel()

    async def drain(app: web.Application) -> None:
        if shared is not None and not game.draining:  # Gunicorn's way to stop
            await move_out(sio, game)
        else:
            await close_all(sio, game)

    app.cleanup_ctx.append(watch_loop)
    app.on_shutdown.append(drain)
    return app


# Imported only here, so that a server of its own does without all of it.


def _shared_world(settings: Settings) -> World:
    from .cluster.world import SharedWorld

    return SharedWorld(settings.grid, settings.limits)


def _share(settings: Settings, node: str, game: Game, handlers: Handlers) -> "Shared":
    from .cluster.share import Shared

    return Shared(settings, node, game, handlers)

"""The application factory: what `gridcli serve`, the tests and Gunicorn all run.

    gunicorn -k aiohttp.GunicornUVLoopWebWorker 'server.app:create_app()'

Without settings they come from the environment (`GRIDCLI_SERVE_…`). Not here: sockets and
signals (`server.run`).
"""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gridcli.core.protocol.names import PATH
from gridcli.core.world import World

from .audience import Audience
from .drain import close_all, move_out, refusing_new_sessions
from .fanout.stepping import run_now
from .game import Game
from .handlers import Handlers
from .health import add_health_routes
from .metrics import Metrics
from .node_id import random_node
from .options import settings_from_environment
from .resume import ResumeBook
from .sessions import Sessions
from .settings import Settings
from .socketio_server import SocketIO, make_socketio
from .stock_pace import StockPace
from .ticker import Ticker

if TYPE_CHECKING:
    from .cluster.bus import Bus
    from .cluster.share import Shared

GAME: web.AppKey[Game] = web.AppKey("game", Game)
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
    app = web.Application()
    sio.attach(app, socketio_path=PATH.strip("/"))

    rng = random.Random()
    if bus is None and settings.message_queue:
        from .cluster.urls import bus_of

        bus = bus_of(settings.message_queue)
    world = World(settings.grid, settings.limits) if bus is None else _shared_world(settings)
    secret = settings.cluster_secret or secrets.token_bytes(32)
    resume = ResumeBook(settings.grace_s, time.monotonic, secret)
    sessions = Sessions(world, resume, rng)
    metrics = Metrics(sessions.counts)
    audience = Audience(sio, metrics)
    ticker = Ticker(audience, settings.tick_floor_ms / 1000)
    game = Game(world, sessions, audience, ticker)
    handlers = Handlers(sio, game, metrics)
    _keep_pace(made, ticker, game, metrics)
    shared = None
    if bus is not None:
        shared = game.others = _share(settings, node, game, handlers)
        shared.run_in(app, bus, metrics)
        app.middlewares.append(refusing_new_sessions(game))

    def report() -> dict[str, object]:
        others = shared.report() if shared is not None else {"bus": "none"}
        return {"node": node, "players": len(world), **others}

    add_health_routes(app, metrics, lambda: not game.draining, report)
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


def _keep_pace(made: SocketIO, ticker: Ticker, game: Game, metrics: Metrics) -> None:
    """Let deltas be made when a flush begins, and clients that missed some be shown the room."""
    fanout = made.fanout
    if fanout is None:
        ticker.soon = StockPace(ticker, metrics, made.pace).soon
        return
    ticker.soon = fanout.flusher.soon
    fanout.flusher.before.append(lambda: run_now(ticker.tick()))
    fanout.flusher.between.append(lambda: run_now(ticker.tick_again()))
    fanout.flusher.after.append(metrics.flush_seconds.observe)
    fanout.may_skip = lambda sid, _: game.can_be_shown_again(sid)
    fanout.drained = lambda sid, _: run_now(game.show_again(sid))
    metrics.watch_fanout(fanout)


# Imported only here, so that a server of its own does without all of it.


def _shared_world(settings: Settings) -> World:
    from .cluster.world import SharedWorld

    return SharedWorld(settings.grid, settings.limits)


def _share(settings: Settings, node: str, game: Game, handlers: Handlers) -> "Shared":
    from .cluster.share import Shared

    return Shared(settings, node, game, handlers)

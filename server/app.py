"""The application factory: what `gridcli serve`, the tests and Gunicorn all run.

    gunicorn -k aiohttp.GunicornUVLoopWebWorker 'server.app:create_app()'

Without settings they come from the environment (`GRIDCLI_SERVE_…`). Not here: sockets and
signals (`server.run`).
"""

import asyncio
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import orjson
import socketio
from aiohttp import web
from engineio.payload import Payload

from gridcli.core.protocol.names import PATH
from gridcli.core.world import World

from .audience import Audience
from .drain import move_out, refusing_new_sessions
from .fanout.flusher import Pace
from .fanout.manager import FanoutManager
from .fanout.stepping import run_now
from .game import Game
from .handlers import Handlers
from .health import add_health_routes
from .metrics import Metrics
from .node_id import random_node, session_ids
from .options import settings_from_environment
from .resume import ResumeBook
from .sessions import Sessions
from .settings import Settings
from .stock_pace import StockPace
from .ticker import Ticker

if TYPE_CHECKING:
    from .cluster.bus import Bus
    from .cluster.share import Shared

GAME: web.AppKey[Game] = web.AppKey("game", Game)
SOCKETIO: web.AppKey[Any] = web.AppKey("socketio", object)

MAX_MESSAGE_BYTES = 16 * 1024
"""The longest message or polling body taken from a client."""
DRAIN_S = 1.0
"""How long clients may take to fetch their last packets when the server stops."""


# python-engineio reads 16 packets of one polling body and drops the rest, with HTTP 200: a fast
# player's steps would be lost unsaid. The body's size is the limit here.
Payload.max_decode_packets = MAX_MESSAGE_BYTES // 2


class _Json:
    """orjson with the two functions that python-socketio asks for."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: object) -> object:
        return orjson.loads(text)


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
    origins = list(settings.allowed_origins)
    log = logging.getLogger("gridcli.socketio")
    pace = Pace(
        rest=settings.flush_rest,
        floor_s=settings.flush_floor_ms / 1000,
        ceiling_s=settings.flush_ceiling_ms / 1000,
    )
    fanout = FanoutManager(pace=pace) if settings.fanout else None
    sio = socketio.AsyncServer(
        async_mode="aiohttp",
        client_manager=fanout,
        # A client's events one after the other: its steps keep their order without a task each.
        async_handlers=False,
        cors_allowed_origins="*" if origins == ["*"] else origins or None,
        ping_interval=settings.ping_interval_s,
        ping_timeout=settings.ping_timeout_s,
        max_http_buffer_size=MAX_MESSAGE_BYTES,
        http_compression=False,
        json=_Json,
        logger=log,
        engineio_logger=log,
    )
    node = settings.node or random_node()
    sio.eio.generate_id = session_ids(node)
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
    if fanout is None:
        ticker.soon = StockPace(ticker, metrics, pace).soon
    else:
        ticker.soon = fanout.flusher.soon
        fanout.flusher.before.append(lambda: run_now(ticker.tick()))
        fanout.flusher.between.append(lambda: run_now(ticker.tick_again()))
        fanout.flusher.after.append(metrics.flush_seconds.observe)
        fanout.may_skip = lambda sid, _: game.can_be_shown_again(sid)
        fanout.drained = lambda sid, _: run_now(game.show_again(sid))
        metrics.watch_fanout(fanout)
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
            return
        # Closing the connections here lets clients see a clean end, not a broken pipe.
        await game.drain()
        if sio.eio.sockets:  # python-engineio can't close none
            try:
                # It waits until each client has fetched its last packet, which one that polled
                # once and never came back will not do.
                await asyncio.wait_for(sio.eio.disconnect(), DRAIN_S)
            except TimeoutError:
                pass

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

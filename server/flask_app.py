"""The game as a Flask-SocketIO application, written the way its documentation teaches.

    gunicorn -k gthread --threads 100 'server.flask_app:create_app()'

It speaks protocol 1, by the same rules as our own server. Without settings they come from the
environment (`GRIDCLI_SERVE_…`). Not here: who is told what (`server.engines.flask_game`), sockets
and signals (`server.engines.flask_run`).
"""

from typing import Any

from flask import Flask, Response, request
from flask_socketio import ConnectionRefusedError
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from gridcli import __version__
from gridcli.core.errors import Refusal
from gridcli.core.protocol.auth import encode_refusal
from gridcli.core.protocol.names import (
    CHAT,
    CONNECT,
    DEMO,
    DISCONNECT,
    JOIN,
    LEAVE,
    MESSAGE,
    MOVEMENT,
    NAMESPACE,
)
from gridcli.core.protocol.requests import GoTo, Step, decode_request
from gridcli.core.world import World

from .engines.flask_game import FlaskGame
from .engines.flask_server import SocketIO, make_flask_socketio
from .metrics import Connections, Counts
from .node_id import random_node
from .options import settings_from_environment
from .settings import Settings

GAME = "gridcli"
"""Where in the application's `extensions` its game is; the `SocketIO` object is at `socketio`."""

current: Any = request  # Flask-SocketIO adds `sid` and `event`
_PAUSE_S = 0.001


def create_app(settings: Settings | None = None) -> Flask:
    """A complete server as a WSGI application.

    Args:
        settings: None takes them from the environment.

    Raises:
        SetupError: the message queue is none that Flask-SocketIO has a manager for.
    """
    if settings is None:
        settings = settings_from_environment("flask")
    node = settings.node or random_node()
    app = Flask(__name__, static_folder=None)
    socketio = make_flask_socketio(app, settings, node)
    world = World(settings.grid, settings.limits)

    def connections() -> Connections:
        return {(room.name, DEMO, False): len(room.players) for room in list(world.rooms.values())}

    counts = Counts(connections)
    game = FlaskGame(world, counts, shared=bool(settings.message_queue))
    app.extensions[GAME] = game
    _add_connections(app, socketio, game, counts)
    _add_requests(socketio, game, counts)
    _add_routes(app, game, counts, node)
    return app


def _add_connections(app: Flask, socketio: SocketIO, game: FlaskGame, counts: Counts) -> None:
    """Who comes and who goes."""

    @socketio.on(CONNECT, namespace=NAMESPACE)
    def on_connect(auth: object = None) -> None:
        try:
            game.admit(current.sid)
        except Refusal as refusal:
            counts.events_in[CONNECT, refusal.code] += 1
            raise ConnectionRefusedError(refusal.text, encode_refusal(refusal)) from None
        counts.events_in[CONNECT, "ok"] += 1
        # The welcome has to follow the CONNECT packet, which goes out when this handler returns.
        # (always_connect=True would send it first, and then could not say why it refuses.)
        socketio.start_background_task(welcome, current.sid)

    def welcome(sid: str) -> None:
        server = socketio.server
        while server.manager.is_pre_connected(sid, NAMESPACE):
            socketio.sleep(_PAUSE_S)
        with app.app_context():
            if server.get_environ(sid, namespace=NAMESPACE) is None:
                # It went away within the handler, which python-socketio tells nobody.
                game.end(sid)
                server.disconnect(sid, namespace=NAMESPACE)
                return
            with game.turn():
                game.welcome(sid)

    @socketio.on(DISCONNECT, namespace=NAMESPACE)
    def on_disconnect(reason: object = None) -> None:
        counts.events_in[DISCONNECT, "ok"] += 1
        game.end(current.sid)


def _add_requests(socketio: SocketIO, game: FlaskGame, counts: Counts) -> None:
    """What players ask for. Each of these returns nothing, so an acknowledgement is empty."""

    @socketio.on(MOVEMENT, namespace=NAMESPACE)
    def on_movement(*args: object) -> None:
        step = decode_request(MOVEMENT, args, DEMO)
        assert isinstance(step, Step)
        with game.turn():
            game.step(current.sid, step)
        counts.events_in[MOVEMENT, "ok"] += 1

    @socketio.on(JOIN, namespace=NAMESPACE)
    def on_join(*args: object) -> None:
        go(JOIN, args)

    @socketio.on(LEAVE, namespace=NAMESPACE)
    def on_leave(*args: object) -> None:
        go(LEAVE, args)

    def go(event: str, args: tuple[object, ...]) -> None:
        there = decode_request(event, args, DEMO)
        assert isinstance(there, GoTo)
        with game.turn():
            game.go_to(current.sid, there.room)
        counts.events_in[event, "ok"] += 1

    @socketio.on(MESSAGE, namespace=NAMESPACE)
    def on_message(*args: object) -> None:
        with game.turn():
            game.answer(current.sid)
        counts.events_in[MESSAGE, "ok"] += 1

    @socketio.on(CHAT, namespace=NAMESPACE)
    def on_chat(*args: object) -> None:
        decode_request(CHAT, args, DEMO)  # protocol 1 has none

    @socketio.on_error(NAMESPACE)
    def on_refusal(error: Exception) -> None:
        if not isinstance(error, Refusal):
            raise error
        counts.events_in[current.event["message"], error.code] += 1


def _add_routes(app: Flask, game: FlaskGame, counts: Counts, node: str) -> None:
    """The routes beside Socket.IO, as our own server has them."""

    @app.get("/healthz")
    def healthz() -> dict[str, object]:
        players = len(game.world)
        return {"server": "gridcli", "version": __version__, "node": node, "players": players}

    @app.get("/readyz")
    def readyz() -> Response:
        if game.draining:
            return Response("shutting down\n", 503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(counts.registry), content_type=CONTENT_TYPE_LATEST)

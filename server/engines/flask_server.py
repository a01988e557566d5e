"""The `SocketIO` object of the Flask engine: async mode, limits, broker, session ids.

Not here: its handlers (`server.flask_app`), the web servers under it (`server.engines.flask_run`).
"""

import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import flask_socketio
from flask import Flask

from gridcli.core.errors import SetupError
from gridcli.core.protocol.names import PATH

from ..node_id import session_ids
from ..settings import Settings
from ..socketio_server import common_options
from .flask_lengths import with_lengths
from .flask_sockets import with_whole_sockets
from .table import require

CHANNEL = "gridcli-flask"
"""Where the processes of one broker hear each other."""

F = TypeVar("F", bound=Callable[..., object])

_QUEUES = ("redis", "rediss", "amqp", "amqps")


class SocketIO(Protocol):
    """What the engine uses of `flask_socketio.SocketIO`, which has no annotations."""

    server: Any
    """The `socketio.Server`."""

    def on(self, event: str, namespace: str) -> Callable[[F], F]:
        """Register the handler of an event."""

    def on_error(self, namespace: str) -> Callable[[F], F]:
        """Register what deals with exceptions of handlers."""

    def start_background_task(self, target: Callable[..., object], *args: object) -> object:
        """Start a thread, of the kind that the async mode has."""

    def sleep(self, seconds: float) -> None:
        """Let the others run."""


def patched_for() -> str:
    """The async mode that this process has been patched for, as Gunicorn's workers do it."""
    gevent, eventlet = (sys.modules.get(name) for name in ("gevent.monkey", "eventlet.patcher"))
    if gevent is not None and gevent.is_module_patched("socket"):
        return "gevent"
    if eventlet is not None and eventlet.is_monkey_patched("socket"):
        return "eventlet"
    return "threading"


def make_flask_socketio(app: Flask, settings: Settings, node: str) -> SocketIO:
    """A `SocketIO` for this application whose session ids begin with the node's name.

    Raises:
        SetupError: the message queue is none that Flask-SocketIO has a manager for.
    """
    queue = settings.message_queue
    scheme = queue.partition(":")[0]
    if queue and scheme not in _QUEUES:
        raise SetupError(
            f"the flask engine's --message-queue is redis://, rediss://, amqp:// or amqps://, "
            f"not {scheme}://"
        )
    if scheme.startswith("amqp"):
        require("kombu", "flask")
    mode = settings.async_mode or patched_for()
    socketio: SocketIO = flask_socketio.SocketIO(
        app,
        path=PATH.strip("/"),
        async_mode=mode,
        message_queue=queue or None,
        channel=CHANNEL,
        # A client's events one after the other: with a thread for each, as is the default, two
        # quick steps could overtake each other.
        async_handlers=False,
        **common_options(settings),
    )
    socketio.server.eio.generate_id = session_ids(node)
    # Flask's own way to put something around an application.
    app.wsgi_app = with_lengths(app.wsgi_app)  # type: ignore[method-assign]
    if mode == "gevent":
        app.wsgi_app = with_whole_sockets(app.wsgi_app)  # type: ignore[method-assign]
    return socketio

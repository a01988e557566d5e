"""Run the Flask engine until a signal: patch, bind, say where, serve, close.

`run` patches the process before it loads anything that could hold an unpatched socket, so only
the standard library is imported above it. Not here: the application (`server.flask_app`), the
web servers (`server.engines.flask_serving`).
"""

import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..settings import Settings
from .table import require

if TYPE_CHECKING:
    from flask import Flask

CLOSE_S = 1.0
"""How long clients may take to fetch their last packets."""

_PAUSE_S = 0.01
_LAST_WRITES_S = 0.05
_STDIN = 0


def run(settings: Settings, *, while_stdin_open: bool = False) -> None:
    """Serve until SIGTERM, SIGINT or, if asked, the end of standard input.

    Raises:
        SetupError: the address can't be listened on, or a library is missing.
    """
    mode = settings.async_mode or "threading"
    if while_stdin_open:
        # A real thread, which it would not be after patching; eventlet never hears of the end.
        threading.Thread(target=_watch_stdin, daemon=True).start()
    _patch(mode)
    if not settings.message_queue:  # which is a broker manager of python-socketio's
        from ..lean import load_socketio

        load_socketio()
    _serve(settings, mode)


def _watch_stdin(read: Callable[[int, int], bytes] = os.read) -> None:
    while read(_STDIN, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _patch(mode: str) -> None:
    if mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    elif mode == "eventlet":
        require("eventlet", "flask")
        import warnings

        # That it is deprecated is in our documentation, and no news at every start.
        with warnings.catch_warnings(action="ignore"):
            import eventlet
        eventlet.monkey_patch()


def _serve(settings: Settings, mode: str) -> None:
    from gridcli.heap import steady_heap

    from ..flask_app import GAME, create_app
    from ..run import bind, url_of
    from .flask_serving import SERVING

    listener = bind(settings.host, settings.port)
    # Accepted sockets inherit it. Without, a packet that follows another waits until the client
    # has acknowledged the first, up to 40 ms later.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen(1024)
    try:
        app = create_app(settings)
    except BaseException:
        listener.close()
        raise
    stopped, stop = _stop_signal()
    end = SERVING[mode](app, listener)
    steady_heap()
    print(f"gridcli serves on {url_of(listener)} (Ctrl-C stops it)", flush=True)
    stopped.recv(1)
    app.extensions[GAME].draining = True
    _close_all(app)
    end()
    signal.set_wakeup_fd(-1)
    stop.close()


def _stop_signal() -> tuple[socket.socket, socket.socket]:
    """A pair of which the first can be read once it is time to stop, by a thread of any kind."""
    heard, said = socket.socketpair()
    said.setblocking(False)
    signal.set_wakeup_fd(said.fileno())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return heard, said


def _close_all(app: "Flask") -> None:
    """End every connection: clients see a clean end, not a broken pipe, and may come again."""
    from engineio.packet import CLOSE, Packet

    socketio: Any = app.extensions["socketio"]
    eio = socketio.server.eio
    connections = list(eio.sockets.values())
    # First the packet alone: a session that is closed at once answers 400 to whoever is between
    # two polls.
    for connection in connections:
        eio.send_packet(connection.sid, Packet(CLOSE))
    left_s = CLOSE_S
    while left_s > 0 and not all(map(_has_ended, connections)):
        socketio.sleep(_PAUSE_S)
        left_s -= _PAUSE_S
    for connection in connections:
        connection.close(wait=False, abort=True)
    socketio.sleep(_LAST_WRITES_S)


def _has_ended(connection: Any) -> bool:
    """Whether an Engine.IO client has gone, or has fetched its last packet by a poll."""
    return connection.closed or (not connection.upgraded and connection.queue.empty())

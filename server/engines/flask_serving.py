"""The web server of each async mode: given an application and a listening socket, serve it.

Flask-SocketIO's own `run` wants an address instead of a socket, and has no end that others could
ask for. Not here: signals, and the end of the connections (`server.engines.flask_run`).
"""

import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .flask_sockets import WERKZEUG_SOCKET

if TYPE_CHECKING:
    from flask import Flask

_CORK: int | None = getattr(socket, "TCP_CORK", None)

End = Callable[[], None]
"""Stops listening."""


def _with_threads(app: "Flask", listener: socket.socket) -> End:
    """Werkzeug, a thread for each connection."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        """Writes a response as one piece: each write is a packet of its own otherwise."""

        wbufsize = -1

    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=Handler, fd=listener.fileno()
    )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end


def _hold(connection: Any, held: bool) -> None:
    """Let the system collect what is written, where it can."""
    if _CORK is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.IPPROTO_TCP, _CORK, held)


def _with_gevent(app: "Flask", listener: socket.socket) -> End:
    """gevent's server, with WebSockets by simple-websocket."""
    from gevent.pywsgi import WSGIHandler, WSGIServer

    class Handler(WSGIHandler):  # type: ignore[misc]  # it is Any
        """Hands the socket over, which simple-websocket would otherwise take from its depths."""

        def get_environ(self) -> dict[str, Any]:
            return {**super().get_environ(), WERKZEUG_SOCKET: self.socket}

        def run_application(self) -> None:
            # Head and body of a response are written one after the other: one packet for both.
            # A WebSocket lasts, and what it writes goes at once.
            whole = "HTTP_UPGRADE" not in self.environ
            try:
                _hold(self.socket, whole)
                super().run_application()
                _hold(self.socket, False)
            except ConnectionError:  # how a WebSocket ends, or the client has gone
                self.close_connection = True

    server = WSGIServer(listener, app, log=None, error_log=None, handler_class=Handler)
    server.start()
    return lambda: server.stop(timeout=0.1)


class _Lines:
    """What is written to a file, in the log: eventlet says there when a client went away."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log

    def write(self, text: str) -> None:
        self._log.warning("%s", text)

    def flush(self) -> None:
        pass


def _with_eventlet(app: "Flask", listener: socket.socket) -> End:
    """eventlet's server, with WebSockets of its own."""
    import eventlet
    import eventlet.wsgi

    log = logging.getLogger("eventlet.wsgi")
    eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        log=log,
        environ={"wsgi.errors": _Lines(log)},
        log_output=False,
        debug=False,
        # A connection holds its green thread for good; the game has limits of its own.
        max_size=1_000_000,
    )
    return listener.close


SERVING: dict[str, Callable[["Flask", socket.socket], End]] = {
    "threading": _with_threads,
    "gevent": _with_gevent,
    "eventlet": _with_eventlet,
}
"""What serves in each async mode."""

"""What simple-websocket needs to be right about gevent's sockets.

It calls `send` once for each frame, which for a socket that blocks means all of it. gevent's takes
as much as there is place for, and the rest of the frame would be missing: whoever reads slowly
would be sent garbage. Not here: the servers that have these sockets (`flask_serving`).
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

WsgiApp = TypeVar("WsgiApp", bound=Callable[..., Iterable[bytes]])

WERKZEUG_SOCKET = "werkzeug.socket"
"""Where Werkzeug leaves the connection's socket for the application, and our gevent server."""

_KEYS = (WERKZEUG_SOCKET, "gunicorn.socket")


class WholeSocket:
    """A socket whose `send` sends everything, one caller after the other."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._lock = threading.Lock()

    def send(self, data: bytes) -> int:
        """Return once all of it was sent."""
        with self._lock:
            self._socket.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


def with_whole_sockets(application: WsgiApp) -> WsgiApp:
    """The same application, to which the server's sockets are whole."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for key in _KEYS:
            if key in environ:
                environ[key] = WholeSocket(environ[key])
        return application(environ, start_response)

    return cast(WsgiApp, call)

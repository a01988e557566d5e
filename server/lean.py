"""Loads python-socketio without what only its clients and its own broker managers use.

With them a server takes twice as long to start, and more memory for good. python-socketio and
python-engineio do without any of these packages, and say so where one is missed; our own bus
loads what it needs itself.
Not here: which engines can do without (`server.engines.table`; Flask's, which patches the process
first, sees for itself), our bus (`server.cluster.urls`).
"""

import importlib
import sys

LEFT_OUT = ("aio_pika", "redis", "requests", "websocket")


def load_socketio() -> None:
    """Import `socketio` as if `LEFT_OUT` were not installed; what is loaded already stays.

    For a process that serves and does nothing else: whoever asks `socketio` for a client or for
    one of its broker managers afterwards is told that a package is not there.
    """
    if "socketio" in sys.modules:
        return
    hidden = [name for name in LEFT_OUT if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # the import system's "not there"
    try:
        importlib.import_module("socketio")
    finally:
        for name in hidden:
            del sys.modules[name]

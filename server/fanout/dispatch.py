"""The short way of a small event: from aiohttp's parser into its handler, within one callback.

A text event is decoded and its handler run while the connection's task waits for messages, as if
that task ran it; a handler that has to wait is handed over to the task, and the messages behind
it queue up. Everything else, and everything odd, takes python-engineio's own way, so the stock
checks, errors and log lines are the same. Not here: the connection (`websocket`).
"""

import asyncio
import contextvars
import re
from typing import Any

from . import stock
from .stepping import Suspended, step

_event = re.compile(r"42(?:(/[^,?]*),)?(\d{1,15})?(?=\[)").match
"""Engine.IO message, Socket.IO event without attachments: namespace, number."""


class Dispatcher:
    """Runs the events of one connection.

    Args:
        server: the `socketio.AsyncServer`.
        socket: python-engineio's socket of the client.
        task: the connection's task, which is waiting whenever `dispatch` is called.
    """

    __slots__ = ("_context", "_handle_event", "_incomplete", "_loads", "_log", "_socket", "_task")

    def __init__(self, server: Any, socket: Any, task: asyncio.Task[Any]) -> None:
        self._socket = socket
        self._task = task
        self._handle_event = stock.event_handling(server)
        self._incomplete = stock.incomplete_packets(server)
        self._loads = server.packet_class.json.loads
        self._log = server.eio.logger
        # A copy of the task's own: handlers see what a middleware set around the connection.
        self._context = contextvars.copy_context()

    def dispatch(self, text: str) -> bool | Suspended:
        """Run the handler of an event.

        Returns:
            True when it is done, False for what is no plain event, which nothing was done about.
        """
        socket = self._socket
        found = _event(text)
        if found is None or socket.closed or socket.sid in self._incomplete:
            return False
        try:
            data = self._loads(text[found.end() :])
        except (ValueError, RecursionError):
            return False
        if type(data) is not list or not data or type(data[0]) is not str:
            return False
        namespace, number = found.groups()
        if not stock.enter_task(self._task):
            return False
        try:
            handling = self._handle_event(
                socket.sid, namespace, None if number is None else int(number), data
            )
            return step(handling, self._context) or True
        except asyncio.CancelledError:
            return True
        except Exception:
            self.log_failure()
            return True
        finally:
            stock.leave_task(self._task)

    def log_failure(self) -> None:
        """What python-engineio does about a handler's exception: a log line, and it goes on."""
        self._log.exception("message async handler error")

"""The short way of a small event: from aiohttp's parser into its handler, within one callback.

A text event is decoded and its handler run while the connection's task waits for messages, as if
that task ran it; a handler that has to wait is handed over to the task, and the messages behind
it queue up. Everything else, and everything odd, takes python-engineio's own way, so the stock
checks, errors and log lines are the same. Not here: the connection (`websocket`).
"""

import asyncio
import contextvars
import re
from collections.abc import Callable
from typing import Any

from aiohttp import WSMessage, WSMsgType
from engineio.packet import PONG

from . import stock
from .stepping import Suspended, step

_event = re.compile(r"42(?:(/[^,?]*),)?(\d{1,15})?(?=\[)").match
"""Engine.IO message, Socket.IO event without attachments: namespace, number."""

_PONG = str(PONG)


class Dispatcher:
    """Runs the events of one connection.

    Args:
        server: the `socketio.AsyncServer`.
        socket: python-engineio's socket of the client.
        task: the connection's task.
        hand_over: takes a begun handler to the task, which is waiting for it.
        pong: called for the answer to a ping.
    """

    __slots__ = (
        "_hand_over",
        "_handle_event",
        "_incomplete",
        "_loads",
        "_log",
        "_loop",
        "_pong",
        "_socket",
        "_task",
        "context",
        "ready",
    )

    def __init__(
        self,
        server: Any,
        socket: Any,
        task: asyncio.Task[Any],
        hand_over: Callable[[Suspended], None],
        pong: Callable[[], None],
    ) -> None:
        self.ready = False
        """Whether the task waits for the next message, so that events may run in its name."""
        self._socket = socket
        self._task = task
        self._loop = task.get_loop()
        self._hand_over = hand_over
        self._pong = pong
        self._handle_event = stock.event_handling(server)
        self._incomplete = stock.incomplete_packets(server)
        self._loads = server.packet_class.json.loads
        self._log = server.eio.logger
        self.context = contextvars.copy_context()
        """Of all handlers of the connection: at first what a middleware set around it."""

    def dispatch(self, message: WSMessage) -> bool:
        """Run the handler of an event; whether that was done, or anything at all."""
        if not self.ready or message.type is not WSMsgType.TEXT:
            return False
        text, socket = message.data, self._socket
        if text == _PONG:
            self._pong()
            return True
        found = _event(text)
        if found is None or socket.closed or socket.sid in self._incomplete:
            return False
        try:
            data = self._loads(text[found.end() :])
        except (ValueError, RecursionError):
            return False
        if type(data) is not list or not data or type(data[0]) is not str:
            return False
        try:
            stock.enter_task(self._loop, self._task)
        except RuntimeError:
            return False  # fed by a task, not by the connection
        namespace, number = found.groups()
        try:
            handling = self._handle_event(
                socket.sid, namespace, None if number is None else int(number), data
            )
            suspended = step(handling, self.context)
            if suspended is not None:
                self.ready = False
                self._hand_over(suspended)
        except asyncio.CancelledError:
            pass
        except Exception:
            self.log_failure()
        finally:
            stock.leave_task(self._loop, self._task)
        return True

    def log_failure(self) -> None:
        """What python-engineio does about a handler's exception: a log line, and it goes on."""
        self._log.exception("message async handler error")

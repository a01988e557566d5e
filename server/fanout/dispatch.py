"""The short way of a small event: from aiohttp's parser into its handler, within one callback.

A text event is decoded and its handler run while the connection's task waits for messages, as if
that task ran it; a handler that has to wait is handed over to the task, and the messages behind
it queue up. Everything else, and everything odd, takes python-engineio's own way, so the stock
checks, errors and log lines are the same. Not here: the connection (`websocket`).
"""

import asyncio
import contextvars
import inspect
import logging
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any

from aiohttp import WSMessage, WSMsgType
from engineio.packet import PONG

from . import stock
from .event import Event, parse
from .stepping import Suspended, step

_PONG = str(PONG)
_NONE: dict[str, Any] = {}
_is_coroutine_function = lru_cache(maxsize=1024)(inspect.iscoroutinefunction)


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
        "_directly",
        "_hand_over",
        "_handle_event",
        "_incomplete",
        "_loads",
        "_log",
        "_loop",
        "_pong",
        "_server",
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
        self._server = server
        self._directly = stock.calls_handlers_directly(server)
        self._handle_event = stock.event_handling(server)
        self._incomplete = stock.incomplete_packets(server)
        self._loads = server.packet_class.json.loads
        self._log = server.eio.logger
        self.context = contextvars.copy_context()
        """Of all handlers of the connection: at first what a middleware set around it."""

    def dispatch(self, message: WSMessage, event: Event | None = None) -> bool:
        """Run the handler of an event; whether that was done, or anything at all.

        Args:
            message: one of the client's.
            event: the same, if it was taken apart already.
        """
        if not self.ready or message.type is not WSMsgType.TEXT:
            return False
        text, socket = message.data, self._socket
        if text == _PONG:
            self._pong()
            return True
        if socket.closed or socket.sid in self._incomplete or self._logged():
            return False
        event = event or parse(text, self._loads)
        if event is None:
            return False
        namespace, number, data = event
        try:
            stock.enter_task(self._loop, self._task)
        except RuntimeError:
            return False  # fed by a task, not by the connection
        try:
            handling = self._handler_of(namespace or "/", data) if number is None else None
            if handling is None:
                handling = self._handle_event(socket.sid, namespace, number, data)
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

    def _handler_of(self, namespace: str, data: list[Any]) -> Coroutine[Any, Any, object] | None:
        """The call that stock would come to in the end, where that is plain to see."""
        server = self._server
        handler = server.handlers.get(namespace, _NONE).get(data[0])
        if (
            handler is None
            or not self._directly
            or data[0] in server.reserved_events
            or not _is_coroutine_function(handler)
        ):
            return None
        manager = server.manager
        sid = manager.sid_from_eio_sid(self._socket.sid, namespace)
        if not manager.is_connected(sid, namespace):
            return None
        calling: Coroutine[Any, Any, object] = handler(sid, *data[1:])
        return calling

    def _logged(self) -> bool:
        """Whether each packet is to be logged, as the stock way does."""
        info = logging.INFO
        return bool(self._log.isEnabledFor(info) or self._server.logger.isEnabledFor(info))

    def log_failure(self) -> None:
        """What python-engineio does about a handler's exception: a log line, and it goes on."""
        self._log.exception("message async handler error")

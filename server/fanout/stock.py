"""The one place that touches what python-socketio, python-engineio and aiohttp keep to themselves.

The contract test in `tests/server/fanout` fails when one of them changes. Not here:
what the names are used for.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import socketio
from aiohttp import web
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader
from aiohttp.http_websocket import WSMessage, WSMsgType

_LOOKS = 50
"""Clients looked at in one go, for whether they have answered their last ping."""


def use_transport(engineio_server: Any, make: Callable[[Any], Callable[[Any], Any]]) -> None:
    """Have an Engine.IO server serve WebSockets with ours.

    Args:
        engineio_server: an `engineio.AsyncServer` on aiohttp.
        make: from python-engineio's socket to what is awaited with the request's environ.

    Raises:
        ValueError: the server runs on something else than aiohttp.
    """
    if engineio_server.async_mode != "aiohttp":
        raise ValueError(
            f"fan-out serves aiohttp, and this server runs on {engineio_server.async_mode}; "
            "create it with async_mode='aiohttp'"
        )
    # The table is one for the process; this server gets a copy with another transport.
    engineio_server._async = {
        **engineio_server._async,
        "websocket": lambda handler, server: make(handler.__self__),
    }


def take_over_watch(engineio_server: Any) -> bool:
    """Keep the stock watch over silent clients from starting; whether there was to be one."""
    wanted: bool = engineio_server.start_service_task
    engineio_server.start_service_task = False
    return wanted


async def watch_heartbeats(engineio_server: Any) -> None:
    """python-engineio's own watch over silent clients, without a timer for each look at one."""
    while True:
        sockets = list(engineio_server.sockets.values())
        for batch in range(0, max(len(sockets), 1), _LOOKS):
            for socket in sockets[batch : batch + _LOOKS]:
                if socket.closed:
                    engineio_server.sockets.pop(socket.sid, None)
                elif not socket.closing:
                    try:
                        await socket.check_ping_timeout()
                    except Exception:
                        engineio_server.logger.exception("watching the heartbeats failed")
            # All of them once in a heartbeat's timeout.
            await asyncio.sleep(engineio_server.ping_timeout * _LOOKS / max(len(sockets), _LOOKS))


def queue_for(engineio_server: Any, sid: str, packets: list[Any]) -> None:
    """What sending to a client on a stock transport does, without a task."""
    socket = engineio_server.sockets.get(sid)
    if socket is None or socket.closed:
        return
    if socket.last_ping and time.time() - socket.last_ping > engineio_server.ping_timeout:
        # It will be closed instead, and its disconnect handler may wait for something.
        engineio_server.start_background_task(socket.send, packets[0])
        return
    for packet in packets:
        socket.queue.put_nowait(packet)


def event_handling(server: Any) -> Callable[..., Coroutine[Any, Any, object]]:
    """What a `socketio.AsyncServer` does with a decoded event: (eio_sid, namespace, id, data)."""
    handling: Callable[..., Coroutine[Any, Any, object]] = server._handle_event
    return handling


def calls_handlers_directly(server: Any) -> bool:
    """Whether an event without acknowledgement comes down to awaiting its own handler here.

    So it is with `async_handlers=False` and nobody's own way of handling events, such as the
    admin page's, in between.
    """
    return not server.async_handlers and all(
        getattr(getattr(server, name), "__func__", None) is getattr(socketio.AsyncServer, name)
        for name in ("_handle_event", "_handle_event_internal", "_trigger_event")
    )


def incomplete_packets(server: Any) -> dict[str, Any]:
    """Packets by Engine.IO session id whose binary attachments have not all come yet."""
    packets: dict[str, Any] = server._binary_packet
    return packets


class DirectQueue(WebSocketDataQueue):
    """aiohttp's queue of received messages, which offers each to `direct` first.

    `direct(message)` says whether it has dealt with it; it is asked only while somebody waits
    for the next message and none is queued, so messages keep their order.
    """

    direct: Callable[[Any], bool] | None = None

    def feed_data(self, data: Any, size: int = 0) -> None:
        """A message has come; called by aiohttp's parser."""
        if self.direct is None or self._buffer or not self.direct(data):
            super().feed_data(data, size)


class DirectResponse(web.WebSocketResponse):
    """aiohttp's WebSocket, received through a `DirectQueue` and never compressed.

    Finished frames can be shared because none is compressed for one receiver, as by default in
    Socket.IO's own server, too.
    """

    def __init__(self, max_bytes: int, close_s: float) -> None:
        super().__init__(max_msg_size=max_bytes, timeout=close_s, compress=False)

    def _post_start(self, request: Any, protocol: Any, writer: Any) -> None:
        self._ws_protocol = protocol
        self._writer = writer
        self._reader = DirectQueue(
            request._protocol, self._writer_limit, loop=asyncio.get_running_loop()
        )
        self._parser = WebSocketReader(self._reader, self._max_msg_size, False, True)
        request.protocol.set_parser(self._parser)
        request.protocol.keep_alive(False)

    @property
    def inbox(self) -> DirectQueue:
        """The queue of received messages."""
        assert isinstance(self._reader, DirectQueue)
        return self._reader

    def hand_over(self, value: object) -> None:
        """Let the next `receive` return this as a message's data."""
        WebSocketDataQueue.feed_data(self.inbox, WSMessage(WSMsgType.TEXT, value, None), 0)


enter_task = asyncio.tasks._enter_task
"""Let what runs now run as a part of a waiting task (loop, task); RuntimeError if one runs now."""
leave_task = asyncio.tasks._leave_task
"""The end of what `enter_task` began."""

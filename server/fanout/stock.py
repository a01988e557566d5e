"""The one place that touches what python-socketio, python-engineio and aiohttp keep to themselves.

The contract test in `tests/server/fanout` fails when one of them changes. Not here:
what the names are used for.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import socketio
from aiohttp import web
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader
from aiohttp.http_websocket import WSMessage, WSMsgType
from engineio.exceptions import SocketIsClosedError
from engineio.packet import CLOSE, MESSAGE, PONG, Packet

from .event import Event, Screen
from .heartbeat import SteadySocket, overdue


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


def use_body(engineio_server: Any, body_of: Callable[[web.Request], bytes | None]) -> None:
    """Have an Engine.IO server take the bodies of requests from somebody who has read them.

    Args:
        engineio_server: an `engineio.AsyncServer` on aiohttp.
        body_of: the body of a request, or None to let the server read it.
    """
    translate = engineio_server._async["translate_request"]

    def with_body(request: web.Request) -> dict[str, Any]:
        environ: dict[str, Any] = translate(request)
        body = body_of(request)
        if body is not None:
            environ["wsgi.input"] = _Body(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    engineio_server._async = {**engineio_server._async, "translate_request": with_body}


class _Body:
    """A body that is there already, with the one method that python-engineio calls."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self, size: int) -> bytes:
        """As much of it."""
        return self._body[:size]


def put_message(engineio_server: Any, sid: str, text: str) -> None:
    """Send a client one Socket.IO packet, encoded already."""
    socket = engineio_server.sockets.get(sid)
    if socket is not None and not socket.closed:
        socket.queue.put_nowait(Packet(MESSAGE, data=text))


async def close_session(engineio_server: Any, sid: str) -> None:
    """End the session of a client that polls, without waiting until it has heard of that."""
    socket = engineio_server.sockets.get(sid)
    if socket is None:
        return
    if not isinstance(socket, SteadySocket):
        socket.queue.put_nowait(Packet(CLOSE))  # ends a poll that is under way
    await socket.close(wait=False, abort=True, reason=engineio_server.reason.SERVER_DISCONNECT)
    engineio_server.sockets.pop(sid, None)


def take_over_watch(engineio_server: Any) -> bool:
    """Keep the stock watch over silent clients from starting; whether there was to be one."""
    wanted: bool = engineio_server.start_service_task
    engineio_server.start_service_task = False
    return wanted


async def tell_end(server: Any, eio_sid: str, namespace: str) -> None:
    """Tell the application that a client of a namespace is gone, as at the end of its session."""
    await server._handle_disconnect(eio_sid, namespace, server.reason.TRANSPORT_ERROR)


def queue_for(engineio_server: Any, sid: str, packets: list[Any]) -> None:
    """What sending to a client on a stock transport does, without a task."""
    socket = engineio_server.sockets.get(sid)
    if socket is None or socket.closed:
        return
    if overdue(socket):
        # It will be closed instead, and its disconnect handler may wait for something.
        engineio_server.start_background_task(_send_or_close, socket, packets[0])
        return
    for packet in packets:
        socket.queue.put_nowait(packet)


async def _send_or_close(socket: Any, packet: Any) -> None:
    try:
        await socket.send(packet)
    except SocketIsClosedError:
        pass  # another packet has closed it in the meantime


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


_MESSAGES = (WSMsgType.TEXT, WSMsgType.BINARY)
_PINGS = (WSMsgType.PING, WSMsgType.PONG)
_PONG = str(PONG)


class DirectQueue(WebSocketDataQueue):
    """aiohttp's queue of received messages, which offers each to `direct` first.

    `direct(message)` says whether it has dealt with it; it is asked only while somebody waits
    for the next message and none is queued, so messages keep their order.
    """

    direct: Callable[[Any, Event | None], bool] | None = None
    screen: Screen | None = None
    """Asked first, of each message of a client: whether it goes on at all."""

    def feed_data(self, data: Any, size: int = 0) -> None:
        """A message has come; called by aiohttp's parser."""
        screen, event = self.screen, None
        if screen is not None:
            verdict = self._verdict(data, screen)
            if verdict is False:
                return
            if verdict is not True:
                event = verdict
        if self.direct is None or self._buffer or not self.direct(data, event):
            super().feed_data(data, size)

    @staticmethod
    def _verdict(data: Any, screen: Screen) -> Event | bool:
        if data.type in _MESSAGES:
            return screen(data.data)
        # WebSocket's own pings are answered, so a flood of them is one like any other.
        return data.type not in _PINGS or screen(_PONG)


class DirectResponse(web.WebSocketResponse):
    """aiohttp's WebSocket, received through a `DirectQueue` and never compressed.

    Finished frames can be shared because none is compressed for one receiver, as by default in
    Socket.IO's own server, too.
    """

    def __init__(self, max_bytes: int, close_s: float) -> None:
        super().__init__(max_msg_size=max_bytes, timeout=close_s, compress=False)

    screening: Callable[[], Screen] | None = None
    """Gives the queue's `screen` before the parser has the queue: messages that came in one segment
    with the handshake are in it as soon as `prepare` returns."""

    def _post_start(self, request: Any, protocol: Any, writer: Any) -> None:
        self._ws_protocol = protocol
        self._writer = writer
        self._reader = DirectQueue(
            request._protocol, self._writer_limit, loop=asyncio.get_running_loop()
        )
        if self.screening is not None:
            self._reader.screen = self.screening()
            self.screening = None
        self._parser = WebSocketReader(self._reader, self._max_msg_size, False, True)
        request.protocol.set_parser(self._parser)
        request.protocol.keep_alive(False)

    async def write_eof(self) -> None:  # type: ignore[override]  # as aiohttp's own
        """The end, after which nothing of it refers to itself in a circle.

        The request's task has this as its result, and errors that are kept hold the frames that
        they came through.
        """
        try:
            await super().write_eof()
        finally:
            self._req = None
            self._exception = None
            if isinstance(self._reader, DirectQueue):
                self._reader._exception = None
                self._reader.screen = self._reader.direct = None

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

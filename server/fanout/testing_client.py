"""One client of an in-process server: the interface of Flask-SocketIO's test client.

It is an Engine.IO session as of a client that polls, without HTTP around it: what the server puts
into the session's queue is what the client receives. Not here: the server (`testing`), the rest of
the loop (`settling`).
"""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from engineio import packet as engineio_packet
from engineio.async_socket import AsyncSocket
from socketio import packet

from .handshake import environ_of
from .settling import SettlingLoop

_EVENTS = (packet.EVENT, packet.BINARY_EVENT)
_ACKS = (packet.ACK, packet.BINARY_ACK)


class InProcessClient:
    """A client; made by `InProcess.test_client`.

    Every method takes a namespace; without one it means the namespace that the client was made
    with.
    """

    def __init__(self, sio: Any, loop: SettlingLoop, namespace: str) -> None:
        self._sio = sio
        self._loop = loop
        self._namespace = namespace
        self._socket: Any = None
        self._reader: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._partial: Any = None
        self._sids: dict[str, str] = {}
        self._refusals: dict[str, Any] = {}
        self._received: list[dict[str, Any]] = []
        self._handlers: dict[tuple[str, str], Callable[..., object]] = {}
        self._acks: dict[tuple[str, int], list[Any]] = {}
        self._number = 0

    def is_connected(self, namespace: str | None = None) -> bool:
        """Whether the server has let it in, and neither side has ended that since."""
        return (namespace or self._namespace) in self._sids

    def connect(
        self,
        namespace: str | None = None,
        query_string: str = "",
        headers: Mapping[str, str] | None = None,
        auth: object = None,
    ) -> None:
        """Connect to a namespace, another one, or again after the end.

        Raises:
            RuntimeError: it is connected to it.
        """
        namespace = namespace or self._namespace
        if namespace in self._sids:
            raise RuntimeError(f"already connected to {namespace}")
        self._refusals.pop(namespace, None)
        connecting = self._connect(namespace, query_string, headers or {}, auth)
        self._loop.run(connecting, f"connecting to {namespace}")

    def connect_error(self, namespace: str | None = None) -> Any:
        """What the server refused the last connection with; None if it did not."""
        return self._refusals.get(namespace or self._namespace)

    def get_sid(self, namespace: str | None = None) -> str:
        """Its session id, by which handlers know it.

        Raises:
            RuntimeError: it is not connected.
        """
        return self._sids[self._connected(namespace)]

    def disconnect(self, namespace: str | None = None) -> None:
        """Leave a namespace; what came before can still be read.

        Raises:
            RuntimeError: it is not connected.
        """
        namespace = self._connected(namespace)
        leaving = self._send(self._sio.packet_class(packet.DISCONNECT, namespace=namespace))
        try:
            self._loop.run(leaving, f"disconnecting from {namespace}")
        finally:
            self._sids.pop(namespace, None)

    def close(self) -> None:
        """End the session with all its namespaces, as when a connection breaks off."""
        if self._socket is not None:
            self._loop.run(self._close(), "closing the session")

    def emit(
        self, event: str, *args: object, callback: bool = False, namespace: str | None = None
    ) -> Any:
        """Emit an event to the server.

        Args:
            callback: ask for an acknowledgement and return it: its value, or the list of its
                values where they are none or several; None if no handler takes the event.

        Raises:
            RuntimeError: it is not connected.
        """
        namespace = self._connected(namespace)
        number = None
        if callback:
            self._number += 1
            number = self._number
        event_packet = self._sio.packet_class(
            packet.EVENT, data=[event, *args], namespace=namespace, id=number
        )
        self._loop.run(self._send(event_packet), f"the handler of {event!r}")
        values = self._acks.pop((namespace, number), None) if number is not None else None
        return values[0] if values is not None and len(values) == 1 else values

    def send(
        self,
        data: object,
        json: bool = False,
        callback: bool = False,
        namespace: str | None = None,
    ) -> Any:
        """Emit data as event `message`, or `json`."""
        event = "json" if json else "message"
        return self.emit(event, data, callback=callback, namespace=namespace)

    def get_received(self, namespace: str | None = None) -> list[dict[str, Any]]:
        """The events that came since the last call: each a dict of `name`, `args`, `namespace`.

        `args` is a list, and for `message` and `json` with one argument that argument itself, as
        in Flask-SocketIO. What came before the server ended the connection can still be read.

        Raises:
            RuntimeError: it is not connected, and nothing is left.
        """
        namespace = namespace or self._namespace
        received = [each for each in self._received if each["namespace"] == namespace]
        if not received:
            self._connected(namespace)
        self._received = [each for each in self._received if each["namespace"] != namespace]
        return received

    def on(self, event: str, handler: Callable[..., object], namespace: str | None = None) -> None:
        """Call a function with each such event's arguments; what it returns acknowledges it.

        Without one, the client does not acknowledge what the server emits with a callback.
        """
        self._handlers[namespace or self._namespace, event] = handler

    def _connected(self, namespace: str | None) -> str:
        namespace = namespace or self._namespace
        if namespace not in self._sids:
            raise RuntimeError(f"not connected to {namespace}")
        return namespace

    # On the loop

    async def _connect(
        self, namespace: str, query_string: str, headers: Mapping[str, str], auth: object
    ) -> None:
        eio = self._sio.eio
        fresh = self._socket is None
        if fresh:
            self._socket = AsyncSocket(eio, eio.generate_id())
            self._socket.connected = True
            # Nobody answers pings here; without one under way no answer is overdue.
            self._socket.last_ping = None
            eio.sockets[self._socket.sid] = self._socket
            self._reader = asyncio.get_running_loop().create_task(self._read(self._socket))
        if fresh or query_string or headers:
            environ = await environ_of(eio, query_string, headers)
            await eio.handlers["connect"](self._socket.sid, environ)
        await self._send(self._sio.packet_class(packet.CONNECT, auth, namespace=namespace))

    async def _send(self, sent: Any) -> None:
        """Hand the server a packet, and wait for its handler."""
        # Past python-engineio's own call of this, which keeps exceptions to its log.
        take = self._sio.eio.handlers["message"]
        in_task = sent.packet_type in _EVENTS and self._sio.async_handlers
        before = asyncio.all_tasks() if in_task else set()
        encoded = sent.encode()
        for piece in encoded if isinstance(encoded, list) else [encoded]:
            await take(self._socket.sid, piece)
        if in_task:
            # The server has only begun a task for the handler, and has waited for nothing yet.
            for handler in asyncio.all_tasks() - before:
                await handler

    async def _close(self) -> None:
        eio, socket = self._sio.eio, self._socket
        socket.closing = True
        try:
            await eio.handlers["disconnect"](socket.sid, eio.reason.TRANSPORT_CLOSE)
        finally:
            socket.closed = True
            self._ended()

    def _ended(self) -> None:
        self._sio.eio.sockets.pop(self._socket.sid, None)
        self._socket = None
        self._sids.clear()
        if self._reader is not None:
            self._reader.cancel()

    async def _read(self, socket: Any) -> None:
        while True:
            came = await socket.queue.get()
            socket.queue.task_done()
            if came.packet_type == engineio_packet.CLOSE:
                self._ended()
            elif came.packet_type == engineio_packet.MESSAGE:
                self._take(came.data)

    def _take(self, data: Any) -> None:
        if self._partial is None:
            self._partial = self._sio.packet_class(encoded_packet=data)
            whole = self._partial.attachment_count == 0
        else:
            whole = self._partial.add_attachment(data)
        if whole:
            came, self._partial = self._partial, None
            self._take_packet(came, came.namespace or "/")

    def _take_packet(self, came: Any, namespace: str) -> None:
        if came.packet_type == packet.CONNECT:
            self._sids[namespace] = came.data["sid"]
        elif came.packet_type in (packet.DISCONNECT, packet.CONNECT_ERROR):
            self._sids.pop(namespace, None)
            if came.data is not None:
                self._refusals[namespace] = came.data
        elif came.packet_type in _ACKS:
            self._acks[namespace, came.id] = came.data
        elif came.packet_type in _EVENTS:
            name, *args = came.data
            alone = name in ("message", "json") and len(args) == 1
            self._received.append(
                {"name": name, "args": args[0] if alone else args, "namespace": namespace}
            )
            handler = self._handlers.get((namespace, name))
            if handler is not None:
                task = asyncio.get_running_loop().create_task(
                    self._answer(handler, args, namespace, came.id)
                )
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

    async def _answer(
        self, handler: Callable[..., object], args: list[Any], namespace: str, number: int | None
    ) -> None:
        answer = handler(*args)
        if inspect.isawaitable(answer):
            answer = await answer
        if number is not None and self._socket is not None:
            values = (
                [] if answer is None else list(answer) if isinstance(answer, tuple) else [answer]
            )
            await self._send(
                self._sio.packet_class(packet.ACK, data=values, namespace=namespace, id=number)
            )

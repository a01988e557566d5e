"""One WebSocket client as fan-out sees it: what it is owed, and the one write that gives it.

Takes the place of python-engineio's packet queue, so what is sent to this client alone
(acknowledgements, CONNECT, pings) and what its rooms are sent leave in one order. Not here: who
is in which room (`manager`), what becomes of a client that does not read (`slow`).
"""

import asyncio
import os
import socket as socket_module
from collections.abc import Callable
from typing import Any

from engineio.packet import CLOSE

from .feed import Feed
from .frames import binary_frame, text_frame

_TCP = (socket_module.AF_INET, socket_module.AF_INET6)
_NOTSENT_LOWAT: int = getattr(socket_module, "TCP_NOTSENT_LOWAT", 0)


class Member:
    """The outgoing side of one WebSocket.

    Args:
        socket: python-engineio's socket of the client.
        transport: the connection; plain sockets are written to directly, others through it.
        end: called with a reason to end the connection.
        soon: called when something was put for this client alone.
        slow: called instead of writing when the transport holds more than `hold_bytes`.
    """

    __slots__ = (
        "_fd",
        "_held",
        "_hold_bytes",
        "_slow",
        "_soon",
        "_transport",
        "end",
        "feed",
        "pending",
        "pending_bytes",
        "socket",
        "start",
        "stuck",
    )

    def __init__(
        self,
        socket: Any,
        transport: asyncio.Transport,
        *,
        hold_bytes: int,
        end: Callable[[str], None],
        soon: "Callable[[Member], None]",
        slow: "Callable[[Member], None]",
    ) -> None:
        self.socket = socket
        self.feed: Feed[Member] | None = None
        self.start = 0
        self.pending: list[bytes] = []
        self.pending_bytes = 0
        self.stuck = False
        """Whether its transport is full: it is owed only what is put for it alone."""
        self._transport = transport
        self._held = transport.get_write_buffer_size
        self._hold_bytes = hold_bytes
        self.end = end
        self._soon = soon
        self._slow = slow
        plain = transport.get_extra_info("sslcontext") is None
        connection = transport.get_extra_info("socket") if plain else None
        self._fd = -1 if connection is None else connection.fileno()
        if connection is not None and connection.family in _TCP and _NOTSENT_LOWAT:
            # Else the system takes megabytes for a client that reads nothing before we notice.
            # It is not the size of the send buffer: what is on its way to a far client is free.
            connection.setsockopt(socket_module.IPPROTO_TCP, _NOTSENT_LOWAT, hold_bytes)

    # What python-engineio asks of a queue

    async def put(self, packet: Any) -> None:
        """Owe the client a packet of its own; None, python-engineio's end mark, is nothing."""
        self.put_nowait(packet)

    def put_nowait(self, packet: Any) -> None:
        """Owe the client a packet of its own."""
        if packet is None:
            return
        message = packet.encode()
        if isinstance(message, str):
            self.owe(text_frame(message.encode()))
        else:
            self.owe(binary_frame(message))
        if packet.packet_type == CLOSE:
            self.end("")

    def get_nowait(self) -> Any:
        """Nothing, to a poll that was under way when the WebSocket took over."""
        raise asyncio.QueueEmpty

    def task_done(self) -> None:
        """Such a poll has taken what was in the queue before."""

    async def join(self) -> None:
        """Hand everything owed to the transport."""
        self.flush()

    # What fan-out asks

    def owe(self, frame: bytes) -> None:
        """A frame for this client alone, after all that its rooms were sent so far."""
        self._take_up_to_now()
        self.pending.append(frame)
        self.pending_bytes += len(frame)
        self._soon(self)

    def read(self, feed: "Feed[Member]") -> None:
        """Read this room's feed from now on; the one read so far is left, but not its frames."""
        left = self.feed
        if left is not None:
            self._take_up_to_now()
            del left.readers[self]
            left.waiting[self] = None
        feed.waiting.pop(self, None)
        feed.readers[self] = None
        self.feed = feed
        self.start = feed.end

    def leave(self, feed: "Feed[Member]") -> None:
        """Out of the room: what it was sent until now is still owed."""
        if self.feed is feed:
            self._take_up_to_now()
            self.feed = None
            if self.pending:
                self._soon(self)
        feed.remove(self)

    def skip_next(self) -> None:
        """Owe everything until now, and not the next frame of the feed that it reads."""
        self._take_up_to_now()
        self.start += 1

    def flush(self) -> int:
        """Write all that is owed, if the transport takes it.

        Returns:
            The bytes written or handed to the transport.
        """
        held = self._held()
        if held > self._hold_bytes or self.stuck:
            self._slow(self)
            return 0
        data = self._take()
        if not data or self._transport.is_closing():
            return 0
        sent = 0
        if not held and self._fd >= 0:
            # Nothing waits in the transport, so a write beside it keeps the order. The transport
            # would write later, when its cost is nobody's to measure.
            try:
                sent = os.write(self._fd, data)
            except BlockingIOError:
                pass
            except OSError:
                return 0  # the transport will find the connection lost by itself
        if sent < len(data):
            self._transport.write(memoryview(data)[sent:] if sent else data)
        return len(data)

    def forget_rooms(self) -> None:
        """Owe nothing of the rooms any more, beyond what went before a packet of its own."""
        self.feed = None

    @property
    def held_bytes(self) -> int:
        """What the transport holds because the client does not read."""
        return self._held()

    def abort(self) -> None:
        """End the connection without waiting for anything."""
        self._transport.abort()

    def _take_up_to_now(self) -> None:
        feed = self.feed
        if feed is not None:
            end = feed.end
            if self.start < end:
                data = feed.since(self.start)
                self.pending.append(data)
                self.pending_bytes += len(data)
                self.start = end

    def _take(self) -> bytes:
        data = b""
        feed = self.feed
        if feed is not None:
            end = feed.end
            if self.start < end:
                data = feed.since(self.start)
                self.start = end
        if self.pending:
            self.pending.append(data)
            data = b"".join(self.pending)
            self.pending.clear()
            self.pending_bytes = 0
        return data

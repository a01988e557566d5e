"""The client manager: python-socketio's own, with emits that cost the same for ten as for many.

An emit to a room is encoded once, as a finished frame, and appended to the room's feed; who is
polling, upgrading or not on our transport gets a packet in its queue, as from the stock manager.
Not here: how frames reach sockets (`flusher`, `member`), the connections (`websocket`).
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from .encoding import Encoder, Packets
from .flusher import Flusher, Pace
from .heartbeat import RunningTime, keep_time, watch_heartbeats
from .member import Member
from .rooms import RoomTables
from .slow import Patience, SlowReaders
from .stock import queue_for, take_over_watch, use_transport
from .websocket import FanoutWebSocket, Screening

_BREATHER = 1_000
"""Emits without a flush in between after which an emit lets the loop run, as stock ones do."""


class FanoutManager(RoomTables):
    """A drop-in client manager for `socketio.AsyncServer(async_mode="aiohttp")`.

    Args:
        pace: how often to flush.
        message_bytes: the longest WebSocket message; None for Engine.IO's `max_http_buffer_size`.
        patience: what is held for clients that do not read, and how long.
        may_skip: called with (sid, namespace) for a client whose connection is full: whether it
            can be brought up to date later, so that what its rooms are sent may be skipped. By
            default nobody can, and such a client is disconnected.
        drained: called with (sid, namespace) when one that was skipped has taken everything and
            gets what its rooms are sent again.
    """

    def __init__(
        self,
        *,
        pace: Pace | None = None,
        message_bytes: int | None = None,
        patience: Patience | None = None,
        may_skip: Callable[[str, str], bool] | None = None,
        drained: Callable[[str, str], None] | None = None,
    ) -> None:
        super().__init__()
        self.flusher = Flusher(pace or Pace())
        self.clock = RunningTime()
        self.may_skip = may_skip
        self.drained = drained
        self.screen: Screening | None = None
        """Looks at each message of a WebSocket before anything else does, if set."""
        self.upgrade_s = 10.0
        self.message_bytes = message_bytes
        self.slow = SlowReaders(
            patience or Patience(),
            may_skip=self._may_skip,
            drained=self._take_up,
        )
        self._unflushed = 0
        self.flusher.before.append(self._breathed)
        self.flusher.between.append(self._breathed)

    def set_server(self, server: Any) -> None:
        """Called by the server's constructor: takes its WebSocket transport over, too."""
        super().set_server(server)
        self._encoder = Encoder(server)
        use_transport(server.eio, lambda socket: FanoutWebSocket(self, socket))
        keep_time(server.eio, self.clock, self.slow.patience.hold_bytes)
        self._watches = take_over_watch(server.eio)

    def initialize(self) -> None:
        """Called before the first client is let in."""
        super().initialize()
        self.clock.start()
        if self._watches:
            self._watch = asyncio.get_running_loop().create_task(watch_heartbeats(self.server.eio))

    # What python-socketio asks of a client manager

    async def emit(
        self,
        event: str,
        data: object,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Callable[..., object] | None = None,
        to: Any = None,
        **kwargs: object,
    ) -> None:
        """Emit to a client, a room, several rooms or, without one, the whole namespace."""
        room = to or room
        if namespace not in self.rooms:
            return
        skip = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        if callback:
            self._emit_with_callback(event, data, namespace, room, skip, callback)
        elif hasattr(room, "__len__") and not isinstance(room, str):
            self._emit_to_each(
                self._encoder.event(namespace, event, data),
                [c for c in self.get_participants(namespace, room) if c[0] not in skip],
            )
        elif room is not None and self.is_sid_room(namespace, room):
            if room not in skip:
                self._emit_to_each(
                    self._encoder.event(namespace, event, data),
                    [(room, self.rooms[namespace][None][room])],
                )
        else:
            self._emit_to_room(namespace, room, skip, event, data)
        self._unflushed += 1
        if self._unflushed > _BREATHER:
            self._unflushed = 0
            await asyncio.sleep(0)

    def _emit_to_room(
        self, namespace: str, room: Any, skip: list[Any], event: str, data: object
    ) -> None:
        feed = self.feed(namespace, room)
        if feed is None:
            return
        packets = self._encoder.event(namespace, event, data)
        for member in list(feed.waiting):
            member.read(feed)
        if feed.readers:
            for sid in skip:
                skipped = self.member_of(namespace, sid)
                if skipped is not None and skipped.feed is feed:
                    skipped.skip_next()
            feed.append(packets.frame)
            self.flusher.fed[feed] = None
            self.flusher.soon()
        for sid, eio_sid in feed.stock.items():
            if sid not in skip:
                self._put_stock(eio_sid, packets)

    def _emit_to_each(self, packets: Packets, clients: Iterable[tuple[str, str]]) -> None:
        for _, eio_sid in clients:
            member = self.members.get(eio_sid)
            if member is not None:
                member.owe(packets.frame)
            else:
                self._put_stock(eio_sid, packets)

    def _emit_with_callback(
        self,
        event: str,
        data: object,
        namespace: str,
        room: Any,
        skip: list[Any],
        callback: Callable[..., object],
    ) -> None:
        # Each receiver answers under a number of its own, so each has a packet of its own.
        for sid, eio_sid in list(self.get_participants(namespace, room)):
            if sid not in skip:
                number = self._generate_ack_id(sid, callback)
                packets = self._encoder.event(namespace, event, data, number)
                self._emit_to_each(packets, [(sid, eio_sid)])

    def _put_stock(self, eio_sid: str, packets: Packets) -> None:
        queue_for(self.server.eio, eio_sid, packets.queued)

    # What a connection asks

    def take_over(
        self, socket: Any, transport: asyncio.Transport, end: Callable[[str], None]
    ) -> Member:
        """From now on a client's packets leave through its WebSocket, the queued ones first."""
        member = Member(
            socket,
            transport,
            hold_bytes=self.slow.patience.hold_bytes,
            end=end,
            soon=self.flusher.soon_own,
            slow=self.slow.add,
        )
        queue, socket.queue = socket.queue, member
        while not queue.empty():
            member.put_nowait(queue.get_nowait())
            queue.task_done()
        self.members[socket.sid] = member
        self.seat(member)
        return member

    def let_go(self, member: Member) -> None:
        """The connection has ended."""
        self.unseat(member)
        self.members.pop(member.socket.sid, None)
        self.flusher.forget(member)
        self.slow.forget(member)

    # Clients that do not read

    def _may_skip(self, member: Member) -> bool:
        self.unseat(member)
        may_skip = self.may_skip
        clients = self.clients_of(member)
        return may_skip is not None and all(may_skip(sid, name) for name, sid in clients)

    def _take_up(self, member: Member) -> None:
        self.seat(member)
        self.flusher.soon_own(member)
        if self.drained is not None:
            for namespace, sid in self.clients_of(member):
                self.drained(sid, namespace)

    def _breathed(self) -> None:
        self._unflushed = 0

"""Who hears what: the rooms of Socket.IO, one for each dialect of each room of the game.

Everything that the game sends leaves here, with one emit to a room and never a loop of emits: the
client manager then encodes a packet once. Not here: when a delta is due (`server.ticker`), what
the changes are (`server.game`).
"""

from typing import Any, NamedTuple

from gridcli.core.protocol.names import DEMO, NAMESPACE, TICKS
from gridcli.core.protocol.updates import Notice, Update, encode_update

from .metrics import Metrics


class Seat(NamedTuple):
    """Where a client listens, and in which dialect."""

    room: str
    protocol: int


class Audience:
    """The members of each room, by dialect.

    Args:
        sio: the `socketio.AsyncServer`; it has no annotations, so `Any` stops here and in
            `server.handlers`.
        metrics: counts deliveries.
    """

    def __init__(self, sio: Any, metrics: Metrics) -> None:
        self._sio = sio
        self._metrics = metrics
        self._seats: dict[str, Seat] = {}
        self._members: dict[int, dict[str, int]] = {DEMO: {}, TICKS: {}}

    def count(self, room: str, protocol: int) -> int:
        """How many members of a room speak a dialect."""
        return self._members[protocol].get(room, 0)

    async def enter(self, sid: str, room: str, protocol: int) -> None:
        """From now on the client hears this room, and no other."""
        await self.leave(sid)
        seat = self._seats[sid] = Seat(room, protocol)
        self._members[protocol][room] = self.count(room, protocol) + 1
        await self._sio.enter_room(sid, _channel(seat), namespace=NAMESPACE)

    async def leave(self, sid: str, *, gone: bool = False) -> None:
        """The client hears no room; one whose connection is gone has left Socket.IO's already."""
        seat = self._seats.pop(sid, None)
        if seat is None:
            return
        members = self._members[seat.protocol]
        members[seat.room] -= 1
        if not members[seat.room]:
            del members[seat.room]
        if not gone:
            await self._sio.leave_room(sid, _channel(seat), namespace=NAMESPACE)

    async def tell(self, sid: str, update: Update, protocol: int) -> None:
        """Send to one client alone."""
        event, payload = encode_update(update)
        self._metrics.deliveries[protocol] += 1
        await self._sio.emit(event, payload, to=sid, namespace=NAMESPACE)

    async def tell_each(self, sids: list[str], update: Update, protocol: int) -> None:
        """Send the same to several clients."""
        event, payload = encode_update(update)
        self._metrics.deliveries[protocol] += len(sids)
        await self._sio.emit(event, payload, to=sids, namespace=NAMESPACE)

    async def tell_room(self, room: str, update: Update, protocol: int) -> None:
        """Send to every member of a room that speaks the dialect."""
        members = self.count(room, protocol)
        if not members:
            return
        event, payload = encode_update(update)
        self._metrics.deliveries[protocol] += members
        channel = _channel(Seat(room, protocol))
        await self._sio.emit(event, payload, room=channel, namespace=NAMESPACE)

    async def notify_everyone(self, notice: Notice) -> None:
        """Send a notice to everyone who speaks protocol 2."""
        for room in list(self._members[TICKS]):
            await self.tell_room(room, notice, TICKS)


def _channel(seat: Seat) -> str:
    return f"{'demo' if seat.protocol == DEMO else 'ticks'}:{seat.room}"

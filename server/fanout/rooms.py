"""Who is in which room: the stock manager's tables, and beside them the feeds.

The stock tables stay the truth, for whoever asks the library. A feed is made with the first emit
to its room, and follows every entering, leaving and change of transport from then on. Not here:
emits (`manager`).
"""

from typing import Any

import socketio

from .feed import Feed
from .member import Member
from .stock import tell_end

Rooms = dict[Any, None]


class RoomTables(socketio.AsyncManager):  # type: ignore[misc]  # the library has no annotations
    """The stock manager with feeds, and with a disconnect that does not search every room."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, Member] = {}
        """By Engine.IO session id; who is not here is on a stock transport."""
        self._feeds: dict[tuple[str, Any], Feed[Member]] = {}
        self._rooms_of: dict[tuple[str, str], Rooms] = {}
        """By (namespace, sid); the whole namespace, room None, is one of them."""

    def feed(self, namespace: str, room: Any) -> Feed[Member] | None:
        """The feed of a room that has anyone in it."""
        feed = self._feeds.get((namespace, room))
        if feed is None and room in self.rooms.get(namespace, ()):
            feed = self._feeds[namespace, room] = Feed()
            for sid, eio_sid in self.rooms[namespace][room].items():
                self._seat(feed, sid, eio_sid)
        return feed

    def member_of(self, namespace: str, sid: Any) -> Member | None:
        """The member that is a client of a namespace, if it is on our transport."""
        clients = self.rooms.get(namespace, {}).get(None, {})
        return self.members.get(clients.get(sid))

    def clients_of(self, member: Member) -> list[tuple[str, str]]:
        """A member's (namespace, sid) in every namespace that it is connected to."""
        eio_sid = member.socket.sid
        found = ((name, self.sid_from_eio_sid(eio_sid, name)) for name in self.rooms)
        return [(namespace, sid) for namespace, sid in found if sid is not None]

    def seat(self, member: Member) -> None:
        """The member takes its rooms' frames from now on."""
        for feed, sid in self._feeds_of(member):
            self._seat(feed, sid, member.socket.sid)

    def unseat(self, member: Member) -> None:
        """The member takes no room's frames any more."""
        for feed, sid in self._feeds_of(member):
            feed.remove(member)
            feed.stock.pop(sid, None)
        member.forget_rooms()

    # A session may end while one of its packets asks for a namespace

    async def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """A client asks for a namespace: its id there, or None if it can't have it."""
        if self._ended(eio_sid):
            return None
        sid: str | None = await super().pre_connect(eio_sid, namespace)
        return sid

    async def connect(self, sid: str, namespace: str) -> str:
        """The client was let in, and has been sent CONNECT.

        That packet may have been what found it silent for too long: the session's end then passed
        over the namespace, which it was not in yet, and would never come again.
        """
        sid = await super().connect(sid, namespace)
        eio_sid = self.rooms[namespace][None][sid]
        if self._ended(eio_sid):
            await tell_end(self.server, eio_sid, namespace)
        return sid

    def _ended(self, eio_sid: str) -> bool:
        socket = self.server.eio.sockets.get(eio_sid)
        return socket is None or socket.closing or socket.closed

    # What the stock manager's own methods call

    def basic_enter_room(
        self, sid: str, namespace: str, room: Any, eio_sid: str | None = None
    ) -> None:
        """A client enters a room."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of.setdefault((namespace, sid), {})[room] = None
        feed = self._feeds.get((namespace, room))
        if feed is not None:
            self._seat(feed, sid, self.rooms[namespace][room][sid])

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        """A client leaves a room; what the room was sent until now still reaches it."""
        member = self.member_of(namespace, sid)
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get((namespace, sid), {})
        rooms.pop(room, None)
        if not rooms:
            self._rooms_of.pop((namespace, sid), None)
        feed = self._feeds.get((namespace, room))
        if feed is not None:
            feed.stock.pop(sid, None)
            if member is not None:
                member.leave(feed)
            if room not in self.rooms.get(namespace, ()):
                del self._feeds[namespace, room]

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: object) -> None:
        """A client leaves a namespace, without a look at the rooms that it is not in."""
        if namespace not in self.rooms:
            return
        # The namespace itself last: until then the other rooms can tell whose member it is.
        for room in sorted(self._rooms_of.get((namespace, sid), ()), key=lambda r: r is None):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            waiting = pending.get(namespace, [])
            if sid in waiting:
                waiting.remove(sid)
                if not waiting:
                    del pending[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[Any]:
        """The rooms that a client is in."""
        return [r for r in self._rooms_of.get((namespace, sid), ()) if r is not None]

    def _feeds_of(self, member: Member) -> list[tuple[Feed[Member], str]]:
        return [
            (self._feeds[namespace, room], sid)
            for namespace, sid in self.clients_of(member)
            for room in self._rooms_of.get((namespace, sid), ())
            if (namespace, room) in self._feeds
        ]

    def _seat(self, feed: Feed[Member], sid: str, eio_sid: str) -> None:
        member = self.members.get(eio_sid)
        if member is None:
            feed.stock[sid] = eio_sid
        else:
            feed.stock.pop(sid, None)
            # A full one comes back to its rooms when it has drained.
            if not member.stuck and member.feed is not feed:
                feed.waiting[member] = None

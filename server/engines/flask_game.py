"""The game behind the Flask-SocketIO handlers: decide, apply and tell, one change at a time.

Threads come and go here, so one lock is held from deciding until everyone has been told: all
members hear changes in the order in which they were accepted. Not here: the handlers
(`server.flask_app`), the rules (`gridcli.core.world`).
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from flask_socketio import emit, join_room, leave_room, send

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import DEMO, GONE, LOBBY, NAMESPACE, SHUTTING_DOWN
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.updates import (
    Echo,
    Online,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
    encode_update,
)
from gridcli.core.world import Room, World

from ..metrics import Counts
from ..sessions import new_user_id


class FlaskGame:
    """The one world of a process, and its players' connections.

    Everything that tells somebody needs a context of the Flask application.

    Args:
        shared: whether other processes hear what is told here.
    """

    def __init__(self, world: World, counts: Counts, *, shared: bool) -> None:
        self.world = world
        self.draining = False
        self._counts = counts
        self._shared = shared
        self._rng = Random()
        self._lock = threading.RLock()
        self._telling = False
        self._players: dict[str, str] = {}  # user ids by session id
        self._unwelcomed: set[str] = set()
        self._ended: deque[str] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the lock, and in the end tell of those who were found to be gone meanwhile."""
        with self._lock:
            self._telling = True
            try:
                yield
            finally:
                while self._ended:
                    self._depart(self._ended.popleft())
                self._telling = False

    def admit(self, sid: str) -> None:
        """Take a newcomer in, of whom nobody hears before it is welcomed.

        Raises:
            Refusal: no place.
        """
        with self.turn():
            if self.draining:
                raise Refusal(SHUTTING_DOWN, "the server is shutting down; try again in a moment")
            user_id = new_user_id()
            for change in self.world.decide_join(user_id, LOBBY, self._rng):
                self.world.apply(change)
            self._players[sid] = user_id
            self._unwelcomed.add(sid)

    def welcome(self, sid: str) -> None:
        """Tell a newcomer what it needs, and its room that it came; once, after CONNECT."""
        if sid not in self._unwelcomed:
            return
        self._unwelcomed.remove(sid)
        room = self.world.room_of(self._players[sid])
        self._show(sid, room)
        player = room.players[self._players[sid]]
        self._tell_room(room, Placed(player.user_id, player.symbol, player.cell))
        self._tell_users(room)

    def user_id(self, sid: str) -> str:
        """Whose connection this is. Its requests are answered after its welcome.

        Raises:
            Refusal: nobody's any more.
        """
        self.welcome(sid)
        user_id = self._players.get(sid)
        if user_id is None:
            raise Refusal(GONE, "this connection has no player")
        return user_id

    def step(self, sid: str, step: Step) -> None:
        """One step of a player, told to all of the room, the player included.

        Raises:
            Refusal: what the world does not allow.
        """
        moved = self.world.decide_step(self.user_id(sid), step)
        self.world.apply(moved)
        room = self.world.rooms[moved.room]
        symbol = room.players[moved.user_id].symbol
        self._tell_room(room, Placed(moved.user_id, symbol, moved.cell))

    def go_to(self, sid: str, to: str) -> None:
        """A change of room; for someone who is there already, the state and count once more.

        Raises:
            Refusal: no place there.
        """
        user_id = self.user_id(sid)
        origin = self.world.room_of(user_id)
        changes = self.world.decide_go(user_id, to, self._rng)
        for change in changes:
            self.world.apply(change)
        room = self.world.room_of(user_id)
        leave_room(_channel(origin), sid, NAMESPACE)
        if changes:
            self._tell_room(origin, Removed(user_id))
            self._tell_users(origin, after_room_change=True)
        self._show(sid, room)
        if changes:
            player = room.players[user_id]
            self._tell_room(room, Placed(user_id, player.symbol, player.cell))
        self._tell_users(room, after_room_change=True)

    def answer(self, sid: str) -> None:
        """Who somebody is, for whoever sends a `message`."""
        _, payload = encode_update(Echo(self.user_id(sid)))
        self._counts.deliveries[DEMO] += 1
        send(payload, to=sid, namespace=NAMESPACE)

    def end(self, sid: str) -> None:
        """A connection has ended."""
        with self._lock:
            self._ended.append(sid)
            # An emit may find that a member is gone, and say so before it has reached the others.
            if not self._telling:
                with self.turn():
                    pass

    def _depart(self, sid: str) -> None:
        user_id = self._players.pop(sid, None)
        self._unwelcomed.discard(sid)
        if user_id is None:
            return
        room = self.world.room_of(user_id)
        for change in self.world.decide_leave(user_id):
            self.world.apply(change)
        if self.draining and not self._shared:
            return  # the others are about to go as well
        event, payload = encode_update(Removed(user_id))
        self._counts.deliveries[DEMO] += len(self.world)
        # To everyone, not only to the room: a broker may have lost the news of an earlier change
        # of room, and this is the last word on a player.
        emit(event, payload, broadcast=True, namespace=NAMESPACE, skip_sid=sid)
        self._tell_users(room, skip_sid=sid)

    def _show(self, sid: str, room: Room) -> None:
        """Give somebody the whole room, and every change of it from now on."""
        user_id = self._players[sid]
        # Said again in each new room: a page written for the demo clears its grid on it.
        self._tell(sid, Welcome(user_id, room.players[user_id].symbol, self.world.grid))
        join_room(_channel(room), sid, NAMESPACE)
        players = room.players.values()
        symbols = {p.user_id: p.symbol for p in players}
        self._tell(sid, Status(symbols, {p.user_id: p.cell for p in players}))

    def _tell(self, sid: str, update: Update) -> None:
        event, payload = encode_update(update)
        self._counts.deliveries[DEMO] += 1
        # No other process has this session, so none is asked.
        emit(event, payload, to=sid, namespace=NAMESPACE, ignore_queue=True)

    def _tell_room(self, room: Room, update: Update, **options: object) -> None:
        event, payload = encode_update(update)
        self._counts.deliveries[DEMO] += len(room.players)
        emit(event, payload, to=_channel(room), namespace=NAMESPACE, **options)

    def _tell_users(
        self, room: Room, *, after_room_change: bool = False, skip_sid: str | None = None
    ) -> None:
        # Not to other processes, whose players are as many again and count for themselves.
        options = {"skip_sid": skip_sid, "ignore_queue": True}
        users = len(room.players)
        self._tell_room(room, Online(users), **options)
        if after_room_change:
            self._tell_room(room, Online(users, after_room_change=True), **options)


def _channel(room: Room) -> str:
    """The room of Socket.IO; a session id is the name of one, too, and must not be this one."""
    return f"room:{room.name}"

"""The game behind the handlers: what each request does to the world, and who is told.

Each method decides and applies before it awaits anything, so changes are told to every member in
the order in which they were accepted. Not here: decoding (`server.handlers`), the rules
(`gridcli.core.world`), connections (`server.sessions`).
"""

from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, Protocol

from gridcli.core.errors import Refusal
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.names import DEMO, RATE_LIMITED, SHUTTING_DOWN, TICKS, UNAUTHORIZED
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.updates import (
    Chat,
    Emote,
    Notice,
    Online,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
)
from gridcli.core.world import Change, Joined, Left, Room, World

from .audience import Audience
from .backlog import Backlogs
from .directory import FRESH_S, Directory
from .referee import Referee
from .sessions import Session, Sessions
from .ticker import Ticker


class Others(Protocol):
    """The other nodes that share the world."""

    @property
    def notice(self) -> Notice | None:
        """What a newcomer is to know of them."""

    def say(self, room: str, said: Chat | Emote) -> None:
        """Somebody has said or shown something here."""


class Game:
    """The one world of a server process, its connections and their audience."""

    def __init__(
        self,
        world: World,
        sessions: Sessions,
        audience: Audience,
        ticker: Ticker,
        backlogs: Backlogs,
        directory: Directory,
        referee: Referee,
    ) -> None:
        self.world = world
        self.sessions = sessions
        self.audience = audience
        self.draining = False
        self.others: Others | None = None
        self.ticker = ticker
        self.backlogs = backlogs
        self.directory = directory
        self.referee = referee
        ticker.beside = self._beside

    async def welcome(self, session: Session) -> None:
        """Tell a newcomer what it needs, and its room that it came."""
        if not self.sessions.present(session):
            return  # gone before it was let in
        room = self.world.rooms[session.room]
        if session.protocol != DEMO:
            await self.audience.tell(session.sid, self._welcome(session, room), session.protocol)
        await self._show(session, room)
        notice = self.others.notice if self.others is not None else None
        if notice is not None and session.protocol != DEMO:
            await self.audience.tell(session.sid, notice, session.protocol)
        untold, session.untold = session.untold, ()
        for change in untold:
            if not self.sessions.present(session):
                return  # the room has been told that it left
            await self._tell(room, change)
        if untold:
            await self._tell_users(room)

    def step(self, session: Session, step: Step) -> Coroutine[Any, Any, None] | None:
        """One step of a player.

        Returns:
            What is left to await, if anyone must be told at once.

        Raises:
            Refusal: what the world does not allow.
        """
        if session.spectator:  # asked here, too: a step is the hot path
            _refuse_spectator(session, "move")
        change = self.world.decide_step(session.user_id, step)
        self.world.apply(change)
        room = self.world.rooms[change.room]
        self.ticker.changed(room, change)
        return self._tell_demo(room, change) if self.audience.count(room.name, DEMO) else None

    async def go_to(self, session: Session, to: str) -> None:
        """A change of room; for someone who is there already, the state and count once more.

        One at a time: a POST may still be under way when a WebSocket takes over.

        Raises:
            Refusal: no place there.
        """
        async with session.moving:
            if self.sessions.present(session):
                await self._go_to(session, to)

    async def _go_to(self, session: Session, to: str) -> None:
        origin = self.world.rooms[session.room]
        changes: Sequence[Change] = ()
        if session.spectator:
            self.world.watch(to)
            self.world.unwatch(origin.name)
        else:
            changes = self.world.decide_go(session.user_id, to, self.sessions.rng)
            for change in changes:
                self.world.apply(change)
        session.room = to
        room = self.world.rooms[to]
        await self.audience.leave(session.sid)
        for change in changes:
            if isinstance(change, Left):
                await self._tell(origin, change)
                await self._tell_users(origin, after_room_change=True)
        await self._show(session, room)
        for change in changes:
            if isinstance(change, Joined) and self.sessions.present(session):
                await self._tell(room, change)
        await self._tell_users(room, after_room_change=True)

    async def say(self, session: Session, text: str) -> None:
        """A chat line to everyone in the room who speaks protocol 2."""
        _refuse_spectator(session, "chat")
        room = self.world.room_of(session.user_id)
        line = Chat(session.user_id, room.players[session.user_id].name, text)
        self.backlogs.add(room.name, line)
        await self._tell_talk(room, line)

    async def show(self, session: Session, emote: str) -> None:
        """An emote to everyone in the room who speaks protocol 2."""
        _refuse_spectator(session, "show emotes")
        await self._tell_talk(self.world.room_of(session.user_id), Emote(session.user_id, emote))

    def rooms(self, session: Session) -> Sequence[RoomInfo]:
        """Which rooms there are, and who is where.

        Raises:
            Refusal: it was told this very list already, which is long and asked for in a word.
        """
        rooms = self.directory.rooms()
        if session.listed is rooms:
            raise Refusal(RATE_LIMITED, f"the list of rooms is made anew every {FRESH_S:g} s")
        session.listed = rooms
        return rooms

    async def end(self, sid: str) -> None:
        """A connection has ended."""
        session = self.sessions.get(sid)
        # None too for one that was replaced, whose player may have closed the room since.
        room = self.world.rooms.get(session.room) if session else None
        session, changes = self.sessions.end(sid)
        await self.audience.leave(sid, gone=True)
        if session is None or room is None:
            return
        for change in changes:
            await self._tell(room, change)
            await self._tell_users(room)

    def can_be_shown_again(self, sid: str) -> bool:
        """Whether a client that missed updates can be brought up to date: protocol 2's can."""
        session = self.sessions.get(sid)
        return session is not None and session.protocol == TICKS

    async def show_again(self, sid: str) -> None:
        """Give a client that missed deltas the whole room."""
        session = self.sessions.get(sid)
        if session is not None and self.sessions.present(session):
            room = self.world.rooms[session.room]
            for update in self.ticker.whole(room):
                await self.audience.tell(sid, update, session.protocol)

    async def drain(self) -> None:
        """Let nobody in any more, and tell everyone that the server is about to stop."""
        self.draining = True
        await self.audience.notify_everyone(Notice(SHUTTING_DOWN, "the server is shutting down"))

    async def _show(self, session: Session, room: Room) -> None:
        """Give a client the whole room, and every change of it from now on.

        Between making the state and sending it nothing is awaited that lets others run, so no
        change falls between the two.
        """
        self.referee.wake(room)
        if session.protocol != DEMO:
            await self.ticker.show(session.sid, room, lambda: self.sessions.present(session))
            return
        # Said again in each new room: a page written for the demo clears its grid on it.
        await self.audience.tell(session.sid, self._welcome(session, room), DEMO)
        if not self.sessions.present(session):
            return  # the connection has ended meanwhile: nobody would take it off its seat
        await self.audience.enter(session.sid, room.name, DEMO)
        await self.audience.tell(session.sid, _status(room), DEMO)

    @staticmethod
    def _beside(room: Room) -> Iterator[Update]:
        """What a newcomer is told behind all of the room."""
        backlog = Backlogs.of(room)
        if backlog is not None:
            yield backlog

    async def _tell_talk(self, room: Room, said: Chat | Emote) -> None:
        if self.others is not None:
            self.others.say(room.name, said)
        await self.audience.tell_room(room.name, said, TICKS)

    def _welcome(self, session: Session, room: Room) -> Welcome:
        player = room.players.get(session.user_id)
        return Welcome(
            session.user_id,
            player.symbol if player else "",
            self.world.grid,
            protocol=session.protocol,
            name=player.name if player else "",
            room=room.name,
            resume=self.sessions.resume.token(player)
            if player and session.protocol != DEMO
            else "",
        )

    async def _tell(self, room: Room, change: Change) -> None:
        """Tell a room of a change: protocol 2 with its next delta, protocol 1 at once."""
        self.ticker.changed(room, change)
        if self.audience.count(room.name, DEMO):
            await self._tell_demo(room, change)

    async def _tell_demo(self, room: Room, change: Change) -> None:
        update: Placed | Removed
        if isinstance(change, Left):
            update = Removed(change.user_id)
        else:
            update = Placed(change.user_id, room.players[change.user_id].symbol, change.cell)
        await self.audience.tell_room(room.name, update, DEMO)

    async def _tell_users(self, room: Room, *, after_room_change: bool = False) -> None:
        """Tell protocol 1 how many players the room has; a delta says so by itself."""
        users = len(room.players)
        await self.audience.tell_room(room.name, Online(users), DEMO)
        if after_room_change:
            await self.audience.tell_room(room.name, Online(users, after_room_change=True), DEMO)


def _refuse_spectator(session: Session, what: str) -> None:
    if session.spectator:
        text = f"spectators do not {what}; connect without spectate to play"
        raise Refusal(UNAUTHORIZED, text)


def _status(room: Room) -> Status:
    players = room.players.values()
    return Status({p.user_id: p.symbol for p in players}, {p.user_id: p.cell for p in players})

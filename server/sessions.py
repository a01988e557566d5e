"""Who is connected: admission, coming back with a resume token, and the end of a connection.

All of it is synchronous: a player is in the world from the moment that the server decided to let
it in, so two newcomers can't take the last place. Not here: telling the rooms (`server.game`).
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from gridcli.core.protocol.auth import Auth
from gridcli.core.protocol.names import DEMO
from gridcli.core.world import Change, Joined, World

from .resume import ResumeBook, gone
from .tokens import Tokens


@dataclass(slots=True, eq=False)
class Session:
    """One connection.

    `untold` are the changes of its admission, which its room hears of once it is welcomed;
    `welcoming` is there until then, and the connection's requests wait for it.
    """

    sid: str
    user_id: str
    protocol: int
    room: str
    spectator: bool = False
    replaced: bool = False
    """Whether another connection of the same player has taken over."""
    untold: Sequence[Change] = ()
    welcoming: asyncio.Task[None] | None = None
    listed: object = None
    """The list of rooms that it was told last."""
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while it changes rooms."""


@dataclass(slots=True)
class Sessions:
    """All connections of one process, and the players in the world that are theirs."""

    world: World
    resume: ResumeBook
    rng: Random
    tokens: Tokens | None = None
    """Whom they let in; None is everyone."""
    _by_sid: dict[str, Session] = field(default_factory=dict)
    _playing: dict[str, Session] = field(default_factory=dict)

    def get(self, sid: str) -> Session | None:
        """The session of a connection that was admitted and has not ended."""
        return self._by_sid.get(sid)

    def counts(self) -> Counter[tuple[str, int, bool]]:
        """How many connections there are by (room, protocol, spectator)."""
        return Counter((s.room, s.protocol, s.spectator) for s in self._by_sid.values())

    def present(self, session: Session) -> bool:
        """Whether the connection is still there, and still its player's own."""
        return self._by_sid.get(session.sid) is session and not session.replaced

    def admit(self, sid: str, auth: Auth) -> tuple[Session, Session | None]:
        """Take a newcomer in.

        Returns:
            Its session, and the session of the same player that it replaces, if any.

        Raises:
            Refusal: no place, no token where one is needed, or a resume token that is not good.
        """
        if self.tokens is not None:
            self.tokens.check(auth)
        replaced = None
        if auth.spectate:
            self.world.watch(auth.room)
            session = Session(sid, new_user_id(), auth.protocol, auth.room, spectator=True)
        elif auth.resume:
            session, replaced = self._take_back(sid, auth)
        else:
            session = Session(sid, new_user_id(), auth.protocol, auth.room)
            joined = self.world.decide_join(
                session.user_id,
                auth.room,
                self.rng,
                name=auth.name,
                # Wishes, of one whom another server knew, or this one before it was started anew.
                symbol=auth.symbol,
                cell=auth.cell,
                # The demo's clients are given no token to come back with.
                generation=0 if auth.protocol == DEMO else 1,
            )
            session.untold = self._apply(joined)
        self._by_sid[sid] = session
        if not session.spectator:
            self._playing[session.user_id] = session
        return session, replaced

    def put_out(self, user_id: str) -> Session | None:
        """A player has come back on another node: its session here is another's now."""
        session = self._playing.pop(user_id, None)
        if session is not None:
            session.replaced = True
        return session

    def end(self, sid: str) -> tuple[Session | None, Sequence[Change]]:
        """A connection has ended: its session, if it had one, and what that changed."""
        session = self._by_sid.pop(sid, None)
        if session is None or session.replaced:
            return session, ()
        if session.spectator:
            self.world.unwatch(session.room)
            return session, ()
        del self._playing[session.user_id]
        room = self.world.room_of(session.user_id)
        self.resume.depart(room.players[session.user_id], room.name)
        return session, self._apply(self.world.decide_leave(session.user_id))

    def _take_back(self, sid: str, auth: Auth) -> tuple[Session, Session | None]:
        user_id, generation = self.resume.read(auth.resume)
        changes: list[Change]
        if user_id in self.world:
            # Its old connection, here or on another node, has not noticed its end yet.
            room = self.world.room_of(user_id).name
            player = self.world.rooms[room].players[user_id]
            _check(player.generation, generation)
            changes = self.world.decide_leave(user_id)
            # Nothing grows, so no limit is asked.
            changes.append(
                Joined(room, user_id, player.symbol, player.name, player.cell, 0, generation + 1)
            )
        else:
            departed = self.resume.departed(user_id)
            if departed is None:
                raise gone()
            _check(departed.player.generation, generation)
            player, room = departed.player, departed.room
            changes = self.world.decide_join(
                user_id,
                room,
                self.rng,
                name=player.name,
                symbol=player.symbol,
                cell=player.cell,
                generation=generation + 1,
            )
            # Not before: a room that is full now may have place later.
            self.resume.back(user_id)
        old = self.put_out(user_id)
        untold = self._apply(changes)
        return Session(sid, user_id, auth.protocol, room, untold=untold), old

    def _apply(self, changes: Sequence[Change]) -> Sequence[Change]:
        for change in changes:
            self.world.apply(change)
        return changes


def _check(present: int, claimed: int) -> None:
    if present != claimed:
        raise gone()  # the token of an earlier connection


def new_user_id() -> str:
    """Short, opaque and unique across nodes: 48 random bits."""
    return secrets.token_urlsafe(6)

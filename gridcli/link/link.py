"""The one interface between a client and a server, for the screen and for the bots.

A link keeps a `Mirror` of the room, hands every update on, sends requests, and comes back after a
lost connection as the same player where the server gave a resume token. It asks for protocol 2 and
takes what the server speaks. Not here: staying connected (`gridcli.link.keeping`), one
connection's life (`gridcli.link.session`), what travels beneath (`gridcli.link.transport`).
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import aiohttp

from gridcli.core.errors import CannotConnect, Mismatch, Refusal
from gridcli.core.geometry import Cell, Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.auth import Auth
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import (
    BAD_PAYLOAD,
    CODES,
    DEMO,
    FULL,
    GONE,
    LOBBY,
    MISMATCH,
    NAMESPACE,
    REFUSED,
    SHUTTING_DOWN,
)
from gridcli.core.protocol.packets import node_of
from gridcli.core.protocol.requests import ListRooms, Say, Show, Step
from gridcli.core.protocol.updates import Update
from gridcli.core.text import check_chat, foreign

from .dial import dial
from .keeping import Keeping
from .recorder import Track
from .session import Session
from .states import Ended, Kicked, NotLive, State, state_after
from .tap import tapped
from .target import Target

log = logging.getLogger("gridcli.link")

_NO_SUCH_NAMESPACE = frozenset({"Unable to connect", "Invalid namespace"})
"""What python-socketio and Node's server answer to who asks for one that they don't have."""
_PASSING = frozenset({FULL, SHUTTING_DOWN})
"""Refusals that a reconnecting client tries again after."""


class Link(Keeping[Session]):
    """One client. Callbacks run on the event loop and must not block it.

    Args:
        target: where to connect, and as whom.
        on_update: called with each update after the mirror took it in, and the time it arrived,
            in seconds of `clock`.
        on_burst: where given, called in place of that once for updates that came in one read,
            when the mirror has taken in all of them. Only then work is shared with other links.
        on_state: called with each new state.
        rng: where the jitter of reconnections comes from.
        clock: monotonic seconds.
        reconnect: whether to connect again when the connection is lost.
        http: an HTTP session to share with other links; None makes one of its own.
        record: the part of a recording that takes down what is sent and received.
    """

    def __init__(
        self,
        target: Target,
        *,
        on_update: Callable[[Update, float], None] = lambda update, received_s: None,
        on_burst: Callable[[Burst, float], None] | None = None,
        on_state: Callable[[State], None] = lambda state: None,
        rng: Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        reconnect: bool = True,
        http: aiohttp.ClientSession | None = None,
        record: Track | None = None,
    ) -> None:
        super().__init__(target, on_state=on_state, rng=rng, reconnect=reconnect, http=http)
        self.mirror = Mirror(shared=on_burst is not None)
        self._on_update = on_update
        self._on_burst = on_burst
        self._clock = clock
        self._record = record
        self.node = ""
        """Which of several servers of one grid we are, or were last, connected to."""
        self._protocol = target.protocol
        self._room = target.room
        self._resume = ""
        self._symbol = target.symbol
        self._cell: Cell | None = None
        """Where to begin, for one who was there before."""

    @property
    def protocol(self) -> int:
        """The dialect that the server speaks with us."""
        return self.mirror.protocol

    @property
    def transport(self) -> str:
        """What carries our frames now: "websocket", "polling", or nothing."""
        return self._session.connection.kind if self._session else ""

    @property
    def faults(self) -> int:
        """Frames of the present connection that were not of the protocol."""
        return self._session.faults if self._session else 0

    def step(self, direction: Direction) -> int:
        """Send one step at once and return its number: 1, 2, 3, … for each connection."""
        session = self._live()
        seq = session.next_seq()
        session.step(Step(direction, None if self.protocol == DEMO else seq))
        return seq

    async def go_to(self, room: str) -> None:
        """Change rooms; return once the new room's state is in the mirror.

        Raises:
            Refusal: the server will not. NotLive: there is no connection, or no answer.
        """
        await self._live().go_to(room)
        self._room = room

    async def say(self, text: str) -> None:
        """Say something to the room. Raises `Refusal` also where the server has no chat."""
        session = self._live()
        if self.protocol == DEMO:
            raise Refusal(BAD_PAYLOAD, "this server speaks protocol 1, which has no chat")
        await session.ask(Say(check_chat(text)))

    async def show(self, emote: str) -> None:
        """Show something on one's cell: a word of `names.EMOTES`. Raises as `say` does."""
        session = self._live()
        if self.protocol == DEMO:
            raise Refusal(BAD_PAYLOAD, "this server speaks protocol 1, which has no emotes")
        await session.ask(Show(emote))

    async def rooms(self) -> Sequence[RoomInfo]:
        """Which rooms there are, and who is where.

        Raises:
            Refusal: this server has no such list. NotLive: there is no connection, or no answer.
        """
        session = self._live()
        if self.protocol != DEMO:
            answer = await session.ask(ListRooms())
            if answer.rooms is not None:
                return answer.rooms
        raise Refusal(BAD_PAYLOAD, "this server has no list of rooms")

    async def become(self, *, name: str, symbol: str, spectate: bool) -> None:
        """Leave, and come back as somebody else to where we were: another name or symbol, or one
        who only watches, or no longer.

        Raises:
            Refusal: the server will not have us so. CannotConnect: it can't be reached any more.
        """
        # Who only watches is nowhere, and where it was is remembered for when it plays again.
        cell = self.mirror.cell or self._cell
        await self._leave()
        self._resume = ""
        self.target = replace(self.target, name=name, symbol=symbol, spectate=spectate)
        self._symbol, self._cell = symbol, cell
        await self.open()

    async def probe(self) -> float:
        """The time that a message to the server and its answer take, in seconds."""
        started_s = self._clock()
        await self._live().probe()
        return self._clock() - started_s

    def _enter(self, state: State) -> None:
        if self._record is not None:
            self._record.state(state, self.mirror, self.transport)
        super()._enter(state)

    def _put_out(self, session: Session) -> Ended | None:
        notice = session.notice
        if session.put_out and notice is not None and notice.code not in _PASSING:
            return Kicked(foreign(notice.code), foreign(notice.text))
        return None if session.left is None else state_after(session.left)

    def _passes(self, refusal: Refusal) -> bool:
        return refusal.code in _PASSING

    async def _connect(self) -> None:
        target = self.target.turned(self._turns)
        dialed = await dial(self._client_session(), target)
        self.node = node_of(dialed.handshake.sid)
        connection = tapped(dialed, self._record)
        on_burst = None if self._on_burst is None else self._hear_burst
        session = Session(connection, self.mirror, self._hear, on_burst)
        try:
            await session.join(
                Auth(
                    protocol=self._protocol,
                    name=self.target.name,
                    room=self._room,
                    token=self.target.token,
                    resume=self._resume,
                    spectate=self.target.spectate,
                    symbol=self._symbol,
                    cell=self._cell,
                )
            )
            if self.protocol != DEMO:
                self._room = self.mirror.room  # who comes back is where the server had it
            elif self._room != LOBBY:
                await session.go_to(self._room)
        except NotLive as error:
            await session.close("gave up")
            raise CannotConnect(target.url, str(error)) from None
        except Refusal as refusal:
            await session.close("refused")
            if refusal.code == GONE and self._resume:
                # Too late, or the server has forgotten us, as one does that was started anew: we
                # ask to look as we did, and to be where we were.
                self._resume = ""
                self._symbol, self._cell = self.mirror.symbol, self.mirror.cell
            elif refusal.code not in CODES and self._protocol != DEMO:
                # A server of another make, that takes no auth object: the demo's clients send none.
                self._protocol = DEMO
            elif refusal.code == REFUSED and refusal.text in _NO_SUCH_NAMESPACE:
                text = f"it has no {NAMESPACE}, so it is another application; is the address right?"
                raise Mismatch(MISMATCH, text) from None
            else:
                raise
            await self._connect()
            return
        except BaseException:
            await session.close("gave up")
            raise
        self._session = session
        self._resume = session.resume

    def _hear(self, update: Update) -> None:
        self._on_update(update, self._clock())

    def _hear_burst(self, burst: Burst) -> None:
        assert self._on_burst is not None, "no bursts were asked for"
        self._on_burst(burst, self._clock())

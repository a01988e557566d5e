"""The Socket.IO handlers: decode, hand to the game, answer. Ordinary python-socketio code.

A request that is refused is acknowledged with its code, if an acknowledgement was asked for, and
counted; it never reaches another player. Not here: what a request does (`server.game`).
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import socketio

from gridcli.core.errors import Refusal
from gridcli.core.protocol.answers import Answer, encode_answer
from gridcli.core.protocol.auth import decode_auth, encode_refusal
from gridcli.core.protocol.names import (
    CHAT,
    CONNECT,
    DEMO,
    DISCONNECT,
    EMOTE,
    GONE,
    INTERNAL,
    JOIN,
    LEAVE,
    MESSAGE,
    MOVEMENT,
    NAMESPACE,
    ROOMS,
    SHUTTING_DOWN,
    TICKS,
)
from gridcli.core.protocol.requests import (
    GoTo,
    Hello,
    ListRooms,
    Request,
    Say,
    Show,
    Step,
    decode_request,
)
from gridcli.core.protocol.updates import Echo, Notice
from gridcli.core.text import TextLimits

from .fanout.stepping import run_now
from .game import Game
from .metrics import Metrics
from .sessions import Session

log = logging.getLogger("gridcli.server")

Handler = Callable[..., Awaitable[object]]

_DONE = encode_answer(Answer(ok=True))


class Handlers:
    """Wires one game to one `socketio.AsyncServer`.

    Args:
        sio: the server.
        game: what is played.
        metrics: counts the requests.
        text: what names, rooms and chat may be.
    """

    def __init__(self, sio: Any, game: Game, metrics: Metrics, text: TextLimits) -> None:
        self._sio = sio
        self._text = text
        self._game = game
        self._metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()
        sio.on(CONNECT, self._connect, namespace=NAMESPACE)
        sio.on(DISCONNECT, self._disconnect, namespace=NAMESPACE)
        for event in (MOVEMENT, JOIN, LEAVE, CHAT, EMOTE, ROOMS, MESSAGE):
            sio.on(event, self._handler(event), namespace=NAMESPACE)
        unknown = self._handler("unknown")

        async def other(_: str, sid: str, *args: object) -> object:
            return await unknown(sid, *args)

        sio.on("*", other, namespace=NAMESPACE)

    async def _connect(self, sid: str, environ: object, auth: object = None) -> None:
        try:
            if self._game.draining:
                raise Refusal(SHUTTING_DOWN, "the server is shutting down; try again in a moment")
            session, replaced = self._game.sessions.admit(sid, decode_auth(auth, self._text))
        except Exception as error:
            refusal = self.refusal_of(CONNECT, error)
            self._count(CONNECT, refusal.code)
            raise socketio.exceptions.ConnectionRefusedError(
                refusal.text, encode_refusal(refusal)
            ) from None
        self._count(CONNECT, "ok")
        # The welcome has to follow the CONNECT packet, which is sent when this handler returns.
        session.welcoming = self._run(self._game.welcome(session))
        session.welcoming.add_done_callback(lambda _: setattr(session, "welcoming", None))
        if replaced is not None:
            self.put_out(replaced)

    def put_out(self, session: Session) -> None:
        """End the connection of a player who has connected again."""
        self._run(self._put_out(session))

    async def _disconnect(self, sid: str, reason: object = None) -> None:
        self._count(DISCONNECT, "ok")
        try:
            await self._game.end(sid)
        except Exception as error:
            self.refusal_of(DISCONNECT, error)

    def _handler(self, event: str) -> Handler:
        session_of, counts, step = self._game.sessions.get, self._metrics.events_in, self._game.step
        done = (event, "ok")

        async def handle(sid: str, *args: object) -> object:
            session = session_of(sid)
            if session is None or session.replaced:
                self._count(event, GONE)
                return None
            if session.welcoming is not None:
                # Sent in one go with CONNECT: nobody may hear of it before they hear who it is.
                await asyncio.wait([session.welcoming])
                if session_of(sid) is not session:
                    return None  # ended while it was welcomed
            try:
                request = decode_request(event, args, session.protocol, self._text)
                if isinstance(request, Step):
                    answer = _DONE
                    telling = step(session, request)
                    if telling is not None:
                        await telling
                else:
                    answer = encode_answer(await self._do(session, request))
            except Exception as error:
                refusal = self.refusal_of(event, error)
                self._count(event, refusal.code)
                if session.protocol == DEMO:
                    return None  # ignored and counted, as the demo's clients expect
                return encode_answer(Answer(ok=False, code=refusal.code, text=refusal.text))
            counts[done] += 1
            return None if session.protocol == DEMO else answer

        return handle

    async def _do(self, session: Session, request: Request) -> Answer:
        match request:
            case GoTo(room):
                await self._game.go_to(session, room)
                return Answer(ok=True, room=room)
            case Say(text):
                await self._game.say(session, text)
            case Show(emote):
                await self._game.show(session, emote)
            case ListRooms():
                return Answer(ok=True, rooms=self._game.rooms(session))
            case Hello():
                await self._game.audience.tell(session.sid, Echo(session.user_id), session.protocol)
        return Answer(ok=True)

    def refusal_of(self, what: str, error: Exception) -> Refusal:
        """What a client is told of an error: of one that is ours only where to find it."""
        if isinstance(error, Refusal):
            return error
        incident = secrets.token_hex(4)
        log.error("%s failed, incident %s", what, incident, exc_info=error)
        return Refusal(INTERNAL, f"something went wrong in the server, incident {incident}")

    # What the edge asks

    def acknowledgement(self, eio_sid: str, refusal: Refusal) -> list[object]:
        """The arguments of the acknowledgement of an event that was refused."""
        session = self._session_of(eio_sid)
        if session is None or session.protocol == DEMO:
            return []
        return [encode_answer(Answer(ok=False, code=refusal.code, text=refusal.text))]

    def has_joined(self, eio_sid: str) -> bool:
        """Whether a session plays or watches."""
        return self._session_of(eio_sid) is not None

    def say_why(self, eio_sid: str, refusal: Refusal) -> None:
        """The edge is about to end a session."""
        session = self._session_of(eio_sid)
        if session is not None and session.protocol == TICKS:
            notice = Notice(refusal.code, refusal.text)
            run_now(self._game.audience.tell(session.sid, notice, session.protocol))

    def _session_of(self, eio_sid: str) -> Session | None:
        sid = self._sio.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        return self._game.sessions.get(sid) if sid else None

    async def _put_out(self, session: Session) -> None:
        if session.protocol == TICKS:
            notice = Notice(GONE, "you have connected again from elsewhere")
            await self._game.audience.tell(session.sid, notice, session.protocol)
        await self._sio.disconnect(session.sid, namespace=NAMESPACE)

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task of a connection failed", exc_info=task.exception())

    def _count(self, event: str, outcome: str) -> None:
        self._metrics.events_in[event, outcome] += 1

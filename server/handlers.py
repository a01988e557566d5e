"""The Socket.IO handlers: decode, hand to the game, answer. Ordinary python-socketio code.

A request that is refused is acknowledged with its code, if an acknowledgement was asked for, and
counted; it never reaches another player. Not here: what a request does (`server.game`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import socketio

from gridcli.core.errors import Refusal
from gridcli.core.protocol.auth import decode_auth, encode_refusal
from gridcli.core.protocol.names import (
    CHAT,
    CONNECT,
    DEMO,
    DISCONNECT,
    GONE,
    JOIN,
    LEAVE,
    MESSAGE,
    MOVEMENT,
    NAMESPACE,
    SHUTTING_DOWN,
    TICKS,
)
from gridcli.core.protocol.requests import (
    Answer,
    GoTo,
    Hello,
    Request,
    Say,
    Step,
    decode_request,
    encode_answer,
)
from gridcli.core.protocol.updates import Echo, Notice

from .game import Game
from .metrics import Metrics
from .sessions import Session

log = logging.getLogger("gridcli.server")

Handler = Callable[..., Awaitable[object]]

_DONE = encode_answer(Answer(ok=True))


class Handlers:
    """Wires one game to one `socketio.AsyncServer`."""

    def __init__(self, sio: Any, game: Game, metrics: Metrics) -> None:
        self._sio = sio
        self._game = game
        self._metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()
        sio.on(CONNECT, self._connect, namespace=NAMESPACE)
        sio.on(DISCONNECT, self._disconnect, namespace=NAMESPACE)
        for event in (MOVEMENT, JOIN, LEAVE, CHAT, MESSAGE):
            sio.on(event, self._handler(event), namespace=NAMESPACE)

    async def _connect(self, sid: str, environ: object, auth: object = None) -> None:
        try:
            if self._game.draining:
                raise Refusal(SHUTTING_DOWN, "the server is shutting down; try again in a moment")
            session, replaced = self._game.sessions.admit(sid, decode_auth(auth))
        except Refusal as refusal:
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
        await self._game.end(sid)

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
            try:
                request = decode_request(event, args, session.protocol)
                if isinstance(request, Step):
                    answer = _DONE
                    telling = step(session, request)
                    if telling is not None:
                        await telling
                else:
                    answer = encode_answer(await self._do(session, request))
            except Refusal as refusal:
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
            case Hello():
                await self._game.audience.tell(session.sid, Echo(session.user_id), session.protocol)
        return Answer(ok=True)

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

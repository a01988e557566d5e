"""What clients send: one frozen class for each request, and both directions of its JSON.

The server decodes, `gridcli.link` and `loadtest` encode. Not here: what a request does to the
world (`gridcli.core.world`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..geometry import Direction
from ..text import DEFAULT_TEXT, TextLimits, check_chat, check_room, foreign
from . import fields
from .names import CHAT, DEMO, JOIN, LEAVE, LOBBY, MESSAGE, MOVEMENT, Payload


class Step(NamedTuple):
    """One step. `seq` is the client's own counter in protocol 2; None in protocol 1."""

    direction: Direction
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class GoTo:
    """Move to a room; the lobby where `leave` was sent."""

    room: str


@dataclass(frozen=True, slots=True)
class Say:
    """A chat line to everyone in the room."""

    text: str


@dataclass(frozen=True, slots=True)
class Hello:
    """`message` with anything: answered with the sender's own user id."""


Request = Step | GoTo | Say | Hello

_DIRECTIONS = {str(direction): direction for direction in Direction}


def encode_request(request: Request) -> tuple[str, Payload]:
    """The event name and its one argument."""
    match request:
        case Step(direction, None):
            return MOVEMENT, {"direction": direction.value}
        case Step(direction, seq):
            return MOVEMENT, {"direction": direction.value, "seq": seq}
        case GoTo(room) if room == LOBBY:
            return LEAVE, {}
        case GoTo(room):
            return JOIN, {"room": room}
        case Say(text):
            return CHAT, {"text": text}
        case Hello():
            return MESSAGE, {}


def decode_request(
    event: str, args: Sequence[object], protocol: int, limits: TextLimits = DEFAULT_TEXT
) -> Request:
    """What a client asks for.

    Args:
        event: the event's name.
        args: its arguments; only the first is read.
        protocol: the dialect that the client speaks. Protocol 2 must number its steps,
            protocol 1 does not know chat.
        limits: what texts may be.

    Raises:
        BadInput: the event or its payload is not of the protocol.
    """
    payload = args[0] if args else None
    if event == MOVEMENT:
        body = fields.mapping(payload, MOVEMENT)
        direction = body.get("direction")
        step = _DIRECTIONS.get(direction) if isinstance(direction, str) else None
        if step is None:
            raise fields.bad(f"direction must be one of {', '.join(_DIRECTIONS)}")
        return Step(
            step, None if protocol == DEMO else fields.count(body.get("seq"), "seq", least=1)
        )
    if event == JOIN:
        room = fields.text(fields.mapping(payload, JOIN).get("room"), "room")
        return GoTo(check_room(room, limits))
    if event == LEAVE:
        return GoTo(LOBBY)
    if event == MESSAGE:
        return Hello()
    if event == CHAT and protocol != DEMO:
        line = fields.text(fields.mapping(payload, CHAT).get("text"), "text")
        return Say(check_chat(line, limits))
    raise fields.bad("no such event in this protocol")


@dataclass(frozen=True, slots=True)
class Answer:
    """The acknowledgement of a request: done, or refused with a code and a text."""

    ok: bool
    code: str = ""
    text: str = ""
    room: str = ""


def encode_answer(answer: Answer) -> Payload:
    """The acknowledgement's one argument."""
    if not answer.ok:
        return {"ok": False, "code": answer.code, "text": answer.text}
    return {"ok": True, "room": answer.room} if answer.room else {"ok": True}


def decode_answer(args: Sequence[object]) -> Answer:
    """A server's acknowledgement; one that carries nothing (protocol 1) means done."""
    payload = args[0] if args else None
    if payload is None:
        return Answer(ok=True)
    body = fields.mapping(payload, "acknowledgement")
    ok = body.get("ok")
    if not isinstance(ok, bool):
        raise fields.bad("an acknowledgement must say ok true or false")
    return Answer(
        ok=ok,
        code=foreign(fields.text(body.get("code"), "code", optional=True)),
        text=foreign(fields.text(body.get("text"), "text", optional=True)),
        room=fields.text(body.get("room"), "room", optional=True),
    )

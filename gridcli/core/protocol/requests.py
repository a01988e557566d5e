"""What clients send: one frozen class for each request, and both directions of its JSON.

The server decodes, `gridcli.link` and `loadtest` encode. Not here: what a request does to the
world (`gridcli.core.world`), how they are answered (`answers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..geometry import Direction
from ..text import DEFAULT_TEXT, TextLimits, check_chat, check_room
from . import fields
from .names import (
    CHAT,
    DEMO,
    EMOTE,
    EMOTES,
    JOIN,
    LEAVE,
    LOBBY,
    MESSAGE,
    MOVEMENT,
    ROOMS,
    Payload,
)


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
class Show:
    """An emote on one's cell: one of `names.EMOTES`."""

    emote: str


@dataclass(frozen=True, slots=True)
class ListRooms:
    """Which rooms there are, and who is where; answered in the acknowledgement."""


@dataclass(frozen=True, slots=True)
class Hello:
    """`message` with anything: answered with the sender's own user id."""


Request = Step | GoTo | Say | Show | ListRooms | Hello

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
        case Show(emote):
            return EMOTE, {"emote": emote}
        case ListRooms():
            return ROOMS, {}
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
            protocol 1 knows neither chat nor emotes nor the list of rooms.
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
    if protocol != DEMO:
        if event == CHAT:
            line = fields.text(fields.mapping(payload, CHAT).get("text"), "text")
            return Say(check_chat(line, limits))
        if event == EMOTE:
            emote = fields.mapping(payload, EMOTE).get("emote")
            if emote not in EMOTES:
                raise fields.bad(f"emote must be one of {', '.join(EMOTES)}")
            return Show(str(emote))
        if event == ROOMS:
            return ListRooms()
    raise fields.bad("no such event in this protocol")

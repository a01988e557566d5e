"""How a server acknowledges a request: done, or refused and why; and what was asked for.

Not here: the requests (`requests`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..text import foreign
from . import fields
from .names import Payload
from .rounds import Mode

MAX_ROOMS = 1000
"""The most rooms of a list that a client takes."""
MAX_NAMES = 20
"""The most names of a room that a client takes; ours sends fewer."""


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """A room as others see it: how many play there, and what some of them are called."""

    room: str
    users: int
    mode: Mode = Mode.ROAM
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The acknowledgement of a request: done, or refused with a code and a text.

    `room` answers a change of room; `rooms` answers the question for them, and is None elsewhere.
    """

    ok: bool
    code: str = ""
    text: str = ""
    room: str = ""
    rooms: Sequence[RoomInfo] | None = None


def encode_answer(answer: Answer) -> Payload:
    """The acknowledgement's one argument."""
    if not answer.ok:
        return {"ok": False, "code": answer.code, "text": answer.text}
    payload: Payload = {"ok": True}
    if answer.room:
        payload["room"] = answer.room
    if answer.rooms is not None:
        payload["rooms"] = [
            {"room": r.room, "users": r.users, "mode": r.mode, "names": list(r.names)}
            for r in answer.rooms
        ]
    return payload


def decode_answer(args: Sequence[object]) -> Answer:
    """A server's acknowledgement; one that carries nothing (protocol 1) means done."""
    payload = args[0] if args else None
    if payload is None:
        return Answer(ok=True)
    body = fields.mapping(payload, "acknowledgement")
    ok, rooms = body.get("ok"), body.get("rooms")
    if not isinstance(ok, bool):
        raise fields.bad("an acknowledgement must say ok true or false")
    return Answer(
        ok=ok,
        code=foreign(fields.text(body.get("code"), "code", optional=True)),
        text=foreign(fields.text(body.get("text"), "text", optional=True)),
        room=fields.text(body.get("room"), "room", optional=True),
        rooms=None
        if rooms is None
        else tuple(map(_room_info, fields.rows(rooms, "rooms")[:MAX_ROOMS])),
    )


def _room_info(entry: object) -> RoomInfo:
    body = fields.mapping(entry, "an entry of rooms")
    names = fields.rows(body.get("names"), "names")[:MAX_NAMES]
    mode = fields.label(body.get("mode"), "mode", optional=True)
    return RoomInfo(
        fields.identity(body.get("room"), "room"),
        fields.count(body.get("users"), "users"),
        # A mode of a newer server: one can go there all the same, and sees people move.
        Mode(mode) if mode in _MODES else Mode.ROAM,
        tuple(fields.label(name, "a name") for name in names),
    )


_MODES = frozenset(map(str, Mode))

"""A recording: what players sent and were sent, as JSON lines.

The first line is a header, every other one an entry: seconds from the start, the player's number,
the direction, the event and its payload, as the wire had them. Tokens are left out, so that a
recording can be given away. Not here: reading one (`gridcli.core.reading`), files
(`gridcli.link.recorder`), playing one again (`bots.replay`).
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import NamedTuple

import orjson

from .errors import BadInput
from .protocol.names import CONNECT, DISCONNECT, MESSAGE
from .protocol.packets import Ack, Connected, ConnectError, Disconnected, Event, decode_packet

FORMAT = 1
"""The version that is written, and the only one that is read."""

MARK = "gridcli_recording"
"""The header's key that says so, with the version."""

ACK = "ack"
CONNECT_ERROR = "connect_error"
FRAME = "frame"
"""The event of a frame that is none of the game's: its payload is the frame's text."""
LIVE = "live"
"""The state in which a player has the room's state, and what it sends is its own doing."""
OFFLINE = "offline"
"""The state after the player has left, or its link has given up."""

_SECRETS = frozenset({"token", "resume"})


class Flow(StrEnum):
    """Which way an entry went, seen from the player."""

    OUT = "out"
    IN = "in"
    STATE = "state"
    """The connection itself: connecting, live, reconnecting, offline, refused."""


@dataclass(frozen=True, slots=True)
class Header:
    """What was recorded. `started` is ISO 8601 text; a seed or rate that there was not is None.

    `incoming` lists the players of whom "in" entries are there; None means everyone.
    """

    started: str
    tool: str
    version: str
    server: str
    players: int = 1
    room: str = ""
    protocol: int = 1
    script: str = ""
    seed: int | None = None
    rate: float | None = None
    incoming: tuple[int, ...] | None = None


class Entry(NamedTuple):
    """One line: `time_s` from the start, and what went which way."""

    time_s: float
    player: int
    flow: Flow
    event: str
    payload: object = None
    ack_id: int | None = None
    """The number that ties a request to its acknowledgement, where it asks for one."""


def encode_header(header: Header) -> bytes:
    """The first line of a recording."""
    return orjson.dumps({MARK: FORMAT} | _as_dict(header), option=orjson.OPT_APPEND_NEWLINE)


def encode_entry(entry: Entry) -> bytes:
    """One line, with its end."""
    line: dict[str, object] = {
        "time_s": round(entry.time_s, 6),
        "player": entry.player,
        "direction": entry.flow,
        "event": entry.event,
    }
    if entry.ack_id is not None:
        line["ack_id"] = entry.ack_id
    if entry.payload is not None:
        line["payload"] = entry.payload
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def entry_of(time_s: float, player: int, flow: Flow, frame: str | bytes) -> Entry:
    """The entry of one Engine.IO message frame; of an event's arguments the first is kept."""
    text = frame.decode(errors="replace") if isinstance(frame, bytes) else frame
    payload: object
    number: int | None = None
    try:
        packet = decode_packet(text)
        match packet:
            case Event(event, args):
                payload = args[0] if args else None
                number = _ack_id(text) if flow is Flow.OUT else None
            case Ack(number, args):
                event, payload = ACK, args[0] if args else None
            case Connected():
                event, payload = CONNECT, _data(text)
            case ConnectError(payload):
                event = CONNECT_ERROR
            case Disconnected():
                event, payload = DISCONNECT, None
            case None:
                event, payload = FRAME, text
    except BadInput:
        event, payload = FRAME, text
    if event in (CONNECT, MESSAGE) and isinstance(payload, dict):
        payload = {key: value for key, value in payload.items() if key not in _SECRETS}
    return Entry(time_s, player, flow, event, payload, number)


def _as_dict(header: Header) -> dict[str, object]:
    return {field.name: getattr(header, field.name) for field in fields(header)}


def _ack_id(frame: str) -> int | None:
    digits = frame[: frame.find("[")].rpartition(",")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _data(frame: str) -> object:
    """What travels with CONNECT; the game itself takes no interest in it on arrival."""
    start = frame.find("{")
    try:
        return orjson.loads(frame[start:]) if start >= 0 else None
    except ValueError:
        return frame

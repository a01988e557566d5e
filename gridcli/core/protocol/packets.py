"""Engine.IO 4 and Socket.IO 5 framing of text packets, for our own clients.

A frame is one Engine.IO packet: a digit for its kind, then for a message the Socket.IO packet.
Binary packets do not exist in this game and are rejected. Where no namespace is named it is the
game's. The server leaves its framing to python-socketio. Sources: the Engine.IO protocol, revision
4; the Socket.IO protocol, revision 5. Not here: sockets and requests (`gridcli.link.transport`,
`loadtest._transport`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from . import fields
from .names import NAMESPACE, ROOT

# Engine.IO packet kinds: the first character of a frame
OPEN: Final = "0"
CLOSE: Final = "1"
PING: Final = "2"
PONG: Final = "3"
MESSAGE: Final = "4"
UPGRADE: Final = "5"
NOOP: Final = "6"
PROBE: Final = "probe"

SEPARATOR: Final = "\x1e"
"""Between the packets of one polling body."""
MAX_PACKETS: Final = 16
"""The most packets that python-engineio takes in one POST; further ones are dropped silently."""

MAX_HEARTBEAT_MS: Final = 60 * 60 * 1000
"""The longest interval and timeout that a server's heartbeat is given: what it asks beyond that
would have us wait for it for ever, and is more than clocks take."""

_CONNECT = "40"
_DISCONNECT = "41"
_EVENT = "42"
_ACK = "43"
_CONNECT_ERROR = "44"
_KINDS = (_CONNECT, _DISCONNECT, _EVENT, _ACK, _CONNECT_ERROR)


@dataclass(frozen=True, slots=True)
class Handshake:
    """Engine.IO's OPEN: the session id, and the heartbeat in seconds."""

    sid: str
    ping_interval_s: float
    ping_timeout_s: float
    upgrades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Connected:
    """The namespace has taken us in; `sid` is who we are there, where it says so."""

    sid: str = ""


@dataclass(frozen=True, slots=True)
class ConnectError:
    """The namespace has refused us; `data` is whatever it said."""

    data: object


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The server has put us out of the namespace."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its arguments."""

    name: str
    args: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to our event number `id`."""

    id: int
    args: tuple[object, ...]


Packet = Connected | ConnectError | Disconnected | Event | Ack


def _json(text: str, what: str) -> object:
    try:
        return orjson.loads(text)
    except ValueError:  # orjson's error type is one, and so is what it says of surrogates
        raise fields.bad(f"{what} is not JSON") from None


def _prefix(namespace: str) -> str:
    return "" if namespace == ROOT else f"{namespace},"


def encode_connect(auth: object, namespace: str = NAMESPACE) -> str:
    """The frame that asks for a namespace; an `auth` of None is none."""
    body = "" if auth is None else orjson.dumps(auth).decode()
    return _CONNECT + _prefix(namespace) + body


def encode_disconnect(namespace: str = NAMESPACE) -> str:
    """The frame that leaves the namespace."""
    return _DISCONNECT + _prefix(namespace)


def encode_event(
    name: str,
    *args: object,
    ack_id: int | None = None,
    namespace: str = NAMESPACE,
) -> str:
    """The frame of one event; with an id it asks for an acknowledgement.

    Raises:
        TypeError: an argument is not of JSON.
    """
    number = "" if ack_id is None else str(ack_id)
    return f"{_EVENT}{_prefix(namespace)}{number}{orjson.dumps([name, *args]).decode()}"


def node_of(sid: str) -> str:
    """Which of several servers has made a session, as its id says before a dot; or nothing."""
    node, dot, _ = sid.partition(".")
    return node if dot else ""


def decode_handshake(frame: str) -> Handshake:
    """Read the first frame of a session."""
    if frame[:1] != OPEN:
        raise fields.bad("not an Engine.IO handshake")
    body = fields.mapping(_json(frame[1:], "the handshake"), "the handshake")
    return Handshake(
        sid=fields.identity(body.get("sid"), "sid"),
        ping_interval_s=_heartbeat_s(body, "pingInterval"),
        ping_timeout_s=_heartbeat_s(body, "pingTimeout"),
        upgrades=tuple(
            fields.text(u, "upgrades") for u in fields.rows(body.get("upgrades"), "upgrades")
        ),
    )


def _heartbeat_s(body: Mapping[str, object], field: str) -> float:
    return min(fields.count(body.get(field), field, least=1), MAX_HEARTBEAT_MS) / 1000


def _sid(data: str) -> str:
    body = _json(data, "a welcome") if data else None
    sid = body.get("sid") if isinstance(body, dict) else None
    return sid if isinstance(sid, str) else ""


def decode_packet(frame: str, namespace: str = NAMESPACE) -> Packet | None:
    """Read an Engine.IO message frame.

    Returns:
        The Socket.IO packet, or None for one of another namespace.

    Raises:
        BadInput: not a text packet of Socket.IO 5.
    """
    kind, rest = frame[:2], frame[2:]
    prefix = _prefix(namespace)
    if prefix and rest.startswith(prefix):
        rest = rest[len(prefix) :]
    elif prefix and rest == namespace:  # a packet without data may leave the comma out
        rest = ""
    elif (prefix or rest[:1] == ROOT) and kind in _KINDS:
        return None
    if kind == _EVENT:
        start = rest.find("[")
        if start < 0:
            raise fields.bad("an event needs a list")
        values = _json(rest[start:], "an event")
        if not isinstance(values, list) or not values or not isinstance(values[0], str):
            raise fields.bad("an event needs a name")
        return Event(values[0], tuple(values[1:]))
    if kind == _ACK:
        start = rest.find("[")
        digits = rest[:start] if start > 0 else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
            raise fields.bad("an acknowledgement needs a number")
        values = _json(rest[start:], "an acknowledgement")
        return Ack(int(digits), tuple(fields.rows(values, "an acknowledgement")))
    if kind == _CONNECT:
        return Connected(_sid(rest))
    if kind == _CONNECT_ERROR:
        return ConnectError(_json(rest, "a refusal") if rest else None)
    if kind == _DISCONNECT:
        return Disconnected()
    raise fields.bad("not a text packet of Socket.IO 5")

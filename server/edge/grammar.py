"""What a client may send: one Engine.IO packet, checked whole before a library parses it.

What passes can't make python-engineio or python-socketio raise, wait for attachments, or run
a handler of the server's own. Sources: Engine.IO protocol 4, Socket.IO protocol 5. Not here:
how often (`budget`), what becomes of a sender (`visitor`), the payloads' meaning
(`gridcli.core.protocol`).
"""

import re
from typing import NamedTuple

import orjson

from ..fanout.event import Event

MOST_NAME = 64
"""The longest name of an event or a namespace."""

_NAMESPACE = rf"(?:(/[^,\x00-\x1f]{{0,{MOST_NAME - 1}}}),)?"
_event = re.compile(rf"42(?:(/[^,?\x00-\x1f]{{0,{MOST_NAME - 1}}}),)?([0-9]{{1,15}})?(?=\[)").match
"""Without a query in its namespace: python-socketio would drop it, and no client sends one."""
_odd_event = re.compile(rf"4[256](?:[0-9]*-)?{_NAMESPACE}([0-9]{{1,15}})?").match
_connect = re.compile(rf"40(?:/[^,\x00-\x1f]{{0,{MOST_NAME - 1}}}(?:,|\Z))?(?=[\[{{\"]|\Z)").match
_leave = re.compile(rf"41(?:/[^,\x00-\x1f]{{0,{MOST_NAME - 1}}},?)?\Z").match
_ack = re.compile(rf"43{_NAMESPACE}[0-9]{{1,15}}(?=\[)").match

PONG = "3"
_TRANSPORT = frozenset({"1", "2probe", PONG, "5"})
"""Close, the probe of an upgrade, the answer to a ping, the upgrade."""
_RESERVED = frozenset({"connect", "disconnect", "connect_error", "*"})
"""Handlers of a server that no client may call by their names."""


class Fault(NamedTuple):
    """Why a packet goes no further."""

    text: str
    """One line for the client."""
    fatal: bool = False
    """Whether nothing that follows can be trusted, so that the connection has to end."""
    namespace: str = "/"
    number: int | None = None
    """What the client waits for an acknowledgement under, if it does."""


_NO_PACKET = Fault("that is no Engine.IO packet", fatal=True)
_NO_MESSAGE = Fault("that is no Socket.IO packet", fatal=True)
_BINARY = Fault("binary data is not taken here")
_NOT_FROM_CLIENTS = Fault("a client does not send that packet")


def check(packet: str | bytes) -> Event | Fault | None:
    """What is wrong with a packet; the event that it is, or None, for one that may go on.

    Args:
        packet: one WebSocket message, or one packet of a polling body.
    """
    if not isinstance(packet, str):
        return _BINARY
    found = _event(packet)
    if found is not None:
        try:
            data = orjson.loads(packet[found.end() :])
            name = data[0]
        except (orjson.JSONDecodeError, IndexError):
            return _bad_event(packet, "an event is a JSON array: [name, ...]")
        if type(name) is not str or len(name) > MOST_NAME:
            return _bad_event(packet, f"an event's name is a string of 1 to {MOST_NAME}")
        if name in _RESERVED:
            return _bad_event(packet, f"{name} is not for clients to send")
        namespace, number = found.groups()
        return namespace, None if number is None else int(number), data
    if packet in _TRANSPORT:
        return None
    if not packet.startswith("4"):
        # Types 0, 2 and 6 exist, and are the server's to send.
        return _NOT_FROM_CLIENTS if packet[:1] in ("0", "2", "3", "6") else _NO_PACKET
    return _check_message(packet)


def _check_message(packet: str) -> Fault | None:
    match packet[1:2]:
        case "0":
            found = _connect(packet)
            if found is None or not _is_json(packet[found.end() :] or "{}"):
                return Fault("CONNECT carries a namespace, a comma and a JSON object")
            return None
        case "1":
            return None if _leave(packet) else _NOT_FROM_CLIENTS
        case "2":
            return _bad_event(packet, "an event is a JSON array: [name, ...]")
        case "3":
            found = _ack(packet)
            if found is None or not _is_json(packet[found.end() :]):
                return Fault("an acknowledgement is a number and a JSON array")
            return None
        case "4":
            return _NOT_FROM_CLIENTS
        case "5" | "6":
            return _bad_event(packet, _BINARY.text)
    return _NO_MESSAGE


def asked_under(packet: str) -> tuple[str, int | None]:
    """The namespace of an event, and the number that its sender waits for, if it does."""
    found = _odd_event(packet)
    if found is None:
        return "/", None
    namespace, number = found.groups()
    return namespace or "/", None if number is None else int(number)


def _bad_event(packet: str, text: str) -> Fault:
    return Fault(text, False, *asked_under(packet))


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True

"""Reading a recording: lines in, a header and entries out, one by one.

Recordings can be larger than memory, and can have been cut off in the middle of a line when a disk
was full or a process was killed. Not here: what the lines hold (`gridcli.core.recording`).
"""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from .errors import BadInput, SetupError
from .protocol.names import CHAT, DEMO, EMOTE, ROOMS, TICKS
from .protocol.requests import Request, decode_request
from .recording import FORMAT, MARK, Entry, Flow, Header

_FLOWS = {str(flow): flow for flow in Flow}
_OF_TICKS = frozenset({CHAT, EMOTE, ROOMS})
_BEGINNING = re.compile(rb'\{"time_s":([0-9][0-9.eE+-]*),"player":([0-9]+),"direction":"([a-z]+)"')
"""How a line begins that `recording.encode_entry` wrote."""


class BadRecording(SetupError):
    """What was read is no recording, or none that can be used; names the line at fault."""


class NotJson(BadRecording):
    """A line is not JSON: broken, or the last one and cut off."""


class Glance(NamedTuple):
    """What the beginning of a line says."""

    time_s: float
    player: int
    direction: bytes


class Reading:
    """A recording, read line by line: `header` at once, the entries by iterating, once.

    A last line that was cut off ends it, and `cut_off` says so afterwards; such a line counts
    where all of its JSON is there.

    Args:
        lines: the recording's lines with their ends, as a file opened for bytes yields them.

    Raises:
        BadRecording: not a recording, of another version, or broken before its last line.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self.cut_off = False
        self.header = _decode_header(next(self._lines, b""))

    def __iter__(self) -> Iterator[Entry]:
        line = next(self._lines, None)
        number = 1
        while line is not None:
            number += 1
            following = next(self._lines, None)
            if following is None and not line.endswith(b"\n"):
                self.cut_off = True
            try:
                entry = decode_line(line, number)
            except NotJson:
                if following is not None:
                    raise
                self.cut_off = True
                return
            if entry is not None:
                yield entry
            line = following


def glance(line: bytes) -> Glance | None:
    """Look at the beginning of a line, at a tenth of what decoding costs: most lines are others'.

    None where it has to be decoded, as it is not as we write it.
    """
    found = _BEGINNING.match(line)
    if found is None:
        return None
    try:
        return Glance(float(found[1]), int(found[2]), found[3])
    except ValueError:
        return None


def decode_line(line: bytes, number: int) -> Entry | None:
    """The entry of a line after the header; None for an empty line.

    Args:
        number: the line's, from 1, to be named in an error.

    Raises:
        NotJson: it is not JSON.
        BadRecording: it is, but no entry.
    """
    try:
        said = orjson.loads(line)
    except ValueError:
        if not line.strip():
            return None
        raise NotJson(f"line {number} is not JSON") from None
    return _decode_entry(said, number)


def request_of(entry: Entry) -> Request | None:
    """What a player asked for; None for what does not ask for anything, or would be refused."""
    payload = entry.payload
    numbered = isinstance(payload, dict) and "seq" in payload
    protocol = TICKS if numbered or entry.event in _OF_TICKS else DEMO
    try:
        return decode_request(entry.event, [payload], protocol)
    except BadInput:
        return None


def _decode_header(line: bytes) -> Header:
    try:
        said = orjson.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict) or MARK not in said:
        raise BadRecording("line 1 is not the header of a recording")
    if said[MARK] != FORMAT:
        raise BadRecording(
            f"it is a recording of version {said[MARK]!r}; this gridcli reads version {FORMAT}"
        )
    seed, incoming = said.get("seed"), said.get("incoming")
    if not isinstance(seed, int | None):
        raise _wrong(1, "seed")
    if incoming is not None and not (
        isinstance(incoming, list) and all(isinstance(number, int) for number in incoming)
    ):
        raise _wrong(1, "incoming")
    return Header(
        started=_text(said, "started", 1),
        tool=_text(said, "tool", 1),
        version=_text(said, "version", 1),
        server=_text(said, "server", 1),
        players=_count(said, "players", 1),
        room=_text(said, "room", 1),
        protocol=_count(said, "protocol", 1),
        script=_text(said, "script", 1),
        seed=seed,
        rate=None if said.get("rate") is None else _number(said, "rate", 1),
        incoming=None if incoming is None else tuple(incoming),
    )


def _decode_entry(said: Any, line: int) -> Entry:
    if not isinstance(said, dict):
        raise BadRecording(f"line {line} is not an entry of a recording")
    flow = _FLOWS.get(_text(said, "direction", line))
    if flow is None:
        raise _wrong(line, "direction")
    ack_id = None if said.get("ack_id") is None else _count(said, "ack_id", line)
    time_s, player = _number(said, "time_s", line), _count(said, "player", line)
    return Entry(time_s, player, flow, _text(said, "event", line), said.get("payload"), ack_id)


def _text(said: dict[str, Any], key: str, line: int) -> str:
    value = said.get(key)
    if not isinstance(value, str):
        raise _wrong(line, key)
    return value


def _count(said: dict[str, Any], key: str, line: int) -> int:
    value = said.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(line, key)
    return value


def _number(said: dict[str, Any], key: str, line: int) -> float:
    value = said.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
        raise _wrong(line, key)
    return float(value)


def _wrong(line: int, key: str) -> BadRecording:
    return BadRecording(f"line {line}: {key!r} is missing, or not what it should be")

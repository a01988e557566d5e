"""Reading a recording: lines in, a header and entries out, one by one.

Recordings can be larger than memory, and can have been cut off in the middle of a line when a disk
was full or a process was killed. Not here: what the lines hold (`gridcli.core.recording`).
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from .errors import SetupError
from .recording import FORMAT, MARK, Entry, Flow, Header

_FLOWS = {str(flow): flow for flow in Flow}


class BadRecording(SetupError):
    """What was read is no recording, or none that can be used; names the line at fault."""


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
            if line.strip():
                try:
                    said = orjson.loads(line)
                except ValueError:
                    if following is not None:
                        raise BadRecording(f"line {number} is not JSON") from None
                    self.cut_off = True
                    return
                yield _decode_entry(said, number)
            line = following


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

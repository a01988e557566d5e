"""From a received frame to what it says, once for each distinct frame of a process.

All members of a room get byte-identical frames, so with many clients in one process a frame is
decoded by the first and looked up by the others. Equal frames give one and the same object as long
as they are remembered. Not here: the framing (`packets`), the events (`updates`).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Generic, TypeVar

from . import fields
from .packets import Ack, Connected, ConnectError, Disconnected, Event, decode_packet
from .updates import UPDATE_EVENTS, Update, decode_update

T = TypeVar("T")

Said = Update | Ack | Connected | ConnectError | Disconnected

RECENT: Final = 8192
"""How many short frames are remembered. One read from a socket may hold thousands, and the next
client's read the same ones again: with fewer, each would be forgotten just before it is asked for.
"""
LONG: Final = 512
"""From this length on, hashing all of a frame costs more than comparing it."""
RECENT_LONG: Final = 512
"""How many long frames are remembered."""
RECENT_LONG_BYTES: Final = 8 * 2**20
"""How long these may be together; the last one is always remembered. What they say takes more than
ten times that."""

_END = 64


def decode_frame(frame: str | bytes) -> Said | None:
    """What an Engine.IO message frame says.

    What is returned is shared between clients: it must not be changed.

    Returns:
        None for another namespace's frame, and for an event that is not the game's.

    Raises:
        BadInput: the frame or its event is not of the protocol.
    """
    return _decode_short(frame) if len(frame) < LONG else _long_frames.decode(frame)


def _decode(frame: str | bytes) -> Said | None:
    if isinstance(frame, bytes):
        try:
            frame = frame.decode()
        except UnicodeDecodeError:
            raise fields.bad("a frame is not UTF-8") from None
    packet = decode_packet(frame)
    if not isinstance(packet, Event):
        return packet
    return decode_update(packet.name, packet.args) if packet.name in UPDATE_EVENTS else None


_decode_short = lru_cache(maxsize=RECENT)(_decode)


class LongFrames(Generic[T]):
    """Long frames by their two ends: a tick has its number at one and its users at the other.

    Args:
        decode: what a frame says that is not remembered.
    """

    def __init__(self, decode: Callable[[str | bytes], T]) -> None:
        self._decode = decode
        self._known: dict[str | bytes, tuple[str | bytes, T]] = {}
        self._held = 0

    def decode(self, frame: str | bytes) -> T:
        """What a frame says; equal ones give the same object while they are remembered."""
        ends = frame[:_END] + frame[-_END:]  # type: ignore[operator]  # both are of one type
        found = self._known.get(ends)
        if found is not None and found[0] == frame:
            return found[1]
        said = self._decode(frame)
        if found is not None:
            self._forget(ends)
        self._known[ends] = (frame, said)
        self._held += len(frame)
        while len(self._known) > RECENT_LONG or (
            self._held > RECENT_LONG_BYTES and len(self._known) > 1
        ):
            self._forget(next(iter(self._known)))
        return said

    def _forget(self, ends: str | bytes) -> None:
        frame, _ = self._known.pop(ends)
        self._held -= len(frame)


_long_frames = LongFrames(_decode)

"""From a received frame to what it says, once for each distinct frame of a process.

All members of a room get byte-identical frames, so with many clients in one process a frame is
decoded by the first and looked up by the others. Equal frames give one and the same object as long
as they are remembered. Not here: the framing (`packets`), the events (`updates`).
"""

from functools import lru_cache
from typing import Final

from . import fields
from .packets import Ack, Connected, ConnectError, Disconnected, Event, decode_packet
from .recent import Recent
from .updates import UPDATE_EVENTS, Update, decode_update

Said = Update | Ack | Connected | ConnectError | Disconnected

RECENT: Final = 8192
"""How many short frames are remembered. One read from a socket may hold thousands, and the next
client's read the same ones again: with fewer, each would be forgotten just before it is asked for.
"""
LONG: Final = 512
"""From this length on, hashing all of a frame costs more than comparing it."""
RECENT_LONG: Final = 512
"""How many long frames are remembered."""
RECENT_LONG_BYTES: Final = 16 * 2**20
"""How long these may be together; the last one is always remembered."""


def decode_frame(frame: str | bytes) -> Said | None:
    """What an Engine.IO message frame says.

    What is returned is shared between clients: it must not be changed.

    Returns:
        None for another namespace's frame, and for an event that is not the game's.

    Raises:
        BadInput: the frame or its event is not of the protocol.
    """
    return _decode_short(frame) if len(frame) < LONG else _decode_long(frame)


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


_long_frames: Recent[tuple[Said | None]] = Recent(RECENT_LONG, RECENT_LONG_BYTES)
"""A tick has its number at one end and its users at the other."""


def _decode_long(frame: str | bytes) -> Said | None:
    known = _long_frames.get(frame)
    if known is None:
        known = (_decode(frame),)
        _long_frames.put(frame, known)
    return known[0]

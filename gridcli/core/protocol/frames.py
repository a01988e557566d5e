"""From a received frame to what it says, once for each distinct frame of a process.

All members of a room get byte-identical frames, so with many clients in one process a frame is
decoded by the first and looked up by the others. Not here: the framing (`packets`), the events
(`updates`).
"""

from functools import lru_cache

from . import fields
from .packets import Ack, Connected, ConnectError, Disconnected, Event, decode_packet
from .updates import UPDATE_EVENTS, Update, decode_update

Said = Update | Ack | Connected | ConnectError | Disconnected

RECENT = 512
"""How many frames are remembered: the slowest receivers are some tens of frames behind."""


@lru_cache(maxsize=RECENT)
def decode_frame(frame: str | bytes) -> Said | None:
    """What an Engine.IO message frame says.

    What is returned is shared between clients: it must not be changed.

    Returns:
        None for another namespace's frame, and for an event that is not the game's.

    Raises:
        BadInput: the frame or its event is not of the protocol.
    """
    if isinstance(frame, bytes):
        try:
            frame = frame.decode()
        except UnicodeDecodeError:
            raise fields.bad("a frame is not UTF-8") from None
    packet = decode_packet(frame)
    if not isinstance(packet, Event):
        return packet
    return decode_update(packet.name, packet.args) if packet.name in UPDATE_EVENTS else None

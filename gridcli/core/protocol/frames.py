"""From a received frame to what it says, once for each distinct frame of a process.

All members of a room get byte-identical frames, so with many clients in one process a frame is
decoded by the first and looked up by the others. Not here: the framing (`packets`), the events
(`updates`).
"""

from .packets import Ack, Connected, ConnectError, Disconnected, Event, decode_packet
from .updates import Update, decode_update

Said = Update | Ack | Connected | ConnectError | Disconnected


class FrameCache:
    """Decodes Engine.IO message frames; not safe for threads.

    Args:
        size: how many decoded frames are kept; a room's last few ticks are enough.
    """

    __slots__ = ("_said", "_size")

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._said: dict[str, Update] = {}

    def decode(self, frame: str) -> Said | None:
        """What a frame says; None for another namespace's.

        What is returned is shared between clients: it must not be changed.

        Raises:
            BadInput: the frame or its event is not of the protocol.
        """
        update = self._said.get(frame)
        if update is not None:
            return update
        packet = decode_packet(frame)
        if not isinstance(packet, Event):
            return packet
        update = decode_update(packet.name, packet.args)
        if len(self._said) >= self._size:
            del self._said[next(iter(self._said))]
        self._said[frame] = update
        return update

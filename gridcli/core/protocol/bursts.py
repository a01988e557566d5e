"""Positions that came together, as one thing: a server tells all members of a room the same.

A busy server writes many positions at once, and the same bytes to every member. With many clients
in one process these are cut and decoded by the first, and what they lead to is worked out once
(`gridcli.core.scene`, `gridcli.core.ledger.positions`): the others pay for some tens of frames
what else they would pay for one. Not here: frames in general (`websocket`), what one says
(`frames`).
"""

from collections import deque
from collections.abc import Iterator
from typing import Final, final

from ..errors import BadInput
from .frames import LONG, decode_frame
from .updates import Delta, Online, Placed, Removed, Status
from .websocket import PLAIN, FrameBuffer

Part = Placed | Removed | Online

HELD_BYTES: Final = 16 * 2**20
"""How many bytes are remembered, to be recognised when the next client reads them."""

_HEAD = 96
"""Bursts are found by so many of their first bytes: more than one frame, as a rule."""
_ALIKE = 4
"""How many with the same head are remembered: players come back to where they were."""
_CUT = 31
"""One frame of 32 ends a burst. Which ones depends on nothing but their bytes: clients who lag
behind each other read other pieces of the same stream, and still have most bursts in common."""
_EACH = 8
"""Entries that a small update is counted for."""
_MOST = 256
"""Frames in a burst."""
_LONG_HEAD = b"\x7e" + LONG.to_bytes(2, "big")[:1]
"""What follows the first byte of a frame that is that long, or of a longer one."""


@final
class Burst:
    """Updates of protocol 1, in order; the same object for all clients who read the same.

    Nobody changes it once it is made.
    """

    __slots__ = ("parts", "users")

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts
        self.users: int | None = None
        """How many players it says there are; None where it says nothing."""
        for part in parts:
            if isinstance(part, Online):
                self.users = part.users

    @property
    def last(self) -> Part:
        """The last update: whoever took them one by one stands there, too."""
        return self.parts[-1]

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)


def entries_of(update: object) -> int:
    """What it takes to keep an update, in entries of dictionaries of some 25 bytes each.

    Rows count as with ids and names of the usual length; the longest take six times that.
    """
    if isinstance(update, Delta):
        return 12 * len(update.joins) + 10 * len(update.cells) + 3 * len(update.leaves) + _EACH
    if isinstance(update, Status):
        return 12 * len(update.cells) + _EACH
    if isinstance(update, Burst):
        return _EACH * len(update)
    return _EACH


class Bursts:
    """The bursts that clients of this process have read of late."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[tuple[bytes, Burst]]] = {}
        self._order: deque[bytes] = deque()
        self._held = 0

    def take(self, frames: FrameBuffer, data: bytes) -> list[Burst | bytes]:
        """Take in what was read from a socket.

        Args:
            frames: what came before on this connection.
            data: what was read, of any length.

        Returns:
            What is whole now, in order: bursts, and messages that make none.
        """
        taken: list[Burst | bytes] = []
        at, end = 0, len(data)
        if end > LONG and data[1:3] >= _LONG_HEAD and frames.between:
            return [*frames.feed(data)]  # begins with a long frame: a tick, and no position
        while at < end and (missing := frames.missing):
            taken += frames.feed(data[at : at + missing])
            at += missing
        whole = frames.between
        while whole and at < end:
            known = self._find(data, at)
            if known is not None:
                raw, burst = known
                taken.append(burst)
                at += len(raw)
                continue
            messages, stop = _cut(data, at)
            if not messages:
                break  # half a frame, or none that is plain
            made = _decode(messages) if len(messages) > 1 else None
            if made is None:
                taken += messages
            else:
                taken.append(made)
                self._remember(data[at:stop], made)
            at = stop
        if at < end:
            taken += frames.feed(data[at:])
        return taken

    def _find(self, data: bytes, at: int) -> tuple[bytes, Burst] | None:
        """The longest known burst that begins here."""
        for known in self._known.get(data[at : at + _HEAD], ()):
            if data.startswith(known[0], at):
                return known
        return None

    def _remember(self, raw: bytes, burst: Burst) -> None:
        head = raw[:_HEAD]
        if len(head) < _HEAD:
            return
        alike = self._known.setdefault(head, [])
        alike.append((raw, burst))
        alike.sort(key=_length, reverse=True)
        self._order.append(raw)
        self._held += len(raw)
        if len(alike) > _ALIKE:
            alike.pop()
        while self._held > HELD_BYTES:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        raw = self._order.popleft()
        self._held -= len(raw)
        head = raw[:_HEAD]
        alike = [known for known in self._known.get(head, ()) if known[0] is not raw]
        if alike:
            self._known[head] = alike
        else:
            self._known.pop(head, None)


def _cut(data: bytes, at: int) -> tuple[list[bytes], int]:
    """The plain text frames from here to the end of a burst, and where they end."""
    messages: list[bytes] = []
    last = len(data) - 1
    while at < last and data[at] == PLAIN and len(messages) < _MOST:
        size, start = data[at + 1], at + 2
        if size > 125:
            if size != 126 or at + 4 > len(data):
                break
            size, start = data[at + 2] << 8 | data[at + 3], at + 4
        if start + size > len(data):
            break
        at = start + size
        message = data[start:at]
        messages.append(message)
        if size >= LONG or not hash(message) & _CUT:
            break  # to hash a long frame, which is no position, would cost more than to decode it
    return messages, at


def _decode(messages: list[bytes]) -> Burst | None:
    parts = []
    for message in messages:
        try:
            said = decode_frame(message)
        except BadInput:
            return None
        if not isinstance(said, Part):
            return None
        parts.append(said)
    return Burst(tuple(parts))


def _length(known: tuple[bytes, Burst]) -> int:
    return len(known[0])


_bursts = Bursts()

take_read = _bursts.take

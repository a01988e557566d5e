"""The frames emitted to one room, written down once for all who are in it.

Each reader keeps a position instead of a list of its own, so an emit costs the same in a room of
ten as in one of a thousand, and readers at the same position are written the same bytes object.
Not here: what a reader does with them (`member`), when (`flusher`).
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

Reader = TypeVar("Reader", bound=Hashable)


class Feed(Generic[Reader]):
    """The frames of one room that not every reader has been written yet.

    Positions count frames from the first that the room ever had. `readers` read along;
    `waiting` are in the room too, but read another feed, and take this one up with its next
    frame, so that each member's frames keep the order in which they were emitted.
    `stock` are clients by session id that read nothing here: polling, or about to upgrade.
    """

    __slots__ = ("_first", "_frames", "_since", "readers", "stock", "waiting")

    def __init__(self) -> None:
        self.readers: dict[Reader, None] = {}
        self.waiting: dict[Reader, None] = {}
        self.stock: dict[str, str] = {}
        self._frames: list[bytes] = []
        self._first = 0
        self._since: dict[int, bytes] = {}

    @property
    def end(self) -> int:
        """The position after the last frame."""
        return self._first + len(self._frames)

    def append(self, frame: bytes) -> None:
        """One more frame for everyone who reads along."""
        self._frames.append(frame)
        self._since.clear()

    def since(self, position: int) -> bytes:
        """All frames from a position on, as one piece, the same object for the same question."""
        data = self._since.get(position)
        if data is None:
            start = position - self._first
            assert start >= 0, "these frames are gone: a reader was forgotten"
            data = self._since[position] = b"".join(self._frames[start:])
        return data

    def trim(self, position: int) -> None:
        """Forget the frames before a position, which every reader has passed."""
        del self._frames[: position - self._first]
        self._first = position
        self._since.clear()

    def remove(self, reader: Reader) -> None:
        """The reader is in the room no more."""
        self.readers.pop(reader, None)
        self.waiting.pop(reader, None)

"""Which frames passed somewhere, in order, by connection; kept in memory, and as a file.

Equal frames are kept once. Not here: what they mean (`account`), who takes them down (`proxy`,
`swarms`).
"""

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic

SENT, RECEIVED, LOST = "sent", "received", "lost"
"""By a client; `LOST` is its connection, and has an empty frame."""

Note = tuple[float, str, int, bytes]
"""When (monotonic seconds), what, on which connection, and the frame."""


class Notes:
    """Frames of many connections in the order in which they passed."""

    def __init__(self) -> None:
        self._frames: dict[bytes, bytes] = {}
        self._all: list[Note] = []

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Note]:
        return iter(self._all)

    def add(self, kind: str, connection: int, frame: bytes) -> None:
        """A frame passes now."""
        kept = self._frames.setdefault(frame, frame)
        self._all.append((monotonic(), kind, connection, kept))

    def cut(self, length: int) -> None:
        """Forget all but the first."""
        del self._all[length:]

    def write(self, path: str | Path) -> None:
        """Write them all to a file."""
        Path(path).write_bytes(pickle.dumps(self._all))

    @classmethod
    def read(cls, path: str | Path) -> "Notes":
        """Read what `write` wrote."""
        notes = cls()
        notes._all = pickle.loads(Path(path).read_bytes())
        return notes


def frames_of(notes: Iterable[Note], kind: str) -> dict[int, list[bytes]]:
    """The frames of one kind, by connection."""
    frames: dict[int, list[bytes]] = {}
    for _, what, number, frame in notes:
        if what == kind:
            frames.setdefault(number, []).append(frame)
    return frames

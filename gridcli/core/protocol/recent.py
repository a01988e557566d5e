"""Remembers what long bytes mean, in bounded memory.

Bytes are found by their two ends and then compared: to hash all of them costs more than that.
Not here: what they mean (`frames`, `bursts`).
"""

from typing import Generic, TypeVar

T = TypeVar("T")

_END = 64


class Recent(Generic[T]):
    """The last meanings that were entered. One that is entered anew replaces the one before.

    Args:
        most: how many are remembered.
        most_bytes: how long they may be together; the last one is always remembered.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._known: dict[str | bytes, tuple[str | bytes, T]] = {}
        self._held = 0

    def get(self, data: str | bytes) -> T | None:
        """What was entered for equal bytes; None where that is not remembered."""
        found = self._known.get(_ends(data))
        return found[1] if found is not None and found[0] == data else None

    def put(self, data: str | bytes, meaning: T) -> None:
        """Remember a meaning. Two with the same ends drive each other out."""
        ends = _ends(data)
        if ends in self._known:
            self._forget(ends)
        self._known[ends] = (data, meaning)
        self._held += len(data)
        while len(self._known) > self._most or (
            self._held > self._most_bytes and len(self._known) > 1
        ):
            self._forget(next(iter(self._known)))

    def _forget(self, ends: str | bytes) -> None:
        data, _ = self._known.pop(ends)
        self._held -= len(data)


def _ends(data: str | bytes) -> str | bytes:
    return data[:_END] + data[-_END:]  # type: ignore[operator]  # both are of one type

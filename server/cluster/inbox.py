"""One peer's messages put into their order: none twice, none before its turn.

A message that is missing holds up those after it, until it comes or a whole snapshot does, which
stands for everything before it. Pure. Not here: when to ask for a snapshot (`replica`).
"""

from .wire import SNAPSHOT, Message

_MOST_WAITING = 1_000
"""Beyond this many messages that wait for an earlier one, only a snapshot can help."""


class Inbox:
    """The messages of one boot of a peer."""

    __slots__ = ("_next", "_waiting", "duplicates")

    def __init__(self) -> None:
        self._next = 1
        self._waiting: dict[int, Message] = {}
        self.duplicates = 0

    @property
    def gap(self) -> bool:
        """Whether messages wait for one that has not come."""
        return bool(self._waiting)

    def seen(self, seq: int) -> bool:
        """Whether this message has come already."""
        return seq < self._next or seq in self._waiting

    def put(self, message: Message) -> list[Message]:
        """Take a message in, and return those whose turn it is now."""
        if self.seen(message.seq):
            self.duplicates += 1
            return []
        waiting = self._waiting
        waiting[message.seq] = message
        if message.kind == SNAPSHOT and message.seq != self._next:
            self._skip_to(message)
        ready = []
        while self._next in waiting:
            ready.append(waiting.pop(self._next))
            self._next += 1
        if len(waiting) > _MOST_WAITING:
            for seq in sorted(waiting)[: _MOST_WAITING // 2]:
                del waiting[seq]  # the latest may yet be a snapshot
        return ready

    def _skip_to(self, message: Message) -> None:
        """Where all parts of this snapshot are there, let it be the next in turn."""
        part, parts = message.body.get("part"), message.body.get("parts")
        if type(part) is not int or type(parts) is not int or not 0 <= part < parts:
            return
        first = message.seq - part
        if first <= self._next:
            return
        for number in range(parts):
            other = self._waiting.get(first + number)
            if other is None or other.kind != SNAPSHOT or other.body.get("part") != number:
                return
        for seq in [seq for seq in self._waiting if seq < first]:
            del self._waiting[seq]
        self._next = first

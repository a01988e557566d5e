"""What was said in each room of late, for those who come now.

The lines are the room's own and go with it; here is how many there may be. Not here: when a
newcomer is told (`server.ticker`), who says what (`server.game`, `server.cluster.relay`).
"""

from collections import deque

from gridcli.core.protocol.updates import Backlog, Chat
from gridcli.core.world import Room, World

MAX_LINES = 20_000
"""Of all rooms together: some 20 MB where every line is as long as can be."""


class Backlogs:
    """The last lines of every room.

    Args:
        world: whose rooms.
        keep: how many of each room; 0 keeps none.
        most: how many of all rooms together.
    """

    def __init__(self, world: World, keep: int, most: int = MAX_LINES) -> None:
        self._world = world
        self._keep = keep
        self._most = most
        self._lines = 0
        """At most so many: what went with its room is counted until there seem to be too many."""

    def add(self, name: str, line: Chat) -> None:
        """Somebody has said something in a room, here or on another node."""
        room = self._world.rooms.get(name)
        if room is None or not self._keep:
            return
        if room.said is None:
            room.said = deque(maxlen=self._keep)
        said = room.said
        self._lines += len(said) < self._keep
        said.append(line)
        if self._lines > self._most:
            self._make_place(room)

    @staticmethod
    def of(room: Room) -> Backlog | None:
        """What a newcomer to the room is told; None where nobody has said anything."""
        return Backlog(tuple(room.said)) if room.said else None

    def _make_place(self, talking: Room) -> None:
        """Forget what was said in the rooms that said most; more than needed, so that this is
        seldom."""
        rooms = sorted(
            (room for room in self._world.rooms.values() if room.said),
            key=lambda room: (room is not talking, len(room.said or ())),
        )
        self._lines = sum(len(room.said or ()) for room in rooms)
        while self._lines > self._most * 3 // 4 and len(rooms) > 1:
            forgotten = rooms.pop()
            self._lines -= len(forgotten.said or ())
            forgotten.said = None

"""Which rooms there are and who is in them, as anyone who plays or watches may ask.

Made of the world, so that of several servers of one grid each tells of all. Not here: the request
and its answer (`server.handlers`, `gridcli.core.protocol.answers`).
"""

from collections.abc import Callable, Sequence
from itertools import islice

from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.names import LOBBY
from gridcli.core.world import Room, World

LISTED = 100
"""How many rooms are told, those with the most players; the lobby always."""
NAMES = 8
"""How many players of each are named: those who have been there for longest."""
FRESH_S = 0.5
"""How long one answer is given to everybody who asks."""


class Directory:
    """The list of rooms.

    Args:
        world: whose rooms.
        clock: monotonic seconds.
    """

    def __init__(self, world: World, clock: Callable[[], float]) -> None:
        self._world = world
        self._clock = clock
        self._rooms: Sequence[RoomInfo] = ()
        self._until_s = 0.0

    def rooms(self) -> Sequence[RoomInfo]:
        """The fullest rooms first, equals by name; at most `FRESH_S` old."""
        now_s = self._clock()
        if now_s >= self._until_s:
            self._rooms = self._list()
            self._until_s = now_s + FRESH_S
        return self._rooms

    def _list(self) -> Sequence[RoomInfo]:
        rooms = self._world.rooms.values()
        fullest = sorted(rooms, key=lambda room: (-len(room.players), room.name))
        told = fullest[:LISTED]
        if all(room.name != LOBBY for room in told):
            told[-1] = self._world.rooms[LOBBY]
        return tuple(map(_info, told))


def _info(room: Room) -> RoomInfo:
    named = islice(room.players.values(), NAMES)
    return RoomInfo(room.name, len(room.players), names=tuple(player.name for player in named))

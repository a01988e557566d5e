"""Which rooms there are and who is in them, as anyone who plays or watches may ask.

Made of the world, so that of several servers of one grid each tells of all. Not here: the request
and its answer (`server.handlers`, `gridcli.core.protocol.answers`).
"""

from collections.abc import Callable, Sequence
from itertools import islice

from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.names import LOBBY
from gridcli.core.protocol.rounds import Mode
from gridcli.core.world import Room, World

LISTED = 100
"""How many rooms are told, those with the most players; the lobby and standing ones always."""
STANDING = 20
"""The most rooms that are told of while nobody is there."""
NAMES = 8
"""How many players of each are named: those who have been there for longest."""
FRESH_S = 0.5
"""How long one answer is given to everybody who asks."""


class Directory:
    """The list of rooms.

    Args:
        world: whose rooms.
        clock: monotonic seconds.
        standing: names of rooms that are told of while nobody is there, too.
        mode_of: what is played in a room of this name.
    """

    def __init__(
        self,
        world: World,
        clock: Callable[[], float],
        standing: Sequence[str] = (),
        mode_of: Callable[[str], Mode] = lambda room: Mode.ROAM,
    ) -> None:
        self._always = dict.fromkeys((LOBBY, *standing[:STANDING]))
        self._mode_of = mode_of
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
        rooms, always = self._world.rooms, self._always
        others = sorted((r for r in rooms.values() if r.name not in always), key=_rank)
        told = [rooms.get(name) or Room(name) for name in always]
        told += others[: LISTED - len(told)]
        return tuple(map(self._info, sorted(told, key=_rank)))

    def _info(self, room: Room) -> RoomInfo:
        named = islice(room.players.values(), NAMES)
        names = tuple(player.name for player in named)
        return RoomInfo(room.name, len(room.players), self._mode_of(room.name), names)


def _rank(room: Room) -> tuple[int, str]:
    return -len(room.players), room.name

"""Which rooms are offered, in which order, and how each is told. Pure.

The order is the first list's, the busiest first: a list that is asked for each second must not move
under the fingers. Not here: the dialog (`rooms`), asking the server (`gridcli.link`).
"""

from collections.abc import Iterable, Sequence

from rich.text import Text

from gridcli.core.errors import BadInput
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.names import LOBBY
from gridcli.core.protocol.rounds import Mode
from gridcli.core.text import check_room

from .palette import fitted, shown

MOST = 200
"""So many are shown at once; a filter finds the others."""
_ROOM, _MODE, _USERS = 14, 6, 4


class RoomList:
    """The rooms that one can go to.

    Args:
        here: where one is.
        visited: where one has been, the latest first: all there is on a server without a list.
    """

    def __init__(self, here: str, visited: Sequence[str]) -> None:
        self.here = here
        known = dict.fromkeys((here, *visited, LOBBY))
        self._rooms: dict[str, RoomInfo | None] = {
            room: None for room in known if may_be_asked_for(room)
        }
        self._listed = False

    def __len__(self) -> int:
        return len(self._rooms)

    def take(self, rooms: Iterable[RoomInfo]) -> None:
        """What the server says that there is."""
        told = {info.room: info for info in rooms if may_be_asked_for(info.room)}
        if self._listed:
            order = [room for room in self._rooms if room in told or room == self.here]
            order += [room for room in told if room not in self._rooms]
        else:
            busy = sorted(told, key=lambda room: (-told[room].users, room))
            order = list(dict.fromkeys((self.here, *busy)))
        self._listed = True
        self._rooms = {room: told.get(room) for room in order if may_be_asked_for(room)}

    def matching(self, text: str) -> list[str]:
        """Rooms with a text in their names: itself first, then those that begin with it."""
        wanted = text.casefold()
        found = [room for room in self._rooms if wanted in room.casefold()]
        found.sort(key=lambda room: (room != text, not room.casefold().startswith(wanted)))
        return (found if wanted else [*self._rooms])[:MOST]

    def line(self, room: str, width: int, *, ascii_only: bool = False) -> Text:
        """A room, its game, how many are there and who, in so many columns."""
        here = room == self.here
        marker = (">" if ascii_only else "▸") if here else " "
        text = Text(f"{marker} ", "bold" if here else "", no_wrap=True, end="")
        text.append(
            fitted(room, min(_ROOM, max(width - 2, 1)), ascii_only=ascii_only),
            "bold",
        )
        info = self._rooms.get(room)
        if info is None:
            return text.append("  you are here" if here else "")
        mode = "" if info.mode is Mode.ROAM else str(info.mode)
        text.append(f" {mode:<{_MODE}}{info.users:>{_USERS}}")
        rest = width - text.cell_len - 2
        if rest > 3 and info.names:
            names = ", ".join(shown(name, ascii_only=ascii_only) for name in info.names)
            more = info.users - len(info.names)
            names += f" and {more} more" if more > 0 else ""
            text.append("  ")
            text.append(fitted(names, rest, ascii_only=ascii_only), "not bold")
        return text


def may_be_asked_for(room: str) -> bool:
    """Whether a room that a server named is a name as people may type it."""
    try:
        check_room(room)
    except BadInput:
        return False
    return True

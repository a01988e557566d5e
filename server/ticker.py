"""Protocol 2's deltas: what has changed in each room, told with the next flush.

Fan-out calls `tick` when a flush begins, so a delta holds everything up to that moment; on the
stock manager `server.stock_pace` calls it instead. Not here: what is in a delta
(`gridcli.core.changes`), who gets it (`server.audience`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gridcli.core.changes import Changes
from gridcli.core.protocol.names import TICKS
from gridcli.core.world import Change, Room

from .audience import Audience


@dataclass(slots=True)
class _Due:
    room: Room
    changes: Changes = field(default_factory=Changes)


class Ticker:
    """Collects changes, and makes and sends the deltas of all rooms.

    Args:
        audience: who gets them.
    """

    def __init__(self, audience: Audience) -> None:
        self.soon: Callable[[], None]
        """Called when there is something to tell: sees to it that `tick` is called."""
        self._audience = audience
        self._due: dict[str, _Due] = {}

    def changed(self, room: Room, change: Change) -> None:
        """A change was applied to a room: its protocol-2 members are told with the next delta."""
        due = self._due.get(room.name)
        if not self._audience.count(room.name, TICKS):
            # Whoever comes next is given the full state. What waits for the next delta goes too:
            # it may be about the one who just left.
            if due is not None:
                del self._due[room.name]
            return
        if due is None or due.room is not room:
            due = self._due[room.name] = _Due(room)
        due.changes.add(change)
        self.soon()

    async def tick(self) -> bool:
        """Tell each room that changed; False when none had."""
        if not self._due:
            return False
        due_rooms, self._due = self._due, {}
        for due in due_rooms.values():
            await self._audience.tell_room(due.room.name, due.changes.flush(due.room), TICKS)
        return True

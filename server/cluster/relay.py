"""What other nodes tell, brought to this node's world, connections and audience.

The world changes and is told of in one go, as for a change of this node's own: protocol 1 hears of
it at once, protocol 2 with the next delta. Not here: what was told (`replica`), the bus (`node`).
"""

from collections.abc import Callable, Iterable

from gridcli.core.protocol.names import DEMO, ISOLATED, REUNITED, TICKS
from gridcli.core.protocol.updates import Chat, Notice, Online, Placed, Removed, Update
from gridcli.core.world import Change, Joined, Left, Moved

from ..audience import Audience
from ..backlog import Backlogs
from ..fanout.stepping import run_now
from ..resume import ResumeBook
from ..sessions import Session, Sessions
from ..ticker import Ticker
from .effects import carry_out
from .hearing import Said
from .replica import Effect, Reach
from .roster import Lost
from .world import SharedWorld

ALONE = Notice(
    ISOLATED, "this server can't reach the others: players who are there are not shown for now"
)
TOGETHER = Notice(REUNITED, "this server reaches the others again")


class Relay:
    """The way of other nodes' news into this one.

    Args:
        world: takes their changes.
        sessions: of those who have connected again elsewhere.
        book: of those who may come back.
        audience: is told.
        ticker: makes deltas of their changes.
        backlogs: keep what is said there, too.
        put_out: ends the connection of a session that was replaced.
    """

    def __init__(
        self,
        world: SharedWorld,
        sessions: Sessions,
        book: ResumeBook,
        audience: Audience,
        ticker: Ticker,
        backlogs: Backlogs,
        put_out: Callable[[Session], None],
    ) -> None:
        self._world = world
        self._sessions = sessions
        self._book = book
        self._audience = audience
        self._ticker = ticker
        self._backlogs = backlogs
        self._put_out = put_out

    def take_in(self, effects: Iterable[Effect]) -> None:
        """Carry out what others told, and see to it that our clients hear of it."""
        counts: dict[str, None] = {}
        for effect in effects:
            if isinstance(effect, Reach):
                for name in self._world.rooms:
                    self._tell_room(name, TOGETHER if effect.up else ALONE, TICKS)
            elif isinstance(effect, Said):
                if isinstance(effect.talk, Chat):
                    self._backlogs.add(effect.room, effect.talk)
                self._tell_room(effect.room, effect.talk, TICKS)
            else:
                if isinstance(effect, Lost):
                    session = self._sessions.put_out(effect.user_id)
                    if session is not None:
                        self._put_out(session)
                for change in carry_out(effect, self._world, self._book):
                    self._tell(change)
                    if not isinstance(change, Moved):
                        counts[change.room] = None
        for name in counts:
            room = self._world.rooms.get(name)
            if room is not None:
                self._tell_room(name, Online(len(room.players)), DEMO)

    def _tell(self, change: Change) -> None:
        room = self._world.rooms.get(change.room)
        if room is None:
            return  # it went with its last player, so nobody is there to be told
        self._ticker.changed(room, change)
        update: Update
        if isinstance(change, Left):
            update = Removed(change.user_id)
        elif isinstance(change, Joined):
            update = Placed(change.user_id, change.symbol, change.cell)
        else:
            update = Placed(change.user_id, room.players[change.user_id].symbol, change.cell)
        self._tell_room(room.name, update, DEMO)

    def _tell_room(self, room: str, update: Update, protocol: int) -> None:
        if self._audience.count(room, protocol):
            run_now(self._audience.tell_room(room, update, protocol))

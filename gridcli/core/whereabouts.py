"""Which room a client's view is of: servers do not always say, and what was asked for tells.

A server of protocol 1 never names a room, and one of protocol 2 does so only to a newcomer; the
first state after a request to go somewhere is that room's. Not here: the view itself
(`gridcli.core.mirror`), requests and their answers (`gridcli.link.session`).
"""

from .errors import BadInput
from .mirror import Mirror
from .protocol.names import BAD_PAYLOAD, DEMO
from .protocol.updates import Delta, Status, Update, Welcome


class Whereabouts:
    """Takes the updates of one connection into a mirror, and names the room.

    Args:
        mirror: takes in every update.
        going_to: the room that the client asks for as it connects.
    """

    def __init__(self, mirror: Mirror, going_to: str = "") -> None:
        self.mirror = mirror
        self.going_to = going_to
        """The room that was asked for and is not there yet; empty where none was."""

    def take(self, update: Update) -> None:
        """Take in one update.

        Raises:
            Strangers: it moves players that no update has introduced; the rest is taken in.
            BadInput: a state before any welcome; nothing is taken in.
            Excess: more players than a mirror keeps.
        """
        mirror = self.mirror
        if isinstance(update, Delta):
            self._welcomed()
            if update.full and self.going_to:
                mirror.room = self.going_to
        elif isinstance(update, Status):
            self._welcomed()
            if self.going_to:
                mirror.room = self.going_to
        elif isinstance(update, Welcome):
            if update.protocol == DEMO and self.going_to:
                mirror.room = self.going_to
            elif update.room:
                # One who comes back is where the server had it, also when that is not where we
                # last knew it to be.
                self.going_to = update.room
        mirror.apply(update)
        if isinstance(update, Status) and mirror.protocol == DEMO:
            self.going_to = ""

    def _welcomed(self) -> None:
        if not self.mirror.user_id:
            raise BadInput(BAD_PAYLOAD, "a state for nobody: we were not welcomed yet")

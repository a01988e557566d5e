"""Where one is connected: another room, and back after the end of a connection.

Not here: the dialog (`gridcli.tui.rooms`).
"""

from gridcli.core.protocol.names import LOBBY
from gridcli.link.states import Ended

from ..rooms import RoomScreen
from .base import Base


class Going(Base):
    """The part of the app that changes rooms and comes back."""

    visited: list[str]
    """Rooms that one has been in, the latest first."""

    def action_rooms(self) -> None:
        """Ask for a room and go there."""
        self.push_screen(RoomScreen(self.game.mirror.room or LOBBY, self.visited), self._go_to)

    def _go_to(self, room: str | None) -> None:
        if room is not None and room != self.game.mirror.room:
            self.visited.insert(0, self.game.mirror.room or LOBBY)
            self.run_worker(self.ask(self.game.link.go_to(room)))

    def action_rejoin(self) -> None:
        """Connect again after the link has given up, or was refused."""
        if isinstance(self.game.link.state, Ended):
            self.run_worker(self.ask(self.game.link.open()), group="rejoin", exclusive=True)
